"""Writing the people's parts of an account plan: aims, notes, actions, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brm.errors import InvalidInput, NotFound
from brm.plans.plan import deals_of
from brm.principal import Principal
from brm.services import moments
from brm.services.approving import action_changes, day
from brm.services.editing import PLAIN, Terms, begun, canonical_properties, commit, identity_of, node_spec, revised
from brm.services.reading import entity
from brm.services.subjects import find_account
from brm.services.visibility import RESTRICTED, hidden_ids
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, State
from graph_schema.changes import Change, EdgeRef, NodeRef, Receipt
from graph_schema.vocabulary import VOCABULARIES
from scoring.likelihood import KIND as LIKELIHOOD

LONGEST_TEXT = 4_000


def add_objective(
    workspace: Workspace, principal: Principal, account: str, name: str, *, kind: str, target: float | None = None,
    due: str | None = None, owner: str | None = None, score_kind: str | None = None, terms: Terms = PLAIN,
) -> tuple[str, Receipt]:  # fmt: skip
    """An aim of the account's plan: revenue in the scoring currency, offerings in use, or points of a score."""
    principal.require("write")
    subject = find_account(workspace, principal, account, NOW)
    _among("objective_kind", "kind", kind)
    if score_kind == LIKELIHOOD:
        raise InvalidInput(
            "an account has no likelihood", remedy="name one of the six relationships; a likelihood is a deal's",
            field="score_kind", value=score_kind,
        )  # fmt: skip
    values = {
        "name": text_of("name", name), "kind": kind, "target": target, "status": "open",
        "due_on": due, "score_kind": _score_kind(score_kind),
    }  # fmt: skip
    return _added(workspace, principal, "objective", values, subject.id, owner, terms)


def add_note(
    workspace: Workspace, principal: Principal, account: str, text: str, *, topic: str = "strategy",
    restricted: bool = False, terms: Terms = PLAIN,
) -> tuple[str, Receipt]:  # fmt: skip
    """A note in the account's plan; a restricted one is for admins alone."""
    principal.require("write")
    subject = find_account(workspace, principal, account, NOW)
    _among("note_topic", "topic", topic)
    values = {"text": text_of("text", text), "topic": topic, "sensitivity": RESTRICTED if restricted else "normal"}
    return _added(workspace, principal, "note", values, subject.id, None, terms)


def add_action(
    workspace: Workspace, principal: Principal, scope: str, name: str, *, owner: str, due: str,
    promised_to: str | None = None, hours: float | None = None, aims_at: str | None = None,
    score_kind: str | None = None, effect: float | None = None, account: str | None = None, terms: Terms = PLAIN,
) -> tuple[str, Receipt]:  # fmt: skip
    """An action for an account or a deal: whose, by when, and which score of whom it is to move.

    Where an ``account`` is named, the action is for it or for a deal of it.
    Promised to a person of the customer it is a promise. Once it is done and has evidence, its effect on that
    score is measured.
    """
    principal.require("write")
    entity(workspace.store, principal, scope)
    if account is not None:
        _check_inside(workspace, principal, scope, account)
    if aims_at is not None:
        entity(workspace.store, principal, aims_at)
    given = {"hours": hours, "aims_at": aims_at, "score_kind": _score_kind(score_kind)}
    known = {each: value for each, value in given.items() if value is not None}
    identity = identity_of(terms, "action", scope)
    changes = action_changes(
        workspace, identity, text_of("name", name), scope=scope, owner=owner, due=due, effect=effect,
        promised_to=promised_to, more=canonical_properties(node_spec("action"), known),
        at=begun(workspace.store, identity, terms),
    )  # fmt: skip
    return identity, commit(workspace.store, principal, tuple(changes), terms)


def _check_inside(workspace: Workspace, principal: Principal, scope: str, account: str) -> None:
    subject = find_account(workspace, principal, account, NOW)
    if scope not in (subject.id, *deals_of(workspace, subject, NOW)):
        raise InvalidInput(
            f"{scope} is no deal of {account}", remedy="name a deal of the account, or the account itself",
            field="scope", value=scope,
        )  # fmt: skip


def finish(
    workspace: Workspace, principal: Principal, action: str, *, done: str | None = None,
    evidence: Sequence[str] = (), terms: Terms = PLAIN,
) -> Receipt:  # fmt: skip
    """Mark an action as done, on a day (default today), and say which facts came of it."""
    principal.require("write")
    state = entity(workspace.store, principal, action, type_="action")
    today = moments.local_day(moments.now(), workspace.settings.zone).isoformat()
    given = {"status": "done", "done_on": day("done", done or today)}
    at = revised(state, given, terms)
    changes = [Change("set", NodeRef("action", state.entity.id), given, valid_from=at)]
    changes += _results(workspace, principal, state, evidence, at)
    return commit(workspace.store, principal, tuple(changes), terms)


def attach(
    workspace: Workspace, principal: Principal, action: str, evidence: Sequence[str], *, terms: Terms = PLAIN
) -> Receipt:
    """Say which interactions and observations came of an action."""
    principal.require("write")
    state = entity(workspace.store, principal, action, type_="action")
    if not evidence:
        raise InvalidInput(
            "no evidence is named", remedy="give the id of an interaction or observation", field="evidence"
        )
    at = begun(workspace.store, EdgeRef("results_from", evidence[0], state.entity.id).id, terms)
    return commit(workspace.store, principal, tuple(_results(workspace, principal, state, evidence, at)), terms)


def _results(
    workspace: Workspace, principal: Principal, action: State, evidence: Sequence[str], at: int
) -> list[Change]:
    """The edges from facts to the action that they came of; they must have happened after it was set."""
    if not evidence:
        return []
    states, closed = workspace.store.fetch(list(evidence)), hidden_ids(workspace.store, principal, evidence)
    begun = workspace.store.history(action.entity.id)[0].valid_from
    changes = []
    for each in evidence:
        found = states.get(each)
        if found is None or each in closed:
            raise NotFound(f"there is no {each}", remedy="give the id of an interaction or observation", id=each)
        if found.entity.type not in ("interaction", "observation"):
            raise InvalidInput(
                f"{each} is a {found.entity.type}", remedy="evidence is an interaction or an observation",
                field="evidence", value=each,
            )  # fmt: skip
        if begun is not None and found.properties["at"] < begun:
            raise InvalidInput(
                f"{each} happened before the action was set", remedy="attach what came after it",
                field="evidence", value=each,
            )  # fmt: skip
        if found.properties["at"] > at:
            raise InvalidInput(
                f"{each} has not happened yet", remedy="attach it once it has", field="evidence", value=each
            )
        changes.append(Change("set", EdgeRef("results_from", found.entity.id, action.entity.id), {}, valid_from=at))
    return changes


def _added(
    workspace: Workspace, principal: Principal, type_: str, values: Mapping[str, Any], account: str,
    owner: str | None, terms: Terms,
) -> tuple[str, Receipt]:  # fmt: skip
    known = {name: value for name, value in values.items() if value is not None}
    canonical = canonical_properties(node_spec(type_), known)
    if owner is not None:
        entity(workspace.store, principal, owner)
    identity = identity_of(terms, type_, account)
    at = begun(workspace.store, identity, terms)
    ends = [("belongs_to", account), *([("owned_by", owner)] if owner else [])]
    changes = (
        Change("set", NodeRef(type_, identity), canonical, valid_from=at),
        *(Change("set", EdgeRef(edge, identity, to), {}, valid_from=at) for edge, to in ends),
    )
    return identity, commit(workspace.store, principal, changes, terms)


def text_of(field: str, text: str) -> str:
    """A text without blanks around it; InvalidInput where nothing is left, or too much."""
    found = text.strip()
    if not found or len(found) > LONGEST_TEXT:
        raise InvalidInput(f"{field}: a text of 1 to {LONGEST_TEXT} characters is needed",
                           remedy="write another text", field=field)  # fmt: skip
    return found


def _among(vocabulary: str, field: str, word: str) -> None:
    if word not in VOCABULARIES[vocabulary]:
        raise InvalidInput(
            f"{field}: there is no {word!r}", remedy=f"use one of {', '.join(VOCABULARIES[vocabulary])}",
            field=field, value=word,
        )  # fmt: skip


def _score_kind(kind: str | None) -> str | None:
    if kind is not None:
        _among("score_kind", "score_kind", kind)
    return kind
