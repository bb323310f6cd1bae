"""Whose partitions a change can touch: the steps of `brm.store.reach` taken backwards.

What is found may be more than what really changes, never less: edges are followed whatever else their
step asks for, and an edge that was touched counts as there, before and after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from brm.store.cutting import rows_at
from brm.store.reach import CHAINS, NAMED, SETS, STEPS, Side, Step
from graph_schema import TypeSpec, registry
from graph_schema.vocabulary import code_number
from scoring.snapshot import EdgeTable, Ints, Patch, Snapshot

_OURS = 1 << code_number("company_kind", "ours")
_NOTHING: Ints = np.empty(0, dtype=np.int64)
Ends = tuple[Ints, Ints]


@dataclass(frozen=True, slots=True)
class Affected:
    """Accounts, and opportunities: all that are for them, and others that were reached."""

    accounts: Ints
    deals: Ints
    orphans: Ints
    """Those opportunities that are for nobody, whose partitions no account has."""


def our_companies(snapshot: Snapshot) -> Ints:
    """The keys of our own companies, which every partition holds."""
    table = snapshot.nodes["company"]
    found: Ints = table.key[(table["kinds"] & _OURS) > 0]
    return found


def partitions_of(snapshot: Snapshot, patches: Sequence[Patch]) -> Affected | None:
    """Whose partitions patches touched that led to the snapshot, by its images before and after them.

    None for everybody's: every partition holds our own companies. Which ones those are, is taken to be the
    same before.
    """
    companies = [patch.drop_nodes["company"] for patch in patches if "company" in patch.drop_nodes]
    if len(np.intersect1d(np.concatenate([_NOTHING, *companies]), our_companies(snapshot))):
        return None
    back = _Back(snapshot, _edges_of(patches))
    back.start(patches)
    return back.found()


def with_lost_edges(before: Snapshot, patch: Patch) -> Patch:
    """The patch, that also drops the edges which go because one of their ends goes."""
    gone = {name: np.setdiff1d(keys, patch.add_nodes[name].key) for name, keys in patch.drop_nodes.items()}
    gone = {name: keys for name, keys in gone.items() if len(keys)}
    if not gone:
        return patch
    lost = {name: _incident(before.edges[name], spec, gone) for name, spec in registry().edges.items()}
    named = {name: patch.drop_edges.get(name, (_NOTHING,) * 3) for name in lost}
    drop = {
        name: (source, target, key)
        for name, triple in named.items()
        for source, target, key in [(np.concatenate(pair) for pair in zip(triple, lost[name], strict=True))]
        if len(source)
    }
    return Patch(patch.drop_nodes, patch.add_nodes, drop, patch.add_edges)


def _incident(table: EdgeTable, spec: TypeSpec, gone: Mapping[str, Ints]) -> tuple[Ints, Ints, Ints]:
    """The edges that have one of the nodes as an end."""
    parts = [_NOTHING]
    for side, types in zip(_SIDES, (spec.source, spec.target), strict=True):
        keys = [keys for name, keys in gone.items() if name in types]
        parts += [rows_at(table, side, np.unique(np.concatenate(keys)))] if keys else []
    rows = np.unique(np.concatenate(parts))
    return table.source[rows], table.target[rows], table.key[rows]


def _edges_of(patches: Iterable[Patch]) -> dict[str, Ends]:
    parts: dict[str, list[Ends]] = {}
    for patch in patches:
        for name, (source, target, _) in patch.drop_edges.items():
            parts.setdefault(name, []).append((source, target))
    return {name: _joined(ends) for name, ends in parts.items()}


def _joined(ends: Sequence[Ends]) -> Ends:
    return np.concatenate([source for source, _ in ends]), np.concatenate([target for _, target in ends])


def _starts(step: Step) -> tuple[str, ...]:
    """The sets that a step begins from, its own when it is taken again."""
    return (*step.start, step.into) if step.again and step.into is not None else step.start


_INTO: Mapping[str, tuple[Step, ...]] = {name: tuple(step for step in STEPS if step.into == name) for name in SETS}


class _Back:
    """Collects, set by set, the nodes that something touched may have been reached through."""

    def __init__(self, snapshot: Snapshot, touched: Mapping[str, Ends]) -> None:
        self._snapshot = snapshot
        self._touched = touched
        self._sets: dict[str, Ints] = dict.fromkeys(SETS, _NOTHING)
        self._waiting: dict[str, Ints] = {}

    def start(self, patches: Iterable[Patch]) -> None:
        """From the touched nodes and edges back to accounts."""
        for name, ends in self._touched.items():
            self._edges(name, ends)
        for patch in patches:
            for name, keys in patch.drop_nodes.items():
                self._node(name, np.sort(keys))
        while self._waiting:
            name, keys = self._waiting.popitem()
            for step in _INTO[name]:
                self._add(_starts(step), self._nearer(step, keys))

    def _edges(self, name: str, ends: Ends) -> None:
        for step in STEPS:
            if step.edge == name:
                self._add(_starts(step), ends[0] if step.side == "source" else ends[1])

    def _node(self, type_: str, keys: Ints) -> None:
        """A node may be in every set that has its type, or at an end of a chain."""
        self._add([name for name in SETS if type_ in _TYPES[name] and name not in NAMED], keys)
        for chain in CHAINS:
            table = self._snapshot.edges[chain]
            rows = np.concatenate([rows_at(table, side, self._known(table, chain, side, keys)) for side in _SIDES])
            self._edges(chain, (table.source[rows], table.target[rows]))

    def _nearer(self, step: Step, keys: Ints) -> Ints:
        """The starting ends of the step's edges to these nodes."""
        table = self._snapshot.edges[step.edge]
        far: Side = "target" if step.side == "source" else "source"
        rows = rows_at(table, far, self._known(table, step.edge, far, keys))
        parts = [table.source[rows] if step.side == "source" else table.target[rows]]
        if step.edge in self._touched:
            source, target = self._touched[step.edge]
            near, across = (source, target) if step.side == "source" else (target, source)
            parts.append(near[np.isin(across, keys)])
        return np.concatenate(parts)

    def _known(self, table: EdgeTable, name: str, side: Side, keys: Ints) -> Ints:
        """Those of the keys that can be an end of such edges, so that no table is searched in vain."""
        if side == "source" or not len(keys) or not len(table):
            return keys
        fits = np.zeros(len(keys), dtype=np.bool_)
        for type_ in registry().edges[name].target:
            fits |= self._snapshot.nodes[type_].rows(keys) >= 0
        return keys[fits]

    def _add(self, names: Iterable[str], keys: Ints) -> None:
        for name in names:
            fresh = np.setdiff1d(keys, self._sets[name])
            if len(fresh):
                self._sets[name] = np.union1d(self._sets[name], fresh)
                self._waiting[name] = np.union1d(self._waiting.get(name, _NOTHING), fresh)

    def found(self) -> Affected | None:
        """The accounts and opportunities that were reached; None for all."""
        companies, nodes = self._sets["accounts"], self._snapshot.nodes
        ours = our_companies(self._snapshot)
        other = [table.rows(companies) >= 0 for name, table in nodes.items() if name != "company"]
        accounts = np.setdiff1d(companies[~np.logical_or.reduce(other)], ours)
        table = self._snapshot.edges["for"]
        source, target = _joined([(table.source, table.target), self._touched.get("for", (_NOTHING, _NOTHING))])
        # where our own company is a customer too, its partition is about everything
        if len(np.intersect1d(np.intersect1d(companies, ours), target)):
            return None
        reached = self._sets["opportunities"]
        deals = np.union1d(reached, source[np.isin(target, accounts)])
        known = np.intersect1d(reached, nodes["opportunity"].key)
        return Affected(accounts, deals, np.setdiff1d(known, table.source))


_SIDES: tuple[Side, Side] = ("source", "target")


def _types() -> Mapping[str, frozenset[str]]:
    """The node types that each set can have, by what its steps' edges join."""
    edges = registry().edges
    found: dict[str, set[str]] = {name: set() for name in SETS}
    found["accounts"].add("company")
    for step in STEPS:
        if step.into is not None:
            spec = edges[step.edge]
            across = spec.target if step.side == "source" else spec.source
            found[step.into].update([step.only] if step.only else across)
    return {name: frozenset(types) for name, types in found.items()}


_TYPES = _types()
