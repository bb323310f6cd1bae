"""The decision chain of an account or opportunity as trees of people along their reporting lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from brm.errors import InvalidInput
from brm.guidance.engine import standing_at
from brm.guidance.standing import PersonStanding
from brm.principal import Principal
from brm.services.subjects import find_subject
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from scoring.machinery.people import current, people_of
from scoring.snapshot import Snapshot


def chain_map(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> dict[str, Any]:
    """Everybody in the chain with influence, stance and roles, under their superiors.

    A circle of reporting lines is cut where it is entered first and marked there.
    """
    subject = find_subject(workspace, principal, id_, when)
    if subject.type == "person":
        raise InvalidInput(f"{id_} is a person", remedy="ask for the map of an account or an opportunity", id=id_)
    place = standing_at(workspace, subject, when)
    people = () if place is None else place.standing.people
    snapshot = workspace.snapshot(list(subject.accounts), when)
    titles = _titles(workspace, snapshot, [person.key for person in people], when)
    children: dict[int | None, list[PersonStanding]] = {}
    members = {person.key: person for person in people}
    for person in people:
        superior = _superior(person, members)
        children.setdefault(superior, []).append(person)
    drawn: set[int] = set()
    roots = [_tree(person, children, titles, drawn) for person in _ordered(children.get(None, []))]
    roots += [
        {**_tree(person, children, titles, drawn), "cycle": True}
        for person in _ordered(list(people))
        if person.key not in drawn
    ]
    return {
        "subject": {"type": subject.type, "id": subject.id, "name": subject.name},
        "people": roots,
        "missing_roles": list(place.standing.missing_roles) if place else [],
        "revision": workspace.store.revision(),
    }


def _superior(person: PersonStanding, members: dict[int, PersonStanding]) -> int | None:
    return person.superior if person.superior in members else None


def _ordered(people: list[PersonStanding]) -> list[PersonStanding]:
    return sorted(people, key=lambda each: (-(each.level or 0), -each.influence, each.key))


def _tree(
    person: PersonStanding,
    children: dict[int | None, list[PersonStanding]],
    titles: dict[int, tuple[str, str, str | None]],
    drawn: set[int],
) -> dict[str, Any]:
    drawn.add(person.key)
    id_, name, title = titles[person.key]
    below = [each for each in _ordered(children.get(person.key, [])) if each.key not in drawn]
    return {
        "id": id_,
        "name": name,
        "title": title,
        "level": person.level,
        "roles": sorted(person.roles),
        "influence": person.influence,
        "stance": person.stance if person.stance_evidence else None,
        "tie": person.tie,
        "depth": person.depth,
        "reports": [_tree(each, children, titles, drawn) for each in below if each.key not in drawn],
        "cycle": False,
    }


def _titles(
    workspace: Workspace, snapshot: Snapshot, keys: list[int], when: When
) -> dict[int, tuple[str, str, str | None]]:
    holds, held = current(snapshot, "holds")
    people = people_of(snapshot)
    seats = {int(p): int(s) for p, s in zip(holds.source[held], holds.target[held], strict=True) if p in people.key}
    wanted = np.unique([*keys, *(seats[key] for key in keys if key in seats)]).astype(np.int64)
    names = workspace.store.names([int(key) for key in wanted], when)
    return {
        key: (names[key].id, names[key].name, names[seats[key]].name if key in seats and seats[key] in names else None)
        for key in keys
    }
