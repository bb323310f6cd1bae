"""What joins a company to others: chains of SUPPLIES, groups (PART_OF), and partners on its deals.

Goods and services run along `supplies`, `resells` and `serves`: those chains are followed up and down to a depth
of three, the nearest way first. `represents`, `uses` and `pays_commission` say something of the two companies
only. A group is followed as far above and below, and across to the companies of the same direct group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.chain_ties import ties_with_all
from scoring.machinery.arrays import expand, lookup, run_starts
from scoring.machinery.people import current, people_of
from scoring.machinery.scopes import deals_at
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, Floats, Ints

DEEPEST = 3
PART_OF, SISTER, PARTNERS = "part_of", "sister", "partners"
RELATIONS = (*VOCABULARIES["supply_kind"], PART_OF, SISTER, PARTNERS)
GOODS = ("supplies", "resells", "serves")
_GOODS = tuple(code_number("supply_kind", word) for word in GOODS)


@dataclass(frozen=True, slots=True)
class Link:
    """A company joined to the one asked about.

    The edge runs from ``source`` to ``target``, one of which is ``company``; the other is the one asked about at
    depth 1 and the last of ``through`` beyond. Of a sister ``source`` is the company and ``target`` the group; of
    a partner ``target`` is the deal, ``role`` a code and ``vendor`` for whom it works (`NOBODY`: not said).
    """

    company: int
    relation: str
    direction: Literal["in", "out", "across"]
    depth: int
    through: tuple[int, ...]
    source: int
    target: int
    role: int = -1
    vendor: int = NOBODY


@dataclass(frozen=True, slots=True)
class CompanyTies:
    """Our ties with companies' people, by ascending company: the strongest, between whom, and how many know us."""

    company: Ints
    strength: Floats
    colleague: Ints
    person: Ints
    people: Ints


def links_of(snapshot: Snapshot, company: int) -> list[Link]:
    """Everything that joins a company to others, itself left out: by relation, direction, depth and key."""
    found = [*_supplies(snapshot, company), *_groups(snapshot, company), *_partners(snapshot, company)]
    order = {name: at for at, name in enumerate(RELATIONS)}
    others = [each for each in found if each.company != company]
    return sorted(
        others, key=lambda each: (each.depth, order[each.relation], each.direction, each.company, each.target)
    )


def _supplies(snapshot: Snapshot, company: int) -> list[Link]:
    table, holds = current(snapshot, "supplies")
    rows = np.flatnonzero(holds)
    source, target, kind = table.source[rows], table.target[rows], table["kind"][rows].astype(np.int64)
    goods = np.isin(kind, _GOODS)
    found = []
    for inward in (True, False):
        beside = np.flatnonzero(((target if inward else source) == company) & ~goods)
        found += [_link(inward, int(source[at]), int(target[at]), int(kind[at])) for at in beside]
        found += _followed(company, inward, source[goods], target[goods], kind[goods])
    return found


def _link(inward: bool, source: int, target: int, kind: int, through: tuple[int, ...] = ()) -> Link:
    relation = VOCABULARIES["supply_kind"][kind] if kind >= 0 else PART_OF
    company = source if inward else target
    return Link(company, relation, "in" if inward else "out", len(through) + 1, through, source, target)


def _followed(asked: int, inward: bool, source: Ints, target: Ints, kind: Ints) -> list[Link]:
    """The companies up (inward) or down the edges, each by its nearest way."""
    near, far = (target, source) if inward else (source, target)
    ways: dict[int, tuple[int, ...]] = {asked: ()}
    found: list[Link] = []
    level = [asked]
    for _ in range(DEEPEST):
        fresh: dict[int, tuple[int, ...]] = {}
        for at in np.flatnonzero(np.isin(near, level)).tolist():
            here, there = int(near[at]), int(far[at])
            if there in ways:
                continue
            through = () if here == asked else (*ways[here], here)
            fresh.setdefault(there, through)
            if fresh[there] == through:
                found.append(_link(inward, int(source[at]), int(target[at]), int(kind[at]), through))
        ways |= fresh
        level = list(fresh)
    return found


def _groups(snapshot: Snapshot, company: int) -> list[Link]:
    table, holds = current(snapshot, "part_of")
    companies = snapshot.nodes["company"].key
    firms = np.flatnonzero(holds & (lookup(companies, table.source) >= 0) & (lookup(companies, table.target) >= 0))
    child, group = table.source[firms], table.target[firms]
    kind = np.full(len(firms), -1)
    found = [*_followed(company, True, child, group, kind), *_followed(company, False, child, group, kind)]
    above = group[child == company]
    for at in np.flatnonzero(np.isin(group, above) & (child != company)).tolist():
        sister, top = int(child[at]), int(group[at])
        found.append(Link(sister, SISTER, "across", 1, (), sister, top))
    return found


def _partners(snapshot: Snapshot, company: int) -> list[Link]:
    table, holds = current(snapshot, "partners")
    rows = np.flatnonzero(holds & np.isin(table.target, deals_at(snapshot, np.array([company]))))
    return [
        Link(
            int(table.source[at]), PARTNERS, "in", 1, (), int(table.source[at]), int(table.target[at]),
            int(table["role"][at]), int(table["vendor"][at]),
        )
        for at in rows.tolist()
    ]  # fmt: skip


def company_ties(snapshot: Snapshot, parameters: Parameters) -> CompanyTies:
    """Our ties with those who hold seats at each company."""
    people = people_of(snapshot)
    colleague, person, strength = ties_with_all(snapshot, parameters)
    rows = people.rows(person)
    left, right = np.searchsorted(people.seat_person, rows), np.searchsorted(people.seat_person, rows, "right")
    owner, row = expand(left, right - left)
    company = people.seat_company[row]
    order = np.lexsort((person[owner], colleague[owner], -strength[owner], company))
    first = run_starts(company[order])
    best = owner[order[first]]
    active = strength[owner] >= parameters.tie.active
    pairs = np.unique(np.column_stack([company[active], person[owner][active]]), axis=0)
    keys = company[order[first]]
    known = np.searchsorted(pairs[:, 0], keys, "right") - np.searchsorted(pairs[:, 0], keys)
    return CompanyTies(keys, strength[best], colleague[best], person[best], known)
