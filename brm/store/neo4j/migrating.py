"""Bring a database to another schema, batch by batch; interrupted, it goes on where it stopped.

Each batch of nodes or edges of a type that changes is read by the old declarations, passes through
the operations as exported rows do, and is written by the new ones, in one transaction with a note of
how far it came.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from neo4j import ManagedTransaction, Transaction

from brm.store import evolving
from brm.store.carrying import version_row
from brm.store.history import Entry
from brm.store.ledger import Outcome
from brm.store.loading import fact_of
from brm.store.neo4j import preparing
from brm.store.neo4j.codec import Codec, codec, codec_of
from brm.store.neo4j.connecting import Server
from brm.store.neo4j.deadline import Pulse
from brm.store.neo4j.reading import by_eid, stored_edge
from brm.store.neo4j.session import MIGRATING, Session, taken_over, under_work
from graph_schema import Registry, registry, schema_digest
from graph_schema.changes import EdgeRef, EntityRef, NodeRef, Receipt
from graph_schema.ddl.neo4j import PAST, names
from graph_schema.migrations import Operation, Step, Structure
from scoring.snapshot import OPEN

BATCH = 1_000
_NODES = (
    "MATCH (n:Entity) WHERE n._type = $type AND n._key > $after WITH n ORDER BY n._key LIMIT $most"
    " RETURN collect(properties(n)) AS found"
)
_START = (
    "MATCH (s:Store) SET s.work = CASE WHEN coalesce(s.aim, $aim) = $aim THEN $work ELSE s.work END,"
    " s.aim = coalesce(s.aim, $aim) RETURN s.aim AS aim, s.came_to AS came_to"
)
_PROGRESS = "MATCH (s:Store) SET s.came_to = $came_to"
_END = (
    "MATCH (s:Store {work: $work}) SET s.schema = $schema, s.step = $step REMOVE s.work, s.came_to, s.aim RETURN true"
)
_LISTINGS = (
    ("CONSTRAINT", "SHOW CONSTRAINTS YIELD name RETURN name"),
    ("INDEX", "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"),
)
_NOTES = (
    "MATCH (t:Touched) WHERE any(e IN t.edges WHERE e STARTS WITH $old) WITH t LIMIT 200"
    " SET t.edges = [e IN t.edges | CASE WHEN e STARTS WITH $old THEN $new + substring(e, size($old)) ELSE e END]"
    " RETURN count(t) AS done"
)


@dataclass(frozen=True, slots=True)
class _Change:
    """What happens to one type."""

    old: Codec
    new: Codec
    operations: tuple[Operation, ...]

    def entry(self, entry: Entry) -> Entry:
        """The history after the operations."""
        spec = self.old.spec
        ordered = sorted(entry.facts, key=lambda fact: (fact.revision, fact.ordinal))
        row: evolving.Row = {
            "kind": spec.sort,
            "type": spec.name,
            "versions": [version_row(spec, fact) for fact in ordered],
        }
        evolved = evolving.evolve_row(row, self.operations) or row
        ordinals: dict[int, int] = {}
        return Entry([fact_of(self.new.spec, each, ordinals) for each in evolved["versions"]], entry.touched)


def migrate(server: Server, now: int) -> tuple[Step, ...]:
    """Carry out the pending steps, and make what is missing of the schema.

    StoreUnusable before anything is changed when that is impossible.
    """
    state = preparing.state(server)
    if state["work"] is not None and not state["work"].startswith(MIGRATING):
        raise under_work(state["work"])
    steps = evolving.pending(state["step"])
    operations = [operation for _, operation in evolving.operations_of(state["step"])]
    preparing.create(server)
    if steps:
        _Migration(server, now, evolving.structure_of(state["step"]), operations).run(state["step"] + len(steps))
    return steps


class _Migration:
    def __init__(self, server: Server, now: int, before: Structure, operations: Sequence[Operation]) -> None:
        self._server = server
        self._now = now
        self._before = before
        self._operations = operations
        self._work = f"{MIGRATING}:{uuid.uuid4().hex}"

    def run(self, step: int) -> None:
        """All of it, or what an interrupted run left to do."""
        changes = {name: change for sort in ("nodes", "edges") for name, change in self._changes(sort)}
        self._refuse_what_is_stored()
        started = self._server.auto(_START, work=self._work, aim=schema_digest())[0]
        if started["aim"] != schema_digest():
            raise evolving.impossible(
                "another version of this program began one and was interrupted; finish it with that"
            )
        begun, after = started["came_to"] or [None, 0]
        waiting = list(changes)
        for name in waiting[waiting.index(begun) if begun in waiting else 0 :]:
            self._rewrite(name, changes[name], int(after) if name == begun else 0)
        self._records()
        self._drop_what_is_left()
        if not self._server.auto(_END, work=self._work, schema=schema_digest(), step=step):
            raise taken_over()

    def _changes(self, sort: str) -> Iterator[tuple[str, _Change]]:
        """The types of which what is stored changes."""
        for name, described in self._before[sort].items():
            operations = tuple(evolving.chain(self._operations, sort, name))
            renamed = [operation["to"] for operation in operations if operation["op"] == "rename_type"]
            dropped = any(operation["op"] == "drop_type" for operation in operations)
            if operations and not dropped:
                new = codec(renamed[-1] if renamed else name)
                yield name, _Change(codec_of(evolving.spec_of(described)), new, operations)

    def _refuse_what_is_stored(self) -> None:
        for operation in self._operations:
            if operation["op"] == "drop_type" and operation["sort"] != "records":
                spec = evolving.spec_of(self._before[operation["sort"]][operation["type"]])
                held = self._server.auto(
                    "RETURN EXISTS { MATCH (n:Entity {_type: $type}) }"
                    f" OR EXISTS {{ MATCH ()-[r:{PAST} {{_type: $type}}]->() }}"
                    f" OR EXISTS {{ MATCH ()-[r:`{spec.label}`]->() }} AS held",
                    type=spec.name,
                )  # fmt: skip
                if held[0]["held"]:
                    raise evolving.still_stored(spec.name)

    def _rewrite(self, name: str, change: _Change, after: int) -> None:
        if change.old.spec.sort == "edge":
            last = self._server.auto("MATCH (s:Store) RETURN s.keys AS keys")[0]["keys"]
            while after < last:
                self._inside(partial(_edges, change=change, after=after), name, after + BATCH)
                after += BATCH
            if change.old.spec.name != change.new.spec.name:
                self._server.repeat(_NOTES, old=f"{change.old.spec.name}:", new=f"{change.new.spec.name}:")
            return
        more = True
        while more:
            keys = self._inside(partial(_nodes, change=change, after=after), name, None)
            more, after = bool(keys), max(keys, default=0)

    def _inside(self, work: Callable[[Session], list[int]], name: str, upto: int | None) -> list[int]:
        """One batch and the note of how far it came, in one transaction."""

        def body(transaction: Transaction | ManagedTransaction, pulse: Pulse) -> list[int]:
            session = Session(transaction, pulse)
            session.open_for(self._work)
            session.now, session.noting = self._now, False
            keys = work(session)
            came_to = upto if upto is not None else max(keys, default=OPEN)
            session.query(_PROGRESS, came_to=[name, str(came_to)])
            return keys

        return self._server.write(body)[0]

    def _records(self) -> None:
        """The bodies of records; the same operations once more leave them as they are, but for a backfill."""
        for name in self._before["records"]:
            operations = tuple(evolving.chain(self._operations, "records", name))
            if operations:
                self._server.write(partial(_rewrite_records, work=self._work, type_=name, operations=operations))

    def _drop_what_is_left(self) -> None:
        """Constraints and indexes of types that are gone; those that an administrator made stay."""
        before = Registry(
            **{s: {n: evolving.spec_of(spec) for n, spec in self._before[s].items()} for s in evolving.SORTS.values()}
        )
        gone = set(names(before)) - set(names(registry()))
        for sort, listing in _LISTINGS:
            for row in self._server.auto(listing):
                if row["name"] in gone:
                    self._server.auto(f"DROP {sort} `{row['name']}` IF EXISTS")


def _nodes(session: Session, change: _Change, after: int) -> list[int]:
    """Write the next nodes of a type anew; their keys."""
    found = session.one(_NODES, type=change.old.spec.name, after=after, most=BATCH)["found"]
    entries: dict[EntityRef, Entry] = {}
    for properties in found:
        ref = NodeRef(change.new.spec.name, properties["id"])
        entries[ref] = change.entry(change.old.entry(properties))
        session.node_is(ref, properties["_key"], entries[ref])
    keys = [properties["_key"] for properties in found]
    if change.old.spec.label != change.new.spec.label:
        session.query(f"UNWIND $keys AS k MATCH (n:Entity {{_key: k}}) REMOVE n:`{change.old.spec.label}`", keys=keys)
    session.save(Outcome(Receipt(0, 0, 0), entries=entries, stored=set(entries)))
    return keys


def _edges(session: Session, change: _Change, after: int) -> list[int]:
    """Write the edges of a type whose source has one of the next keys anew."""
    old, new = change.old.spec, change.new.spec
    row = session.one(
        f"MATCH (n:Entity)-[r:`{old.label}`|{PAST}]->() USING INDEX n:Entity(_key)"
        " WHERE n._key > $after AND n._key <= $upto"
        " AND coalesce(r._type, $type) = $type RETURN collect([type(r), properties(r)]) AS found",
        after=after, upto=after + BATCH, type=old.name,
    )  # fmt: skip
    entries: dict[EntityRef, Entry] = {}
    gone: dict[str, list[str]] = {}
    for label, properties in row["found"]:
        held = stored_edge(properties["eid"])
        ref = EdgeRef(new.name, held.source, held.target, held.key)
        entries[ref] = change.entry(change.old.entry(properties))
        gone.setdefault(label, []).append(properties["eid"])
    for label, ids in gone.items():
        session.query(f"{by_eid(label, '$ids')} DELETE r", ids=ids)
    session.save(Outcome(Receipt(0, 0, 0), entries=entries))
    return []


def _rewrite_records(
    transaction: Transaction | ManagedTransaction, pulse: Pulse, *, work: str, type_: str,
    operations: Sequence[Operation],
) -> None:  # fmt: skip
    session = Session(transaction, pulse)
    session.open_for(work)
    found = session.one("MATCH (r:Record {type: $type}) RETURN collect(properties(r)) AS found", type=type_)["found"]
    for held in found:
        row = evolving.evolve_row({"kind": "record", "type": type_, "body": json.loads(held["body"])}, operations)
        session.query("MATCH (r:Record {type: $type, id: $id}) DELETE r", type=type_, id=held["id"])
        if row is not None:
            body: Mapping[str, Any] = row["body"]
            session.query(
                "CREATE (r:Record {type: $type, id: $id, body: $body, revision: $revision})",
                type=row["type"], id=held["id"], body=json.dumps(body, ensure_ascii=False), revision=held["revision"],
            )  # fmt: skip
