"""Restores into a database: one at a time, beside nobody's writes, and never over somebody's data."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from brm.errors import Conflict, StoreUnusable
from brm.store import Access, open_store
from brm.store.ledger import Outcome
from brm.store.neo4j import Neo4jStore
from brm.store.neo4j.filling import Filling
from graph_schema.changes import Change, ChangeSet, NodeRef, Receipt
from tests.servers import Neo4jDatabase, NoServer, neo4j_servers
from tests.servers.emptying import emptied

pytestmark = pytest.mark.neo4j
NOTHING = Outcome(Receipt(0, 0, 0))


@pytest.fixture
def database() -> Any:
    try:
        found = emptied(neo4j_servers().databases[0])
    except NoServer as problem:
        pytest.skip(str(problem))
    yield found
    emptied(found)


def opened(database: Neo4jDatabase) -> Neo4jStore:
    return Neo4jStore(database.url, Access(database.user, database.password))


def person(identity: str) -> ChangeSet:
    return ChangeSet(actor="a", source="s", changes=(Change("set", NodeRef("person", identity), {"name": "N"}),))


def rows() -> list[dict[str, Any]]:
    with closing(open_store("memory://")) as store:
        store.apply(person("p:restored"))
        return list(store.export())


def test_a_filling_that_was_taken_over_leaves_the_store_alone(database: Neo4jDatabase) -> None:
    with closing(opened(database)) as one, closing(opened(database)) as other:

        def stall() -> None:
            with one._filling() as stalled:
                stalled.save(NOTHING)
                other.load(rows())
                other.apply(person("p:later"))
                stalled.save(NOTHING)

        with pytest.raises(Conflict) as refused:
            stall()
        assert refused.value.code == "taken_over"
        assert set(other.fetch(["p:restored", "p:later"])) == {"p:restored", "p:later"}
        assert other.revision() == 2


def test_a_filling_that_was_taken_over_cannot_finish(database: Neo4jDatabase) -> None:
    with closing(opened(database)) as one, closing(opened(database)) as other:

        def stall() -> None:
            with one._filling() as stalled:
                stalled.save(NOTHING)
                other.load(rows())

        with pytest.raises(Conflict):
            stall()
        assert set(other.fetch(["p:restored"])) == {"p:restored"}


def test_a_store_that_is_filled_is_closed_to_others(database: Neo4jDatabase) -> None:
    with closing(opened(database)) as one, closing(opened(database)) as other:
        with one._filling() as filling:
            filling.save(NOTHING)
            for call in (other.revision, lambda: other.apply(person("p:1")), lambda: other.fetch(["p:1"])):
                with pytest.raises(StoreUnusable) as refused:
                    call()
                assert refused.value.code == "being_filled"
        assert other.apply(person("p:1")).revision == 1


def test_a_store_with_data_is_not_filled(database: Neo4jDatabase) -> None:
    with closing(opened(database)) as store:
        store.apply(person("p:1"))
        with pytest.raises(Conflict) as refused:
            store.load(rows())
        assert refused.value.code == "store_not_empty"
        assert (store.revision(), set(store.fetch(["p:1"]))) == (1, {"p:1"})


def test_an_interrupted_filling_begins_anew(database: Neo4jDatabase) -> None:
    with closing(opened(database)) as store:
        Filling(store._server, 0).save(NOTHING)
    with closing(opened(database)) as store:
        with pytest.raises(StoreUnusable):
            store.revision()
        store.load(rows())
        assert [row["id"] for row in store.export() if row["kind"] == "node"] == ["p:restored"]
