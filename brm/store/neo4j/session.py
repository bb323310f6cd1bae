"""One transaction's view of the database: what `brm.store.engine` and the planner work on."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from neo4j import Record as Row

from brm.errors import Conflict, StoreUnusable
from brm.store.history import Entry, fold
from brm.store.ledger import Remembered
from brm.store.neo4j import searching, tabling
from brm.store.neo4j.codec import codec
from brm.store.neo4j.gathering import Gathered
from brm.store.neo4j.saving import Writer
from brm.store.protocol import Commit, Query, RecordState, Touched
from brm.store.spanning import read_one_by_one
from brm.store.view import Counts, Found, Moment, Side
from graph_schema import registry, schema_digest
from graph_schema.changes import EdgeRef, EntityRef, NodeRef, Receipt, edge_ref
from graph_schema.ddl.neo4j import PAST, VERSIONED
from graph_schema.values import from_json
from scoring.series import SnapshotSeries
from scoring.snapshot import EdgeTable, Ints, LocalDays, NodeTable

_OPENING = (
    "RETURN s.revision AS revision, s.committed_at AS at, s.keys AS keys, s.schema AS schema, s.work AS work,"
    " COLLECT { MATCH (a:Alias) RETURN [a.alias, a.id] } AS aliases"
)
READ_STORE = f"MATCH (s:Store) {_OPENING}"
LOCK_STORE = f"MATCH (s:Store) SET s.locks = s.locks + 1 WITH s {_OPENING}"
"""The lock on this one node lets writers in one by one, in the order of their commit numbers."""
THROUGH_GATE = "MATCH (g:Gate) SET g.locks = g.locks + 1"
"""A writer's last statement. Who gets this lock afterwards knows that the commit before is seen whole."""
SETTLED = f"{THROUGH_GATE} WITH g MATCH (s:Store) RETURN s.revision AS revision"
_COMMITS = (
    "MATCH (c:Commit) WHERE c.revision > $since AND ($import IS NULL OR c.import_id = $import)"
    " WITH c ORDER BY c.revision LIMIT $limit RETURN collect(properties(c)) AS found"
)
_EVERYTHING = 2**62
_FEED = 200
"""Notes of touched entities read at a time."""


class Session(Writer):
    """Reads and writes in one transaction."""

    def open(self, *, locking: bool) -> None:
        """Read, or lock and read, where the store stands; StoreUnusable where it cannot be used now."""
        row = self._store(locking=locking)
        if row is not None and row["work"] is not None:
            raise under_work(row["work"])
        if row is None or row["schema"] != schema_digest():
            raise emptied()
        self._settle(row)

    def open_for(self, work: str, *, locking: bool = True) -> None:
        """Open the store for one step of the long work that left its mark on it."""
        row = self._store(locking=locking)
        if row is None or row["work"] != work:
            raise taken_over()
        self._settle(row)

    def _store(self, *, locking: bool) -> Row | None:
        rows = self.query(LOCK_STORE if locking else READ_STORE)
        return rows[0] if rows else None

    def _settle(self, row: Row) -> None:
        self._revision, self._at, self.keys_given = row["revision"], row["at"], row["keys"]
        self._aliases = dict(row["aliases"])
        self._all_nodes: dict[str, tabling.Raw] | None = None
        self._all_edges: dict[str, tabling.Raw] | None = None

    def last(self) -> tuple[int, int]:
        """Number and time of the last commit, zeros in an empty store."""
        return self._revision, self._at

    def aliases(self) -> Mapping[str, str]:
        """The id that each alias stands for."""
        return self._aliases

    def commit(self, revision: int) -> Commit | None:
        """One commit."""
        found = self._commits("MATCH (c:Commit {revision: $revision}) RETURN collect(properties(c)) AS found",
                              revision=revision)  # fmt: skip
        return found[0] if found else None

    def commits_of(self, import_id: str) -> list[Commit]:
        """The commits of an import, oldest first."""
        return self.commits(0, import_id, None)

    def commits(self, since: int, import_id: str | None, limit: int | None) -> list[Commit]:
        """Commits after a revision, oldest first."""
        most = _EVERYTHING if limit is None else limit
        return self._commits(_COMMITS, since=since, limit=most, **{"import": import_id})

    def _commits(self, cypher: str, **given: Any) -> list[Commit]:
        return [
            Commit(c["revision"], c["committed_at"], c["actor"], c["source"], c.get("import_id"), c["kind"],
                   c.get("undone_by"))
            for c in self.one(cypher, **given)["found"]
        ]  # fmt: skip

    def commit_of(self, attempt: str) -> int | None:
        """The number of the commit that an attempt to write made, None when it made none."""
        rows = self.query("MATCH (c:Commit {attempt: $attempt}) RETURN c.revision AS revision", attempt=attempt)
        return rows[0]["revision"] if rows else None

    def remembered(self, key: str) -> Remembered | None:
        """What was answered to an idempotency key."""
        rows = self.query("MATCH (i:Idempotency {key: $key}) RETURN i.digest, i.at, i.receipt", key=key)
        if not rows:
            return None
        digest, at, receipt = rows[0].values()
        told = json.loads(receipt)
        return Remembered(key, digest, Receipt(**{**told, "kept": tuple(told["kept"])}), at)

    def records(self, type_: str, ids: Collection[str] | None) -> list[RecordState]:
        """Records by id."""
        cypher = (
            "MATCH (r:Record) WHERE r.type = $type AND ($ids IS NULL OR r.id IN $ids)"
            " RETURN collect([r.id, r.body, r.revision]) AS found"
        )
        kinds = registry().records[type_].properties
        found = self.one(cypher, type=type_, ids=None if ids is None else list(ids))["found"]
        return [
            RecordState(type_, each, {n: from_json(kinds[n].kind, v) for n, v in json.loads(body).items()}, revision)
            for each, body, revision in sorted(found)
        ]

    def touched_by(self, revisions: Collection[int]) -> list[EntityRef]:
        """Entities with a version that one of these commits wrote or withdrew."""
        noted = self.query("MATCH (t:Touched) WHERE t.revision IN $revisions RETURN t.nodes AS nodes, t.edges AS edges",
                           revisions=list(revisions))  # fmt: skip
        refs = self._refs([each for row in noted for each in row["nodes"]], [e for row in noted for e in row["edges"]])
        wanted = set(revisions)
        entries = self.entries(refs)
        return [
            ref
            for ref, entry in entries.items()
            if any(f.revision in wanted or f.void_revision in wanted for f in entry.facts)
        ]

    def touched_since(self, since: int) -> list[EntityRef]:
        """Every entity that a commit after this one touched."""
        noted = self.query("MATCH (t:Touched) WHERE t.revision > $since RETURN t.nodes AS nodes, t.edges AS edges",
                           since=since)  # fmt: skip
        return self._refs([n for row in noted for n in row["nodes"]], [e for row in noted for e in row["edges"]])

    def _refs(self, nodes: Collection[str], edges: Collection[str]) -> list[EntityRef]:
        known = self.nodes(list(dict.fromkeys(nodes)))
        found: list[EntityRef] = [NodeRef(each.type, identity) for identity, each in known.items()]
        found += [ref for ref in map(edge_ref, dict.fromkeys(edges)) if ref is not None]
        return found

    def changes(self, since: int, limit: int) -> list[Touched]:
        """Entities by the last revision that touched them, then id.

        A commit's note of what it touched counts for the entities that no later commit touched.
        """
        found: list[Touched] = []
        while len(found) < limit:
            noted = self.query(
                "MATCH (t:Touched) WHERE t.revision > $since WITH t.revision AS revision, collect(t) AS notes"
                " ORDER BY revision LIMIT $most"
                " RETURN revision, reduce(l = [], t IN notes | l + t.nodes) AS nodes,"
                " reduce(l = [], t IN notes | l + t.edges) AS edges",
                since=since, most=_FEED,
            )  # fmt: skip
            if not noted:
                break
            refs = self._refs([n for row in noted for n in row["nodes"]], [e for row in noted for e in row["edges"]])
            last = [Touched(ref, entry.touched) for ref, entry in self.entries(refs).items()]
            since, before = noted[-1]["revision"], since
            found += sorted(
                (each for each in last if before < each.revision <= since),
                key=lambda each: (each.revision, each.entity.id),
            )
        return found[:limit]

    def search(self, query: Query, moment: Moment) -> list[Found]:
        """Hits after ``query.after`` in order, up to one more than ``query.limit``."""
        return searching.search(self, query, moment)

    def counts(self, moment: Moment) -> Counts:
        """How much the store holds: plain entities exist now, the others are looked at."""
        by_type: dict[str, int] = {}
        facts = 0
        for type_, (number, histories) in self._held().items():
            self.pulse.beat()
            c = codec(type_)
            found = number
            facts += number
            for history in histories:
                facts += len(history)
                found += fold([c.fact(text) for text in history], moment.at, moment.known_at) is not None
            if found:
                by_type[type_] = found
        return Counts(by_type, facts)

    def _held(self) -> dict[str, tuple[int, list[list[str]]]]:
        """Per type: how many are plain, and the histories of the others."""
        known = registry()
        nodes = ", ".join(f"COUNT {{ (:{spec.label}) }} - COUNT {{ (:{spec.label}:{VERSIONED}) }}"
                          for spec in known.nodes.values())  # fmt: skip
        edges = ", ".join(
            f"[COUNT {{ ()-[:{spec.label}]->() }},"
            f" COLLECT {{ MATCH ()-[r:{spec.label}]->() WHERE r._touched IS NOT NULL RETURN r._history }}]"
            for spec in known.edges.values()
        )
        row = self.one(
            f"RETURN [{nodes}] AS nodes, [{edges}] AS edges,"
            f" COLLECT {{ MATCH (n:{VERSIONED}) RETURN [n._type, n._history] }} AS versioned,"
            f" COLLECT {{ MATCH ()-[r:{PAST}]->() RETURN [r._type, r._history] }} AS past"
        )
        held: dict[str, tuple[int, list[list[str]]]] = {
            name: (number, []) for name, number in zip(known.nodes, row["nodes"], strict=True)
        }
        for name, (number, histories) in zip(known.edges, row["edges"], strict=True):
            held[name] = (number - len(histories), histories)
        for name, history in [*row["versioned"], *row["past"]]:
            held[name][1].append(history)
        return held

    def over(self, accounts: Sequence[int], moments: Sequence[Moment], local_days: LocalDays) -> SnapshotSeries:
        """What lies around accounts at ascending moments, one after the other."""
        return read_one_by_one(self, accounts, moments, local_days)

    def around(self, accounts: Ints, moment: Moment) -> Gathered:
        """What lies around the accounts, read in one statement."""
        return Gathered(self, accounts, moment)

    def nodes_at(self, type_: str, keys: Ints | None, moment: Moment) -> NodeTable:
        """The nodes of a type, all of them or those with these keys."""
        if keys is not None:
            raw = tabling.nodes_by_key(self, type_, keys) if len(keys) else tabling.Raw()
        else:
            if self._all_nodes is None:
                self._all_nodes = tabling.all_nodes(self, self.keys_given)
            raw = self._all_nodes[type_]
        return tabling.node_table_of(self, type_, raw, moment)

    def edges_at(self, type_: str, side: Side | None, keys: Ints | None, moment: Moment) -> EdgeTable:
        """The edges of a type, all of them or those with one of the keys on that side."""
        if keys is not None and side is not None:
            raw = tabling.edges_by_end(self, type_, side, keys)
        else:
            if self._all_edges is None:
                self._all_edges = tabling.all_edges(self, self.keys_given)
            raw = self._all_edges[type_]
        return tabling.edge_table_of(self, type_, raw, moment)

    def split(self, keys: Ints) -> dict[str, Ints]:
        """The keys by the type of their node, each in order."""
        found: dict[str, list[int]] = {}
        for key, ref in self.by_key(keys.tolist()).items():
            found.setdefault(ref.type, []).append(key)
        return {type_: np.array(sorted(each), dtype=np.int64) for type_, each in found.items()}

    def last_key(self) -> int:
        """The greatest key that was given to a node, 0 in an empty store."""
        return self.keys_given

    def nodes_with(self, type_: str, name: str, word: str, moment: Moment) -> Ints:
        """The nodes of a type whose set of codes ``name`` holds the word, in order."""
        spec = registry().nodes[type_]
        rows, versioned = self.one(f"RETURN {tabling.having(type_, name)} AS found", word=word)["found"]
        table = tabling.node_table_of(self, type_, tabling.Raw(rows, versioned), moment)
        bit = 1 << spec.properties[name].words.index(word)
        having: Ints = table.key[(table[name] & bit) != 0]
        return having

    def all_nodes(self) -> Iterator[tuple[NodeRef, Entry]]:
        """Every node with its history, by key."""
        cypher = (
            "MATCH (n:Entity) USING INDEX n:Entity(_key) WHERE n._key > $last WITH n ORDER BY n._key LIMIT $most"
            " RETURN collect(properties(n)) AS found"
        )
        last = 0
        while found := self.one(cypher, last=last, most=2_000)["found"]:
            for properties in found:
                yield self.node_entry(properties)
            last = found[-1]["_key"]

    def all_edges(self) -> Iterator[tuple[EdgeRef, Entry]]:
        """Every edge with its history, by declared type, ends' keys and key."""
        step = 2_000
        for spec in registry().edges.values():
            cypher = (
                f"MATCH (n:Entity)-[r:{spec.label}|{PAST}]->() USING INDEX n:Entity(_key)"
                " WHERE n._key > $after AND n._key <= $upto"
                " AND (r._type IS NULL OR r._type = $type) RETURN collect([type(r), properties(r)]) AS found"
            )
            for after in range(0, self.keys_given, step):
                rows = self.one(cypher, after=after, upto=after + step, type=spec.name)["found"]
                entries = [self.edge_entry(properties, past=label == PAST) for label, properties in rows]
                self.look_up({end for ref, _ in entries for end in (ref.source, ref.target)})
                yield from sorted(entries, key=lambda each: self.triple(each[0]))


FILLING, MIGRATING = "filling", "migrating"
"""Long work, in many transactions, that closes the store to everybody else; the mark tells who does it."""


def under_work(work: str) -> StoreUnusable:
    """The refusal while a restore or a migration has not come to its end."""
    if work.startswith(MIGRATING):
        return StoreUnusable(
            "a migration of this store is under way, or was interrupted",
            remedy="Wait for it; when it was interrupted, run `brm migrate` again: it goes on from there.",
            code="being_migrated",
        )
    return StoreUnusable(
        "a restore into this store is under way, or was interrupted",
        remedy="Wait for it; when it was interrupted, restore again: it begins anew.",
        code="being_filled",
    )


def emptied() -> StoreUnusable:
    """The refusal of a database that is no store of this schema any more."""
    return StoreUnusable(
        "the store was emptied, or brought to another schema, while this program had it open",
        remedy="Start the program again; run brm migrate if it asks for it.",
        code="schema_differs",
    )


def taken_over() -> Conflict:
    """Somebody else began the same long work on the same database."""
    return Conflict(
        "another process took over this restore or migration",
        remedy="Let one of them finish alone.",
        code="taken_over",
    )
