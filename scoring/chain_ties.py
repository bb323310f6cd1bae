"""Ties that run between companies: what partners' people hold, and what a chain or a group makes likely.

Three sorts of hop of an introduction path cross companies.
- `partner`: a partner's person and one of the account's people, by what is on record between the two
  (interactions and tie observations, `scoring.machinery.partners`); whom they know (KNOWS) is a hop of its own.
- `supply`: equals of two companies that a SUPPLIES edge of any kind joins.
- `group`: equals of a company and the group it is PART_OF, or of two companies of one group.
Equals hold seats of the same level, an unknown one counting as ``decision_rights.unknown_level``. That two
companies deal with each other says that their equals may reach each other, not that they have met, so these
hops have one strength each, a parameter. No company of ours is an end of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.machinery.arrays import Flags, Grouping, lookup, run_starts
from scoring.machinery.partners import Stated, partner_terms, partner_ties, partners_of
from scoring.machinery.people import current, people_of
from scoring.machinery.ties import Places
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.ties import account_places, colleague_ties
from scoring.types import COMPANY, NOBODY, Floats, Ints

GROUP = -1
"""Stands where a chain's kind does, for companies of one group."""
RESTRICTED = code_number("sensitivity", "restricted")
_LEVELS = 16


@dataclass(frozen=True, slots=True)
class Hops:
    """Ties between two persons (keys): strength 0..1, and of a chain its ends and kind, `NOBODY` and `GROUP` else."""

    first: Ints
    second: Ints
    strength: Floats
    source: Ints
    target: Ints
    kind: Ints

    def __len__(self) -> int:
        return len(self.first)


def ties_with_all(snapshot: Snapshot, parameters: Parameters) -> tuple[Ints, Ints, Floats]:
    """`colleague_ties`, with a partner's people also as they are met about the accounts where they are partners."""
    partners, own = partners_of(snapshot, parameters), account_places(snapshot)
    account, person = partners.staff // partners.base, people_of(snapshot).rows(partners.staff % partners.base)
    if not len(account):
        return colleague_ties(snapshot, parameters, own)
    places = Places(
        np.concatenate([own.person, person]),
        np.full(len(own) + len(person), COMPANY),
        np.concatenate([own.scope, account]),
        np.concatenate([own.account, account]),
    )
    return colleague_ties(snapshot, parameters, places)


def partner_hops(snapshot: Snapshot, parameters: Parameters, *, restricted: bool) -> Hops:
    """Partners' people and the accounts' people they have a tie with, the best over all accounts.

    Without ``restricted`` as if no restricted observation had been made, as a hop tells that there is one.
    """
    places = account_places(snapshot)
    terms = partner_terms(snapshot, places, parameters)
    stated = terms.stated
    seen = stated.observation != NOBODY
    if not restricted:
        observations = snapshot.nodes["observation"]
        seen &= ~np.isin(stated.observation, observations.key[observations["sensitivity"] == RESTRICTED])
    told = Stated(**{name: getattr(stated, name)[seen] for name in Stated.__slots__})
    ties = partner_ties(replace(terms, stated=told), parameters)
    keys = people_of(snapshot).key
    # a tie with the company as such is nobody's to introduce by
    person = (lookup(keys, ties.holder) >= 0) & (ties.strength > 0)
    holder, known, strength = ties.holder[person], keys[places.person[ties.owner[person]]], ties.strength[person]
    order = np.lexsort((-strength, known, holder))
    best = order[run_starts(holder[order], known[order])]
    none = np.full(len(best), NOBODY)
    return Hops(holder[best], known[best], strength[best], none, none, none)


def company_hops(snapshot: Snapshot, parameters: Parameters) -> Hops:
    """Equals of companies that a chain or a group joins: the stronger where both do."""
    given = parameters.guidance
    supply, group = _supplies(snapshot), _groups(snapshot)
    source, target, kind = (np.concatenate(pair) for pair in zip(supply, group, strict=True))
    strength = np.where(kind == GROUP, given.group_hop, given.supply_hop)
    foreign = ~np.isin(source, people_of(snapshot).ours) & ~np.isin(target, people_of(snapshot).ours)
    usable = foreign & (source != target) & (strength > 0)
    source, target, kind, strength = source[usable], target[usable], kind[usable], strength[usable]
    link, first, second = _equals(snapshot, source, target, parameters)
    low, high = np.minimum(first, second), np.maximum(first, second)
    order = np.lexsort((kind[link], -strength[link], high, low))
    best = order[run_starts(low[order], high[order])]
    link = link[best]
    return Hops(first[best], second[best], strength[link], source[link], target[link], kind[link])


def _supplies(snapshot: Snapshot) -> tuple[Ints, Ints, Ints]:
    table, holds = current(snapshot, "supplies")
    return table.source[holds], table.target[holds], table["kind"][holds].astype(np.int64)


def _groups(snapshot: Snapshot) -> tuple[Ints, Ints, Ints]:
    """A company and its group, and each pair of companies of one group."""
    table, holds = current(snapshot, "part_of")
    companies = snapshot.nodes["company"].key
    firms: Flags = holds & (lookup(companies, table.source) >= 0) & (lookup(companies, table.target) >= 0)
    child, group = table.source[firms], table.target[firms]
    one, other = Grouping.of(group).join(group)
    once = child[one] < child[other]
    first, second = np.concatenate([child, child[one][once]]), np.concatenate([group, child[other][once]])
    return first, second, np.full(len(first), GROUP)


def _equals(snapshot: Snapshot, source: Ints, target: Ints, parameters: Parameters) -> tuple[Ints, Ints, Ints]:
    """Link (place) and the two persons of every pair of equals, colleagues of ours left out."""
    people = people_of(snapshot)
    outside = np.flatnonzero(~people.colleague[people.seat_person])
    stated, unknown = people.seat_level[outside], parameters.decision_rights.unknown_level
    level: Ints = np.where(np.isnan(stated), unknown, stated).astype(np.int64)
    person, company = people.key[people.seat_person[outside]], people.seat_company[outside]
    link, near = Grouping.of(company).join(source)
    pair, far = Grouping.of(company * _LEVELS + level).join(target[link] * _LEVELS + level[near])
    first, second = person[near[pair]], person[far]
    different = first != second
    return link[pair][different], first[different], second[different]
