"""Whether our levels meet theirs.

The key people of a scope are the members of its chain with at least ``coverage.key_share`` equal shares
of influence, and their levels, the highest that each has anywhere, its key levels. A key level is met
when a colleague of that level or above has a tie above ``coverage.covered`` with a key person of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import Flags, counts, lookup
from scoring.machinery.closeness import closeness_of
from scoring.machinery.coverage import LEVELS
from scoring.machinery.firm import FirmTies
from scoring.machinery.people import People, people_of
from scoring.machinery.standings import Standings
from scoring.machinery.touches import meetings_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class LevelMatch:
    """By scope: share of key levels met (NaN: none known) and key people of known level.

    ``key`` and ``level`` are by place in the ties (level 0: unknown), ``key_levels`` and ``met`` by
    scope and level.
    """

    value: Floats
    evidence: Floats
    key: Flags
    level: Ints
    key_levels: Flags
    met: Flags


def person_levels(people: People) -> Ints:
    """The highest level that each person has anywhere, 0 where unknown."""
    found = np.zeros(len(people.key), dtype=np.int64)
    np.maximum.at(found, people.seat_person, np.nan_to_num(people.seat_level).astype(np.int64))
    return found


def level_match(snapshot: Snapshot, standings: Standings, parameters: Parameters) -> LevelMatch:
    """The level match of all scopes of the standings, made once."""
    close = closeness_of(standings, parameters)
    return standings.derived("levels", lambda: levels_met(snapshot, close.ties, parameters))


def levels_met(snapshot: Snapshot, ties: FirmTies, parameters: Parameters) -> LevelMatch:
    """The level match of all scopes that have the ties."""
    people, chains = people_of(snapshot), ties.chains
    size = len(chains.scopes)
    levels = person_levels(people)
    level = levels[ties.person]
    number = np.diff(chains.start)[ties.scope]
    # equal shares that were summed in another order still count as equal
    key = ties.influence >= parameters.coverage.key_share / np.maximum(number, 1) - 1e-12
    ranked = np.flatnonzero(key & (level > 0))
    wanted = np.zeros((size, LEVELS), dtype=bool)
    wanted[ties.scope[ranked], level[ranked]] = True
    pairs = ties.pairs
    ours = levels[lookup(people.key, meetings_of(snapshot).colleagues)]
    strong = pairs.strength > parameters.coverage.covered
    equal = strong & key[pairs.owner] & (level[pairs.owner] > 0) & (ours[pairs.colleague] >= level[pairs.owner])
    met = np.zeros((size, LEVELS), dtype=bool)
    met[ties.scope[pairs.owner[equal]], level[pairs.owner[equal]]] = True
    total = wanted.sum(axis=1)
    return LevelMatch(
        value=np.divide(met.sum(axis=1), total, out=np.full(size, np.nan), where=total > 0),
        evidence=counts(ties.scope[ranked], size).astype(np.float64),
        key=key,
        level=level,
        key_levels=wanted,
        met=met,
    )
