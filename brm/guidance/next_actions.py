"""Next best actions of a deal: who should do what by when, through whom, and what it gains."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import numpy as np

from brm.errors import InvalidInput, NotComputable, NotFound
from brm.guidance.candidates import ACTIONS, Candidate, Field, candidates_of
from brm.guidance.rules import RULES, Severity
from brm.guidance.weighing import POINTS, Chances, Terms, Together, Weighed, together, weigh
from brm.principal import Principal
from brm.services import moments, paths
from brm.services.shapes import amount, named
from brm.services.subjects import Subject, find_subject, keys_of, vendor_key
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from scoring.action_choice import best_set
from scoring.action_record import Record, record_of
from scoring.deal_worlds import our_chances, read_of
from scoring.deal_worth import Worth, worth_of
from scoring.machinery.contenders import contenders_of
from scoring.machinery.people import people_of
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US
from scoring.view import ChainView, chain_view

BASIS = "model_based"
FACE_TO_FACE = frozenset({"get_introduced", "executive_meeting", "meet"})
SEVERITY: dict[str, Severity] = {
    "prove_fit": "medium", "close_requirement": "medium", "ask_event": "medium", "ask_funds": "medium",
    "ask_shortlist": "medium", **{rule.play: rule.severity for rule in reversed(RULES)},
}  # fmt: skip
"""How soon each action is due: by the gravest finding that it answers."""
MOST_HOURS = 1_000.0


@dataclass(frozen=True, slots=True)
class Case:
    """One deal with all that its actions are weighed by."""

    subject: Subject
    key: int
    snapshot: Snapshot
    """What the deal's likelihood reads."""
    worth: Worth
    records: dict[str, Record]
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True)
class Advice:
    """All that could be done in a deal, weighed; ``now`` is our likelihood as it stands."""

    case: Case
    terms: Terms
    chances: Chances
    now: float
    weighed: list[Weighed]


def advice_of(workspace: Workspace, principal: Principal, id_: str, when: When) -> Advice:
    """Everything that could be done in a deal with its gain; see `guidance` for what is refused."""
    given = workspace.parameters.actions
    case = case_of(workspace, principal, id_, when)
    terms = Terms.of(case.worth.value, given.hourly_cost)
    chances = chances_of(workspace, case, when)
    now, weighed = weigh(case.candidates, case.records, chances, terms, int(given.considered))
    return Advice(case, terms, chances, now, weighed)


def guidance(
    workspace: Workspace, principal: Principal, id_: str, *, hours: float | None = None, limit: int | None = None,
    when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """The best actions in a deal within the hours that there are, each with its numbers, the greatest gain first.

    InvalidInput for anything but a deal, or hours or a limit out of range; NotComputable where we are not in the
    deal's field at that date.
    """
    principal.require("read")
    given = workspace.parameters.actions
    available = _within("hours", given.hours if hours is None else hours, 0.0, MOST_HOURS)
    most = int(_within("limit", given.shown if limit is None else limit, 1, int(given.shown)))
    with workspace.timing("guidance"):
        advice = advice_of(workspace, principal, id_, when)
        weighed, case = advice.weighed, advice.case
        at = best_set(
            np.array([each.gain for each in weighed]), np.array([each.record.hours for each in weighed]),
            [each.candidate.exclusive for each in weighed], available, most,
        )  # fmt: skip
        chosen = [weighed[place] for place in at.tolist()]
        joint = together(chosen, advice.now, advice.chances, advice.terms)
    names = workspace.store.names(_keys(chosen), workspace.moment(when))
    return {
        "subject": {"type": case.subject.type, "id": case.subject.id, "name": case.subject.name},
        "as_of": moments.local_day(workspace.moment(when).as_of or 0, workspace.settings.zone).isoformat(),
        "basis": BASIS,
        "hours": {"available": available, "used": sum(each.record.hours for each in chosen)},
        "likelihood": advice.now,
        "worth": _worth(workspace, case.worth),
        "together": _together(workspace, joint, advice.now, case.worth),
        "candidates": len(weighed),
        "items": [_item(workspace, principal, each, case, advice.now, names, when) for each in chosen],
        "next": None,
        "revision": workspace.store.revision(),
        "parameters": {"version": workspace.parameter_set.version, "digest": workspace.parameters.digest},
    }


def advised(
    workspace: Workspace, principal: Principal, id_: str, key: str, *, when: When = NOW
) -> tuple[Subject, dict[str, Any]]:
    """The deal, and the action with this key as `guidance` would show it, whether among the best or not.

    NotFound where nothing of the kind could be done in the deal any more.
    """
    principal.require("read")
    advice = advice_of(workspace, principal, id_, when)
    names = workspace.store.names(_keys(advice.weighed), workspace.moment(when))
    for each in advice.weighed:
        if _key_of(each.candidate, names) == key:
            return advice.case.subject, _item(workspace, principal, each, advice.case, advice.now, names, when)
    raise NotFound(
        f"there is no next action {key} in {id_}", remedy="read the deal's guidance again, and take a key from it",
        field="key", value=key,
    )  # fmt: skip


def _key_of(candidate: Candidate, names: dict[int, Names]) -> str:
    """What tells an action from all others of its deal, the same at any time: what is done, and with whom or what."""
    ends = (candidate.person, candidate.other, candidate.requirement)
    parts = [candidate.action, *(names[key].id for key in ends if key is not None), candidate.role]
    return "+".join(part for part in parts if part is not None)


def chances_of(workspace: Workspace, case: Case, when: When) -> Chances:
    """Our likelihood in edited copies of the deal's graph."""
    reference, parameters = workspace.reference(when), workspace.parameters
    return lambda edits: our_chances(case.snapshot, edits, case.key, reference, parameters)


def _within(name: str, value: float, low: float, high: float) -> float:
    if not (math.isfinite(value) and low <= value <= high):
        raise InvalidInput(
            f"{name} {value:g} is outside {low:g}..{high:g}", remedy=f"ask for {low:g} to {high:g}", field=name
        )
    return value


def case_of(workspace: Workspace, principal: Principal, id_: str, when: When) -> Case:
    """The deal with everything that could be done in it; see `guidance` for what is refused."""
    subject = find_subject(workspace, principal, id_, when)
    if subject.type != "opportunity":
        raise InvalidInput(f"{id_} is a {subject.type}", remedy="name an opportunity", id=id_)
    snapshot = workspace.snapshot(list(subject.accounts), when)
    vendor_key(workspace, snapshot, None)
    reference, parameters = workspace.reference(when), workspace.parameters
    key = int(keys_of(workspace, [subject.id])[0])
    found = contenders_of(snapshot, reference, parameters, np.array([key]))
    if US not in found.measures.vendor:
        raise NotComputable(
            f"{id_} has no likelihood of us at that date",
            remedy="guidance is of an opportunity that is known at that date",
            id=id_,
        )
    everything = workspace.snapshot(None, when)
    view = chain_view(snapshot, reference, parameters, key, US)
    where = Field(
        snapshot, key, view, found, parameters, _introducers(workspace, principal, view, snapshot, when),
        count(people_of(snapshot).base),
    )  # fmt: skip
    return Case(
        subject, key, read_of(snapshot, view.person), worth_of(snapshot, everything, key, parameters),
        {action: record_of(everything, action, parameters) for action in ACTIONS}, candidates_of(where),
    )  # fmt: skip


def _introducers(
    workspace: Workspace, principal: Principal, view: ChainView, snapshot: Snapshot, when: When
) -> dict[int, int]:
    """Who of ours begins the best way to each person of the chain whom nobody of ours knows."""
    unknown = view.person[(view.person != NOBODY) & (view.best == NOBODY)]
    if not len(unknown):
        return {}
    network, given = paths.network_of(workspace, principal, when), workspace.parameters.guidance
    people = people_of(snapshot)
    present = set(people.key[people.colleague].tolist())
    found = {}
    for person in unknown.tolist():
        routes = network.routes(person, hops=paths.HOPS, most=1, start=None, colleague=given.colleague)
        if routes and routes[0].strength >= given.route_least and routes[0].people[0] in present:
            found[person] = routes[0].people[0]
    return found


def _keys(chosen: list[Weighed]) -> set[int]:
    candidates = [each.candidate for each in chosen]
    found = {key for each in candidates for key in (each.person, each.other, each.owner, each.requirement)}
    return {key for key in found if key is not None}


def _item(
    workspace: Workspace, principal: Principal, each: Weighed, case: Case, now: float, names: dict[int, Names],
    when: When,
) -> dict[str, Any]:  # fmt: skip
    candidate, record = each.candidate, each.record
    severity = SEVERITY[candidate.action]
    days = getattr(workspace.parameters.guidance, f"due_{severity}")
    today = moments.local_day(workspace.moment(when).as_of or 0, workspace.settings.zone)
    points = POINTS * record.success * (each.after - now)
    return {
        "key": _key_of(candidate, names),
        "action": candidate.action,
        "person": _named(names, candidate.person),
        "other": _named(names, candidate.other),
        "requirement": _named(names, candidate.requirement),
        "role": candidate.role,
        "owner": _named(names, candidate.owner),
        "severity": severity,
        "due": (today + timedelta(days=days)).isoformat(),
        "path": _path(workspace, principal, candidate, names, when),
        "gain": _money(workspace, each.gain, case.worth),
        "points": points,
        "effects": {"likelihood": points, "amount": None, "days": None},
        "likelihood": {"before": now, "after": each.after},
        "success": record.success,
        "hours": record.hours,
        "cost": _cost(workspace, record.hours),
        "basis": BASIS,
        "why": {"numbers": dict(candidate.numbers), "words": dict(candidate.words)},
        "assumptions": _assumptions(workspace, each, case.worth),
    }


def _named(names: dict[int, Names], key: int | None) -> dict[str, Any] | None:
    return None if key is None else named(names[key])


def _path(
    workspace: Workspace, principal: Principal, candidate: Candidate, names: dict[int, Names], when: When
) -> dict[str, Any] | None:
    if candidate.person is None or candidate.action not in FACE_TO_FACE:
        return None
    items = paths.paths(workspace, principal, names[candidate.person].id, most=1, when=when)["items"]
    return items[0] if items and items[0]["strength"] >= workspace.parameters.guidance.route_least else None


def _amount(workspace: Workspace, value: float) -> dict[str, str]:
    return amount(value, workspace.parameters.employee.currency)


def _money(workspace: Workspace, value: float, worth: Worth) -> dict[str, str] | None:
    return None if worth.value is None else _amount(workspace, value)


def _cost(workspace: Workspace, hours: float) -> dict[str, str]:
    return _amount(workspace, hours * workspace.parameters.actions.hourly_cost)


def _worth(workspace: Workspace, worth: Worth) -> dict[str, Any]:
    return {
        "margin": None if worth.margin is None else _amount(workspace, worth.margin),
        "value": None if worth.value is None else _amount(workspace, worth.value),
        "basis": worth.basis,
        "rate": worth.rate,
        "amount": None if worth.amount is None else _amount(workspace, worth.amount),
        "years": worth.years,
        "discount": worth.discount,
    }


def _together(workspace: Workspace, joint: Together, now: float, worth: Worth) -> dict[str, Any]:
    return {
        "gain": _money(workspace, joint.gain, worth),
        "points": POINTS * (joint.expected - now),
        "likelihood": {"before": now, "expected": joint.expected, "after": joint.after},
    }


def _assumptions(workspace: Workspace, each: Weighed, worth: Worth) -> list[dict[str, Any]]:
    """What the gain takes for granted: codes of messages, and their numbers."""
    given, record = workspace.parameters, each.record
    margin = {"code": f"margin_{worth.basis}", "numbers": {"rate": worth.rate or 0.0}}
    dated = {"code": "close_dated" if worth.dated else "close_assumed", "numbers": {"days": worth.years * 365}}
    success = {
        "code": "success_learnt" if record.ended else "success_expert",
        "numbers": {"success": record.success, "ended": record.ended, "done": record.done},
    }
    effect: dict[str, Any] = {"code": f"effect_{each.candidate.action}", "numbers": {}}
    if each.candidate.action in ("win_over", "build_champion"):
        effect["numbers"]["step"] = given.guidance.stance_step
    return [effect, success, margin, dated]
