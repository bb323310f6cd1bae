"""What edits do to scores: before, after, and the part of each edit, by the scorers themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.change import Changes, score_keys, values_at
from scoring.frames import points
from scoring.holdings import held_at
from scoring.machinery.scopes import deals_at
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import Scorer
from scoring.series import side_by_side
from scoring.shapley import coalitions, shapley
from scoring.snapshot import Snapshot
from scoring.types import US, Floats, Ints

SCORE, CAPITAL = "score", "capital"
LEAST = 1e-9
"""A number that moves by less does not move."""
MOST_ROWS = 300_000
"""Rows of nodes and edges up to which snapshots are scored together."""


@dataclass(frozen=True, slots=True)
class Moved(Changes):
    """The numbers of one kind that move, by row: whose, before and after, and a column of ``parts`` per edit.

    NaN where there is no such number before or after; such a row has no parts. ``measure`` is `SCORE`, or
    `CAPITAL` for kinds that rank people over all accounts.
    """

    kind: str
    measure: str


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
    Returns: per scorer a row per subject, vendor and scope whose number moves by more than `LEAST`; a probability's
    numbers are in points of 100.
    Properties: parts sum to the total, which is what writing the edits to the graph would change.
    Limits: a number that is missing with some of the edits made counts there as half-way between before and after.
    """
    sets = coalitions(number)
    graphs = [graph(made) for made in sets]
    ends = [deals_at(each, accounts) for each in (graphs[0], graphs[-1])]
    scopes = np.unique(np.concatenate([accounts, deals, *ends]))
    worlds = [_Worlds(group, reference) for group in _groups(graphs)]
    return [
        _of_kind(scorer, [rows for each in worlds for rows in each.rows(scorer, parameters, accounts, scopes)], sets)
        for scorer in scorers
    ]


Rows = tuple[Ints, Floats]
"""Subject, vendor and scope of each number, and the numbers."""


def _groups(graphs: Sequence[Snapshot]) -> Iterator[Sequence[Snapshot]]:
    """As many snapshots together as are still small."""
    rows = sum(map(len, graphs[0].nodes.values())) + sum(map(len, graphs[0].edges.values()))
    size = max(1, MOST_ROWS // max(rows, 1))
    return (graphs[at : at + size] for at in range(0, len(graphs), size))


class _Worlds:
    """Snapshots that are scored at once, since most of the time of scoring few rows is the same for many."""

    def __init__(self, graphs: Sequence[Snapshot], reference: Reference) -> None:
        self._number = len(graphs)
        self._series = side_by_side(graphs) if self._number > 1 else None
        self._snapshot = self._series.laid_out() if self._series else graphs[0]
        self._reference = self._series.reference(reference) if self._series else reference

    def rows(self, scorer: Scorer, parameters: Parameters, accounts: Ints, scopes: Ints) -> list[Rows]:
        """The numbers of a kind, world by world."""
        keys, values = self._scored(scorer, parameters, self._own(accounts), self._own(scopes))
        if self._series is None:
            return [(keys, values)]
        place = self._series.place_of(keys[:, 2])
        given = self._series.given(keys)
        return [(given[place == each], values[place == each]) for each in range(self._number)]

    def _scored(self, scorer: Scorer, parameters: Parameters, accounts: Ints, scopes: Ints) -> Rows:
        if scorer.whole:
            held = held_at(self._snapshot, self._reference, parameters, accounts)
            return np.column_stack([held.colleague, np.full(len(held.colleague), US), held.account]), held.worth
        frame = scorer.score(self._snapshot, self._reference, parameters)
        values = points(frame)
        kept = np.flatnonzero(np.isin(frame.scope, scopes) & ~np.isnan(values))
        return score_keys(frame)[kept], values[kept]

    def _own(self, keys: Ints) -> Ints:
        if self._series is None:
            return keys
        place = np.repeat(np.arange(self._number), len(keys))
        return np.unique(self._series.own(place, np.tile(keys, self._number)))


def _of_kind(scorer: Scorer, rows: Sequence[Rows], sets: Sequence[frozenset[int]]) -> Moved:
    number = len(sets[-1])
    keys = np.unique(np.concatenate([rows[0][0], rows[-1][0]]), axis=0)
    before, after = (values_at(*rows[end], keys) for end in (0, -1))
    moves = np.flatnonzero((np.isnan(before) != np.isnan(after)) | (np.abs(after - before) > LEAST))
    keys, before, after = keys[moves], before[moves], after[moves]
    parts = np.full((len(keys), number), np.nan)
    known = np.flatnonzero(~np.isnan(before) & ~np.isnan(after))
    if len(known):
        middle = (before + after)[known] / 2
        found = [values_at(*each, keys[known]) for each in rows]
        values = {made: np.where(np.isnan(each), middle, each) for made, each in zip(sets, found, strict=True)}
        parts[known] = shapley(number, values.__getitem__)
    measure = CAPITAL if scorer.whole else SCORE
    return Moved(keys[:, 0], keys[:, 1], keys[:, 2], before, after, parts, scorer.kind, measure)
