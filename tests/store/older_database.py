"""A database as a program with an imagined older schema would have left it."""

from __future__ import annotations

from typing import Any

import neo4j
import pytest

from brm.store import Access, evolving
from brm.store.history import Entry
from brm.store.ledger import Outcome
from brm.store.loading import fact_of
from brm.store.neo4j import Neo4jStore, codec, reading, saving, session
from brm.store.protocol import Commit
from graph_schema import Registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef, Receipt, RecordChange
from graph_schema.migrations import Step, Structure
from graph_schema.values import from_json
from tests.servers import Neo4jDatabase
from tests.store import older


def old_database(database: Neo4jDatabase, now: int) -> Access:
    """The database of the imagined older program."""
    return database_of(database, now, older.FIRST, older.OLD, older.old_rows())


def database_of(
    database: Neo4jDatabase, now: int, step: Step, structure: Structure, rows: list[dict[str, Any]]
) -> Access:
    """Fill the database from an older program's rows, through the writer with its declarations."""
    with neo4j.GraphDatabase.driver(database.url, auth=(database.user, database.password)) as driver:
        driver.execute_query("MATCH (n) DETACH DELETE n")
    access = Access(database.user, database.password)
    store = Neo4jStore(database.url, access, clock=lambda: now)
    with pytest.MonkeyPatch.context() as patch:
        _pretend(patch, structure)
        with store._filling() as filling:
            _fill(filling, rows)
    store.close()
    with neo4j.GraphDatabase.driver(database.url, auth=(database.user, database.password)) as driver:
        driver.execute_query(
            "MATCH (s:Store) SET s.step = $step, s.schema = $digest", step=step.number, digest=step.digest
        )
    return access


def _pretend(patch: pytest.MonkeyPatch, structure: Structure) -> None:
    """The engine's writer takes its declarations from a structure."""
    known = Registry(**{sort: {n: evolving.spec_of(s) for n, s in structure[sort].items()} for sort in older.SORTS})
    codecs = {spec.name: codec.codec_of(spec) for spec in known.fact_types}
    for module in (reading, saving, session):
        patch.setattr(module, "registry", lambda: known)
    for module in (reading, saving):
        patch.setattr(module, "codec", codecs.__getitem__)


def _fill(filling: Any, rows: list[dict[str, Any]]) -> None:
    known = saving.registry()
    entries: dict[EntityRef, Entry] = {}
    for row in rows:
        if row["kind"] in ("node", "edge"):
            spec, ordinals = known.fact_type(row["type"]), {}
            ref: EntityRef = (
                NodeRef(row["type"], row["id"])
                if row["kind"] == "node"
                else EdgeRef(row["type"], row["from"], row["to"], row["key"])
            )
            entries[ref] = Entry([fact_of(spec, each, ordinals) for each in row["versions"]], row["revision"])
        elif row["kind"] == "record":
            kinds = known.records[row["type"]].properties
            body = {name: from_json(kinds[name].kind, value) for name, value in row["body"].items()}
            change = RecordChange(row["type"], row["id"], body)
            filling.save(Outcome(Receipt(row["revision"], 0, 0), records=(change,)))
    filling.save(Outcome(Receipt(0, 0, 0), entries=entries))
    filling.put_aliases({row["alias"]: row["id"] for row in rows if row["kind"] == "alias"})
    filling.put_commits([_commit(row) for row in rows if row["kind"] == "commit"])


def _commit(row: dict[str, Any]) -> Commit:
    at = from_json("instant", row["committed_at"])
    return Commit(row["revision"], at, row["actor"], row["source"], row["import_id"], row["what"], row["undone_by"])
