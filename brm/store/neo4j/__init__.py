"""The server engine: a store in a Neo4j database, reached over Bolt."""

from brm.store.neo4j.store import Neo4jStore

__all__ = ["Neo4jStore"]
