"""Beginning a store in an empty database, and whether a database holds one that this program can use."""

from __future__ import annotations

import random
import time
from typing import Any

from brm.errors import StoreUnusable
from brm.store import evolving
from brm.store.neo4j.connecting import Server
from brm.store.neo4j.session import MIGRATING, emptied
from graph_schema import registry, schema_digest
from graph_schema.ddl.neo4j import create_all, names

_STATE = "MATCH (s:Store) RETURN s.schema AS schema, s.step AS step, s.work AS work"
_FOREIGN = "MATCH (n) RETURN count(n) > 0 AS held"
_BEGIN = (
    "MERGE (g:Gate {name: 'brm'}) ON CREATE SET g.locks = 0 MERGE (s:Store {name: 'brm'}) ON CREATE SET"
    " s.revision = 0, s.committed_at = 0, s.keys = 0, s.locks = 0, s.schema = $schema, s.step = $step"
)
_WAIT_SECONDS, _PAUSE_SECONDS = 600, 0.05


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
        server.auto(_BEGIN, schema=schema_digest(), step=evolving.newest())
        found = server.auto(_STATE)
    where = f"the store at {server.where}"
    return str(found[0]["work"] or "").startswith(MIGRATING) or evolving.is_older(
        where, found[0]["step"], found[0]["schema"]
    )


def create(server: Server) -> None:
    """Every constraint and index that is not there yet, ready to use."""
    deadline = time.monotonic() + _WAIT_SECONDS
    for statement in create_all(registry()):
        _patiently(server, statement, deadline)
    while waiting := missing(server):
        if time.monotonic() > deadline:
            raise StoreUnusable(
                f"the server at {server.where} did not make the index {waiting[0]} within {_WAIT_SECONDS} seconds",
                remedy="Look at SHOW INDEXES and the server's log; then open the store again.",
                code="server_failed",
            )
        time.sleep(_PAUSE_SECONDS)


def _patiently(server: Server, statement: str, deadline: float) -> None:
    """Carry out a change of the schema, which the server refuses while another process makes one."""
    while True:
        try:
            server.auto(statement)
            return
        except StoreUnusable as error:
            if error.code != "busy" or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(_PAUSE_SECONDS, 4 * _PAUSE_SECONDS))


def state(server: Server) -> dict[str, Any]:
    """What the store says of its schema."""
    rows = server.auto(_STATE)
    if not rows:
        raise emptied()
    return rows[0]


def missing(server: Server) -> list[str]:
    """The constraints and indexes that are not there, or do not work."""
    working = {row["name"] for row in server.auto("SHOW INDEXES YIELD name, state WHERE state = 'ONLINE' RETURN name")}
    return [name for name in names(registry()) if name not in working]
