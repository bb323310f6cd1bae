"""The servers that other tests rely on: two databases, and one that is killed, frozen and started again."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from tests.servers import LocalServer, Neo4jDatabase, NoServer, Unavailable, choosing, given, java, neo4j_servers

pytestmark = pytest.mark.neo4j


def driver(database: Neo4jDatabase) -> Driver:
    return GraphDatabase.driver(
        database.url,
        auth=(database.user, database.password),
        connection_timeout=2,
        connection_acquisition_timeout=2,
        max_transaction_retry_time=2,
    )


def count(database: Neo4jDatabase) -> int:
    with driver(database) as opened:
        return int(opened.execute_query("MATCH (n:Probe) RETURN count(n) AS n").records[0]["n"])


def test_each_worker_has_two_databases_that_share_nothing() -> None:
    try:
        servers = neo4j_servers()
    except NoServer as problem:
        pytest.skip(str(problem))
    first, second = servers.databases
    with driver(first) as opened:
        opened.execute_query("CREATE (:Probe)")
    try:
        assert (count(first), count(second)) == (1, 0)
    finally:
        with driver(first) as opened:
            opened.execute_query("MATCH (n:Probe) DETACH DELETE n")


@pytest.fixture
def local(tmp_path: Path) -> LocalServer:
    try:
        return LocalServer(tmp_path / "server")
    except Unavailable as problem:
        pytest.skip(str(problem))


def test_a_private_server_keeps_its_data_through_kill_and_stop(local: LocalServer) -> None:
    local.start()
    try:
        database = local.databases[0]
        for expected, end in ((1, local.kill), (2, local.stop)):
            with driver(database) as opened:
                opened.execute_query("CREATE (:Probe)")
            assert count(database) == expected
            end()
            assert not local.is_running
            with pytest.raises((DriverError, Neo4jError)):
                count(database)
            local.start()
        assert count(database) == 2
    finally:
        local.kill()


def test_a_frozen_server_answers_again_when_it_is_thawed(local: LocalServer) -> None:
    local.start()
    try:
        local.freeze()
        begun = time.monotonic()
        with pytest.raises((DriverError, Neo4jError)):
            count(local.databases[0])
        assert time.monotonic() - begun < 30
        local.thaw()
        assert count(local.databases[0]) == 0
    finally:
        local.kill()


HOLDER = """
import sys, pathlib, os
from tests.servers import LocalServer
server = LocalServer(pathlib.Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_killed_test_run_leaves_no_server_behind(local: LocalServer, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", HOLDER, str(tmp_path / "held")], cwd=root, capture_output=True, text=True, timeout=120
    )
    pid = int(ran.stdout)
    deadline = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()


def test_a_share_of_given_servers_is_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRM_TEST_NEO4J_URL", "bolt://a, bolt://b,bolt://c,bolt://d")
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "2")
    shares = []
    for worker in ("gw0", "gw1"):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        shares.append([database.url for database in given.databases(2)])
    assert shares == [["bolt://a", "bolt://c"], ["bolt://b", "bolt://d"]]
    with pytest.raises(Unavailable, match="names 4 servers, 2 workers need 3 each"):
        given.databases(3)


def test_what_was_tried_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> None:
        raise Unavailable("not here")

    for way in ("_given", "_container", "_local", "_stand_in"):
        monkeypatch.setattr(choosing, way, nothing)
    found = choosing._choose()
    assert isinstance(found, NoServer)
    assert str(found) == ("no Neo4j server: given: not here; container: not here; local: not here; stand-in: not here")


def test_the_java_that_a_version_needs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    homes = [java.Java(tmp_path / str(major), major) for major in (25, 17, 21)]
    monkeypatch.setattr(java, "installed", lambda: homes)
    assert java.runtime_for("5.26.12").major == 17
    assert java.runtime_for("2026.08.1").major == 21
    monkeypatch.setattr(java, "installed", lambda: homes[1:2])
    with pytest.raises(Unavailable, match=r"Neo4j 2026\.08\.1 needs Java 21 or newer, found 17"):
        java.runtime_for("2026.08.1")
