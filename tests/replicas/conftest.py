"""Three server processes on one database, with two open deals of the made-up kind in it."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from brm.store import Access, open_store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from tests.replicas.calling import Replica
from tests.servers import Neo4jDatabase, NoServer, neo4j_servers
from tests.servers.emptying import emptied

PROGRAM = Path(sysconfig.get_path("scripts")) / "brm"
REPLICAS = 3
T0 = 1_760_000_000_000_000


@pytest.fixture(scope="module")
def database() -> Neo4jDatabase:
    try:
        return emptied(neo4j_servers().databases[0])
    except NoServer as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="module")
def replicas(database: Neo4jDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Replica, ...]]:
    folder = tmp_path_factory.mktemp("replicas")
    password = folder / "password"
    password.write_text(database.password)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BRM_")},
        "BRM_STORE": database.url,
        "BRM_NEO4J_USER": database.user,
        "BRM_NEO4J_PASSWORD_FILE": str(password),
        "BRM_LANG": "en",
        "BRM_TZ": "UTC",
        "BRM_PORT": "0",
        "COLUMNS": "200",
    }
    _fill(database)
    processes = [
        subprocess.Popen([PROGRAM, "serve"], env=environment, stderr=subprocess.PIPE, text=True, cwd=folder)
        for _ in range(REPLICAS)
    ]
    try:
        yield tuple(Replica(_address(process)) for process in processes)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.communicate(timeout=30)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line
    return found[0]


def _fill(database: Neo4jDatabase) -> None:
    """An account with a deal, four people with roles in it, and a rival."""
    people = [NodeRef("person", f"p:{n}") for n in range(4)]
    deal, account = NodeRef("opportunity", "o:1"), NodeRef("company", "c:1")
    facts = [
        (NodeRef("company", "us"), {"name": "Us", "kinds": ("ours",)}),
        (account, {"name": "Account", "kinds": ("customer",)}),
        (NodeRef("company", "rival"), {"name": "Rival", "kinds": ("rival",)}),
        (deal, {"name": "Deal", "status": "open", "opened_on": 20_000}),
        *((person, {"name": f"Person {person.id}"}) for person in people),
        (EdgeRef("for", deal.id, account.id), {}),
        (EdgeRef("competes", "rival", deal.id), {}),
        *(
            (EdgeRef("plays", person.id, deal.id, role), {})
            for person, role in zip(people, ("approver", "decider", "evaluator", "user"), strict=True)
        ),
    ]
    changes = tuple(Change("set", ref, values, T0, None, T0) for ref, values in facts)
    store = open_store(database.url, access=Access(database.user, database.password), zone="UTC")
    store.apply(ChangeSet(actor="test", source="test", changes=changes))
    store.close()
