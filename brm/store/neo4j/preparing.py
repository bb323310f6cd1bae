"""Beginning a store in an empty database, and whether a database holds one that this program can use."""

from __future__ import annotations

from typing import Any

from brm.errors import StoreUnusable
from brm.store.neo4j.connecting import Server
from graph_schema import registry, schema_digest
from graph_schema.ddl.neo4j import create_all
from graph_schema.migrations import Step, steps

_STATE = "MATCH (s:Store) RETURN s.schema AS schema, s.step AS step, s.filling AS filling"
_FOREIGN = "MATCH (n) RETURN count(n) > 0 AS held"
_BEGIN = (
    "MERGE (s:Store {name: 'brm'}) ON CREATE SET"
    " s.revision = 0, s.committed_at = 0, s.keys = 0, s.locks = 0, s.schema = $schema, s.step = $step"
)
_WAIT_SECONDS = 300


def prepare(server: Server) -> bool:
    """Begin a store where there is none; whether the one there is older than this program."""
    found = server.auto(_STATE)
    if not found:
        if server.auto(_FOREIGN)[0]["held"]:
            raise StoreUnusable(
                f"the database at {server.where} holds another program's data",
                remedy="Choose an empty database; this one was not changed.",
                code="other_application",
            )
        create(server)
        server.auto(_BEGIN, schema=schema_digest(), step=len(steps()))
        found = server.auto(_STATE)
    return _is_older(server, found[0])


def create(server: Server) -> None:
    """Every constraint and index that is not there yet, ready to use."""

    for statement in create_all(registry()):
        server.auto(statement)
    server.auto(f"CALL db.awaitIndexes({_WAIT_SECONDS})")


def state(server: Server) -> dict[str, Any]:
    """What the store says of its schema."""
    return server.auto(_STATE)[0]


def pending(server: Server) -> tuple[Step, ...]:
    """The steps that the store has not seen."""
    return steps()[state(server)["step"] :]


def _is_older(server: Server, found: dict[str, Any]) -> bool:
    if found["step"] > len(steps()):
        raise StoreUnusable(
            f"the store at {server.where} was written by a newer version of this program",
            remedy="Install the newer version; this one left the store as it is.",
            code="schema_newer",
        )
    if found["step"] == len(steps()) and found["schema"] != schema_digest():
        raise StoreUnusable(
            f"the store at {server.where} has the schema of another version of this program",
            remedy="Open it with the version that wrote it, export it, and load the export here.",
            code="schema_differs",
        )
    return bool(found["step"] < len(steps()))
