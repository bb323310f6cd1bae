"""Partitions cut out of a snapshot of everything, so that one account is scored anew without another read."""

from __future__ import annotations

import numpy as np

from brm.store.partition import Reach, whole_edges
from brm.store.view import Moment, Side
from graph_schema import registry
from scoring.machinery.arrays import Flags, expand
from scoring.snapshot import EdgeTable, Ints, NodeTable, Snapshot

_PART = 1 << 15
"""Rows that are looked through at a time."""


def cut(snapshot: Snapshot, accounts: Ints, deals: Ints) -> Snapshot:
    """The partitions of accounts, as `Store.snapshot` gives them, with those of further opportunities."""
    moment = Moment(snapshot.as_of, snapshot.as_of)
    reach = Reach(
        SnapshotTables(snapshot), moment, {"accounts": np.unique(accounts), "opportunities": np.unique(deals)}
    )
    nodes = reach.nodes()
    return Snapshot(snapshot.as_of, nodes, whole_edges(nodes, reach.edges()), snapshot.local_days)


class SnapshotTables:
    """A snapshot as tables; whatever moment is asked for, it is the snapshot's own."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def around(self, accounts: Ints, moment: Moment) -> SnapshotTables:
        """The same tables."""
        return self

    def nodes_at(self, type_: str, keys: Ints | None, moment: Moment) -> NodeTable:
        """The nodes of a type, all of them or those with these keys."""
        table = self._snapshot.nodes[type_]
        if keys is None:
            return table
        rows = table.rows(keys)
        rows = np.sort(rows[rows >= 0])
        return NodeTable(table.key[rows], {name: column[rows] for name, column in table.columns.items()})

    def split(self, keys: Ints) -> dict[str, Ints]:
        """The keys by the type of their node, each in order."""
        ordered = np.sort(keys)
        found = {name: ordered[table.rows(ordered) >= 0] for name, table in self._snapshot.nodes.items() if len(table)}
        return {name: of_type for name, of_type in found.items() if len(of_type)}

    def nodes_with(self, type_: str, name: str, word: str, moment: Moment) -> Ints:
        """The nodes of a type whose set of codes ``name`` holds the word, in order."""
        table = self._snapshot.nodes[type_]
        bit = 1 << registry().nodes[type_].properties[name].words.index(word)
        found: Ints = table.key[(table[name] & bit) > 0]
        return found

    def edges_at(self, type_: str, side: Side | None, keys: Ints | None, moment: Moment) -> EdgeTable:
        """The edges of a type, all of them or those with one of the keys on that side."""
        table = self._snapshot.edges[type_]
        if side is None or keys is None:
            return table
        rows = rows_at(table, side, keys)
        return EdgeTable(
            table.source[rows],
            table.target[rows],
            table.key[rows],
            table.valid_from[rows],
            table.valid_to[rows],
            {name: column[rows] for name, column in table.columns.items()},
        )


def rows_at(table: EdgeTable, side: Side, keys: Ints) -> Ints:
    """The rows that have one of the ascending keys on a side, in order."""
    if not len(keys) or not len(table):
        return np.empty(0, dtype=np.int64)
    if side == "target":
        return np.flatnonzero(_among(table.target, keys))
    left, right = np.searchsorted(table.source, keys), np.searchsorted(table.source, keys, "right")
    return expand(left, right - left)[1]


def _among(ends: Ints, keys: Ints) -> Flags:
    """Whether each end is one of the keys: a table of flags over the keys' span, read part by part in cache."""
    span = int(keys[-1] - keys[0]) + 1
    held = np.zeros(span + 1, dtype=np.bool_)
    held[keys - keys[0]] = True
    found: Flags = np.empty(len(ends), dtype=np.bool_)
    for at in range(0, len(ends), _PART):
        # an end before the first key wraps around and, like one after the last, reads the flag that is never set
        offset = np.minimum((ends[at : at + _PART] - keys[0]).view(np.uint64), np.uint64(span))
        found[at : at + _PART] = held[offset.view(np.int64)]
    return found
