"""Ties as they are computed, beside what was said of them: pairs of people for an evaluation.

Said is KNOWS, with or without a closeness of 0..1. Computed is, between a colleague and somebody else, the
tie strength T, and between two people of one account the weight of the INFLUENCES edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.evaluation import SEED, Estimate, auc, estimate, spearman
from scoring.machinery.affiliations import Affiliations, affiliations_of
from scoring.machinery.arrays import Flags, distinct, lookup, run_starts, sums
from scoring.machinery.people import current, people_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.ties import colleague_ties
from scoring.types import Floats, Ints

TIE, INFLUENCE = "tie", "influence"
MEASURES = (TIE, INFLUENCE)
MOST_UNSAID = 100_000
"""Pairs that are compared beside those that are said to know each other; of more a seeded sample is drawn."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of people (``first < second``) of one measure.

    ``weight`` is what is computed, 0 where there is nothing; ``said`` whether somebody said that they know
    each other; ``closeness`` how well, NaN where not said. ``sampled``: not all pairs without a statement are there.
    """

    measure: str
    first: Ints
    second: Ints
    weight: Floats
    said: Flags
    closeness: Floats
    sampled: bool

    def __len__(self) -> int:
        return len(self.first)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How well the computed weight tells what was said.

    ``known``: of pairs that are said to know each other from the others. ``close``: among pairs with a stated
    closeness, of those at ``threshold`` or above from those below (``strong`` and ``weak`` of them).
    ``order``: rank correlation with the stated closeness.
    """

    measure: str
    people: int
    pairs: int
    sampled: bool
    said: int
    stated: int
    threshold: float
    strong: int
    weak: int
    known: Estimate
    close: Estimate
    order: Estimate


def tie_pairs(snapshot: Snapshot, parameters: Parameters, *, most: int = MOST_UNSAID) -> Pairs:
    """Our colleagues and the people of the accounts where they have a tie or an acquaintance, with T."""
    people, members = people_of(snapshot), affiliations_of(snapshot)
    colleague, person, strength = colleague_ties(snapshot, parameters)
    said = _said(snapshot)
    ours, theirs = people.rows(said.first), people.rows(said.second)
    inside = (ours >= 0) & (theirs >= 0)
    turned = inside & people.colleague[theirs]
    ours, theirs = np.where(turned, theirs, ours), np.where(turned, ours, theirs)
    inside &= people.colleague[ours] & ~people.colleague[theirs]
    inside[inside] = np.diff(members.start)[theirs[inside]] > 0
    reached = np.concatenate([people.rows(person), theirs[inside]])
    owner, account = members.of(reached)
    by = np.concatenate([people.rows(colleague), ours[inside]])[owner]
    universe = _Universe(_grouped(account, by), _grouped(members.account, members.person), people.key)
    return _filled(TIE, universe, (*_ordered(colleague, person), strength), said.where(inside), most)


def influence_pairs(snapshot: Snapshot, parameters: Parameters, *, most: int = MOST_UNSAID) -> Pairs:
    """People of one account who influence or know anybody, with the mean weight of both directions."""
    people, members = people_of(snapshot), affiliations_of(snapshot)
    influences, holds = current(snapshot, "influences")
    source, target = influences.source[holds], influences.target[holds]
    given = influences["weight"][holds]
    weight = np.where(np.isnan(given), parameters.listening.influence, given) / 2
    said = _said(snapshot)
    mentioned = people.rows(distinct(np.concatenate([source, target, said.first, said.second])))
    active = np.zeros(len(people.key), dtype=bool)
    active[mentioned[mentioned >= 0]] = True
    kept = active[members.person]
    group = _grouped(members.account[kept], members.person[kept])
    together = _together(members, people.rows(said.first), people.rows(said.second), people.base)
    computed = (*_ordered(source, target), weight)
    return _filled(INFLUENCE, _Universe(group, group, people.key), computed, said.where(together), most)


def compare(pairs: Pairs, *, seed: int = SEED) -> Comparison:
    """How well the weights of the pairs agree with what was said of them.

    Model: the area under the ROC curve of pairs said to know each other against all others, and of the close
    against the less close among those with a stated closeness; Spearman's rank correlation with the stated
    closeness. Close is the median of the stated closeness and above, or above it where nothing lies below.
    Inputs: pairs of one measure.
    Returns: the three estimates with 80 % intervals (`scoring.evaluation.estimate`) and the numbers of pairs.
    Properties: the same pairs and seed give the same numbers.
    Limits: a pair without a statement counts as not knowing each other, though it may only not have been asked.
    References: see `scoring.evaluation`.
    """
    stated = np.flatnonzero(~np.isnan(pairs.closeness))
    closeness, weight = pairs.closeness[stated], pairs.weight[stated]
    threshold = _threshold(closeness)
    strong = closeness >= threshold
    ends = pairs.first[stated], pairs.second[stated]
    return Comparison(
        measure=pairs.measure,
        people=len(distinct(np.concatenate([pairs.first, pairs.second]))),
        pairs=len(pairs),
        sampled=pairs.sampled,
        said=int(pairs.said.sum()),
        stated=len(stated),
        threshold=threshold,
        strong=int(strong.sum()),
        weak=int((~strong).sum()),
        known=estimate(auc(pairs.weight, pairs.said), pairs.first, pairs.second, seed=seed),
        close=estimate(auc(weight, strong), *ends, seed=seed),
        order=estimate(spearman(weight, closeness), *ends, seed=seed),
    )


def _threshold(closeness: Floats) -> float:
    if not len(closeness):
        return float("nan")
    middle = float(np.median(closeness))
    above = closeness[closeness > middle]
    return float(above.min()) if len(above) and not (closeness < middle).any() else middle


@dataclass(frozen=True, slots=True)
class _Said:
    """Distinct pairs (``first < second``) that are said to know each other, ordered, and how well."""

    first: Ints
    second: Ints
    closeness: Floats

    def where(self, kept: Flags) -> _Said:
        return _Said(self.first[kept], self.second[kept], self.closeness[kept])


def _said(snapshot: Snapshot) -> _Said:
    """One row per pair; of several kinds of acquaintance the closest counts."""
    knows, holds = current(snapshot, "knows")
    first, second = _ordered(knows.source[holds], knows.target[holds])
    closeness = knows["strength"][holds]
    order = np.lexsort((-closeness, second, first))
    first, second, closeness = first[order], second[order], closeness[order]
    starts = run_starts(first, second)
    return _Said(first[starts], second[starts], closeness[starts])


def _ordered(one: Ints, other: Ints) -> tuple[Ints, Ints]:
    return np.minimum(one, other), np.maximum(one, other)


def _together(members: Affiliations, one: Ints, other: Ints, base: int) -> Flags:
    """Whether two persons (rows, -1 for none) belong to one account."""
    known = np.flatnonzero((one >= 0) & (other >= 0))
    owner, account = members.of(one[known])
    shared = np.isin(other[known][owner] * base + account, members.person * base + members.account)
    found: Flags = np.zeros(len(one), dtype=bool)
    found[known[owner[shared]]] = True
    return found


@dataclass(frozen=True, slots=True)
class _Groups:
    """Person rows by account: those of account ``i`` stand at ``start[i] : start[i] + count[i]``."""

    account: Ints
    start: Ints
    count: Ints
    person: Ints

    def of(self, accounts: Ints) -> _Groups:
        at = lookup(self.account, accounts)
        return _Groups(accounts, self.start[at], self.count[at], self.person)


def _grouped(account: Ints, person: Ints) -> _Groups:
    order = np.lexsort((person, account))
    account, person = account[order], person[order]
    single = run_starts(account, person)
    account, person = account[single], person[single]
    starts = run_starts(account)
    return _Groups(account[starts], starts, np.diff(np.append(starts, len(account))), person)


@dataclass(frozen=True, slots=True)
class _Universe:
    """All pairs of a person on the left and one on the right side of one account."""

    left: _Groups
    right: _Groups
    key: Ints

    def pairs(self, most: int) -> tuple[Ints, Ints, bool]:
        """Each pair of different people once, or those of so many places drawn at random, and whether drawn."""
        accounts = np.intersect1d(self.left.account, self.right.account)
        left, right = self.left.of(accounts), self.right.of(accounts)
        ends = np.cumsum(left.count * right.count)
        size = int(ends[-1]) if len(ends) else 0
        drawn = size > most
        random = np.random.default_rng(SEED)
        places = random.choice(size, most, replace=False) if drawn else np.arange(size, dtype=np.int64)
        account = np.searchsorted(ends, places, side="right")
        inside = places - (ends - left.count * right.count)[account]
        one = left.person[left.start[account] + inside // right.count[account]]
        other = right.person[right.start[account] + inside % right.count[account]]
        first, second = _ordered(self.key[one], self.key[other])
        different = first != second
        return first[different], second[different], drawn


def _filled(measure: str, universe: _Universe, computed: tuple[Ints, Ints, Floats], said: _Said, most: int) -> Pairs:
    """The pairs of the universe and all that are said to know each other, with what is computed of them."""
    base = int(universe.key[-1]) + 1 if len(universe.key) else 1
    first, second, drawn = universe.pairs(most)
    spoken = said.first * base + said.second
    every = distinct(np.concatenate([first * base + second, spoken]))
    at = lookup(every, computed[0] * base + computed[1])
    closeness, flags = np.full(len(every), np.nan), np.zeros(len(every), dtype=bool)
    place = lookup(every, spoken)
    closeness[place], flags[place] = said.closeness, True
    weight = sums(at[at >= 0], computed[2][at >= 0], len(every))
    return Pairs(measure, every // base, every % base, weight, flags, closeness, drawn)
