"""Histories out of the file: identities to keys, rows to versions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from brm.store.history import FACT_VERBS, Entry, Fact
from brm.store.ledger import Known
from brm.store.sqlite.codec import Codec, codec, key_codes
from graph_schema import TypeSpec, registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef
from scoring.snapshot import edge_key_code

BATCH = 2_000
MOST_KNOWN = 250_000
"""Nodes whose ids and keys are remembered, about 100 MB."""
IN_JSON = "IN (SELECT value FROM json_each(?))"
Triple = tuple[int, int, int]


def as_json(values: Iterable[Any]) -> str:
    """The parameter of `IN_JSON`."""
    return json.dumps(list(values))


def _ends(refs: Iterable[EntityRef]) -> set[str]:
    ids: set[str] = set()
    for ref in refs:
        if isinstance(ref, NodeRef):
            ids.add(ref.id)
        else:
            ids.add(ref.source)
            ids.add(ref.target)
    return ids


_known = lru_cache(maxsize=256)(Known)


@lru_cache(maxsize=1)
def _versioned_types() -> str:
    tables = ((spec.name, codec(spec.name).table) for spec in registry().fact_types)
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {table}_v)" for name, table in tables)  # noqa: S608


class Reader:
    """Reads through one connection inside one transaction, remembering ids and keys."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._known: dict[str, tuple[int, Known]] = {}
        self._absent: set[str] = set()
        self._ids: dict[int, tuple[str, str]] = {}
        self._versioned: frozenset[str] | None = None
        self.expects_new = False
        """Edges are taken to be new where their type has no versions; one that is not collides when stored."""

    def adopt(self, known: dict[str, tuple[int, Known]], ids: dict[int, tuple[str, str]]) -> None:
        """Go on with what an earlier transaction knew of nodes."""
        self._known, self._ids = known, ids

    def lent(self) -> tuple[dict[str, tuple[int, Known]], dict[int, tuple[str, str]]]:
        """What is known of nodes by id and by key."""
        return self._known, self._ids

    def trim(self) -> None:
        """Forget the nodes when they are too many; between two parts of a work that needs none of the last."""
        if len(self._ids) > MOST_KNOWN:
            self._known, self._ids, self._absent = {}, {}, set()

    def query(self, sql: str, *parameters: Any) -> list[Any]:
        """All rows."""
        return self.connection.execute(sql, parameters).fetchall()

    def versioned(self) -> frozenset[str]:
        """The types that have entities of several versions, asked once in a transaction that only reads."""
        if self._versioned is None:
            self._versioned = frozenset(type_ for (type_,) in self.query(_versioned_types()))
        return self._versioned

    def look_up(self, ids: Iterable[str]) -> None:
        """Learn keys and types of many ids at once."""
        missing = [each for each in ids if each not in self._known and each not in self._absent]
        if not missing:
            return
        rows = self.query(f"SELECT id, key, type, alive, ended FROM entity WHERE id {IN_JSON}", as_json(missing))  # noqa: S608
        for identity, key, type_, alive, ended in rows:
            self._known[identity] = (key, _known(type_, bool(alive), bool(ended)))
            self._ids[key] = (identity, type_)
        if len(rows) < len(missing):
            self._absent.update(each for each in missing if each not in self._known)

    def look_up_keys(self, keys: Iterable[int]) -> None:
        """Learn ids and types of many keys at once."""
        missing = {key for key in keys if key not in self._ids}
        if missing:
            rows = self.query(f"SELECT key, id, type FROM entity WHERE key {IN_JSON}", as_json(missing))  # noqa: S608
            self._ids.update((key, (identity, type_)) for key, identity, type_ in rows)

    def learn(self, identity: str, key: int, known: Known) -> None:
        """Remember a node that this transaction writes."""
        self._known[identity] = (key, known)
        self._ids[key] = (identity, known.type)
        self._absent.discard(identity)

    def key_of(self, identity: str) -> int:
        """The key of a node id that exists."""
        if identity not in self._known:
            self.look_up((identity,))
        return self._known[identity][0]

    def key_or_none(self, identity: str) -> int | None:
        """The key of a node id, None when there is none."""
        self.look_up((identity,))
        found = self._known.get(identity)
        return None if found is None else found[0]

    def id_of(self, key: int) -> str:
        """The id behind a key."""
        if key not in self._ids:
            self.look_up_keys((key,))
        return self._ids[key][0]

    def nodes(self, ids: Collection[str]) -> dict[str, Known]:
        """Those of the node ids that the store knows."""
        self.look_up(ids)
        return {each: self._known[each][1] for each in ids if each in self._known}

    def keys(self, ids: Collection[str]) -> dict[str, int]:
        """The key of each node id that is known."""
        self.look_up(ids)
        return {each: self._known[each][0] for each in ids if each in self._known}

    def last_key(self) -> int:
        """The greatest key that was given to a node, 0 in an empty store."""
        return int(self.query("SELECT coalesce(max(key), 0) FROM entity")[0][0])

    def by_key(self, keys: Iterable[int]) -> dict[int, NodeRef]:
        """The node behind each key that is known."""
        wanted = list(keys)
        self.look_up_keys(wanted)
        return {key: NodeRef(self._ids[key][1], self._ids[key][0]) for key in wanted if key in self._ids}

    def entries(self, refs: Collection[EntityRef]) -> dict[EntityRef, Entry]:
        """The histories of those of the entities that the store knows."""
        by_type: dict[str, list[EntityRef]] = {}
        for ref in refs:
            by_type.setdefault(ref.type, []).append(ref)
        self.look_up(_ends(refs))
        found: dict[EntityRef, Entry] = {}
        for type_, group in by_type.items():
            if isinstance(group[0], NodeRef):
                held = [self._known[r.id] for r in group if isinstance(r, NodeRef) and r.id in self._known]
                keys = [key for key, known in held if known.type == type_]
                found |= self.node_entries(type_, keys)
            else:
                edges = [ref for ref in group if isinstance(ref, EdgeRef)]
                found |= self._edge_entries(type_, edges)
        return found

    def node_entries(self, type_: str, keys: Sequence[int]) -> dict[EntityRef, Entry]:
        """The histories of nodes of one type by key."""
        if not keys:
            return {}
        rows = self.rows(codec(type_), f"WHERE _key {IN_JSON}", as_json(keys))
        self.look_up_keys(keys)
        return {NodeRef(type_, self.id_of(key)): entry for (key,), entry in rows.items()}

    def _edge_entries(self, type_: str, edges: Sequence[EdgeRef]) -> dict[EntityRef, Entry]:
        if self.expects_new and not self.query(f"SELECT 1 FROM {codec(type_).table}_v LIMIT 1"):  # noqa: S608
            return {}
        triples = self._triples(type_, edges)
        if not triples:
            return {}
        parts = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(3))
        where = f"WHERE (_source, _target, _k) IN (SELECT {parts} FROM json_each(?))"  # noqa: S608
        found: dict[EntityRef, Entry] = {}
        found.update(self.edges(type_, self.rows(codec(type_), where, as_json(sorted(triples)))).items())
        return found

    def _triples(self, type_: str, edges: Sequence[EdgeRef]) -> list[Triple]:
        """The identities in keys of those of the edges whose ids are known."""
        codes = key_codes(type_)
        if codes is None:
            return [triple for triple in map(self.triple, edges) if triple is not None]
        known = self._known.get
        return [
            (source[0], target[0], codes[edge.key])
            for edge in edges
            if (source := known(edge.source)) and (target := known(edge.target)) and edge.key in codes
        ]

    def identities(self, spec: TypeSpec, refs: Sequence[EntityRef]) -> list[tuple[int, ...]]:
        """The identities in keys of entities of one type that all exist."""
        if spec.sort == "node":
            return [(self.key_of(ref.id),) for ref in refs]
        edges = [ref for ref in refs if isinstance(ref, EdgeRef)]
        self.look_up(_ends(edges))
        found: list[tuple[int, ...]] = [*self._triples(spec.name, edges)]
        if len(found) < len(refs):
            raise AssertionError(f"edges of {spec.name} were planned without their ends")
        return found

    def triple(self, edge: EdgeRef) -> Triple | None:
        """An edge's identity in keys, None when one of the ids is unknown."""
        spec = registry().edges[edge.type]
        by_ref = spec.key is not None and spec.properties[spec.key].kind == "ref" and bool(edge.key)
        ids = (edge.source, edge.target, edge.key) if by_ref else (edge.source, edge.target)
        keys = [self._known[each][0] if each in self._known else self.key_or_none(each) for each in ids]
        if keys[0] is None or keys[1] is None or keys[-1] is None:
            return None
        try:
            return keys[0], keys[1], edge_key_code(spec, edge.key, self.key_of)
        except ValueError:
            return None

    def edges(self, type_: str, rows: dict[tuple[int, ...], Entry]) -> dict[EdgeRef, Entry]:
        """The edges behind identities in keys."""
        self.look_up_keys(key for identity in rows for key in identity[:2])
        spec = registry().edges[type_]
        return {self.edge(spec, identity): entry for identity, entry in rows.items()}

    def edge(self, spec: TypeSpec, identity: tuple[int, ...]) -> EdgeRef:
        """The edge behind one identity in keys."""
        source, target, k = identity
        key = ""
        if spec.key is not None and k >= 0:
            prop = spec.properties[spec.key]
            key = self.id_of(k) if prop.kind == "ref" else prop.words[k]
        return EdgeRef(spec.name, self.id_of(source), self.id_of(target), key)

    def rows(self, c: Codec, where: str, *parameters: Any) -> dict[tuple[int, ...], Entry]:
        """Histories by identity in keys, out of both tables of a type."""
        found: dict[tuple[int, ...], Entry] = {}
        for row in self.connection.execute(f"{c.select} {where}", parameters).fetchall():
            identity, fact = self.single(c, row)
            found[identity] = Entry([fact], fact.revision)
        order = "ORDER BY _id"
        for row in self.connection.execute(f"{c.select_versions} {where} {order}", parameters).fetchall():
            identity, fact, touched = self.version(c, row)
            entry = found.setdefault(identity, Entry())
            entry.facts.append(fact)
            entry.touched = touched
        return found

    def single(self, c: Codec, row: Sequence[Any]) -> tuple[tuple[int, ...], Fact]:
        """The version in a row of the single-version table."""
        n = len(row) - c.width - 4
        start, stop, known, revision = row[n + c.width :]
        values = c.decode(row[n : n + c.width], self.id_of)
        return tuple(row[:n]), Fact("set", values, start, stop, known, revision)

    def version(self, c: Codec, row: Sequence[Any]) -> tuple[tuple[int, ...], Fact, int]:
        """The version in a row of the versions table, and the last touch of its entity."""
        n = len(row) - c.width - 9
        verb, named = row[n], row[n + 1].split()
        start, stop, known, revision, ordinal, void, touched = row[n + 2 + c.width :]
        values = c.decode(row[n + 2 : n + 2 + c.width], self.id_of, named)
        return (
            tuple(row[:n]),
            Fact(FACT_VERBS[verb], values, start, stop, known, revision, ordinal, void),
            touched,
        )

    def all_nodes(self) -> Iterator[tuple[NodeRef, Entry]]:
        """Every node with its history, by key."""
        last = -1
        while True:
            self.trim()
            sql = "SELECT key, id, type FROM entity WHERE key > ? ORDER BY key LIMIT ?"
            batch = self.query(sql, last, BATCH)
            if not batch:
                return
            self._ids.update((key, (identity, type_)) for key, identity, type_ in batch)
            last = batch[-1][0]
            found: dict[EntityRef, Entry] = {}
            by_type: dict[str, list[int]] = {}
            for key, _, type_ in batch:
                by_type.setdefault(type_, []).append(key)
            for type_, keys in by_type.items():
                found.update(self.node_entries(type_, keys))
            for _, identity, type_ in batch:
                yield NodeRef(type_, identity), found[NodeRef(type_, identity)]

    def all_edges(self) -> Iterator[tuple[EdgeRef, Entry]]:
        """Every edge with its history, by declared type, ends' keys and key."""
        for type_ in registry().edges:
            stream = self._ordered_edges(codec(type_))
            while batch := dict(islice(stream, BATCH)):
                self.trim()
                yield from self.edges(type_, batch).items()

    def _ordered_edges(self, c: Codec) -> Iterator[tuple[tuple[int, ...], Entry]]:
        order = "ORDER BY _source, _target, _k"
        singles = (
            (identity, Entry([fact], fact.revision))
            for identity, fact in (self.single(c, row) for row in self.connection.execute(f"{c.select} {order}"))
        )
        versions = (self.version(c, row) for row in self.connection.execute(f"{c.select_versions} {order}, _id"))

        def grouped() -> Iterator[tuple[tuple[int, ...], Entry]]:
            for identity, group in groupby(versions, key=itemgetter(0)):
                each = list(group)
                yield identity, Entry([fact for _, fact, _ in each], each[-1][2])

        return merge(singles, grouped(), key=itemgetter(0))
