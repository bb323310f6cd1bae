"""The partition of an account, and the whole graph, as a Snapshot: the same for every engine.

Everything is found by following edges over integer keys, with one read per edge type and step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from brm.store.protocol import Delta
from brm.store.reach import CHAINS, OWN, SETS, STEPS, Step
from brm.store.view import Moment, Tables
from graph_schema import registry
from scoring.machinery.arrays import distinct, run_starts
from scoring.snapshot import EdgeTable, Ints, LocalDays, NodeTable, Patch, Snapshot, edge_table

Flags = npt.NDArray[np.bool_]
_CLOSE = 8
"""A table of flags may be this many times as long as the keys in it."""
_NOTHING: Ints = np.empty(0, dtype=np.int64)


def snapshot_of(
    tables: Tables,
    accounts: Sequence[int] | None,
    moment: Moment,
    local_days: LocalDays,
    joining: Mapping[str, Ints] | None = None,
) -> Snapshot:
    """The partitions of the accounts by key, or with None everything.

    ``joining`` are nodes that are to be there as if a step had led to them, by the set that they would be in.
    """
    if accounts is None:
        known = registry()
        nodes = {name: tables.nodes_at(name, None, moment) for name in known.nodes}
        edges = {name: tables.edges_at(name, None, None, moment) for name in known.edges}
    else:
        keys = np.unique(np.array(accounts, dtype=np.int64))
        reach = Reach(tables.around(keys, moment), moment, {"accounts": keys})
        missing = reach.missing(joining or {})
        if missing:
            # what was read around the accounts alone may not hold what lies around the others
            reach = Reach(tables, moment, {"accounts": keys, **missing})
        nodes, edges = reach.nodes(), reach.edges()
    return Snapshot(moment.at, nodes, whole_edges(nodes, edges), local_days)


def carried_forward(snapshot: Snapshot, delta: Delta) -> Snapshot | None:
    """A snapshot of everything with what was committed since; None when it must be read anew.

    Edges are there only while both their ends are. When an older node comes to exist, edges that nobody
    touched may come back with it, and only the store knows them.
    """
    patch, as_of = delta.patch, max(delta.at, snapshot.as_of)
    if any(len(np.setdiff1d(_among(table.key, delta.older), snapshot.nodes[name].key)) for name, table in
           patch.add_nodes.items()):  # fmt: skip
        return None
    return patched(snapshot, patch, as_of)


def patched(snapshot: Snapshot, patch: Patch, as_of: int) -> Snapshot:
    """The snapshot with a patch applied, and of its edges those whose ends both exist."""
    moved = snapshot.apply(Patch(patch.drop_nodes, patch.add_nodes), as_of)
    added = {name: _with_ends(name, table, moved.nodes) for name, table in patch.add_edges.items()}
    moved = moved.apply(Patch(drop_edges=patch.drop_edges, add_edges=added))
    gone = any(len(keys) > len(patch.add_nodes[name]) for name, keys in patch.drop_nodes.items())
    edges = whole_edges(moved.nodes, moved.edges) if gone else moved.edges
    return Snapshot(as_of, moved.nodes, edges, snapshot.local_days)


def _with_ends(name: str, table: EdgeTable, nodes: Mapping[str, NodeTable]) -> EdgeTable:
    """The few edges whose ends both exist."""
    ends = np.concatenate([table.source, table.target])
    known = np.logical_or.reduce([each.rows(ends) >= 0 for each in nodes.values()])
    return _only(name, table, known[: len(table)] & known[len(table) :])


def _among(keys: Ints, wanted: Ints) -> Ints:
    return np.intersect1d(keys, wanted, assume_unique=True)


def whole_edges(nodes: Mapping[str, NodeTable], edges: Mapping[str, EdgeTable]) -> dict[str, EdgeTable]:
    """The edges whose ends both exist at the moment."""
    among = _membership(np.sort(np.concatenate([table.key for table in nodes.values()])))
    whole: dict[str, EdgeTable] = {}
    for name, table in edges.items():
        keep = among(table.source) & among(table.target)
        whole[name] = table if keep.all() else _only(name, table, keep)
    return whole


def _membership(ordered: Ints) -> Callable[[Ints], Flags]:
    """Tells which keys are among the ordered ones; a table of flags where the keys lie close together."""
    if not len(ordered):
        return lambda keys: np.zeros(len(keys), dtype=np.bool_)
    first, size = int(ordered[0]), int(ordered[-1]) - int(ordered[0]) + 1
    if size <= _CLOSE * len(ordered):
        held = np.zeros(size + 1, dtype=np.bool_)
        held[ordered - first] = True
        # what lies outside reads the last flag, which is never set
        return lambda keys: held[np.where((keys >= first) & (keys < first + size), keys - first, size)]

    def search(keys: Ints) -> Flags:
        at = np.searchsorted(ordered, keys).clip(0, len(ordered) - 1)
        found: Flags = ordered[at] == keys
        return found

    return search


def _only(name: str, table: EdgeTable, keep: Flags) -> EdgeTable:
    return edge_table(
        name,
        table.source[keep],
        table.target[keep],
        {column: cells[keep] for column, cells in table.columns.items()},
        key=table.key[keep],
        valid_from=table.valid_from[keep],
        valid_to=table.valid_to[keep],
    )


def _union(parts: Iterable[Ints]) -> Ints:
    found = list(parts)
    joined: Ints = distinct(np.concatenate(found)) if found else _NOTHING
    return joined


class Reach:
    """Takes the steps: collects node keys set by set, and the edges that were followed."""

    def __init__(self, tables: Tables, moment: Moment, sets: Mapping[str, Ints]) -> None:
        self._tables = tables
        self._moment = moment
        self._edges: dict[str, list[EdgeTable]] = {}
        self._sets: dict[str, Ints] = dict(sets)
        self._placed: Ints = _NOTHING
        self._types: dict[str, Ints] = {}
        for step in STEPS:
            self._take(step)

    def missing(self, wanted: Mapping[str, Ints]) -> dict[str, Ints]:
        """Those of the nodes that are not in the set they should be in; by reference anywhere is enough."""
        anywhere = self._united(SETS)
        found = {
            name: np.setdiff1d(keys, self._united((name,)) if name in OWN else anywhere)
            for name, keys in wanted.items()
        }
        return {name: keys for name, keys in found.items() if len(keys)}

    def _take(self, step: Step) -> None:
        keys = self._united(step.start)
        if step.of is not None:
            keys = self._of_type(step.of, keys)
        if step.without is not None:
            keys = np.setdiff1d(keys, self._united((step.without,)))
        while len(keys):
            across = self._across(step, keys)
            if step.only is not None:
                across = self._of_type(step.only, across)
            known = self._united((*step.known, step.into or "")) if step.again else across
            if step.into is not None:
                self._sets[step.into] = _union((self._united((step.into,)), across))
            keys = np.setdiff1d(across, known)

    def _across(self, step: Step, keys: Ints) -> Ints:
        """The other ends of the edges, which are kept unless the step only peeks."""
        table = self._tables.edges_at(step.edge, step.side, keys, self._moment)
        if len(table) and not step.peek:
            self._edges.setdefault(step.edge, []).append(table)
        ends: Ints = distinct(table.target if step.side == "source" else table.source)
        return ends

    def _united(self, names: Iterable[str]) -> Ints:
        return _union(self._sets.get(name, _NOTHING) for name in names)

    def _of_type(self, type_: str, keys: Ints) -> Ints:
        fresh = np.setdiff1d(keys, self._placed, assume_unique=True)
        if len(fresh):
            for name, found in self._tables.split(fresh).items():
                self._types[name] = _union((self._types.get(name, _NOTHING), found))
            self._placed = _union((self._placed, fresh))
        return np.intersect1d(self._types.get(type_, _NOTHING), keys, assume_unique=True)

    def nodes(self) -> dict[str, NodeTable]:
        """The nodes reached, by type, with our own companies."""
        ours = self._tables.nodes_with("company", "kinds", "ours", self._moment)
        ends = (end for name in CHAINS for table in self._edges.get(name, ()) for end in (table.source, table.target))
        keys = _union((self._united(SETS), ours, *ends))
        return {name: self._tables.nodes_at(name, self._of_type(name, keys), self._moment) for name in registry().nodes}

    def edges(self) -> dict[str, EdgeTable]:
        """The edges followed, each once."""
        return {name: _merged(name, tables) for name, tables in self._edges.items()}


def _merged(name: str, tables: list[EdgeTable]) -> EdgeTable:
    if len(tables) == 1:
        return tables[0]
    source, target, key = (
        np.concatenate([getattr(table, part) for table in tables]) for part in ("source", "target", "key")
    )
    order = np.lexsort((key, target, source))
    first = order[run_starts(source[order], target[order], key[order])]
    joined = {c: np.concatenate([t.columns[c] for t in tables])[first] for c in tables[0].columns}
    return edge_table(
        name,
        source[first],
        target[first],
        joined,
        key=key[first],
        valid_from=np.concatenate([table.valid_from for table in tables])[first],
        valid_to=np.concatenate([table.valid_to for table in tables])[first],
    )
