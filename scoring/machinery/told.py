"""What a scope's scores rest on, told as plain values: its chain, seats, encounters and items."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoring.machinery.chain import EVERYBODY, PERSON, Chains
from scoring.machinery.closeness import closeness_of
from scoring.machinery.contact import NEVER
from scoring.machinery.coverage import cells_of, coverage_of
from scoring.machinery.gathering import Items
from scoring.machinery.people import people_of
from scoring.machinery.scopes import BUYING_ROLES
from scoring.machinery.standings import Standings
from scoring.machinery.touches import meetings_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import NOBODY

Told = dict[str, Any]


def chain_told(snapshot: Snapshot, chains: Chains, scope: int) -> Told:
    """The chain of a scope (place): who has which rights and influence, and who listens to whom.

    ``listening`` holds (listener, speaker, weight) by place in ``members``.
    """
    at = np.arange(int(chains.start[scope]), int(chains.start[scope + 1]))
    heard = chains.listening[at][:, at].tocoo()
    triples = zip(heard.row.tolist(), heard.col.tolist(), heard.data.tolist(), strict=True)
    return {
        "members": [_member(snapshot, chains, int(member)) for member in at],
        "listening": [list(each) for each in triples],
    }


def _member(snapshot: Snapshot, chains: Chains, member: int) -> Told:
    gap = int(chains.placeholder[member])
    return {
        "person": int(people_of(snapshot).key[chains.person[member]]) if gap == PERSON else NOBODY,
        "placeholder": None if gap == PERSON else "everybody" if gap == EVERYBODY else BUYING_ROLES[gap],
        "rights": float(chains.rights[member]),
        "susceptibility": float(chains.susceptibility[member]),
        "influence": float(chains.influence[member]),
    }


def encounters_told(snapshot: Snapshot, standings: Standings, place: int) -> list[Told]:
    """Encounters of a person (place in the closeness) by the colleague who alone took part."""
    shares, colleagues = standings.shares, meetings_of(snapshot).colleagues
    return [
        {
            "colleague": None if shares.colleague[at] < 0 else int(colleagues[shares.colleague[at]]),
            "incoming": int(shares.incoming[at]),
            "outgoing": int(shares.outgoing[at]),
            "first_age": int(shares.first[at]),
            "met_age": None if shares.met[at] == NEVER else int(shares.met[at]),
        }
        for at in np.flatnonzero(shares.owner == place)
    ]


def cells_told(snapshot: Snapshot, standings: Standings, scope: int, parameters: Parameters) -> list[Told]:
    """The department x level cells of a scope: who sits in them, and which colleagues cover them."""
    cells, coverage = cells_of(snapshot), coverage_of(snapshot, standings, parameters)
    people, close = people_of(snapshot), closeness_of(standings, parameters)
    colleagues = meetings_of(snapshot).colleagues
    person = people.key[standings.chains.person[standings.member[close.rows]]]
    told = []
    for slot in np.flatnonzero(coverage.slot_scope == scope):
        cell = int(coverage.slot_cell[slot])
        sitters = coverage.sitter[coverage.sitter_slot == slot]
        coverers = coverage.coverer[coverage.coverer_slot == slot]
        told.append({
            "unit": int(cells.unit[cell]),
            "level": int(cells.level[cell]) or None,
            "people": [{"person": int(key)} for key in person[sitters]],
            "covered_by": [{"colleague": int(colleagues[each])} for each in coverers],
        })  # fmt: skip
    return told


def items_told(items: Items) -> list[Told]:
    """Dated items, one by one."""
    return [
        {
            "item": int(items.entity[at]),
            "value": float(items.value[at]),
            "reliability": float(items.reliability[at]),
            "age": int(items.age[at]),
            "mark": int(items.mark[at]),
        }
        for at in range(len(items.owner))
    ]
