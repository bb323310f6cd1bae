"""Servers that somebody else runs: BRM_TEST_NEO4J_URL, several separated by commas. Their data is wiped."""

from __future__ import annotations

import os

from tests.servers.model import Neo4jDatabase, Unavailable


def databases(wanted: int) -> tuple[Neo4jDatabase, ...]:
    """This worker's share of the given servers; two workers must never wipe each other's data."""
    urls = [url.strip() for url in os.environ.get("BRM_TEST_NEO4J_URL", "").split(",") if url.strip()]
    if not urls:
        raise Unavailable("BRM_TEST_NEO4J_URL is not set")
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    share = urls[worker::workers][:wanted]
    if len(share) < wanted:
        raise Unavailable(
            f"BRM_TEST_NEO4J_URL names {len(urls)} servers, {workers} workers need {wanted} each; "
            "name more or run with -n 0"
        )
    user = os.environ.get("BRM_TEST_NEO4J_USER", "neo4j")
    password = os.environ.get("BRM_TEST_NEO4J_PASSWORD", "")
    return tuple(Neo4jDatabase(url=url, user=user, password=password) for url in share)
