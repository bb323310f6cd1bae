"""The Neo4j schema: constraints and indexes, generated from the registry.

Every node carries the common label ``Entity`` with a unique ``id`` and key, and the label of its type
while it exists; every edge identity is one relationship with a unique ``eid``, under the type of its
edge while it exists and under ``PAST`` otherwise. ``Versioned`` marks nodes with a history. Community
edition has uniqueness constraints only; what must exist and of which kind it is, validation checks.
"""

from __future__ import annotations

from collections.abc import Iterator

from graph_schema.registry import Registry

PAST = "PAST"
VERSIONED = "Versioned"

_UNIQUE = (
    ("entity_id", "Entity", "id"),
    ("entity_key", "Entity", "_key"),
    ("alias_id", "Alias", "alias"),
    ("commit_revision", "Commit", "revision"),
    ("commit_attempt", "Commit", "attempt"),
    ("idempotency_key", "Idempotency", "key"),
    ("store_name", "Store", "name"),
    ("gate_name", "Gate", "name"),
)
_INDEXES = (
    "CREATE INDEX touched_revision IF NOT EXISTS FOR (n:Touched) ON (n.revision)",
    "CREATE INDEX commit_import IF NOT EXISTS FOR (n:Commit) ON (n.import_id)",
    "CREATE INDEX entity_sort IF NOT EXISTS FOR (n:Entity) ON (n._type, n._sort)",
    "CREATE INDEX entity_type IF NOT EXISTS FOR (n:Entity) ON (n._type, n.id)",
    f"CREATE INDEX versioned_type IF NOT EXISTS FOR (n:{VERSIONED}) ON (n._type)",
    "CREATE INDEX entity_odd IF NOT EXISTS FOR (n:Entity) ON (n._odd)",
    "CREATE TEXT INDEX entity_search IF NOT EXISTS FOR (n:Entity) ON (n._search)",
    f"CREATE INDEX past_type IF NOT EXISTS FOR ()-[r:{PAST}]-() ON (r._type)",
)


def create_all(registry: Registry) -> Iterator[str]:
    """Every statement, constraints first; each can be repeated without effect."""
    for name, label, key in _UNIQUE:
        yield f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label}) REQUIRE n.{key} IS UNIQUE"
    yield "CREATE CONSTRAINT record_id IF NOT EXISTS FOR (n:Record) REQUIRE (n.type, n.id) IS UNIQUE"
    for label in (*(spec.label for spec in registry.edges.values()), PAST):
        name = label.lower()
        yield f"CREATE CONSTRAINT {name}_eid IF NOT EXISTS FOR ()-[r:{label}]-() REQUIRE r.eid IS UNIQUE"
    yield from _INDEXES
    for spec in registry.edges.values():
        yield f"CREATE INDEX {spec.name}_versioned IF NOT EXISTS FOR ()-[r:{spec.label}]-() ON (r._touched)"


def names(registry: Registry) -> Iterator[str]:
    """The name of every constraint and index."""
    return (statement.partition(" IF NOT EXISTS")[0].rpartition(" ")[2] for statement in create_all(registry))
