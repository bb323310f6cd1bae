"""Migrations on a server: the same outcome as in a file, also when they are interrupted anywhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import neo4j
import pytest

from brm.errors import StoreUnusable
from brm.store import evolving
from brm.store.neo4j import Neo4jStore, migrating
from brm.store.neo4j.connecting import Server
from brm.store.protocol import Query
from graph_schema import registry
from graph_schema.ddl.neo4j import names
from graph_schema.migrations import Step, steps
from tests.servers import Neo4jDatabase, NoServer, neo4j_servers
from tests.servers.emptying import emptied
from tests.store import older
from tests.store.fixtures import exported
from tests.store.older_database import database_of, old_database

pytestmark = pytest.mark.neo4j
NOW = time.time_ns() // 1_000


@pytest.fixture
def server_database() -> Any:
    try:
        found = neo4j_servers().databases[0]
    except NoServer as problem:
        pytest.skip(str(problem))
    yield found
    with driver(found) as connection:
        connection.execute_query("MATCH (n) DETACH DELETE n")
    emptied(found)


@pytest.fixture
def database(server_database: Neo4jDatabase, monkeypatch: pytest.MonkeyPatch) -> Any:
    with monkeypatch.context() as patch:
        older.imagine(patch)
        yield server_database


def driver(database: Neo4jDatabase) -> neo4j.Driver:
    return neo4j.GraphDatabase.driver(database.url, auth=(database.user, database.password))


def expected(store: Neo4jStore) -> bool:
    return list(store.export())[1:] == older.expected_rows()[1:]


@pytest.mark.parametrize("step", steps()[:-1], ids=lambda step: step.name)
def test_every_released_schema_migrates(server_database: Neo4jDatabase, step: Step) -> None:
    evolution = evolving.Evolution(step.digest, "the fixture")
    rows = exported(step)
    access = database_of(server_database, NOW, step, evolving.structure_of(step.number), rows)
    with closing(Neo4jStore(server_database.url, access)) as store:
        assert not store.info().current
        assert store.migrate().steps == tuple(each.title for each in steps()[step.number :])
        assert list(store.export())[1:] == [row for row in map(evolution.row, rows) if row is not None][1:]
        assert [check for check in store.check() if not check.ok] == []


def test_an_older_database_is_refused_until_it_is_migrated(database: Neo4jDatabase) -> None:
    access = old_database(database, NOW)
    with closing(Neo4jStore(database.url, access)) as store:
        assert not store.info().current
        for call in (store.revision, store.check, lambda: store.fetch(["p:1"]), lambda: list(store.export())):
            with pytest.raises(StoreUnusable) as refused:
                call()
            assert (refused.value.code, "brm migrate" in refused.value.remedy) == ("schema_older", True)
        assert (store.migrate(dry_run=True).steps, store.migrate(dry_run=True).applied) == (("0002 next",), False)
        assert not store.info().current
        assert store.migrate().steps == ("0002 next",)
        assert store.info().current
        assert store.migrate().steps == ()
        assert expected(store)
        assert [check for check in store.check() if not check.ok] == []
        assert [state.entity.id for state in store.find(Query(type="position", text="总裁")).items] == ["s:1"]
        touched = {each.entity.id for each in store.changes(0)}
        assert touched == {row["id"] if row["kind"] == "node" else edge_id(row) for row in facts()}
    with driver(database) as connection:
        rows = connection.execute_query("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name").records
        assert {row["name"] for row in rows} == set(names(registry()))
        labels = connection.execute_query("MATCH (n:Deal) RETURN n UNION MATCH ()-[n:ACQUAINTED]->() RETURN n").records
        assert labels == []


def facts() -> list[dict[str, Any]]:
    return [row for row in older.expected_rows() if row["kind"] in ("node", "edge")]


def edge_id(row: dict[str, Any]) -> str:
    from graph_schema.changes import EdgeRef

    return EdgeRef(row["type"], row["from"], row["to"], row["key"]).id


def test_an_interrupted_migration_goes_on(database: Neo4jDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many calls to the server nothing more is sent, as if the process had been killed."""
    monkeypatch.setattr(migrating, "BATCH", 3)
    access = old_database(database, NOW)
    needed = [0]
    with closing(Neo4jStore(database.url, access)) as store, _counting(needed):
        store.migrate()
    total = -needed[0]
    for share in (0.0, 0.05, 0.6, 0.8, 0.9, 0.97):
        access = old_database(database, NOW)
        store = Neo4jStore(database.url, access)
        with _counting([int(share * total) + 1], stopping=True), pytest.raises(ConnectionAbortedError):
            store.migrate()
        store.close()
        with closing(Neo4jStore(database.url, access)) as again:
            with pytest.raises(StoreUnusable) as refused:
                again.fetch(["p:1"])
            assert (share, refused.value.code) == (share, "schema_older")
            again.migrate()
            assert (share, expected(again)) == (share, True)
            assert [check for check in again.check() if not check.ok] == []


@contextmanager
def _counting(left: list[int], *, stopping: bool = False) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("auto", "write"):
            patch.setattr(Server, name, _limited(getattr(Server, name), left, stopping))
        yield


def _limited(call: Any, left: list[int], stopping: bool) -> Any:
    def limited(*arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if stopping and left[0] < 0:
            raise ConnectionAbortedError("killed")
        return call(*arguments, **named)

    return limited


def test_a_store_under_migration_is_closed_to_those_who_have_it_open(database: Neo4jDatabase) -> None:
    access = old_database(database, NOW)
    with closing(Neo4jStore(database.url, access)) as store:
        store.migrate()
        with driver(database) as connection:
            connection.execute_query("MATCH (s:Store) SET s.work = 'migrating:x'")
            with pytest.raises(StoreUnusable) as refused:
                store.fetch(["p:1"])
            assert refused.value.code == "being_migrated"
            connection.execute_query("MATCH (s:Store) REMOVE s.work")
        assert expected(store)
