"""The Neo4j schema: constraints and indexes, generated from the registry.

Every node carries the common label ``Entity`` with a unique ``id``; every edge is one relationship
with a unique ``eid``. Closed and future versions are nodes labelled ``Version``. Community edition
has uniqueness constraints only; what must exist and of which kind it is, validation checks.
"""

from __future__ import annotations

from collections.abc import Iterator

from graph_schema.registry import Registry

STORE_CONSTRAINTS = (
    "CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT entity_key IF NOT EXISTS FOR (n:Entity) REQUIRE n.key IS UNIQUE",
    "CREATE CONSTRAINT alias_id IF NOT EXISTS FOR (n:Alias) REQUIRE n.alias IS UNIQUE",
    "CREATE CONSTRAINT commit_revision IF NOT EXISTS FOR (n:Commit) REQUIRE n.revision IS UNIQUE",
    "CREATE CONSTRAINT record_key IF NOT EXISTS FOR (n:Record) REQUIRE (n.type, n.id) IS UNIQUE",
    "CREATE CONSTRAINT idempotency_key IF NOT EXISTS FOR (n:Idempotency) REQUIRE n.key IS UNIQUE",
    "CREATE CONSTRAINT counter_name IF NOT EXISTS FOR (n:Counter) REQUIRE n.name IS UNIQUE",
)
STORE_INDEXES = (
    "CREATE INDEX entity_touched IF NOT EXISTS FOR (n:Entity) ON (n.touched)",
    "CREATE INDEX version_entity IF NOT EXISTS FOR (n:Version) ON (n.entity)",
    "CREATE INDEX version_revision IF NOT EXISTS FOR (n:Version) ON (n.revision)",
    "CREATE INDEX version_touched IF NOT EXISTS FOR (n:Version) ON (n.touched)",
    "CREATE INDEX version_void IF NOT EXISTS FOR (n:Version) ON (n.void_revision)",
    "CREATE INDEX commit_import IF NOT EXISTS FOR (n:Commit) ON (n.import_id)",
)


def create_all(registry: Registry) -> Iterator[str]:
    """Every statement, constraints first; each can be repeated without effect."""
    yield from STORE_CONSTRAINTS
    for spec in registry.edges.values():
        yield (f"CREATE CONSTRAINT {spec.name}_eid IF NOT EXISTS FOR ()-[r:{spec.label}]-() REQUIRE r.eid IS UNIQUE")
    yield from STORE_INDEXES
    for spec in registry.nodes.values():
        if spec.searched:
            yield f"CREATE INDEX {spec.name}_sort IF NOT EXISTS FOR (n:{spec.label}) ON (n._sort)"
    for spec in registry.edges.values():
        yield (f"CREATE INDEX {spec.name}_touched IF NOT EXISTS FOR ()-[r:{spec.label}]-() ON (r.touched)")
