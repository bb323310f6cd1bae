"""What edits do to scores: before, after, and the part of each edit, by the scorers themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from scoring.holdings import held_at
from scoring.machinery.scopes import deals_at
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import Scorer
from scoring.shapley import coalitions, shapley
from scoring.snapshot import Snapshot
from scoring.types import US, Floats, Ints

SCORE, CAPITAL = "score", "capital"
LEAST = 1e-9
"""A number that moves by less does not move."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The numbers of one kind that move, by row: whose, before and after, and a column of ``parts`` per edit.

    NaN where there is no such number before or after; such a row has no parts. ``measure`` is `SCORE`, or
    `CAPITAL` for kinds that rank people over all accounts.
    """

    kind: str
    measure: str
    subject: Ints
    vendor: Ints
    scope: Ints
    before: Floats
    after: Floats
    parts: Floats

    def __len__(self) -> int:
        return len(self.subject)

    @property
    def total(self) -> Floats:
        """After less before."""
        return self.after - self.before


def moved(
    scorers: Iterable[Scorer],
    graph: Callable[[frozenset[int]], Snapshot],
    number: int,
    reference: Reference,
    parameters: Parameters,
    accounts: Ints,
    deals: Ints,
) -> list[Moved]:
    """Every number of some accounts, their deals and people that edits move.

    Model: each scorer on the snapshots with some of the edits made; parts are `scoring.shapley`'s. A scorer
    that ranks people over all accounts is told by what it ranks: the colleague's capital at these accounts.
    Inputs: ``graph`` gives the snapshot with a set of edits (by place, ``number`` of them) made; it holds the
    partitions of the ``accounts`` (keys); ``deals`` are opportunities beside theirs. The Reference stays as it is.
    Returns: per scorer a row per subject, vendor and scope whose number moves by more than `LEAST`.
    Properties: parts sum to the total; it is what writing the edits to the graph would change.
    Limits: a number that is missing with some of the edits made counts there as half-way between before and after.
    """
    none, every = frozenset[int](), frozenset(range(number))
    ends = [deals_at(graph(each), accounts) for each in (none, every)]
    scopes = np.unique(np.concatenate([accounts, deals, *ends]))

    def rows(scorer: Scorer, made: frozenset[int]) -> tuple[Ints, Floats]:
        if scorer.whole:
            held = held_at(graph(made), reference, parameters, accounts)
            return np.column_stack([held.colleague, np.full(len(held.colleague), US), held.account]), held.worth
        frame = scorer.score(graph(made), reference, parameters)
        kept = np.flatnonzero(np.isin(frame.scope, scopes) & ~np.isnan(frame.score))
        return np.column_stack([frame.subject, frame.vendor, frame.scope])[kept], frame.score[kept]

    return [_of_kind(scorer, partial(rows, scorer), number) for scorer in scorers]


Rows = Callable[[frozenset[int]], tuple[Ints, Floats]]


def _of_kind(scorer: Scorer, rows: Rows, number: int) -> Moved:
    none, every = frozenset[int](), frozenset(range(number))
    ends = {made: rows(made) for made in (none, every)}
    keys = np.unique(np.concatenate([found for found, _ in ends.values()]), axis=0)
    before, after = (_values(*ends[made], keys) for made in (none, every))
    moves = np.flatnonzero((np.isnan(before) != np.isnan(after)) | (np.abs(after - before) > LEAST))
    keys, before, after = keys[moves], before[moves], after[moves]
    parts = np.full((len(keys), number), np.nan)
    known = np.flatnonzero(~np.isnan(before) & ~np.isnan(after))
    if len(known):
        middle = (before + after)[known] / 2

        def value(made: frozenset[int]) -> Floats:
            found = _values(*(ends[made] if made in ends else rows(made)), keys[known])
            return np.where(np.isnan(found), middle, found)

        values = {made: value(made) for made in coalitions(number)}
        parts[known] = shapley(number, values.__getitem__)
    measure = CAPITAL if scorer.whole else SCORE
    return Moved(scorer.kind, measure, keys[:, 0], keys[:, 1], keys[:, 2], before, after, parts)


def _values(keys: Ints, values: Floats, wanted: Ints) -> Floats:
    """The value of each wanted key, NaN where there is none."""
    every, code = np.unique(np.concatenate([keys, wanted]), axis=0, return_inverse=True)
    found = np.full(len(every), np.nan)
    found[code.ravel()[: len(keys)]] = values
    return found[code.ravel()[len(keys) :]]
