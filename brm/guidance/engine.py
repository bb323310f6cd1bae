"""Findings of an account or deal, each with advice: who, what to ask, through whom, by when, what for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from brm.guidance.assembling import assemble
from brm.guidance.conditions import Hit
from brm.guidance.effects import expected_effect
from brm.guidance.progress import deal_standing
from brm.guidance.rules import RULES, Rule
from brm.guidance.standing import Standing
from brm.principal import Principal
from brm.services import changing, moments, paths, scores
from brm.services.shapes import named
from brm.services.subjects import Subject, find_subject, keys_of
from brm.services.visibility import hidden_ids, without_hidden
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from graph_schema.values import datetime_of, instant_from
from scoring.parameters import Parameters

SEVERITIES = ("high", "medium", "low")
INTRODUCED = frozenset({"get_introduced", "executive_meeting", "meet"})
STATES = "finding_state"


@dataclass(frozen=True, slots=True)
class Place:
    """Where findings are looked for: an account or deal with its standing."""

    subject: Subject
    standing: Standing
    names: dict[int, Names]


def findings(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> list[dict[str, Any]]:
    """What needs attention at an account, a deal or a person, the gravest first.

    For a person the findings of their accounts and deals that are about them.
    """
    subject = find_subject(workspace, principal, id_, when)
    if subject.type == "person":
        found = [
            f for scope in _scopes_of_person(workspace, subject, when) for f in _at(workspace, principal, scope, when)
        ]
        about = [f for f in found if f["target"] is not None and f["target"]["id"] == subject.id]
        return sorted(about, key=_gravity)
    return _at(workspace, principal, subject, when)


def explain(
    workspace: Workspace, principal: Principal, kind: str, id_: str, *, vendor: str | None = None,
    scope: str | None = None, when: When = NOW, change: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """One score with everything behind it, and the ids of the findings about its subject in its scope.

    With ``change`` also why it moved over the last 30 and 90 days.
    """
    shape = scores.explain(workspace, principal, kind, id_, vendor=vendor, scope=scope, when=when)
    if change:
        shape["changes"] = changing.changes_of(workspace, principal, kind, id_, vendor=vendor, scope=scope, when=when)
        shape["change"] = shape["changes"][0] if shape["changes"] else None
    if kind == "employee":
        # its scope is our own company, where no rule looks
        return {**shape, "findings": []}
    place = standing_at(workspace, find_subject(workspace, principal, shape["scope"]["id"], when), when)
    subject = shape["subject"]["id"]
    about = [
        id_
        for _, hit, id_ in _hits(workspace, place, when)
        if place and (place.subject.id == subject or (hit.target and place.names[hit.target].id == subject))
    ]
    return {**shape, "findings": about}


def _scopes_of_person(workspace: Workspace, subject: Subject, when: When) -> list[Subject]:
    return [Subject("company", account, account, (account,)) for account in subject.accounts]


def _at(workspace: Workspace, principal: Principal, subject: Subject, when: When) -> list[dict[str, Any]]:
    place = standing_at(workspace, subject, when)
    if place is None:
        return []
    with workspace.timing("findings"):
        hits = _hits(workspace, place, when)
        made = [_finding(workspace, principal, place, rule, hit, id_, when) for rule, hit, id_ in hits]
    closed = hidden_ids(workspace.store, principal, [id_ for each in made for id_ in each["evidence"]], when)
    return sorted((without_hidden(each, closed) for each in made), key=_gravity)


def _hits(workspace: Workspace, place: Place | None, when: When) -> list[tuple[Rule, Hit, str]]:
    """Where rules hold, with the finding's id, without those that somebody snoozed or accepted."""
    if place is None:
        return []
    settled = decided(workspace, when)
    limits = workspace.parameters.guidance
    found = [(rule, hit, _id(place, rule, hit)) for rule in RULES for hit in rule.condition(place.standing, limits)]
    return [each for each in found if each[2] not in settled]


def _id(place: Place, rule: Rule, hit: Hit) -> str:
    """The identity of a finding, the same whenever it is computed again: rule, subject and key."""
    key = place.names[int(hit.key)].id if hit.key.isdigit() else hit.key
    person = place.names[hit.target].id if rule.personal and hit.target is not None else ""
    return ":".join(
        part for part in (rule.id, place.subject.id, "+".join(each for each in (person, key) if each)) if part
    )


def standing_at(workspace: Workspace, subject: Subject, when: When) -> Place | None:
    """The standing of an account or deal; None where the snapshot has nobody and nothing of it."""
    moment = workspace.moment(when)
    accounts = list(subject.accounts)
    snapshot = workspace.snapshot(accounts, when)
    limits = workspace.parameters.guidance
    before = workspace.snapshot(accounts, _days_before(moment, limits.falling_days))
    earlier = workspace.snapshot(accounts, _days_before(moment, limits.moved_days))
    scope = int(keys_of(workspace, [subject.id])[0])
    try:
        standing = assemble(scope, snapshot, before, earlier, workspace.reference(when), workspace.parameters)
    except KeyError:
        return None
    if subject.type == "opportunity":
        deal = deal_standing(workspace, subject, scope, snapshot, when, workspace.moment(when, snapshot))
        standing = replace(standing, deal=deal)
    return Place(subject, standing, workspace.store.names(_keys(standing), moment))


def _days_before(moment: When, days: float) -> When:
    then = datetime_of(moment.as_of or 0) - timedelta(days=days)
    return When(instant_from(then))


def _keys(standing: Standing) -> set[int]:
    keys = {standing.scope, *standing.owners}
    for person in standing.people:
        keys |= {person.key, *person.evidence}
        keys |= {key for key in (person.best_colleague, person.rival) if key is not None}
    for departure in standing.departures:
        keys |= {departure.person} | ({departure.now_at} if departure.now_at is not None else set())
    for promise in standing.promises:
        keys |= {promise.action, promise.person}
    for request in standing.deal.requests if standing.deal is not None else ():
        keys |= {request.action} | ({request.owner} if request.owner is not None else set())
    return keys


def _finding(
    workspace: Workspace, principal: Principal, place: Place, rule: Rule, hit: Hit, id_: str, when: When
) -> dict[str, Any]:
    return {
        "id": id_,
        "rule": rule.id,
        "severity": rule.severity,
        "subject": {"type": place.subject.type, "id": place.subject.id, "name": place.subject.name},
        "target": None if hit.target is None else named(place.names[hit.target]),
        "others": [named(place.names[other]) for other in hit.others],
        "numbers": dict(hit.numbers),
        "evidence": [place.names[each].id for each in hit.evidence],
        "advice": _advice(workspace, principal, place, rule, hit, when),
    }


def _advice(
    workspace: Workspace, principal: Principal, place: Place, rule: Rule, hit: Hit, when: When
) -> dict[str, Any]:
    standing, parameters = place.standing, workspace.parameters
    snapshot = workspace.snapshot(list(place.subject.accounts), when)
    effect = expected_effect(rule.play, hit, standing, snapshot, workspace.reference(when), parameters)
    owner = standing.owners[0] if standing.owners else None
    target = None if hit.target is None else place.names[hit.target].id
    return {
        "play": rule.play,
        "owner": None if owner is None else named(place.names[owner]),
        "due": _due(workspace, rule, when, parameters),
        "path": _route(workspace, principal, target, rule, when),
        "effect": None
        if effect is None
        else {
            "kind": effect.kind,
            "before": effect.before,
            "after": effect.after,
            "delta": effect.after - effect.before,
        },
    }


def _due(workspace: Workspace, rule: Rule, when: When, parameters: Parameters) -> str:
    days = {
        "high": parameters.guidance.due_high,
        "medium": parameters.guidance.due_medium,
        "low": parameters.guidance.due_low,
    }[rule.severity]
    today = moments.local_day(workspace.moment(when).as_of or 0, workspace.settings.zone)
    return (today + timedelta(days=days)).isoformat()


def _route(
    workspace: Workspace, principal: Principal, target: str | None, rule: Rule, when: When
) -> dict[str, Any] | None:
    if target is None or rule.play not in INTRODUCED:
        return None
    items = paths.paths(workspace, principal, target, most=1, when=when)["items"]
    least = workspace.parameters.guidance.route_least
    return items[0] if items and items[0]["strength"] >= least else None


def _gravity(finding: dict[str, Any]) -> tuple[int, float, str]:
    effect = finding["advice"]["effect"]
    gain = effect["delta"] if effect else 0.0
    return SEVERITIES.index(finding["severity"]), -gain, finding["id"]


def decided(workspace: Workspace, when: When) -> set[str]:
    """Findings that somebody snoozed or accepted, until their decision expires."""
    now = workspace.moment(when).as_of or 0
    return {
        record.id
        for record in workspace.store.records(STATES)
        if record.body["state"] in ("snoozed", "accepted") and (record.body.get("until") or now + 1) > now
    }
