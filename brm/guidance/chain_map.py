"""The decision chain of an account or opportunity as trees of people along their reporting lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from brm.errors import InvalidInput
from brm.guidance import chain_facts
from brm.guidance.chain_facts import ChainFacts
from brm.guidance.engine import standing_at
from brm.guidance.standing import PersonStanding, Standing
from brm.principal import Principal
from brm.services.moments import local_day
from brm.services.shapes import named
from brm.services.subjects import find_subject
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from scoring.snapshot import Snapshot
from scoring.types import NOBODY

VETO = "legal_veto"


@dataclass(frozen=True, slots=True)
class _Chain:
    """What a map is put together from: the standing, what surrounds it, and the names of all of it."""

    standing: Standing
    facts: ChainFacts
    names: dict[int, Names]
    against: dict[int, set[int]]
    children: dict[int | None, list[PersonStanding]]


def chain_map(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> dict[str, Any]:
    """Everybody in the chain with influence, stance, roles and ties, under their superiors.

    A circle of reporting lines is cut where it is entered first and marked there. Vacant seats are those
    of the account, in an opportunity those that somebody of the chain reports to.
    """
    subject = find_subject(workspace, principal, id_, when)
    if subject.type == "person":
        raise InvalidInput(f"{id_} is a person", remedy="ask for the map of an account or an opportunity", id=id_)
    place = standing_at(workspace, subject, when)
    day = local_day(workspace.moment(when).as_of or 0, workspace.settings.zone).isoformat()
    known = {
        "subject": named(subject),
        "as_of": day,
        "people": [],
        "missing_roles": [],
        "vacant_seats": [],
        "revision": workspace.store.revision(),
    }
    if place is None:
        return known
    snapshot = workspace.snapshot(list(subject.accounts), when)
    chain = _chain(workspace, principal, place.standing, snapshot, when)
    known["people"] = _roots(chain)
    known["missing_roles"] = list(place.standing.missing_roles)
    known["vacant_seats"] = [_vacant(chain, seat) for seat in chain.facts.vacant]
    return known


def _chain(workspace: Workspace, principal: Principal, standing: Standing, snapshot: Snapshot, when: When) -> _Chain:
    facts = chain_facts.gather(snapshot, workspace.reference(when), workspace.parameters, standing)
    colleagues = [person.best_colleague for person in standing.people if person.best_colleague is not None]
    wanted = np.unique([
        *(person.key for person in standing.people), *facts.seats.values(), *colleagues, *facts.vacant,
    ]).astype(np.int64)  # fmt: skip
    names = workspace.store.names([int(key) for key in wanted], when)
    against = chain_facts.seen_conflicts(standing, names, workspace.store, principal, when)
    members = {person.key for person in standing.people}
    children: dict[int | None, list[PersonStanding]] = {}
    for person in _ordered(standing.people):
        children.setdefault(person.superior if person.superior in members else None, []).append(person)
    return _Chain(standing, facts, names, against, children)


def _ordered(people: tuple[PersonStanding, ...]) -> list[PersonStanding]:
    return sorted(people, key=lambda each: (-(each.level or 0), -each.influence, each.key))


def _roots(chain: _Chain) -> list[dict[str, Any]]:
    drawn: set[int] = set()
    roots = [_tree(person, chain, drawn) for person in chain.children.get(None, [])]
    return roots + [
        {**_tree(person, chain, drawn), "cycle": True}
        for person in _ordered(chain.standing.people)
        if person.key not in drawn
    ]


def _tree(person: PersonStanding, chain: _Chain, drawn: set[int]) -> dict[str, Any]:
    drawn.add(person.key)
    below = [each for each in chain.children.get(person.key, []) if each.key not in drawn]
    named = chain.names[person.key]
    seat = chain.facts.seats.get(person.key)
    return {
        "id": named.id,
        "name": named.name,
        "title": chain.names[seat].name if seat in chain.names else None,
        "level": person.level,
        "roles": sorted(person.roles),
        "veto": VETO in person.roles,
        "influence": person.influence,
        "stance": person.stance if person.stance_evidence else None,
        "tie": person.tie,
        "depth": person.depth,
        "best_tie": _best_tie(person, chain.names),
        "our_ties": person.breadth,
        "rival_ties": chain.facts.rival_ties.get(person.key, 0),
        "conflicts": sorted(chain.names[other].id for other in chain.against.get(person.key, ())),
        "indirect_superior": _indirect_superior(person, chain),
        "reports": [_tree(each, chain, drawn) for each in below if each.key not in drawn],
        "cycle": False,
    }


def _indirect_superior(person: PersonStanding, chain: _Chain) -> str | None:
    """The nearest person of the chain above, where the one directly above does not belong to it."""
    members = {each.key for each in chain.standing.people}
    if person.superior in members or person.key not in chain.facts.seats:
        return None
    above = next((each for each in chain.facts.chain_above(chain.facts.seats[person.key]) if each in members), None)
    return None if above is None or above == person.key else chain.names[above].id


def _best_tie(person: PersonStanding, names: dict[int, Names]) -> dict[str, Any] | None:
    if person.best_colleague is None or person.best_colleague not in names:
        return None
    colleague = names[person.best_colleague]
    return {"colleague": {"type": colleague.type, "id": colleague.id, "name": colleague.name}, "strength": person.tie}


def _vacant(chain: _Chain, seat: int) -> dict[str, Any]:
    """A seat nobody holds: the next vacant seat or person of the chain above, and who reports to it."""
    facts, named = chain.facts, chain.names[seat]
    people = _ordered(chain.standing.people)
    known = {*facts.vacant, *(person.key for person in people)}
    above = next((each for each in facts.chain_above(seat) if each in known), None)
    return {
        "id": named.id,
        "title": named.name,
        "level": facts.levels.get(seat),
        "reports_to": None if above is None else chain.names[above].id,
        "reports": [
            chain.names[person.key].id
            for person in people
            if facts.above.get(facts.seats.get(person.key, NOBODY)) == seat
        ],
    }
