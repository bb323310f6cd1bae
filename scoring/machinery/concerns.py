"""What interactions and observations concern, and so which scope they count in.

CONCERNS counts as it stood when the item happened; concerning a company of ours says nothing.
- account scope: every item of the person, except those that concern only other accounts (an
  opportunity concerns the account it is FOR);
- opportunity scope: items that concern it, and general items of its account: those that concern no
  opportunity, and either that account or no company at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import Flags, counts, distinct, lookup
from scoring.machinery.people import current, people_of
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, Ints, Rows

NONE, SEVERAL = -1, -2


@dataclass(frozen=True, slots=True)
class Link:
    """A relation from items to entities: the one entity of each item, `NONE` or `SEVERAL`.

    ``first`` is the entity with the least key where there are several.
    """

    sole: Ints
    first: Ints
    pairs: Ints
    base: int

    @classmethod
    def of(cls, item: Ints, entity: Ints, size: int, base: int) -> Link:
        """The relation of ``size`` items that has the given pairs."""
        pairs = distinct(item * base + entity)
        item, entity = pairs // base, pairs % base
        first = np.full(size, NONE, dtype=np.int64)
        first[item[::-1]] = entity[::-1]
        return cls(np.where(counts(item, size) > 1, SEVERAL, first), first, pairs, base)

    def read(self, item: Rows, entity: Ints) -> tuple[Flags, Flags]:
        """Whether each item is linked to nothing, and whether it is linked to each entity."""
        sole = self.sole[item]
        linked: Flags = (sole == entity) & (sole >= 0)
        several = np.flatnonzero(sole == SEVERAL)
        if len(several):
            code = item[several].astype(np.int64) * self.base + entity[several]
            linked[several] = lookup(self.pairs, code) >= 0
        return sole == NONE, linked


@dataclass(frozen=True, slots=True)
class Concerns:
    """What each row of one item table concerns."""

    opportunity: Link
    company: Link
    account: Link

    def in_company(self, item: Rows, company: Ints) -> Flags:
        """Whether an item counts in the scope of an account."""
        nothing, linked = self.account.read(item, company)
        return nothing | linked

    def general(self, item: Rows, company: Ints) -> Flags:
        """Whether an item is of the account and concerns no opportunity."""
        nothing, linked = self.company.read(item, company)
        found: Flags = (self.opportunity.sole[item] == NONE) & (nothing | linked)
        return found

    def in_opportunity(self, item: Rows, opportunity: Ints, account: Ints) -> Flags:
        """Whether an item counts in the scope of an opportunity of the account."""
        without, found = self.opportunity.read(item, opportunity)
        rest = np.flatnonzero(without)
        nothing, linked = self.company.read(item[rest], account[rest])
        found[rest] = nothing | linked
        return found

    def place(self, item: Ints) -> Ints:
        """The narrowest thing each item concerns: an opportunity, else a company, else nothing."""
        opportunity, company = self.opportunity.first[item], self.company.first[item]
        found: Ints = np.where(opportunity != NOBODY, opportunity, company)
        return found


def customer_of(snapshot: Snapshot, opportunities: Ints) -> Ints:
    """The account each opportunity is for, `NOBODY` where none is known."""
    table, holds = current(snapshot, "for")
    at = lookup(table.source[holds], opportunities)
    target = table.target[holds]
    found: Ints = np.where(at >= 0, target[at] if len(target) else NOBODY, NOBODY).astype(np.int64)
    return found


def concerns_of(snapshot: Snapshot, type_: str) -> Concerns:
    """What the rows of the ``interaction`` or ``observation`` table concern, made once."""
    return snapshot.derived(("concerns", type_), lambda each: _build(each, type_))


def _build(snapshot: Snapshot, type_: str) -> Concerns:
    table, nodes = snapshot.edges["concerns"], snapshot.nodes[type_]
    people = people_of(snapshot)
    item = nodes.rows(table.source)
    keep = np.flatnonzero(item >= 0)
    item, target = item[keep], table.target[keep]
    at = nodes["at"][item]
    stood = (table.valid_from[keep] <= at) & (at < table.valid_to[keep])
    item, target = item[stood], target[stood]
    deal = lookup(snapshot.nodes["opportunity"].key, target) >= 0
    firm = ~deal & ~np.isin(target, people.ours)
    account = customer_of(snapshot, target[deal])
    known = account != NOBODY
    size = len(nodes)
    return Concerns(
        opportunity=Link.of(item[deal], target[deal], size, people.base),
        company=Link.of(item[firm], target[firm], size, people.base),
        account=Link.of(
            np.concatenate([item[firm], item[deal][known]]),
            np.concatenate([target[firm], account[known]]),
            size,
            people.base,
        ),
    )
