"""The generated schemas of the engines, to the letter for one type of each sort."""

from __future__ import annotations

import sqlite3

from graph_schema import registry
from graph_schema.ddl import neo4j, sqlite


def test_sqlite_edge_type() -> None:
    assert list(sqlite.create_type(registry().edges["knows"]))[:4] == [
        "CREATE TABLE e_knows (_source INTEGER NOT NULL REFERENCES entity (key),"
        " _target INTEGER NOT NULL REFERENCES entity (key), _k INTEGER NOT NULL,"
        ' "strength" REAL, "sensitivity" INTEGER, "source_class" INTEGER, "confidence" REAL, "extra" TEXT,'
        " _from INTEGER NOT NULL, _to INTEGER NOT NULL, _known INTEGER NOT NULL, _revision INTEGER NOT NULL,"
        " PRIMARY KEY (_source, _target, _k)) STRICT, WITHOUT ROWID",
        "CREATE TABLE e_knows_v (_id INTEGER PRIMARY KEY, _source INTEGER NOT NULL REFERENCES entity (key),"
        " _target INTEGER NOT NULL REFERENCES entity (key), _k INTEGER NOT NULL,"
        " _verb INTEGER NOT NULL, _named TEXT NOT NULL,"
        ' "strength" REAL, "sensitivity" INTEGER, "source_class" INTEGER, "confidence" REAL, "extra" TEXT,'
        " _from INTEGER NOT NULL, _to INTEGER NOT NULL, _known INTEGER NOT NULL, _revision INTEGER NOT NULL,"
        " _ordinal INTEGER NOT NULL, _void INTEGER, _touched INTEGER NOT NULL) STRICT",
        "CREATE INDEX e_knows__revision ON e_knows (_revision)",
        "CREATE INDEX e_knows__target ON e_knows (_target)",
    ]


def test_sqlite_node_type() -> None:
    assert next(sqlite.create_type(registry().nodes["offering"])) == (
        "CREATE TABLE n_offering (_key INTEGER PRIMARY KEY REFERENCES entity (key),"
        ' "name" TEXT, "line" TEXT, "list_price" INTEGER, "list_price_currency" TEXT, "extra" TEXT,'
        " _search TEXT NOT NULL, _sort TEXT NOT NULL,"
        " _from INTEGER NOT NULL, _to INTEGER NOT NULL, _known INTEGER NOT NULL, _revision INTEGER NOT NULL)"
        " STRICT"
    )


def test_sqlite_accepts_all_of_it() -> None:
    connection = sqlite3.connect(":memory:")
    for statement in sqlite.create_all(registry()):
        connection.execute(statement)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    stores = {"meta", "commits", "entity", "alias", "record", "idempotency"}
    types = {sqlite.table(spec) for spec in registry().fact_types}
    assert tables == stores | types | {f"{name}_v" for name in types}


def test_neo4j() -> None:
    """Every edge type can be found by ``eid`` and by whether it is versioned; no name is used twice."""
    statements = list(neo4j.create_all(registry()))
    labels = [spec.label for spec in registry().edges.values()]
    eids = {f"FOR ()-[r:{label}]-() REQUIRE r.eid IS UNIQUE" for label in (*labels, neo4j.PAST)}
    versioned = {f"FOR ()-[r:{label}]-() ON (r._touched)" for label in labels}
    tails = {"FOR " + statement.partition(" FOR ")[2] for statement in statements}
    assert eids | versioned <= tails
    ids = (
        "(n:Entity) REQUIRE n.id IS UNIQUE",
        "(n:Entity) REQUIRE n._key IS UNIQUE",
        "(n:Entity) ON (n._type, n._sort)",
    )
    assert {f"FOR {each}" for each in ids} <= tails
    assert (
        "CREATE CONSTRAINT reports_to_eid IF NOT EXISTS FOR ()-[r:REPORTS_TO]-() REQUIRE r.eid IS UNIQUE" in statements
    )
    assert all(" IF NOT EXISTS " in statement for statement in statements)
    first_index = next(i for i, statement in enumerate(statements) if " INDEX " in statement)
    assert not [statement for statement in statements[first_index:] if " CONSTRAINT " in statement]
    names = list(neo4j.names(registry()))
    assert len(names) == len(set(names)) == len(statements)
    assert {"entity_id", "reports_to_eid", "knows_versioned", "entity_search"} <= set(names)
