"""Approving a draft: its proposals become dated facts, or actions of the plan that somebody owns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from brm.errors import Conflict, InvalidInput, NotAllowed, NotFound
from brm.i18n import Catalogue
from brm.principal import Principal
from brm.services import drafts, moments, whatif
from brm.services.drafts import APPROVED, Proposal
from brm.services.editing import new_id
from brm.services.recording import replace_record
from brm.services.telling import proposal as told
from brm.services.workspace import Workspace
from brm.store.protocol import RecordState
from graph_schema.changes import Change, EdgeRef, NodeRef
from graph_schema.values import ValueProblem, from_json

Form = Literal["facts", "actions"]
FORMS: tuple[Form, ...] = ("facts", "actions")


def approve(
    workspace: Workspace, principal: Principal, id_: str, texts: Catalogue, *, form: Form = "facts",
    owner: str | None = None, due: str | None = None, seen: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Close an open draft and do what it proposes, all of it or nothing; again, the first answer.

    As ``facts`` every proposal becomes facts in the approver's name from now on, or from the day it names; what
    somebody else changed since it was proposed is a conflict that lists it. As ``actions`` each becomes an
    action of the ``owner`` (default the approver) by the day ``due``, and the graph stays as it is otherwise.
    """
    principal.require("write")
    if form not in FORMS:
        raise InvalidInput(f"a draft cannot become {form!r}", remedy=f"use {' or '.join(FORMS)}", field="as")
    record = drafts.found(workspace, id_)
    if record.body["status"] == APPROVED and (record.body.get("outcome") or {}).get("as") == form:
        return {**drafts.shown(workspace, principal, id_), "replayed": True}
    drafts.require_open(record)
    items = drafts.proposals(record)
    if not items:
        raise InvalidInput("the draft proposes nothing", remedy="add a proposal, or discard it", field="changes")
    if drafts.concealed(workspace, principal, items):
        raise NotAllowed("the draft touches what you may not see", remedy="ask an admin to approve it")
    if form == "facts":
        _as_facts(workspace, principal, record, items, seen)
    else:
        _as_actions(workspace, principal, record, items, texts, owner, due, seen)
    return {**drafts.shown(workspace, principal, id_), "replayed": False}


def _as_facts(
    workspace: Workspace, principal: Principal, record: RecordState, items: Sequence[Proposal], seen: int | None
) -> None:
    at, zone = moments.now(), workspace.settings.zone
    edits = [each.resolved(at, zone) for each in items]
    refused = workspace.store.foresee(edits, [], []).refused
    moved = whatif.moved_since(workspace, items)
    conflicts = [
        {"proposal": each.number, "reason": refused[place].message if place in refused else None,
         "changed": moved[each.number]}
        for place, each in enumerate(items)
        if place in refused or moved[each.number]
    ]  # fmt: skip
    if conflicts:
        numbers = ", ".join(str(each["proposal"]) for each in conflicts)
        raise Conflict(
            f"proposals {numbers} rest on what was changed since, or no longer apply",
            remedy="look at the draft's effect, drop what no longer holds, then refresh the draft and approve it",
            code="draft_conflicts",
            conflicts=conflicts,
        )
    expected = {id_: revision for each in reversed(items) for id_, revision in each.seen.items()}
    outcome = {"as": "facts", "actions": {}}
    changes = tuple(change for edit in edits for change in edit)
    body = drafts.closed_body(record, principal, APPROVED, outcome)
    replace_record(workspace, principal, record, body, seen, changes, expected, f"draft:{record.id}")


def _as_actions(
    workspace: Workspace, principal: Principal, record: RecordState, items: Sequence[Proposal], texts: Catalogue,
    owner: str | None, due: str | None, seen: int | None,
) -> None:  # fmt: skip
    accountable = owner or principal.person_id
    if accountable is None:
        raise InvalidInput("an action needs an owner", remedy="name the owner: a person or unit of ours", field="owner")
    if due is None:
        raise InvalidInput("an action needs a day by which it is due", remedy="give the day", field="due")
    names = drafts.names_of(workspace, items)
    main = _main_parts(workspace, principal, record)
    actions = {each.number: new_id() for each in items}
    changes = [
        one
        for each in items
        for one in action_changes(
            workspace, actions[each.number], told(each.what, each.given, names, texts), scope=record.body["scope"],
            owner=accountable, due=due, effect=main.get(each.number),
        )
    ]  # fmt: skip
    outcome = {"as": "actions", "actions": {str(number): id_ for number, id_ in actions.items()}}
    body = drafts.closed_body(record, principal, APPROVED, outcome)
    replace_record(workspace, principal, record, body, seen, tuple(changes), None, f"draft:{record.id}")


def _main_parts(workspace: Workspace, principal: Principal, record: RecordState) -> Mapping[int, float]:
    """By proposal, what it does to our score of the draft's scope: the chain of a deal, or the customer score."""
    scores = whatif.effect(workspace, principal, record.id)["scores"]
    main: Mapping[str, Any] = next(
        (
            each
            for each in scores
            if each["subject"]["id"] == record.body["scope"]
            and each["kind"] in ("decision_chain", "customer")
            and each["vendor"]["id"] == "us"
        ),
        {"parts": []},
    )
    return {part["number"]: part["effect"] for part in main["parts"]}


def action_changes(
    workspace: Workspace, id_: str, name: str, *, scope: str, owner: str, due: str, effect: float | None = None,
    promised_to: str | None = None, more: Mapping[str, Any] | None = None, at: int | None = None,
) -> list[Change]:  # fmt: skip
    """A new open action of the plan: what, for which deal or account, whose, by when.

    ``more`` is as it is stored; it is set at a moment, default now.
    """
    if owner not in workspace.store.fetch([owner]):
        raise NotFound(f"there is no owner {owner}", remedy="give the id of a person or unit of ours", id=owner)
    at = moments.now() if at is None else at
    properties = {"name": name, "status": "open", "due_on": day("due", due), "expected_effect": effect, **(more or {})}
    known = {each: value for each, value in properties.items() if value is not None}
    ends = [("belongs_to", scope), ("owned_by", owner), ("promised_to", promised_to)]
    return [
        Change("set", NodeRef("action", id_), known, valid_from=at),
        *(Change("set", EdgeRef(type_, id_, to), {}, valid_from=at) for type_, to in ends if to is not None),
    ]


def day(field: str, text: str) -> Any:
    """A local day from its ISO form; InvalidInput names the field."""
    try:
        return from_json("day", text)
    except ValueProblem as problem:
        raise InvalidInput(f"{field}: {problem}", remedy="write e.g. 2026-06-30", field=field, value=text) from None
