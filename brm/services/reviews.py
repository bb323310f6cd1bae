"""Deal reviews: the scores of a deal frozen at a moment, what was decided and who committed to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brm.errors import InvalidInput, NotFound
from brm.principal import Principal
from brm.services import moments, scores
from brm.services.approving import action_changes
from brm.services.editing import new_id
from brm.services.recording import actor_of, replace_record
from brm.services.subjects import Subject, find_subject
from brm.services.visibility import hidden_ids
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, RecordState, When
from graph_schema.changes import Change, ChangeSet, RecordChange
from graph_schema.values import iso_instant, to_json
from scoring.registry import SCORERS, Scorer

REVIEW = "review"
LONGEST_TEXT = 2_000
FROZEN: tuple[Scorer, ...] = tuple(each for each in SCORERS.values() if not each.whole)
"""The scorers whose scores are frozen: those of the deal, its account and its people."""


def start(workspace: Workspace, principal: Principal, deal: str, *, when: When = NOW) -> dict[str, Any]:
    """Freeze the scores of a deal, its account and its people as they stand, or stood when it was reviewed."""
    principal.require("write")
    subject = deal_of(workspace, principal, deal, when)
    revision = workspace.store.revision()
    moment = workspace.moment(when)
    body = {
        "opportunity": subject.id, "as_of": moment.as_of, "revision": revision,
        "parameters": workspace.parameter_set.named, "scores": frozen(workspace, subject, moment, revision),
        "notes": [], "decisions": [], "commitments": [], "actor": actor_of(principal),
    }  # fmt: skip
    identity = new_id()
    workspace.store.apply(ChangeSet(
        actor=actor_of(principal), source=REVIEW, records=(RecordChange(REVIEW, identity, body),)
    ))  # fmt: skip
    return shown(workspace, principal, identity)


def frozen(workspace: Workspace, subject: Subject, moment: When, revision: int) -> list[dict[str, Any]]:
    """The scores at the moment as every surface shows them."""
    accounts = list(subject.accounts)
    snapshot = workspace.snapshot(accounts or None, moment)
    keys = workspace.store.keys([subject.id, *accounts])
    told = []
    for scorer in FROZEN:
        frame = scorer.score(snapshot, workspace.reference(moment), workspace.parameters)
        rows = [row for each in keys.values() for row in frame.rows(scope=each)]
        found = scores.Scored(frame, rows, snapshot, moment, revision, tuple(accounts))  # type: ignore[arg-type]
        told += [each for each in scores.shapes(workspace, found) if each["score"] is not None]
    return told


def deal_of(workspace: Workspace, principal: Principal, deal: str, when: When = NOW) -> Subject:
    """The deal with an id; InvalidInput for anything else."""
    subject = find_subject(workspace, principal, deal, when)
    if subject.type != "opportunity":
        raise InvalidInput(f"{deal} is a {subject.type}", remedy="a review is of an opportunity", field="opportunity")
    return subject


def note(workspace: Workspace, principal: Principal, id_: str, text: str, *, seen: int | None = None) -> dict[str, Any]:
    """Record what was said."""
    return _added(workspace, principal, id_, "notes", _said(principal, text), seen)


def decide(
    workspace: Workspace, principal: Principal, id_: str, text: str, *, seen: int | None = None
) -> dict[str, Any]:
    """Record what was decided."""
    return _added(workspace, principal, id_, "decisions", _said(principal, text), seen)


def commit(
    workspace: Workspace, principal: Principal, id_: str, text: str, *, owner: str, due: str,
    promised_to: str | None = None, seen: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Record a commitment: an action of the deal's plan with its owner and the day it is due."""
    principal.require("write")
    record, action = found(workspace, id_), new_id()
    said = _said(principal, text)
    changes = action_changes(
        workspace, action, said["text"], scope=record.body["opportunity"], owner=owner, due=due,
        promised_to=promised_to,
    )  # fmt: skip
    return _added(workspace, principal, id_, "commitments", {**said, "id": action, "evidence": []}, seen, changes)


def attach(
    workspace: Workspace, principal: Principal, commitment: str, ids: Sequence[str], *, review: str | None = None
) -> dict[str, Any]:
    """Say that facts came of a commitment, of whichever review: they must have come after it."""
    principal.require("write")
    record = next(
        (
            each
            for each in workspace.store.records(REVIEW, None if review is None else [review])
            if any(one["id"] == commitment for one in each.body.get("commitments") or ())
        ),
        None,
    )
    if record is None:
        raise NotFound(f"there is no commitment {commitment}", remedy="brm review show lists them", id=commitment)
    _check_evidence(workspace, principal, record, ids)
    kept = [
        {**one, "evidence": list(dict.fromkeys([*one["evidence"], *ids]))} if one["id"] == commitment else one
        for one in record.body["commitments"]
    ]
    replace_record(workspace, principal, record, {**record.body, "commitments": kept}, None)
    return shown(workspace, principal, record.id)


def _check_evidence(workspace: Workspace, principal: Principal, record: RecordState, ids: Sequence[str]) -> None:
    now, closed = workspace.store.fetch(ids), hidden_ids(workspace.store, principal, ids)
    before = workspace.store.fetch(ids, When(record.body["as_of"]))
    for each in ids:
        if each not in now or each in closed:
            raise NotFound(f"there is no {each}", remedy="give ids of facts, e.g. of an interaction", id=each)
        if each in before:
            raise InvalidInput(
                f"{each} was there when the deal was reviewed", remedy="attach what came after the review",
                field="evidence", value=each,
            )  # fmt: skip


def listed(workspace: Workspace, principal: Principal, *, deal: str | None = None) -> list[dict[str, Any]]:
    """All reviews, those of one deal if it is given, the last first."""
    principal.require("read")
    records = [each for each in workspace.store.records(REVIEW) if deal in (None, each.body["opportunity"])]
    records.sort(key=lambda each: (-each.body["as_of"], each.id))
    return [head(workspace, each) for each in records]


def shown(workspace: Workspace, principal: Principal, id_: str) -> dict[str, Any]:
    """A review as it was recorded: frozen scores, notes, decisions, commitments as they stand now."""
    principal.require("read")
    record = found(workspace, id_)
    body = record.body
    return {
        **head(workspace, record),
        "notes": list(body.get("notes") or ()),
        "decisions": list(body["decisions"]),
        "commitments": commitments(workspace, principal, record),
        "scores": list(body.get("scores") or ()),
        "parameters": body.get("parameters"),
    }


def commitments(workspace: Workspace, principal: Principal, record: RecordState) -> list[dict[str, Any]]:
    """The commitments with what became of their actions; evidence that the reader may not see is counted."""
    kept = record.body.get("commitments") or ()
    states = workspace.store.fetch([each["id"] for each in kept])
    closed = hidden_ids(workspace.store, principal, [id_ for each in kept for id_ in each["evidence"]])
    told = []
    for each in kept:
        given: Mapping[str, Any] = states[each["id"]].properties if each["id"] in states else {}
        evidence = [id_ for id_ in each["evidence"] if id_ not in closed]
        days = {name: to_json("day", given.get(name)) for name in ("due_on", "done_on")}
        told.append({
            **each, **days, "status": given.get("status"), "evidence": evidence,
            "evidence_hidden": len(each["evidence"]) - len(evidence),
        })  # fmt: skip
    return told


def found(workspace: Workspace, id_: str) -> RecordState:
    """The record of a review; NotFound when there is none."""
    record = next(iter(workspace.store.records(REVIEW, [id_])), None)
    if record is None:
        raise NotFound(f"there is no review {id_}", remedy="brm review list shows those that there are", id=id_)
    return record


def identify(workspace: Workspace, text: str) -> str:
    """The id of a review that is named by its id, or by its deal: then the last one of it."""
    records = [each for each in workspace.store.records(REVIEW) if text in (each.id, each.body["opportunity"])]
    return max(records, key=lambda each: (each.body["as_of"], each.id)).id if records else text


def head(workspace: Workspace, record: RecordState) -> dict[str, Any]:
    """A review without its contents; ``revision`` is its ETag."""
    body = record.body
    deal = workspace.store.fetch([body["opportunity"]]).get(body["opportunity"])
    return {
        "id": record.id,
        "opportunity": {
            "type": "opportunity",
            "id": body["opportunity"],
            "name": str(deal.properties.get("name") or body["opportunity"]) if deal else body["opportunity"],
        },
        "as_of": moments.local_day(body["as_of"], workspace.settings.zone).isoformat(),
        "moment": iso_instant(body["as_of"]),
        "frozen_at": body.get("revision"),
        "author": body["actor"],
        "numbers": {name: len(body.get(name) or ()) for name in ("notes", "decisions", "commitments")},
        "revision": record.revision,
    }


def _added(
    workspace: Workspace, principal: Principal, id_: str, part: str, entry: Mapping[str, Any], seen: int | None,
    changes: Sequence[Change] = (),
) -> dict[str, Any]:  # fmt: skip
    principal.require("write")
    record = found(workspace, id_)
    body = {**record.body, part: [*(record.body.get(part) or ()), dict(entry)]}
    replace_record(workspace, principal, record, body, seen, tuple(changes), None, f"{REVIEW}:{id_}")
    return shown(workspace, principal, id_)


def _said(principal: Principal, text: str) -> dict[str, Any]:
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise InvalidInput(
            f"a text of 1 to {LONGEST_TEXT} characters is needed", remedy="write another text", field="text"
        )
    return {"text": text.strip(), "by": actor_of(principal), "at": iso_instant(moments.now())}
