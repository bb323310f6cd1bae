"""A running service whose Neo4j goes and comes back: ready, not ready, ready again, without a restart of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.conftest import GONE, PROGRAM, SECONDS, SLACK
from tests.servers import LocalServer

pytestmark = [pytest.mark.neo4j, pytest.mark.faults, pytest.mark.timeout(300)]


@pytest.fixture
def service(environment: dict[str, str]) -> Iterator[str]:
    """The address of a served store."""
    process = subprocess.Popen(
        [PROGRAM, "serve", "--port", "0"],
        env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        yield found[0]
    finally:
        process.terminate()
        process.wait(30)
        process.stderr.close()


def get(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, json.load(problem)


def wait_for(status: int, url: str, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        got, body = get(url)
        if got == status:
            return body
        assert time.monotonic() < deadline, (got, body)
        time.sleep(0.2)


@pytest.mark.parametrize("end", ["kill", "stop", "freeze"])
def test_readiness_follows_the_server(end: str, server: LocalServer, service: str) -> None:
    ready, people = f"{service}/readyz", f"{service}/api/v1/people"
    assert wait_for(200, ready, 30)["engine"] == "neo4j"
    getattr(server, end)()
    begun = time.monotonic()
    status, problem = get(ready)
    assert time.monotonic() - begun < SECONDS + SLACK
    assert (status, problem["status"]) == (503, 503)
    assert problem["type"].removeprefix("urn:brm:problem:") in GONE
    assert problem["remedy"]
    assert get(people)[0] == 503
    assert get(f"{service}/healthz")[0] == 200
    if end == "freeze":
        server.thaw()
    else:
        server.start()
    wait_for(200, ready, SECONDS + SLACK)
    assert get(people)[0] == 200
