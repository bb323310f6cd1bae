"""Which facts of a graph are new, gone or revised between two moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import Flags, distinct
from scoring.machinery.people import current
from scoring.snapshot import MISSING, Column, NodeTable, Snapshot
from scoring.types import Ints

TOLD_NODES = (
    "company", "org_unit", "position", "person", "opportunity", "interaction", "observation", "contract", "delivery",
    "ticket", "payment", "objective", "action",
)  # fmt: skip
"""Node types whose news is told; what else there is hangs on these."""
TOLD_EDGES = ("holds", "plays", "covers", "competes", "reports_to", "influences", "knows", "conflicts_with")
"""Edge types whose news is told: new ties and ended ones."""
HAPPENED = {"interaction": "at", "observation": "at"}
"""Types of things that happen: they are new in the window in which they happened."""


@dataclass(frozen=True, slots=True)
class NodeMoves:
    """Keys of one node type: new, gone, and revised with the columns that differ."""

    new: Ints
    gone: Ints
    revised: Ints
    columns: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class EdgeMoves:
    """Pairs (source, target) of one edge type that are new or gone."""

    new: Ints
    gone: Ints


def node_moves(before: Snapshot, after: Snapshot, type_: str) -> NodeMoves:
    """What of a node type is new, gone or revised; something planned is new when it happens."""
    old, new = (happened(each, type_) for each in (before, after))
    both = np.intersect1d(old.key, new.key)
    here, there = old.rows(both), new.rows(both)
    differing = {name: differ(old.columns[name][here], column[there]) for name, column in new.columns.items()}
    some = np.logical_or.reduce(list(differing.values())) if differing else np.zeros(len(both), dtype=bool)
    rows = np.flatnonzero(some)
    return NodeMoves(
        new=np.setdiff1d(new.key, old.key),
        gone=np.setdiff1d(old.key, new.key),
        revised=both[rows],
        columns=tuple(tuple(name for name, flags in differing.items() if flags[row]) for row in rows),
    )


def edge_moves(before: Snapshot, after: Snapshot, type_: str) -> EdgeMoves:
    """Which ties of a type are new and which have ended, each pair once."""
    base = 1 + max(int(end.max(initial=0)) for each in (before, after) for end in _ends(each, type_))
    old, new = (_pairs(each, type_, base) for each in (before, after))

    def pairs(codes: Ints) -> Ints:
        return np.column_stack([codes // base, codes % base])

    return EdgeMoves(new=pairs(np.setdiff1d(new, old)), gone=pairs(np.setdiff1d(old, new)))


def _ends(snapshot: Snapshot, type_: str) -> tuple[Ints, Ints]:
    return snapshot.edges[type_].source, snapshot.edges[type_].target


def happened(snapshot: Snapshot, type_: str) -> NodeTable:
    """The nodes of a type without those that are still to come."""
    table = snapshot.nodes[type_]
    if type_ not in HAPPENED:
        return table
    rows = np.flatnonzero((table[HAPPENED[type_]] != MISSING) & (table[HAPPENED[type_]] <= snapshot.as_of))
    return NodeTable(table.key[rows], {name: column[rows] for name, column in table.columns.items()})


def differ(old: Column, new: Column) -> Flags:
    """Where two columns differ."""
    # NaN, the missing number, differs from itself
    found: Flags = (old != new) & ~((old != old) & (new != new))
    return found


def _pairs(snapshot: Snapshot, type_: str, base: int) -> Ints:
    """The pairs that hold, each as one number."""
    edges, holds = current(snapshot, type_)
    return distinct(edges.source[holds] * base + edges.target[holds])
