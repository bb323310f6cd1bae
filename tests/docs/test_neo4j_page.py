"""The page about Neo4j: its commands run in order on a real server, and its Cypher finds what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import neo4j
import pytest

from brm.store import Access, open_store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from tests.docs.test_admin import FOLDER, Shell
from tests.docs.test_commands import _shell_lines
from tests.servers import Neo4jDatabase, NoServer, neo4j_servers
from tests.servers.emptying import emptied

pytestmark = [pytest.mark.docs, pytest.mark.neo4j]
PAGE = FOLDER / "neo4j.md"


@pytest.fixture
def database() -> Iterator[Neo4jDatabase]:
    try:
        found = emptied(neo4j_servers().databases[0])
    except NoServer as problem:
        pytest.skip(str(problem))
    yield found
    emptied(found)


def fill(database: Neo4jDatabase) -> None:
    person, deal, account = NodeRef("person", "p:1"), NodeRef("opportunity", "o:1"), NodeRef("company", "c:1")
    changes = (
        Change("set", person, {"name": "Ann"}),
        Change("set", deal, {"name": "Deal", "status": "open"}),
        Change("set", account, {"name": "Account"}),
        Change("set", EdgeRef("for", deal.id, account.id)),
        Change("set", EdgeRef("plays", person.id, deal.id, "decider")),
    )
    with closing(open_store(database.url, access=Access(database.user, database.password))) as store:
        store.apply(ChangeSet(actor="a", source="s", changes=changes))


def test_the_page_runs_from_top_to_bottom(
    database: Neo4jDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "neo4j-password").write_text(database.password)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRM_LANG", "en")
    shell = Shell(tmp_path, monkeypatch)
    for line in _shell_lines(PAGE):
        here = line.replace("neo4j://graph.example.com:7687", database.url).replace("/var/lib/brm", str(tmp_path))
        shell.run(here)
        if line == "brm init":
            fill(database)
    shell.close()
    with closing(open_store(f"sqlite:///{tmp_path / 'moved.sqlite'}")) as moved:
        assert set(moved.fetch(["p:1", "o:1", "c:1"])) == {"p:1", "o:1", "c:1"}


def test_the_cypher_finds_what_it_says(database: Neo4jDatabase) -> None:
    fill(database)
    (query,) = re.findall(r"^```cypher\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    with neo4j.GraphDatabase.driver(database.url, auth=(database.user, database.password)) as driver:
        rows = driver.execute_query(query).records
    assert [row.values() for row in rows] == [["Account", "Deal", ["Ann"]]]
