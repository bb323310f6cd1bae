"""One transaction's view of the file: what `brm.store.engine` and the planner work on."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from brm.store.history import Entry
from brm.store.ledger import Remembered
from brm.store.protocol import Commit, Query, RecordState, Touched
from brm.store.spanning import read_at_once
from brm.store.sqlite import saving, searching, tabling
from brm.store.sqlite.codec import codec
from brm.store.sqlite.reading import IN_JSON, Reader, as_json
from brm.store.sqlite.spanning import Over
from brm.store.view import Counts, Found, Moment, Side
from graph_schema import TypeSpec, registry
from graph_schema.changes import EdgeRef, EntityRef, Receipt
from graph_schema.values import from_json
from scoring.series import SnapshotSeries
from scoring.snapshot import EdgeTable, Ints, LocalDays, NodeTable

_COMMIT = "SELECT revision, committed_at, actor, source, import_id, kind, undone_by FROM commits"


class Session(saving.Writer, Reader):
    """Reads and writes through one connection."""

    def last(self) -> tuple[int, int]:
        """Number and time of the last commit, zeros in an empty store."""
        row = self.connection.execute(
            "SELECT revision, committed_at FROM commits ORDER BY revision DESC LIMIT 1"
        ).fetchone()
        return row or (0, 0)

    def aliases(self) -> Mapping[str, str]:
        """The id that each alias stands for."""
        return dict(self.query("SELECT alias, id FROM alias"))

    def commit(self, revision: int) -> Commit | None:
        """One commit."""
        rows = self.query(f"{_COMMIT} WHERE revision = ?", revision)
        return Commit(*rows[0]) if rows else None

    def commits_of(self, import_id: str) -> list[Commit]:
        """The commits of an import, oldest first."""
        return self.commits(0, import_id, None)

    def commits(self, since: int, import_id: str | None, limit: int | None) -> list[Commit]:
        """Commits after a revision, oldest first."""
        rows = self.query(
            f"{_COMMIT} WHERE revision > ? AND (? IS NULL OR import_id = ?) ORDER BY revision LIMIT ?",
            since,
            import_id,
            import_id,
            -1 if limit is None else limit,
        )
        return [Commit(*row) for row in rows]

    def remembered(self, key: str) -> Remembered | None:
        """What was answered to an idempotency key."""
        rows = self.query("SELECT digest, at, receipt FROM idempotency WHERE key = ?", key)
        if not rows:
            return None
        digest, at, receipt = rows[0]
        told = json.loads(receipt)
        return Remembered(key, digest, Receipt(**{**told, "kept": tuple(told["kept"])}), at)

    def records(self, type_: str, ids: Collection[str] | None) -> list[RecordState]:
        """Records by id."""
        sql, parameters = "SELECT id, body, revision FROM record WHERE type = ?", [type_]
        if ids is not None:
            sql += f" AND id {IN_JSON}"
            parameters.append(as_json(ids))
        spec = registry().records[type_]
        rows = self.query(f"{sql} ORDER BY id", *parameters)
        return [RecordState(type_, each, _body(spec, body), revision) for each, body, revision in rows]

    def incident(self, ids: Collection[str], types: Collection[str]) -> dict[EdgeRef, Entry]:
        """The edges of these types at the nodes, with their histories."""
        found: dict[EdgeRef, Entry] = {}
        keys = self._keys_by_type(ids)
        for spec in registry().edges.values():
            for side, column in ((spec.source, "_source"), (spec.target, "_target")):
                here = [key for type_ in side for key in keys.get(type_, ())]
                if here and spec.name in types:
                    where = f"WHERE {column} {IN_JSON}"
                    rows = self.rows(codec(spec.name), where, as_json(here))
                    found.update(self.edges(spec.name, rows))
        return found

    def edges_of(self, ids: Collection[str]) -> list[EdgeRef]:
        """Every edge at one of the nodes, whatever its state."""
        return list(self.incident(ids, registry().edges))

    def _keys_by_type(self, ids: Collection[str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for identity, known in self.nodes(ids).items():
            found.setdefault(known.type, []).append(self.key_of(identity))
        return found

    def whole(self) -> AbstractContextManager[Session]:
        """What was stored so far, within the transaction."""
        return nullcontext(self)

    def touched_by(self, revisions: Collection[int]) -> list[EntityRef]:
        """Entities with a version that one of these commits wrote or withdrew."""
        wanted = as_json(revisions)
        found: dict[EntityRef, None] = {}
        for spec in registry().fact_types:
            c = codec(spec.name)
            identity = "_key" if spec.sort == "node" else "_source, _target, _k"
            rows = self.query(
                f"SELECT {identity} FROM {c.table} WHERE _revision {IN_JSON}"  # noqa: S608
                f" UNION SELECT {identity} FROM {c.table}_v WHERE _revision {IN_JSON}"
                f" UNION SELECT {identity} FROM {c.table}_v WHERE _void {IN_JSON}",
                *[wanted] * 3,
            )
            found.update(dict.fromkeys(self._refs(spec, rows)))
        return list(found)

    def _refs(self, spec: TypeSpec, rows: list[tuple[int, ...]]) -> list[EntityRef]:
        if spec.sort == "node":
            known = self.by_key([key for (key,) in rows])
            return [known[key] for (key,) in rows]
        self.look_up_keys(key for row in rows for key in row[:2])
        return [self.edge(spec, row) for row in rows]

    def changes(self, since: int, limit: int) -> list[Touched]:
        """Entities by the last revision that touched them, then id."""
        stamped = [
            (spec, table, column)
            for spec in registry().fact_types
            for table, column in ((codec(spec.name).table, "_revision"), (f"{codec(spec.name).table}_v", "_touched"))
        ]
        numbers: list[int] = []
        for spec, table, column in stamped:
            identity = "_key" if spec.sort == "node" else "_source, _target, _k"
            entities = f"SELECT DISTINCT {column} AS r, {identity} FROM {table} WHERE {column} > ?"  # noqa: S608
            sql = f"SELECT r FROM ({entities}) ORDER BY r LIMIT ?"  # noqa: S608
            numbers += [number for (number,) in self.query(sql, since, limit)]
        if not numbers:
            return []
        upto = sorted(numbers)[min(len(numbers), limit) - 1]
        found: list[Touched] = []
        for spec, table, column in stamped:
            identity = "_key" if spec.sort == "node" else "_source, _target, _k"
            sql = f"SELECT DISTINCT {column}, {identity} FROM {table} WHERE {column} > ? AND {column} <= ?"  # noqa: S608
            rows = self.query(sql, since, upto)
            refs = self._refs(spec, [row[1:] for row in rows])
            found += [Touched(ref, row[0]) for ref, row in zip(refs, rows, strict=True)]
        return sorted(found, key=lambda each: (each.revision, each.entity.id))[:limit]

    def search(self, query: Query, moment: Moment) -> list[Found]:
        """Hits after ``query.after`` in order, up to one more than ``query.limit``."""
        return searching.search(self, query, moment)

    def counts(self, moment: Moment) -> Counts:
        """How much the store holds."""
        return tabling.counts(self, moment)

    def over(self, accounts: Sequence[int], moments: Sequence[Moment], local_days: LocalDays) -> SnapshotSeries:
        """What lies around accounts at ascending moments; every row is read once."""
        return read_at_once(Over(self, moments, self.split), accounts, moments, local_days)

    def around(self, accounts: Ints, moment: Moment) -> Session:
        """The same tables: reading them one by one is cheap here."""
        return self

    def nodes_at(self, type_: str, keys: Ints | None, moment: Moment) -> NodeTable:
        """The nodes of a type, all of them or those with these keys."""
        return tabling.nodes_at(self, type_, keys, moment)

    def edges_at(self, type_: str, side: Side | None, keys: Ints | None, moment: Moment) -> EdgeTable:
        """The edges of a type, all of them or those with one of the keys on that side."""
        return tabling.edges_at(self, type_, side, keys, moment)

    def nodes_with(self, type_: str, name: str, word: str, moment: Moment) -> Ints:
        """The nodes of a type whose set of codes ``name`` holds the word, in order."""
        return tabling.nodes_with(self, type_, name, word, moment)

    def split(self, keys: Ints) -> dict[str, Ints]:
        """The keys by the type of their node, each in order."""
        sql = f"SELECT type, key FROM entity WHERE key {IN_JSON} ORDER BY key"  # noqa: S608
        rows = self.query(sql, as_json(keys.tolist()))
        if not rows:
            return {}
        types, numbers = zip(*rows, strict=True)
        places = {type_: place for place, type_ in enumerate(dict.fromkeys(types))}
        place, ordered = np.array([places[type_] for type_ in types]), np.array(numbers, dtype=np.int64)
        return {type_: ordered[place == number] for type_, number in places.items()}


def _body(spec: TypeSpec, body: str) -> dict[str, Any]:
    return {name: from_json(spec.properties[name].kind, value) for name, value in json.loads(body).items()}
