"""An empty database without the cost of a new one: constraints and indexes stay."""

from __future__ import annotations

from neo4j import GraphDatabase

from tests.servers.model import Neo4jDatabase

_NODES = "MATCH (n) WHERE NOT n:Store AND NOT n:Gate CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
_STORE = "MATCH (s:Store) SET s.revision = 0, s.committed_at = 0, s.keys = 0 REMOVE s.work, s.filled, s.came_to"


def emptied(database: Neo4jDatabase) -> Neo4jDatabase:
    """The database without any data; a store that was begun there is as if it were new."""
    auth = (database.user, database.password)
    with (
        GraphDatabase.driver(database.url, auth=auth, notifications_min_severity="OFF") as driver,
        driver.session() as session,
    ):
        session.run(_NODES).consume()
        session.run(_STORE).consume()
    return database
