"""Which facts belong to which cause of a change, and snapshots put together by cause.

What an interaction or an observation concerns belongs with it, so the rows of CONCERNS go by their source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from types import MappingProxyType

import numpy as np

from graph_schema import registry
from scoring.machinery.arrays import Flags, lookup
from scoring.snapshot import EdgeTable, NodeTable, Snapshot, edge_table

CAUSES = ("clock", "people", "structure", "interactions", "stance", "facts", "reference", "parameters")
"""Causes in the order in which they are switched."""

_OWNED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "people": ("person", "position", "holds", "seat_in"),
    "structure": ("org_unit", "part_of", "reports_to", "knows", "influences", "conflicts_with", "plays"),
    "interactions": ("interaction", "took_part"),
    "stance": ("observation", "about", "toward", "said_by"),
})  # fmt: skip
SHARED = "concerns"
CAUSE_OF: Mapping[str, str] = MappingProxyType({
    **{name: "facts" for name in (*registry().nodes, *registry().edges) if name != SHARED},
    **{name: cause for cause, names in _OWNED.items() for name in names},
})  # fmt: skip
"""The cause of each node and edge type; what is named nowhere else is a plain fact."""


def combined(old: Snapshot, new: Snapshot, switched: Set[str]) -> Snapshot:
    """The old snapshot with the facts of some causes, and the clock if it is one, from the new.

    Each cause's facts are read at the date of the snapshot that they come from.
    """
    clock = new if "clock" in switched else old

    def source(name: str) -> Snapshot:
        return new if CAUSE_OF[name] in switched else old

    edges = {name: source(name).edges[name] for name in registry().edges if name != SHARED}
    edges[SHARED] = _concerns(old, new, switched)
    read = {name: source(name).as_of for name in CAUSE_OF}
    return Snapshot(
        clock.as_of,
        {name: source(name).nodes[name] for name in registry().nodes},
        edges,
        clock.local_days,
        {name: moment for name, moment in read.items() if moment != clock.as_of},
    )


def _concerns(old: Snapshot, new: Snapshot, switched: Set[str]) -> EdgeTable:
    parts = []
    for item, cause in (("interaction", "interactions"), ("observation", "stance")):
        snapshot = new if cause in switched else old
        table = snapshot.edges[SHARED]
        parts.append((table, _among(table, snapshot.nodes[item])))
    if parts[0][0] is parts[1][0]:
        return parts[0][0]

    def joined(
        pick: Callable[[EdgeTable], np.ndarray[tuple[int], np.dtype[np.int64]]],
    ) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.concatenate([pick(table)[rows] for table, rows in parts])

    return edge_table(
        SHARED,
        joined(lambda table: table.source),
        joined(lambda table: table.target),
        {},
        key=joined(lambda table: table.key),
        valid_from=joined(lambda table: table.valid_from),
        valid_to=joined(lambda table: table.valid_to),
    )


def _among(table: EdgeTable, nodes: NodeTable) -> Flags:
    found: Flags = lookup(nodes.key, table.source) >= 0
    return found
