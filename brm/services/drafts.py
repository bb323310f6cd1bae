"""What-if drafts: named proposals about an opportunity or account that are not facts until somebody approves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from brm.errors import Conflict, InvalidInput, NotAllowed, NotFound
from brm.principal import Principal
from brm.services import moments, proposing
from brm.services.editing import new_id
from brm.services.recording import actor_of, replace_record
from brm.services.subjects import Subject, find_subject
from brm.services.visibility import RESTRICTED, hidden_ids
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, RecordState
from graph_schema import registry
from graph_schema.changes import Change, ChangeSet, RecordChange, edge_ref
from graph_schema.values import iso_instant

DRAFT = "draft"
OPEN, APPROVED, DISCARDED = "open", "approved", "discarded"
SCOPES = ("opportunity", "company")
LONGEST_NAME, MOST_PROPOSALS = 200, 40


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal of a draft: what it is, what was asked for, and the changes that it comes to.

    ``seen`` are the revisions at which what it changes was last touched when it was proposed; 0 = not there.
    """

    number: int
    what: str
    given: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]]
    seen: Mapping[str, int]

    def resolved(self, at: int, zone: str) -> tuple[Change, ...]:
        """Its changes, those without a date from a moment on."""
        return proposing.resolved(self.changes, at, zone)


def start(
    workspace: Workspace, principal: Principal, scope: str, name: str, add: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """A new draft about an opportunity or account, with proposals if there are any yet."""
    principal.require("write")
    subject = find_subject(workspace, principal, scope, NOW)
    if subject.type not in SCOPES:
        raise InvalidInput(
            f"{scope} is a {subject.type}", remedy="a draft is about an opportunity or a company", field="scope"
        )
    items = _proposed(workspace, subject, [], add)
    at = moments.now()
    body = {
        "name": _name(name), "scope": subject.id, "changes": [_stored(each) for each in items],
        "base": workspace.store.revision(), "status": OPEN, "actor": actor_of(principal), "created_at": at,
        "updated_at": at,
    }  # fmt: skip
    identity = new_id()
    workspace.store.apply(ChangeSet(
        actor=actor_of(principal), source=DRAFT, records=(RecordChange(DRAFT, identity, body),)
    ))  # fmt: skip
    return shown(workspace, principal, identity)


def listed(
    workspace: Workspace, principal: Principal, *, scope: str | None = None, status: str | None = None
) -> list[dict[str, Any]]:
    """All drafts without their proposals, those of one scope or status if it is given, the last changed first."""
    principal.require("read")
    records = [
        each
        for each in workspace.store.records(DRAFT)
        if scope in (None, each.body["scope"]) and status in (None, each.body["status"])
    ]
    records.sort(key=lambda each: (-each.body["updated_at"], each.id))
    return [head(workspace, each) for each in records]


def shown(workspace: Workspace, principal: Principal, id_: str) -> dict[str, Any]:
    """A draft with its proposals; of those that touch what the reader may not see only that they are there."""
    principal.require("read")
    record = found(workspace, id_)
    closed = concealed(workspace, principal, proposals(record))
    items = [shape(each, hidden=each.number in closed) for each in proposals(record)]
    return {**head(workspace, record), "items": items, "names": _names(workspace, proposals(record), closed)}


def change(
    workspace: Workspace, principal: Principal, id_: str, *, add: Sequence[Mapping[str, Any]] = (),
    drop: Sequence[int] = (), name: str | None = None, seen: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Add proposals to an open draft of the principal's own, drop some by number, or rename it.

    ``seen`` is the revision of the draft that the writer looked at; another one is a conflict.
    """
    record = own(workspace, principal, id_)
    kept = [each for each in proposals(record) if each.number not in drop]
    if unknown := set(drop) - {each.number for each in proposals(record)}:
        raise NotFound(f"the draft has no proposal {min(unknown)}", remedy="see brm whatif show", id=str(min(unknown)))
    subject = find_subject(workspace, principal, record.body["scope"], NOW)
    kept = _proposed(workspace, subject, kept, add, after=max((each.number for each in proposals(record)), default=0))
    body_ = {
        **record.body, "changes": [_stored(each) for each in kept], "updated_at": moments.now(),
        "name": record.body["name"] if name is None else _name(name),
    }  # fmt: skip
    replace_record(workspace, principal, record, body_, seen)
    return shown(workspace, principal, id_)


def _proposed(
    workspace: Workspace, subject: Subject, kept: Sequence[Proposal], add: Sequence[Mapping[str, Any]], after: int = 0
) -> list[Proposal]:
    """The proposals that are kept and those added, numbered after the last one; refused where one does not fit."""
    if len(kept) + len(add) > MOST_PROPOSALS:
        raise InvalidInput(
            f"a draft has at most {MOST_PROPOSALS} proposals", remedy="begin another draft", field="changes"
        )
    proposer = proposing.Proposer(workspace.store, (subject.type, subject.id), workspace.settings.currency)
    made = list(kept)
    for number, given in enumerate(add, start=after + 1):
        currency = {"currency": workspace.settings.currency} if given.get("amount") is not None else {}
        body = {**currency, **given}
        changes = proposing.dated(proposer.changes(body), body.get("on"))
        seen = proposing.touched(workspace.store, changes)
        made.append(Proposal(number, str(body["what"]), _given(body), changes, seen))
    _check(workspace, made, len(add))
    return made


def refresh(workspace: Workspace, principal: Principal, id_: str, *, seen: int | None = None) -> dict[str, Any]:
    """Take the present graph as what an open draft was made on, after its conflicts were looked at."""
    record = own(workspace, principal, id_)
    anew = [
        Proposal(each.number, each.what, each.given, each.changes, proposing.touched(workspace.store, each.changes))
        for each in proposals(record)
    ]
    body = {
        **record.body, "changes": [_stored(each) for each in anew], "base": workspace.store.revision(),
        "updated_at": moments.now(),
    }  # fmt: skip
    replace_record(workspace, principal, record, body, seen)
    return shown(workspace, principal, id_)


def discard(workspace: Workspace, principal: Principal, id_: str, *, seen: int | None = None) -> dict[str, Any]:
    """Close a draft without doing anything; what it proposed stays readable."""
    record = own(workspace, principal, id_)
    replace_record(workspace, principal, record, closed_body(record, principal, DISCARDED, None), seen)
    return shown(workspace, principal, id_)


def found(workspace: Workspace, id_: str) -> RecordState:
    """The record of a draft; NotFound when there is none."""
    record = next(iter(workspace.store.records(DRAFT, [id_])), None)
    if record is None:
        raise NotFound(f"there is no draft {id_}", remedy="brm whatif list shows those that there are", id=id_)
    return record


def identify(workspace: Workspace, text: str) -> str:
    """The id of a draft that is named by its id, or by a name that no other open draft has."""
    records = workspace.store.records(DRAFT)
    named = [each.id for each in records if each.body["name"] == text and each.body["status"] == OPEN]
    if len(named) > 1 and text not in {each.id for each in records}:
        raise InvalidInput(
            f"{len(named)} open drafts have the name {text}", remedy=f"give an id: {', '.join(named)}", field="draft"
        )
    return text if any(each.id == text for each in records) or not named else named[0]


def own(workspace: Workspace, principal: Principal, id_: str) -> RecordState:
    """An open draft that the principal may change: their own, any for an admin."""
    principal.require("write")
    record = found(workspace, id_)
    if record.body["actor"] != actor_of(principal) and not principal.allows("admin"):
        raise NotAllowed(f"the draft {id_} is of {record.body['actor']}", remedy="make a draft of your own")
    require_open(record)
    return record


def require_open(record: RecordState) -> None:
    """Conflict when a draft was approved or discarded."""
    if record.body["status"] != OPEN:
        raise Conflict(
            f"the draft {record.id} is {record.body['status']}", remedy="make a new draft", code="draft_closed"
        )


def proposals(record: RecordState) -> list[Proposal]:
    """What a draft proposes, in its order."""
    return [
        Proposal(each["number"], each["what"], each["given"], each["changes"], each["seen"])
        for each in record.body["changes"]
    ]


def concealed(workspace: Workspace, principal: Principal, items: Sequence[Proposal]) -> set[int]:
    """The proposals that touch or make what the principal may not see."""
    if principal.allows("admin"):
        return set()
    ids = {id_ for each in items for id_ in _ids(each)}
    hidden = hidden_ids(workspace.store, principal, ids)
    return {each.number for each in items if hidden & _ids(each) or any(_restricted(one) for one in each.changes)}


def _restricted(body: Mapping[str, Any]) -> bool:
    given = body.get("properties") or {}
    declared = registry().fact_type(body["type"]).properties
    return given.get("sensitivity") == RESTRICTED or any(
        name in declared and declared[name].sensitive == RESTRICTED for name in given
    )


def _ids(proposal: Proposal) -> set[str]:
    named = {each[end] for each in proposal.changes for end in ("id", "from", "to") if each.get(end)} | set(
        proposal.seen
    )
    edges = [edge for id_ in named if (edge := edge_ref(id_)) is not None]
    return named | {end for edge in edges for end in (edge.source, edge.target)}


def touched_now(workspace: Workspace, proposal: Proposal) -> dict[str, int]:
    """The revisions at which what a proposal changes was last touched by now."""
    return proposing.touched(workspace.store, proposal.changes)


def closed_body(record: RecordState, principal: Principal, status: str, outcome: Any) -> dict[str, Any]:
    """What is kept of a draft that is closed."""
    closed = {"status": status, "closed_by": actor_of(principal), "closed_at": moments.now(), "outcome": outcome}
    return {**record.body, **closed}


def head(workspace: Workspace, record: RecordState) -> dict[str, Any]:
    """A draft without its proposals; ``revision`` is its ETag."""
    body = record.body
    scope = workspace.store.fetch([body["scope"]]).get(body["scope"])
    closed = body.get("closed_at")
    return {
        "id": record.id,
        "name": body["name"],
        "scope": {
            "type": scope.entity.type if scope else None,
            "id": body["scope"],
            "name": str(scope.properties.get("name") or body["scope"]) if scope else body["scope"],
        },
        "status": body["status"],
        "number": len(body["changes"]),
        "base": body["base"],
        "author": body["actor"],
        "created_at": iso_instant(body["created_at"]),
        "updated_at": iso_instant(body["updated_at"]),
        "closed_by": body.get("closed_by"),
        "closed_at": None if closed is None else iso_instant(closed),
        "outcome": body.get("outcome"),
        "revision": record.revision,
    }


def _check(workspace: Workspace, items: Sequence[Proposal], new: int) -> None:
    """What refuses one of the last proposals, on top of those before it."""
    at, zone = moments.now(), workspace.settings.zone
    foreseen = workspace.store.foresee([each.resolved(at, zone) for each in items], [], [])
    for place in range(len(items) - new, len(items)):
        if place in foreseen.refused:
            raise foreseen.refused[place]


def shape(each: Proposal, *, hidden: bool) -> dict[str, Any]:
    """A proposal as it is shown."""
    if hidden:
        return {"number": each.number, "what": each.what, "hidden": True, "given": {}, "changes": []}
    return {**_stored(each), "hidden": False}


def _stored(each: Proposal) -> dict[str, Any]:
    return {
        "number": each.number, "what": each.what, "given": dict(each.given),
        "changes": [dict(one) for one in each.changes], "seen": dict(each.seen),
    }  # fmt: skip


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("what", "changes") and value is not None}


def _names(workspace: Workspace, items: Sequence[Proposal], closed: set[int]) -> dict[str, str]:
    return names_of(workspace, [each for each in items if each.number not in closed])


def names_of(workspace: Workspace, items: Sequence[Proposal]) -> dict[str, str]:
    """The names of all that proposals mention, new ones included."""
    ids = {id_ for each in items for id_ in _ids(each)}
    keys = workspace.store.keys(sorted(ids))
    known = workspace.store.names(keys.values())
    new = {
        one["id"]: str(one["properties"][name])
        for each in items
        for one in each.changes
        for name in ("name", "title")
        if one.get("id") and (one.get("properties") or {}).get(name)
    }
    return {**new, **{id_: known[key].name for id_, key in keys.items() if key in known}}


def _name(text: str) -> str:
    if not text.strip() or len(text) > LONGEST_NAME:
        raise InvalidInput(
            f"a draft needs a name of 1 to {LONGEST_NAME} characters", remedy="give another name", field="name"
        )
    return text.strip()
