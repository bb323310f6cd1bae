"""Which server the tests of this process get: the first that this machine can offer."""

from __future__ import annotations

import atexit
import re
from collections.abc import Callable

from tests.servers.model import Kind, Neo4jDatabase, Neo4jServers, NoServer, Unavailable

WANTED = 2
"""A conformance test may hold two empty stores open, and Community has one database a system."""

_chosen: Neo4jServers | NoServer | None = None
_asked = False


def neo4j_servers() -> Neo4jServers:
    """The databases of this process, started when first asked for; NoServer says why there is none.

    Asking again costs nothing: ask in every test, so that the summary knows which tests used a server.
    """
    global _chosen, _asked
    _asked = True
    if _chosen is None:
        _chosen = _choose()
        if isinstance(_chosen, Neo4jServers):
            atexit.register(close_servers)
    if isinstance(_chosen, NoServer):
        raise _chosen
    return _chosen


def close_servers() -> None:
    """Stop what this process started."""
    global _chosen
    if isinstance(_chosen, Neo4jServers):
        _chosen.close()
        _chosen = None
        atexit.unregister(close_servers)


def forget_asking() -> None:
    """Begin to watch whether the servers are asked for."""
    global _asked
    _asked = False


def asked_for() -> Neo4jServers | None:
    """The servers, if they were asked for since ``forget_asking``."""
    return _chosen if _asked and isinstance(_chosen, Neo4jServers) else None


def _choose() -> Neo4jServers | NoServer:
    ways: tuple[tuple[Kind, Callable[[], tuple[tuple[Neo4jDatabase, ...], Callable[[], None]]]], ...] = (
        ("given", _given),
        ("container", _container),
        ("local", _local),
        ("stand-in", _stand_in),
    )
    reasons: dict[str, str] = {}
    for kind, start in ways:
        try:
            databases, close = start()
        except Unavailable as problem:
            reasons[kind] = str(problem)
            continue
        try:
            product, version = identify(databases[0])
        except Exception as problem:
            close()
            reasons[kind] = f"{databases[0].url} does not let us in: {problem}"
            continue
        return Neo4jServers(
            kind=kind, product=product, version=version, databases=databases, passed_over=reasons, close=close
        )
    return NoServer(reasons)


def identify(database: Neo4jDatabase) -> tuple[str, str]:
    """Product and version as the server gives them when we log in."""
    from neo4j import GraphDatabase

    auth = (database.user, database.password)
    with GraphDatabase.driver(database.url, auth=auth, connection_timeout=10, max_transaction_retry_time=30) as driver:
        driver.execute_query("RETURN 1")
        agent = driver.get_server_info().agent
    product, _, version = agent.partition("/")
    if other := re.search(r"\((\w+) ([\d.]+)\)", agent):
        product, version = other[1], other[2]
    return product, version


def _given() -> tuple[tuple[Neo4jDatabase, ...], Callable[[], None]]:
    from tests.servers import given

    return given.databases(WANTED), lambda: None


def _container() -> tuple[tuple[Neo4jDatabase, ...], Callable[[], None]]:
    from tests.servers.container import Containers

    containers = Containers(WANTED)
    return containers.databases, containers.stop


def _local() -> tuple[tuple[Neo4jDatabase, ...], Callable[[], None]]:
    from tests.servers.local import TemporaryServer

    server = TemporaryServer(databases=WANTED)
    try:
        server.start()
    except Unavailable:
        server.stop()
        raise
    return server.databases, server.stop


def _stand_in() -> tuple[tuple[Neo4jDatabase, ...], Callable[[], None]]:
    from tests.servers.standin import StandIn

    servers = [StandIn() for _ in range(WANTED)]

    def stop() -> None:
        for server in servers:
            server.stop()

    try:
        for server in servers:
            server.start()
    except Unavailable:
        stop()
        raise
    return tuple(server.database for server in servers), stop
