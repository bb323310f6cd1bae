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
    statements = list(neo4j.create_all(registry()))
    edges, nodes = registry().edges.values(), registry().nodes.values()
    assert statements == [
        *neo4j.STORE_CONSTRAINTS,
        *[
            f"CREATE CONSTRAINT {spec.name}_eid IF NOT EXISTS FOR ()-[r:{spec.label}]-() REQUIRE r.eid IS UNIQUE"
            for spec in edges
        ],
        *neo4j.STORE_INDEXES,
        *[
            f"CREATE INDEX {spec.name}_sort IF NOT EXISTS FOR (n:{spec.label}) ON (n._sort)"
            for spec in nodes
            if any(prop.search for prop in spec.properties.values())
        ],
        *[
            f"CREATE INDEX {spec.name}_touched IF NOT EXISTS FOR ()-[r:{spec.label}]-() ON (r.touched)"
            for spec in edges
        ],
    ]
    assert (
        "CREATE CONSTRAINT reports_to_eid IF NOT EXISTS FOR ()-[r:REPORTS_TO]-() REQUIRE r.eid IS UNIQUE" in statements
    )
    assert "CREATE INDEX org_unit_sort IF NOT EXISTS FOR (n:OrgUnit) ON (n._sort)" in statements
    assert "CREATE INDEX interaction_sort IF NOT EXISTS FOR (n:Interaction) ON (n._sort)" not in statements
    names = [statement.split()[2] for statement in statements]
    assert len(names) == len(set(names))
