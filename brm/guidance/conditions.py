"""The conditions of the rules: pure functions from a standing to the places where they hold.

A hit's ``key`` tells hits of one rule on one subject apart, so that a finding keeps its identity
when it is computed again. ``target`` is the person that the advice is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from brm.guidance.standing import PersonStanding, Standing
from scoring.parameters import GuidanceParameters


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule holds: the person it is about and the numbers behind it."""

    target: int | None = None
    key: str = ""
    numbers: dict[str, Any] = field(default_factory=dict)
    evidence: tuple[int, ...] = ()
    others: tuple[int, ...] = ()


Condition = Callable[[Standing, GuidanceParameters], Iterator[Hit]]


def _high(standing: Standing, person: PersonStanding, limits: GuidanceParameters) -> bool:
    return person.influence >= limits.influence_high / max(1, len(standing.people))


def _supporter(person: PersonStanding, limits: GuidanceParameters) -> bool:
    return person.stance >= limits.supporter


def _opponent(person: PersonStanding, limits: GuidanceParameters) -> bool:
    return person.stance <= limits.opponent


def _numbers(person: PersonStanding) -> dict[str, Any]:
    return {"influence": person.influence, "stance": person.stance, "tie": person.tie, "depth": person.depth}


def influential_weak_tie(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """High influence and a tie below the weak limit."""
    for person in standing.people:
        if _high(standing, person, limits) and person.tie < limits.tie_weak:
            yield Hit(person.key, numbers=_numbers(person), evidence=person.evidence)


def untested_supporter(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """A supporter who has not yet shown it by an act."""
    for person in standing.people:
        if _supporter(person, limits) and person.depth <= limits.untested_depth:
            yield Hit(person.key, numbers=_numbers(person), evidence=person.evidence)


def influential_opponent(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """High influence and against us."""
    for person in standing.people:
        if _high(standing, person, limits) and _opponent(person, limits):
            yield Hit(person.key, numbers=_numbers(person), evidence=person.evidence)


def tie_falling(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """A tie that lost more than the limit within the days looked at."""
    for person in standing.people:
        lost = person.tie_before - person.tie
        if person.tie_before >= limits.falling_floor and lost > limits.falling_share * person.tie_before:
            numbers = {"before": person.tie_before, "now": person.tie, "days": limits.falling_days}
            yield Hit(person.key, numbers=numbers, evidence=person.evidence)


def single_owner(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """One colleague alone covers it."""
    if len(set(standing.owners)) == 1:
        yield Hit(numbers={"owners": 1}, others=(standing.owners[0],))


def stance_only_opinion(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """A stance that nothing but sellers' opinions supports."""
    for person in standing.people:
        if person.only_opinion and abs(person.stance) > 0:
            numbers = _numbers(person) | {"items": person.stance_evidence}
            yield Hit(person.key, numbers=numbers, evidence=person.evidence)


def role_missing(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """An expected buying role that nobody is known to play."""
    for role in standing.missing_roles:
        yield Hit(key=role, numbers={"role": role})


def approver_unmet(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """An approver whom none of us has any tie to."""
    for person in standing.people:
        if "approver" in person.roles and person.tie <= 0:
            yield Hit(person.key, numbers=_numbers(person))


def _champions(standing: Standing, limits: GuidanceParameters) -> list[PersonStanding]:
    return [p for p in standing.people if _supporter(p, limits) and p.depth >= limits.untested_depth + 1]


def single_champion(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """Everything hangs on one champion."""
    champions = _champions(standing, limits)
    if len(champions) == 1:
        champion = champions[0]
        line = {champion.key, champion.superior}
        candidates = [
            p for p in standing.people
            if p.key not in line and p.superior != champion.key and not _opponent(p, limits) and p.stance > 0
        ]  # fmt: skip
        best = max(candidates, key=lambda p: (p.influence * (1 + p.stance), -p.key), default=None)
        yield Hit(
            None if best is None else best.key,
            numbers=_numbers(champion),
            evidence=champion.evidence,
            others=(champion.key,),
        )


def supporters_in_conflict(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """Two of our supporters are in conflict."""
    for first, second in standing.conflicts:
        pair = [standing.person(first), standing.person(second)]
        if all(person is not None and _supporter(person, limits) for person in pair):
            yield Hit(first, key=str(second), others=(second,))


def no_known_opponent(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """Nobody is known to be against us: more likely a blind spot than harmony."""
    if len(standing.people) > 1 and not any(_opponent(person, limits) for person in standing.people):
        yield Hit(numbers={"people": len(standing.people)})


def supporters_outnumbered(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """Supporters do not outnumber opponents."""
    supporters = sum(_supporter(person, limits) for person in standing.people)
    opponents = sum(_opponent(person, limits) for person in standing.people)
    if opponents and supporters <= opponents:
        neutral = [p for p in standing.people if not _supporter(p, limits) and not _opponent(p, limits)]
        swing = max(neutral, key=lambda p: (p.influence, -p.key), default=None)
        numbers = {"supporters": supporters, "opponents": opponents}
        yield Hit(None if swing is None else swing.key, numbers=numbers)


def no_executive_exchange(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """Executives have not met for long."""
    if standing.executive_age is None or standing.executive_age > limits.executive_days:
        highest = max(standing.people, key=lambda p: (p.level or 0, p.influence, -p.key), default=None)
        numbers = {"days": standing.executive_age}
        yield Hit(None if highest is None else highest.key, numbers=numbers)


def single_layer(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """All our ties are on one level of the hierarchy."""
    known = [p for p in standing.people if p.level is not None]
    touched = {p.level for p in known if p.tie >= limits.tie_weak}
    if len(touched) == 1 and len({p.level for p in known}) > 1:
        untouched = [p for p in known if p.level not in touched]
        best = max(untouched, key=lambda p: (p.influence, -p.key))
        yield Hit(best.key, numbers={"level": int(next(iter(touched)) or 0)})


def rival_ahead_on_veto(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """A rival has more support than we with somebody who can stop the deal."""
    for person in standing.people:
        may_stop = person.roles & {"approver", "legal_veto"}
        if may_stop and person.rival_stance is not None and person.rival_stance > max(person.stance, 0.0):
            numbers = _numbers(person) | {"rival_stance": person.rival_stance}
            others = () if person.rival is None else (person.rival,)
            yield Hit(person.key, numbers=numbers, evidence=person.evidence, others=others)


def rival_field_unknown(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """No rival is named."""
    if standing.scope_type == "opportunity" and not standing.rivals_known:
        yield Hit()


def left_seat(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """Somebody left the account or changed seat lately."""
    for departure in standing.departures:
        if departure.days_ago <= limits.moved_days:
            others = () if departure.now_at is None else (departure.now_at,)
            yield Hit(departure.person, key=str(departure.person), numbers={"days": departure.days_ago}, others=others)


def claim_far_from_belief(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """A colleague's own word on a stance is far from what the evidence says."""
    for person in standing.people:
        if person.claimed is not None and abs(person.claimed - person.stance) >= limits.claim_gap:
            numbers = _numbers(person) | {"claimed": person.claimed}
            yield Hit(person.key, numbers=numbers, evidence=person.evidence)


def promise_overdue(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """A promise to a person of the customer is late."""
    for promise in standing.promises:
        yield Hit(
            promise.person, key=str(promise.action), numbers={"days": promise.days_late}, evidence=(promise.action,)
        )


def deal_stuck(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """A deal that stays in a stage much longer than the account's deals do."""
    deal = standing.deal
    if deal is not None and deal.days is not None and deal.usual is not None and deal.days > limits.stuck * deal.usual:
        yield Hit(numbers={"stage": deal.stage, "days": deal.days, "usual": deal.usual})


def deal_slipping(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """The expected close was moved later, or has passed without a decision."""
    deal = standing.deal
    if deal is not None and (deal.passed > 0 or deal.moved >= limits.slipped_days):
        yield Hit(numbers={"passed": deal.passed, "moved": deal.moved})


def request_overdue(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """Something that the deal needs is not done by its day."""
    for request in standing.deal.requests if standing.deal is not None else ():
        others = () if request.owner is None else (request.owner,)
        yield Hit(
            key=str(request.action), numbers={"days": request.days_late}, evidence=(request.action,), others=others
        )


def stage_without_evidence(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """A deal in a stage without evidence for what must be there first."""
    deal = standing.deal
    if deal is not None and deal.missing:
        yield Hit(numbers={"stage": deal.stage, "missing": list(deal.missing)})


def no_part_owner(standing: Standing, limits: GuidanceParameters) -> Iterator[Hit]:
    """Nobody of the team owns a named part of the deal."""
    if standing.deal is not None and not standing.deal.parts_owned:
        yield Hit(numbers={"stage": standing.deal.stage})
