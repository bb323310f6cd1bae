"""One private Neo4j for the module, running again at the start of every test; each test writes under its own label."""

from __future__ import annotations

import itertools
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from brm.store import Access, open_store
from brm.store.protocol import Store
from tests.servers import LocalServer, Unavailable
from tests.servers.proxy import Proxy

PROGRAM = Path(sysconfig.get_path("scripts")) / "brm"
SECONDS = 6.0
"""How long the service waits for the server in these tests."""
GONE = ("unreachable", "timeout")
"""How a server that does not answer is told: it refused us, or was silent for too long."""
SLACK = 4.0
"""What a busy machine may add before a failure is told."""
_labels = itertools.count()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    try:
        server = LocalServer(tmp_path_factory.mktemp("faults") / "server")
    except Unavailable as problem:
        pytest.skip(str(problem))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def server(machine: LocalServer) -> Iterator[LocalServer]:
    machine.start()
    yield machine
    if machine.is_running:
        machine.thaw()


@pytest.fixture
def access(server: LocalServer) -> Access:
    return Access("neo4j", server.password, seconds=SECONDS)


@pytest.fixture
def store(server: LocalServer, access: Access) -> Iterator[Store]:
    opened = open_store(server.url, access=access)
    yield opened
    opened.close()


@pytest.fixture
def proxy(server: LocalServer) -> Iterator[Proxy]:
    opened = Proxy(server.ports[0])
    yield opened
    opened.close()


@pytest.fixture
def label() -> str:
    return f"t{next(_labels)}"


@pytest.fixture
def environment(server: LocalServer, tmp_path: Path) -> dict[str, str]:
    """The settings of a program that uses the server."""
    file = tmp_path / "password"
    file.write_text(server.password)
    return {
        "BRM_STORE": server.url,
        "BRM_NEO4J_PASSWORD_FILE": str(file),
        "BRM_NEO4J_TIMEOUT": str(SECONDS),
        "BRM_LANG": "en",
        "BRM_TZ": "UTC",
        "COLUMNS": "200",
    }
