"""What commits since a revision change in a snapshot, so that it is carried forward instead of read anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

import numpy as np

from brm.store.history import Entry, Folded, fold, properties_of
from brm.store.protocol import Delta
from brm.store.tables import columns_of
from brm.store.view import Moment, View
from graph_schema import registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef
from scoring.snapshot import ALWAYS, OPEN, EdgeTable, Ints, NodeTable, Patch, edge_key_code, edge_table

MOST = 5_000
"""Touched entities up to which a snapshot is carried forward."""


def delta(view: View, since: int, moment: Moment) -> Delta | None:
    """The rows of all entities that were touched, as they stand at the moment; None when they are too many."""
    touched = [each.entity for each in view.changes(since, MOST + 1)]
    if len(touched) > MOST:
        return None
    entries = view.entries(touched)
    commits = view.commits(since, None, None)
    traceless = any(commit.kind != "change" for commit in commits)
    drop_nodes, add_nodes = _nodes(view, entries, moment)
    drop_edges, add_edges = edge_rows(view, entries, moment)
    older = [ref.id for ref, entry in entries.items() if isinstance(ref, NodeRef) and _is_older(entry, since)]
    return Delta(
        view.last()[0],
        moment.at,
        Patch(drop_nodes, add_nodes, drop_edges, add_edges),
        ALWAYS if traceless else _known_from(entries.values(), since),
        np.sort(np.fromiter(view.keys(older).values(), dtype=np.int64)),
    )


def _is_older(entry: Entry, since: int) -> bool:
    return any(fact.revision <= since for fact in entry.facts)


def _known_from(entries: Iterable[Entry], since: int) -> int:
    """The earliest date of knowledge among the versions written or withdrawn since."""
    dates = (
        fact.recorded_at
        for entry in entries
        for fact in entry.facts
        if fact.revision > since or (fact.void_revision or 0) > since
    )
    return min(dates, default=OPEN)


def _nodes(
    view: View, entries: Mapping[EntityRef, Entry], moment: Moment
) -> tuple[dict[str, Ints], dict[str, NodeTable]]:
    ids: dict[str, list[str]] = {}
    for ref in entries:
        if isinstance(ref, NodeRef):
            ids.setdefault(ref.type, []).append(ref.id)
    drop: dict[str, Ints] = {}
    add: dict[str, NodeTable] = {}
    for type_, group in ids.items():
        drop[type_] = np.sort(np.fromiter(view.keys(group).values(), dtype=np.int64))
        add[type_] = view.nodes_at(type_, drop[type_], moment)
    return drop, add


class Numbering(Protocol):
    """Tells the key of each node id that it knows."""

    def keys(self, ids: Collection[str]) -> dict[str, int]:
        """The key of each of the ids."""


def edge_rows(
    numbering: Numbering, entries: Mapping[EntityRef, Entry], moment: Moment
) -> tuple[dict[str, tuple[Ints, Ints, Ints]], dict[str, EdgeTable]]:
    """What a patch drops and adds so that the edges among the entities stand as they do at the moment."""
    by_type: dict[str, list[tuple[EdgeRef, Folded | None]]] = {}
    for ref, entry in entries.items():
        if isinstance(ref, EdgeRef):
            folded = fold(entry.facts, moment.at, moment.known_at)
            by_type.setdefault(ref.type, []).append((ref, folded))
    drop: dict[str, tuple[Ints, Ints, Ints]] = {}
    add: dict[str, EdgeTable] = {}
    for type_, group in by_type.items():
        keys = _Keys(numbering, [ref for ref, _ in group])
        drop[type_] = keys.triples([ref for ref, _ in group])
        add[type_] = _table(type_, [(ref, folded) for ref, folded in group if folded is not None], keys)
    return drop, add


class _Keys:
    """Looks up keys, those of the edges' ends all at once."""

    def __init__(self, numbering: Numbering, refs: list[EdgeRef]) -> None:
        self._numbering = numbering
        self._known = numbering.keys(list({end for ref in refs for end in (ref.source, ref.target)}))

    def of(self, identity: str) -> int:
        """The key of a node."""
        if identity not in self._known:
            self._known.update(self._numbering.keys((identity,)))
        return self._known[identity]

    def triples(self, refs: list[EdgeRef]) -> tuple[Ints, Ints, Ints]:
        """Ends and key code of each edge."""
        rows = [
            (self.of(ref.source), self.of(ref.target), edge_key_code(registry().edges[ref.type], ref.key, self.of))
            for ref in refs
        ]
        source, target, key = np.array(rows, dtype=np.int64).reshape(-1, 3).T
        return source.copy(), target.copy(), key.copy()


def _table(type_: str, found: list[tuple[EdgeRef, Folded]], keys: _Keys) -> EdgeTable:
    source, target, key = keys.triples([ref for ref, _ in found])
    rows = [properties_of(ref, folded.values) for ref, folded in found]
    return edge_table(
        type_,
        source,
        target,
        columns_of(registry().edges[type_], rows, keys.of),
        key=key,
        valid_from=np.array([folded.since for _, folded in found], dtype=np.int64),
        valid_to=np.array([folded.until for _, folded in found], dtype=np.int64),
    )
