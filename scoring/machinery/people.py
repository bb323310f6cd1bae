"""Who works where: colleagues, rivals' staff, and the people of each account.

A colleague is who holds a seat at a company of ours, or who looks after an account (COVERS, not as
a partner) and holds no seat elsewhere. Rivals' staff hold seats only at companies whose one kind is
rival. A customer is everybody else who holds a seat or plays a buying role.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.machinery.arrays import Flags, Grouping, lookup
from scoring.snapshot import EdgeTable, Snapshot
from scoring.types import NOBODY, US, Floats, Ints

OURS = 1 << code_number("company_kind", "ours")
RIVAL = 1 << code_number("company_kind", "rival")
DEEPEST = 16
"""Levels of units within units that are followed."""


@dataclass(frozen=True, slots=True)
class People:
    """Index of persons; a person's row is the row in the snapshot's person table.

    ``seat_*`` are the distinct (person row, company, highest level) of current tenures, ordered.
    ``base`` is larger than every entity key, for codes that combine two numbers.
    """

    key: Ints
    colleague: Flags
    customer: Flags
    seat_person: Ints
    seat_company: Ints
    seat_level: Floats
    ours: Ints
    rivals: Ints
    base: int

    def rows(self, keys: Ints) -> Ints:
        """The row of each person key, -1 where it is no person."""
        return lookup(self.key, keys)

    def vendor(self, companies: Ints) -> Ints:
        """The vendor key of each company: `US` for those of ours."""
        found: Ints = np.where(np.isin(companies, self.ours), US, companies)
        return found


def current(snapshot: Snapshot, name: str) -> tuple[EdgeTable, Flags]:
    """An edge table and which of its rows hold at the date it is read at."""
    table = snapshot.edges[name]
    moment = snapshot.moment(name)
    holds: Flags = (table.valid_from <= moment) & (moment < table.valid_to)
    return table, holds


def people_of(snapshot: Snapshot) -> People:
    """The index of people, made once per snapshot."""
    return snapshot.derived("people", _build)


def _build(snapshot: Snapshot) -> People:
    companies = snapshot.nodes["company"]
    key = snapshot.nodes["person"].key
    ours = companies.key[(companies["kinds"] & OURS) > 0]
    rivals = companies.key[companies["kinds"] == RIVAL]
    seat_person, seat_company, seat_level = _seats(snapshot, key)
    colleague = np.zeros(len(key), dtype=bool)
    colleague[seat_person[np.isin(seat_company, ours)]] = True
    seated = np.zeros(len(key), dtype=bool)
    seated[seat_person] = True
    colleague |= _covering(snapshot, key) & ~seated
    customer = np.zeros(len(key), dtype=bool)
    customer[seat_person[~np.isin(seat_company, rivals)]] = True
    plays, holds = current(snapshot, "plays")
    players = lookup(key, plays.source[holds])
    customer[players[players >= 0]] = True
    customer &= ~colleague
    largest = max((int(t.key[-1]) for t in snapshot.nodes.values() if len(t)), default=0)
    return People(key, colleague, customer, seat_person, seat_company, seat_level, ours, rivals, largest + 2)


def _covering(snapshot: Snapshot, key: Ints) -> Flags:
    covers, holds = current(snapshot, "covers")
    holds = holds & (covers["team_role"] != code_number("team_role", "partner"))
    found = np.zeros(len(key), dtype=bool)
    rows = lookup(key, covers.source[holds])
    found[rows[rows >= 0]] = True
    return found


def _seats(snapshot: Snapshot, person_key: Ints) -> tuple[Ints, Ints, Floats]:
    holds, held = current(snapshot, "holds")
    seats, seated = current(snapshot, "seat_in")
    company = company_of(snapshot, seats.target)
    grouping = Grouping.of(seats.source[seated])
    owner, row = grouping.join(holds.target[held])
    person = lookup(person_key, holds.source[held][owner])
    employer = company[seated][row]
    positions = snapshot.nodes["position"]
    at = positions.rows(holds.target[held][owner])
    level = np.where(at >= 0, positions["level"][at] if len(positions) else np.nan, np.nan)
    keep = (person >= 0) & (employer != NOBODY)
    person, employer, level = person[keep], employer[keep], level[keep]
    # NaN sorts last, so the negated level puts the highest known level first
    order = np.lexsort((-level, employer, person))
    person, employer, level = person[order], employer[order], level[order]
    first = np.ones(len(person), dtype=bool)
    first[1:] = (person[1:] != person[:-1]) | (employer[1:] != employer[:-1])
    return person[first], employer[first], level[first]


def company_of(snapshot: Snapshot, keys: Ints) -> Ints:
    """The company that each unit or company belongs to, `NOBODY` where none is known."""
    companies = snapshot.nodes["company"].key
    part_of, holds = current(snapshot, "part_of")
    child, parent = part_of.source[holds], part_of.target[holds]
    found = keys.astype(np.int64).copy()
    for _ in range(DEEPEST):
        unit = (found != NOBODY) & (lookup(companies, found) < 0)
        if not unit.any():
            break
        at = lookup(child, found[unit])
        found[unit] = np.where(at >= 0, parent[at] if len(parent) else NOBODY, NOBODY)
    found[(found != NOBODY) & (lookup(companies, found) < 0)] = NOBODY
    return found
