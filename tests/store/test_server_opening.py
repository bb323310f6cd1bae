"""Opening a database on a server: beginning a store there, and refusing what is not one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import neo4j
import pytest

from brm.errors import BrmError, InvalidInput, StoreUnusable
from brm.store import Access, open_store
from brm.store.neo4j import connecting
from graph_schema import registry
from graph_schema.changes import Change, ChangeSet, NodeRef
from graph_schema.ddl.neo4j import names
from tests.servers import Neo4jDatabase, NoServer, neo4j_servers

pytestmark = pytest.mark.neo4j


@pytest.fixture
def connection(database: Neo4jDatabase) -> Iterator[neo4j.Driver]:
    with neo4j.GraphDatabase.driver(database.url, auth=(database.user, database.password)) as opened:
        opened.execute_query("MATCH (n) DETACH DELETE n")
        yield opened
        opened.execute_query("MATCH (n) DETACH DELETE n")


@pytest.fixture(scope="module")
def database() -> Neo4jDatabase:
    try:
        return neo4j_servers().databases[0]
    except NoServer as problem:
        pytest.skip(str(problem))


def access(database: Neo4jDatabase) -> Access:
    return Access(database.user, database.password)


def schema(connection: neo4j.Driver) -> set[str]:
    rows = connection.execute_query("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name").records
    return {row["name"] for row in rows}


def test_several_processes_may_begin_the_same_store(database: Neo4jDatabase, connection: neo4j.Driver) -> None:
    for row in connection.execute_query("SHOW CONSTRAINTS YIELD name RETURN name").records:
        connection.execute_query(f"DROP CONSTRAINT `{row['name']}`")
    for name in schema(connection):
        connection.execute_query(f"DROP INDEX `{name}`")
    failed: list[BrmError] = []

    def begin() -> None:
        try:
            open_store(database.url, access=access(database)).close()
        except BrmError as error:
            failed.append(error)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert schema(connection) == set(names(registry()))
    assert connection.execute_query("MATCH (s:Store) RETURN count(s) AS n").records[0]["n"] == 1


def test_another_programs_database_is_left_alone(database: Neo4jDatabase, connection: neo4j.Driver) -> None:
    connection.execute_query("CREATE (:Recipe {name: 'soup'})")
    with pytest.raises(StoreUnusable) as refused:
        open_store(database.url, access=access(database))
    assert (refused.value.code, bool(refused.value.remedy)) == ("other_application", True)
    assert connection.execute_query("MATCH (n) RETURN count(n) AS n").records[0]["n"] == 1


@pytest.mark.parametrize(("change", "code"), [("s.step = 9999", "schema_newer"), ("s.schema = 'x'", "schema_differs")])
def test_newer_and_different_schemas(database: Neo4jDatabase, connection: neo4j.Driver, change: str, code: str) -> None:
    store = open_store(database.url, access=access(database))
    connection.execute_query(f"MATCH (s:Store) SET {change}")
    with pytest.raises(StoreUnusable) as refused:
        open_store(database.url, access=access(database))
    assert refused.value.code == code
    store.close()


def test_a_missing_index_is_told(database: Neo4jDatabase, connection: neo4j.Driver) -> None:
    with closing(open_store(database.url, access=access(database))) as store:
        connection.execute_query("DROP INDEX entity_search")
        (check,) = [each for each in store.check() if not each.ok]
        assert (check.id, check.found) == ("indexes", {"count": 1, "first": "entity_search"})
        assert store.migrate().steps == ()
        assert all(each.ok for each in store.check())


@pytest.mark.parametrize("url", ["neo4j://", "neo4j://user:secret@127.0.0.1:7687", "bolt://:7687"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        open_store(url, access=Access())
    assert "secret" not in refused.value.message
    assert refused.value.remedy


def test_the_database_is_named_in_the_path() -> None:
    assert connecting._address("neo4j+s://graph.example.com:7687/sales%20eu") == (
        "neo4j+s://graph.example.com:7687", "sales eu",
    )  # fmt: skip
    assert connecting._address("bolt://graph.example.com/?x=1")[1] is None


def test_a_database_that_is_not_there(database: Neo4jDatabase) -> None:
    with pytest.raises(StoreUnusable) as refused:
        open_store(f"{database.url}/elsewhere", access=access(database))
    assert (refused.value.code, bool(refused.value.remedy)) == ("no_database", True)


def test_a_closed_store(database: Neo4jDatabase, connection: neo4j.Driver) -> None:
    store = open_store(database.url, access=access(database))
    store.close()
    with pytest.raises(StoreUnusable) as refused:
        store.revision()
    assert refused.value.code == "closed"


def test_the_graph_can_be_read_as_it_is(database: Neo4jDatabase, connection: neo4j.Driver) -> None:
    """Plain Cypher sees the current graph, and nobody who is no longer there."""
    with closing(open_store(database.url, access=access(database))) as store:
        person, gone = NodeRef("person", "p:1"), NodeRef("person", "p:2")
        told: Any = (Change("set", person, {"name": "张平"}), Change("set", gone, {"name": "Left"}))
        store.apply(ChangeSet(actor="a", source="s", changes=told))
        store.apply(ChangeSet(actor="a", source="s", changes=(Change("end", gone),)))
    rows = connection.execute_query("MATCH (p:Person) RETURN p.id AS id, p.name AS name").records
    assert [row.data() for row in rows] == [{"id": "p:1", "name": "张平"}]
