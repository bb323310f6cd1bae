"""What lies around accounts at several moments, read once: the steps of a partition, taken at all of them.

An entity that is reached at some moment is told of at all. So a moment may hold more than the partitions
of that moment, which changes none of their scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np

from brm.store.history import Fact, Folded, fold
from brm.store.partition import snapshot_of
from brm.store.reach import CHAINS, SETS, STEPS, Step
from brm.store.view import Moment, Side, Tables
from graph_schema import registry
from scoring.machinery.arrays import run_starts
from scoring.series import EdgeSpans, NodeSpans, SnapshotSeries
from scoring.snapshot import Column, EdgeTable, Ints, LocalDays, NodeTable, Snapshot

_NOTHING: Ints = np.empty(0, dtype=np.int64)


class SpanTables(Protocol):
    """Tables over several moments."""

    def split(self, keys: Ints) -> dict[str, Ints]:
        """The keys by the type of their node, each in order."""

    def nodes_ever_with(self, type_: str, name: str, word: str) -> Ints:
        """The nodes of a type whose set of codes ``name`` holds, or once held, the word."""

    def nodes_over(self, type_: str, keys: Ints) -> NodeSpans:
        """The nodes of a type with these keys."""

    def edges_over(self, type_: str, side: Side, keys: Ints) -> EdgeSpans:
        """The edges of a type with one of the keys on that side."""


def runs(facts: Sequence[Fact], moments: Sequence[Moment]) -> list[tuple[int, int, Folded]]:
    """What versions say over ascending moments: first and stop of each stretch, and the state there."""
    at, known = [each.at for each in moments], [each.known_at for each in moments]
    starts = np.searchsorted(at, [bound for fact in facts for bound in (fact.valid_from, fact.valid_to)])
    learnt = np.searchsorted(known, [fact.recorded_at for fact in facts])
    edges = sorted({0, len(moments), *starts.tolist(), *learnt.tolist()})
    states = ((first, stop, fold(facts, moments[first].at, moments[first].known_at)) for first, stop in pairwise(edges))
    return [(first, stop, state) for first, stop, state in states if state is not None]


def node_spans(key: Ints, columns: Mapping[str, Column], first: Ints, stop: Ints) -> NodeSpans:
    """Spans in their order."""
    order = np.lexsort((first, key))
    table = NodeTable(key[order], {name: cells[order] for name, cells in columns.items()})
    return NodeSpans(table, first[order], stop[order])


def edge_spans(
    identity: tuple[Ints, Ints, Ints, Ints, Ints], columns: Mapping[str, Column], first: Ints, stop: Ints
) -> EdgeSpans:
    """Spans in their order, each once; ``identity`` is source, target, key, and the bounds of validity."""
    source, target, key, start, end = identity
    order = np.lexsort((first, key, target, source))
    order = order[run_starts(source[order], target[order], key[order], first[order])]
    sorted_ = {name: cells[order] for name, cells in columns.items()}
    table = EdgeTable(source[order], target[order], key[order], start[order], end[order], sorted_)
    return EdgeSpans(table, first[order], stop[order])


def read_one_by_one(
    tables: Tables, accounts: Sequence[int], moments: Sequence[Moment], local_days: LocalDays
) -> SnapshotSeries:
    """A snapshot per moment, side by side."""
    return side_by_side([snapshot_of(tables, accounts, moment, local_days) for moment in moments])


def side_by_side(snapshots: Sequence[Snapshot]) -> SnapshotSeries:
    """Snapshots, ascending, as a series."""
    nodes = {name: _stood([each.nodes[name] for each in snapshots]) for name in registry().nodes}
    edges = {name: _held([each.edges[name] for each in snapshots]) for name in registry().edges}
    moments = np.array([each.as_of for each in snapshots], dtype=np.int64)
    return SnapshotSeries(moments, nodes, edges, snapshots[0].local_days)


def _stood(tables: Sequence[NodeTable]) -> NodeSpans:
    place = _places(tables)
    return node_spans(np.concatenate([table.key for table in tables]), _joined(tables), place, place + 1)


def _held(tables: Sequence[EdgeTable]) -> EdgeSpans:
    source, target, key, start, stop = (
        np.concatenate([getattr(table, part) for table in tables])
        for part in ("source", "target", "key", "valid_from", "valid_to")
    )
    place = _places(tables)
    return edge_spans((source, target, key, start, stop), _joined(tables), place, place + 1)


def _places(tables: Sequence[NodeTable] | Sequence[EdgeTable]) -> Ints:
    return np.repeat(np.arange(len(tables)), [len(table) for table in tables])


def _joined(tables: Sequence[NodeTable] | Sequence[EdgeTable]) -> dict[str, Column]:
    return {name: np.concatenate([table.columns[name] for table in tables]) for name in tables[0].columns}


def read_at_once(
    tables: SpanTables, accounts: Sequence[int], moments: Sequence[Moment], local_days: LocalDays
) -> SnapshotSeries:
    """The steps taken once, along everything that is there at any of the moments."""
    reach = _Reach(tables, np.unique(np.array(accounts, dtype=np.int64)))
    at = np.array([moment.at for moment in moments], dtype=np.int64)
    return SnapshotSeries(at, reach.nodes(), reach.edges(), local_days)


class _Reach:
    """Collects node keys set by set, and the edges that were followed; it leaves nothing out that a step would."""

    def __init__(self, tables: SpanTables, accounts: Ints) -> None:
        self._tables = tables
        self._edges: dict[str, list[EdgeSpans]] = {}
        self._sets: dict[str, Ints] = {"accounts": accounts}
        self._types: dict[str, Ints] = {}
        self._placed: Ints = _NOTHING
        for step in STEPS:
            self._take(step)

    def _take(self, step: Step) -> None:
        keys = self._united(step.start)
        if step.of is not None:
            keys = self._of_type(step.of, keys)
        known = keys
        while len(keys):
            across = self._across(step, keys)
            if step.only is not None:
                across = self._of_type(step.only, across)
            if step.into is not None:
                self._sets[step.into] = np.union1d(self._united((step.into,)), across)
            keys = np.setdiff1d(across, known) if step.again else _NOTHING
            known = np.union1d(known, keys)

    def _across(self, step: Step, keys: Ints) -> Ints:
        spans = self._tables.edges_over(step.edge, step.side, keys)
        if len(spans.table) and not step.peek:
            self._edges.setdefault(step.edge, []).append(spans)
        return np.unique(spans.table.target if step.side == "source" else spans.table.source)

    def _united(self, names: Iterable[str]) -> Ints:
        return np.unique(np.concatenate([_NOTHING, *(self._sets.get(name, _NOTHING) for name in names)]))

    def _of_type(self, type_: str, keys: Ints) -> Ints:
        fresh = np.setdiff1d(keys, self._placed, assume_unique=True)
        for name, found in self._tables.split(fresh).items() if len(fresh) else ():
            self._types[name] = np.union1d(self._types.get(name, _NOTHING), found)
        self._placed = np.union1d(self._placed, fresh)
        return np.intersect1d(self._types.get(type_, _NOTHING), keys, assume_unique=True)

    def nodes(self) -> dict[str, NodeSpans]:
        """The nodes reached, by type, with our own companies."""
        ours = self._tables.nodes_ever_with("company", "kinds", "ours")
        chains = [spans.table for name in CHAINS for spans in self._edges.get(name, ())]
        keys = np.unique(
            np.concatenate([self._united(SETS), ours, *(end for each in chains for end in (each.source, each.target))])
        )
        return {name: self._tables.nodes_over(name, self._of_type(name, keys)) for name in registry().nodes}

    def edges(self) -> dict[str, EdgeSpans]:
        """The edges followed, each once."""
        return {name: _merged(spans) for name, spans in self._edges.items()}


def _merged(parts: Sequence[EdgeSpans]) -> EdgeSpans:
    if len(parts) == 1:
        return parts[0]
    tables = [part.table for part in parts]
    source, target, key, start, stop = (
        np.concatenate([getattr(table, part) for table in tables])
        for part in ("source", "target", "key", "valid_from", "valid_to")
    )
    first, last = (np.concatenate([getattr(part, side) for part in parts]) for side in ("first", "stop"))
    return edge_spans((source, target, key, start, stop), _joined(tables), first, last)
