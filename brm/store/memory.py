"""The reference engine: plain dictionaries, one lock, no files. What it answers is right."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import TypeVar

import numpy as np

from brm.store.engine import Clock, Engine
from brm.store.history import Entry, Folded, fold, properties_of, state_of
from brm.store.ledger import Known, Outcome, Remembered
from brm.store.protocol import Check, Commit, Migration, Query, RecordState, StoreInfo, Touched
from brm.store.searching import fits, matches, sort_name
from brm.store.spanning import read_one_by_one
from brm.store.tables import columns_of
from brm.store.view import Counts, Fillable, Found, Moment, Side, View
from brm.store.writing import KEPT_MICROSECONDS
from graph_schema import registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef
from scoring.series import SnapshotSeries
from scoring.snapshot import EdgeTable, Ints, LocalDays, NodeTable, edge_key_code, edge_table, node_table

T = TypeVar("T")


class MemoryStore(Engine):
    """A store that lives as long as the object."""

    engine = "memory"

    def __init__(self, url: str = "memory://", *, zone: str | None = None, clock: Clock | None = None) -> None:
        super().__init__(url, zone=zone, clock=clock)
        self._lock = threading.RLock()
        self._graph = _Graph()

    def _read(self, work: Callable[[View], T]) -> T:
        with self._lock:
            return work(self._graph)

    def _write(self, work: Callable[[View], T]) -> T:
        """A write is planned first and then stored at once, so a failure leaves nothing."""
        with self._lock:
            return work(self._graph)

    @contextmanager
    def _whole(self) -> Iterator[View]:
        with self._lock:
            yield self._graph

    @contextmanager
    def _filling(self) -> Iterator[Fillable]:
        with self._lock:
            was_empty = not (self._graph.commit_list or self._graph.facts)
            try:
                yield self._graph
            except BaseException:
                if was_empty:
                    self._graph = _Graph()
                raise

    def _health(self) -> list[Check]:
        return []

    def info(self) -> StoreInfo:
        """What the store is and holds."""
        with self._lock:
            counts = self._graph.counts(Moment(*[max(self._clock(), self._graph.last()[1])] * 2))
            digest = registry().digest()
            revision = self._graph.last()[0]
        return StoreInfo(self.engine, self.url, revision, digest, True, counts.by_type, counts.facts)

    def migrate(self, *, dry_run: bool = False) -> Migration:
        """Nothing to do: the declarations are the schema."""
        return Migration((), not dry_run)

    def reserve(self) -> None:
        """Nothing to claim: the store lives in this process."""

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._graph = _Graph()


class _Graph:
    """The whole state. Entries are replaced, never changed, so handing one out is safe."""

    def __init__(self) -> None:
        self.facts: dict[EntityRef, Entry] = {}
        self.types: dict[str, str] = {}
        self.key_by_id: dict[str, int] = {}
        self.id_by_key: dict[int, str] = {}
        self.adjacent: dict[str, dict[EdgeRef, None]] = {}
        self.commit_list: list[Commit] = []
        self.record_map: dict[tuple[str, str], RecordState] = {}
        self.idempotency: dict[str, Remembered] = {}
        self.alias_map: dict[str, str] = {}

    def last(self) -> tuple[int, int]:
        if not self.commit_list:
            return 0, 0
        return self.commit_list[-1].revision, self.commit_list[-1].committed_at

    def entries(self, refs: Collection[EntityRef]) -> dict[EntityRef, Entry]:
        return {ref: self.facts[ref] for ref in refs if ref in self.facts}

    def nodes(self, ids: Collection[str]) -> dict[str, Known]:
        found = {}
        for identity in ids:
            type_ = self.types.get(identity)
            if type_ is not None:
                entry = self.facts[NodeRef(type_, identity)]
                found[identity] = Known(type_, entry.alive, bool(entry.ends))
        return found

    def edges_of(self, ids: Collection[str]) -> list[EdgeRef]:
        return list(dict.fromkeys(edge for each in ids for edge in self.adjacent.get(each, ())))

    def touched_by(self, revisions: Collection[int]) -> list[EntityRef]:
        return [
            ref
            for ref, entry in self.facts.items()
            if any(f.revision in revisions or f.void_revision in revisions for f in entry.facts)
        ]

    def aliases(self) -> Mapping[str, str]:
        return self.alias_map

    def commits_of(self, import_id: str) -> list[Commit]:
        return self.commits(0, import_id, None)

    def commit(self, revision: int) -> Commit | None:
        found = 0 < revision <= len(self.commit_list)
        return self.commit_list[revision - 1] if found else None

    def remembered(self, key: str) -> Remembered | None:
        return self.idempotency.get(key)

    def save(self, outcome: Outcome) -> None:
        for ref, entry in outcome.entries.items():
            self._put(ref, entry)
        if outcome.commit is not None:
            self.commit_list.append(outcome.commit)
        for revision in outcome.undone:
            self.commit_list[revision - 1] = replace(self.commit_list[revision - 1], undone_by=outcome.receipt.revision)
        for record in outcome.records:
            where = (record.type, record.id)
            self.record_map.pop(where, None)
            if record.body is not None:
                state = RecordState(record.type, record.id, record.body, outcome.receipt.revision)
                self.record_map[where] = state
        if outcome.forgotten:
            kept = self.idempotency.items()
            self.idempotency = {k: r for k, r in kept if r.receipt.revision not in outcome.forgotten}
        if outcome.remembered is not None:
            oldest = outcome.remembered.at - KEPT_MICROSECONDS
            self.idempotency = {k: r for k, r in self.idempotency.items() if r.at > oldest}
            self.idempotency[outcome.remembered.key] = outcome.remembered

    def _put(self, ref: EntityRef, entry: Entry) -> None:
        if isinstance(ref, NodeRef):
            if ref.id not in self.types:
                self.types[ref.id] = ref.type
                # Key 0 stands for us as a vendor, so entities begin at 1.
                key = len(self.id_by_key) + 1
                self.key_by_id[ref.id] = key
                self.id_by_key[key] = ref.id
        else:
            for end in (ref.source, ref.target):
                self.adjacent.setdefault(end, {})[ref] = None
        self.facts[ref] = entry

    def incident(self, ids: Collection[str], types: Collection[str]) -> dict[EdgeRef, Entry]:
        return {edge: self.facts[edge] for edge in self.edges_of(ids) if edge.type in types}

    def search(self, query: Query, moment: Moment) -> list[Found]:
        spec = registry().nodes[query.type]
        found: list[Found] = []
        for ref, entry in self.facts.items():
            if ref.type != query.type:
                continue
            state = state_of(ref, entry, moment.at, moment.known_at)
            if state is None or not fits(query.equals, state.properties):
                continue
            if query.text is not None and not matches(spec, state.properties, query.text):
                continue
            found.append(Found(sort_name(spec, state.properties) if query.sort == "name" else "", state))
        found.sort(key=_order)
        if query.after is not None:
            found = [each for each in found if _order(each) > query.after]
        return found[: query.limit + 1]

    def keys(self, ids: Collection[str]) -> dict[str, int]:
        return {each: self.key_by_id[each] for each in ids if each in self.key_by_id}

    def last_key(self) -> int:
        return len(self.id_by_key)

    def by_key(self, keys: Iterable[int]) -> dict[int, NodeRef]:
        known = {key: self.id_by_key[key] for key in keys if key in self.id_by_key}
        return {key: NodeRef(self.types[identity], identity) for key, identity in known.items()}

    def changes(self, since: int, limit: int) -> list[Touched]:
        found = [Touched(ref, entry.touched) for ref, entry in self.facts.items() if entry.touched > since]
        return sorted(found, key=lambda each: (each.revision, each.entity.id))[:limit]

    def commits(self, since: int, import_id: str | None, limit: int | None) -> list[Commit]:
        wanted = [c for c in self.commit_list if c.revision > since and import_id in (None, c.import_id)]
        return wanted if limit is None else wanted[:limit]

    def records(self, type_: str, ids: Collection[str] | None) -> list[RecordState]:
        found = [r for r in self.record_map.values() if r.type == type_ and (ids is None or r.id in ids)]
        return sorted(found, key=lambda record: record.id)

    def counts(self, moment: Moment) -> Counts:
        counts: dict[str, int] = {}
        for spec in registry().fact_types:
            number = len(self._folded(spec.name, moment))
            if number:
                counts[spec.name] = number
        return Counts(counts, sum(len(entry.facts) for entry in self.facts.values()))

    def all_nodes(self) -> Iterator[tuple[NodeRef, Entry]]:
        for identity in self.id_by_key.values():
            ref = NodeRef(self.types[identity], identity)
            yield ref, self.facts[ref]

    def all_edges(self) -> Iterator[tuple[EdgeRef, Entry]]:
        place = {name: number for number, name in enumerate(registry().edges)}
        keys = self.key_by_id
        edges = [ref for ref in self.facts if isinstance(ref, EdgeRef)]
        edges.sort(key=lambda e: (place[e.type], keys[e.source], keys[e.target], self._code(e)))
        for ref in edges:
            yield ref, self.facts[ref]

    def _code(self, edge: EdgeRef) -> int:
        return edge_key_code(registry().edges[edge.type], edge.key, self._key_of)

    def put_aliases(self, aliases: dict[str, str]) -> None:
        self.alias_map.update(aliases)

    def put_commits(self, commits: list[Commit]) -> None:
        self.commit_list.extend(commits)

    def whole(self) -> AbstractContextManager[View]:
        return nullcontext(self)

    def purge_traces(self) -> None:
        """Nothing to do: replaced values are gone."""

    def _folded(self, type_: str, moment: Moment) -> list[tuple[EntityRef, Folded]]:
        folded = (
            (ref, fold(entry.facts, moment.at, moment.known_at))
            for ref, entry in self.facts.items()
            if ref.type == type_
        )
        return [(ref, each) for ref, each in folded if each is not None]

    def over(self, accounts: Sequence[int], moments: Sequence[Moment], local_days: LocalDays) -> SnapshotSeries:
        """What lies around accounts at ascending moments, one after the other."""
        return read_one_by_one(self, accounts, moments, local_days)

    def around(self, accounts: Ints, moment: Moment) -> _Graph:
        """The same tables: reading them one by one is cheap here."""
        return self

    def nodes_at(self, type_: str, keys: Ints | None, moment: Moment) -> NodeTable:
        spec = registry().nodes[type_]
        wanted = None if keys is None else set(keys.tolist())
        found = [
            (self.key_by_id[ref.id], each.values)
            for ref, each in self._folded(type_, moment)
            if isinstance(ref, NodeRef) and (wanted is None or self.key_by_id[ref.id] in wanted)
        ]
        numbers = np.array([key for key, _ in found], dtype=np.int64)
        return node_table(type_, numbers, columns_of(spec, [v for _, v in found], self._key_of))

    def split(self, keys: Ints) -> dict[str, Ints]:
        found: dict[str, list[int]] = {}
        for key in keys.tolist():
            found.setdefault(self.types[self.id_by_key[key]], []).append(key)
        return {type_: np.array(sorted(each), dtype=np.int64) for type_, each in found.items()}

    def nodes_with(self, type_: str, name: str, word: str, moment: Moment) -> Ints:
        found = [
            self.key_by_id[ref.id]
            for ref, each in self._folded(type_, moment)
            if isinstance(ref, NodeRef) and word in (each.values.get(name) or ())
        ]
        return np.array(sorted(found), dtype=np.int64)

    def _key_of(self, identity: str) -> int:
        return self.key_by_id[identity]

    def edges_at(self, type_: str, side: Side | None, keys: Ints | None, moment: Moment) -> EdgeTable:
        spec = registry().edges[type_]
        wanted = None if keys is None else set(keys.tolist())
        found = [
            (ref, each)
            for ref, each in self._folded(type_, moment)
            if isinstance(ref, EdgeRef)
            and (wanted is None or self.key_by_id[ref.source if side == "source" else ref.target] in wanted)
        ]
        rows = [properties_of(ref, each.values) for ref, each in found]

        def numbers(values: Iterable[int]) -> Ints:
            return np.fromiter(values, dtype=np.int64, count=len(found))

        return edge_table(
            type_,
            numbers(self.key_by_id[ref.source] for ref, _ in found),
            numbers(self.key_by_id[ref.target] for ref, _ in found),
            columns_of(spec, rows, self._key_of),
            key=numbers(edge_key_code(spec, ref.key, self._key_of) for ref, _ in found),
            valid_from=numbers(each.since for _, each in found),
            valid_to=numbers(each.until for _, each in found),
        )


def _order(found: Found) -> tuple[str, str]:
    return found.sort, found.state.entity.id
