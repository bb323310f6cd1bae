"""Copies of one snapshot in one snapshot, each with its own edits, so that all are scored at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from graph_schema import TypeSpec, registry
from scoring.machinery.arrays import lookup
from scoring.reference import Reference
from scoring.series import EdgeSpans, NodeSpans, SnapshotSeries
from scoring.snapshot import Column, EdgeTable, Ints, NodeTable, Patch, Snapshot, edge_table, node_table

Edit = Sequence[Patch]
"""What makes one copy: patches that touch different rows."""


class Copies:
    """The copies of a snapshot: each is a world whose entities have keys of their own, at the same moment."""

    def __init__(self, snapshot: Snapshot, number: int) -> None:
        self._snapshot, self._number = snapshot, number
        self._series = SnapshotSeries(
            np.full(number, snapshot.as_of),
            {name: NodeSpans(table, *_throughout(len(table), number)) for name, table in snapshot.nodes.items()},
            {name: EdgeSpans(table, *_throughout(len(table), number)) for name, table in snapshot.edges.items()},
            snapshot.local_days,
        )
        self._places = np.arange(number)

    def own(self, key: int) -> Ints:
        """The key of an entity in each copy."""
        return self._series.own(self._places, np.full(self._number, key))

    def reference(self, given: Reference) -> Reference:
        """The Reference as it is seen from each copy."""
        return self._series.reference(given)

    def laid_out(self) -> Snapshot:
        """All copies as one snapshot, still without edits."""
        given = self._snapshot
        nodes = {name: self._nodes(name, table) for name, table in given.nodes.items() if len(table)}
        edges = {name: self._edges(name, table) for name, table in given.edges.items() if len(table)}
        return Snapshot(given.as_of, nodes, edges, given.local_days, given.read_at)

    def patch(self, edits: Sequence[Edit]) -> Patch:
        """The edits of all copies in one patch; what they add gets a key of its own in each copy."""
        told = [(place, patch) for place, edit in enumerate(edits) for patch in edit]
        mapped = self._mapping([patch for _, patch in told])
        nodes: dict[str, list[tuple[int, NodeTable]]] = {}
        edges: dict[str, list[tuple[int, EdgeTable]]] = {}
        gone: dict[str, list[tuple[Ints, Ints, Ints]]] = {}
        for place, patch in told:
            for name, node in patch.add_nodes.items():
                nodes.setdefault(name, []).append((place, node))
            for name, edge in patch.add_edges.items():
                edges.setdefault(name, []).append((place, edge))
            for name, (source, target, key) in patch.drop_edges.items():
                gone.setdefault(name, []).append((mapped(place, source), mapped(place, target), key))
        return Patch(
            add_nodes={name: _nodes_of(name, tables, mapped) for name, tables in nodes.items()},
            add_edges={name: _edges_of(name, tables, mapped) for name, tables in edges.items()},
            drop_edges={name: _joined(parts) for name, parts in gone.items()},
        )

    def _mapping(self, patches: Sequence[Patch]) -> Callable[[int, Ints], Ints]:
        """The key that a patch's key stands for in a copy."""
        known = self._series.keys
        last = int(known[-1]) if len(known) else 0
        added = [int(table.key.max()) for patch in patches for table in patch.add_nodes.values() if len(table)]
        span = max([last, *added]) - last + 1
        beyond = self._number * (len(known) + 1)

        def mapped(place: int, keys: Ints) -> Ints:
            found = self._series.own(np.full(len(keys), place), keys)
            return np.where(keys > last, beyond + place * span + keys - last, found)

        return mapped

    def _spread(self, keys: Ints) -> Ints:
        """The keys in every copy, copy by copy; what is no entity stays."""
        known = self._series.keys
        at = lookup(known, keys)
        own = self._places[:, None] * (len(known) + 1) + (at + 1)[None, :]
        found: Ints = np.where(at >= 0, own, keys[None, :]).ravel()
        return found

    def _nodes(self, name: str, table: NodeTable) -> NodeTable:
        return NodeTable(self._spread(table.key), dict(self._columns(registry().nodes[name], table)))

    def _edges(self, name: str, table: EdgeTable) -> EdgeTable:
        spec, many = registry().edges[name], self._number
        by_entity = spec.key is not None and spec.properties[spec.key].kind == "ref"
        return EdgeTable(
            self._spread(table.source),
            self._spread(table.target),
            self._spread(table.key) if by_entity else np.tile(table.key, many),
            np.tile(table.valid_from, many),
            np.tile(table.valid_to, many),
            dict(self._columns(spec, table)),
        )

    def _columns(self, spec: TypeSpec, table: NodeTable | EdgeTable) -> Iterator[tuple[str, Column]]:
        for name, cells in table.columns.items():
            entity = name in spec.properties and spec.properties[name].kind == "ref"
            yield name, self._spread(cells) if entity else np.tile(cells, self._number)


def _throughout(size: int, number: int) -> tuple[Ints, Ints]:
    """Rows that are there in all copies."""
    return np.zeros(size, dtype=np.int64), np.full(size, number, dtype=np.int64)


def _nodes_of(name: str, tables: Sequence[tuple[int, NodeTable]], mapped: Callable[[int, Ints], Ints]) -> NodeTable:
    key = np.concatenate([mapped(place, table.key) for place, table in tables])
    columns = tables[0][1].columns
    return node_table(name, key, {each: np.concatenate([table[each] for _, table in tables]) for each in columns})


def _edges_of(name: str, tables: Sequence[tuple[int, EdgeTable]], mapped: Callable[[int, Ints], Ints]) -> EdgeTable:
    source, target = (
        np.concatenate([mapped(place, getattr(table, end)) for place, table in tables]) for end in ("source", "target")
    )
    key, start, stop = (
        np.concatenate([getattr(table, part) for _, table in tables]) for part in ("key", "valid_from", "valid_to")
    )
    columns = tables[0][1].columns
    joined = {each: np.concatenate([table[each] for _, table in tables]) for each in columns}
    return edge_table(name, source, target, joined, key=key, valid_from=start, valid_to=stop)


def _joined(parts: Sequence[tuple[Ints, Ints, Ints]]) -> tuple[Ints, Ints, Ints]:
    source, target, key = (np.concatenate(each) for each in zip(*parts, strict=True))
    return source, target, key
