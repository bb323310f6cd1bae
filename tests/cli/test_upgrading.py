"""A store that an older program left: every command refuses it with the remedy, until brm migrate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from brm.settings import Settings
from brm.store import open_store
from tests.cli.conftest import Brm
from tests.store import older

REMEDY = "Make a backup, then run `brm migrate`."


@pytest.fixture
def old(brm: Brm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store of the commands is one that an imagined older program left."""
    older.imagine(monkeypatch)
    return older.old_store(tmp_path / "graph.sqlite")


@pytest.mark.parametrize(
    "line",
    [
        "serve --port 0", "init", "find person", "show p:1", "import list", "export out.jsonl", "findings d:1",
        "score key_person d:1", "audit", "token list", "edit upsert person name=X", "erase p:1 --yes",
        "demo --load-only",
    ],
)  # fmt: skip
def test_every_command_refuses_it_and_says_what_to_do(brm: Brm, old: Path, line: str, tmp_path: Path) -> None:
    problem = brm(*line.split(), "--json", code=3).problem
    assert (problem["code"], problem["remedy"]) == ("schema_older", REMEDY)
    assert not (tmp_path / "out.jsonl").exists()


def test_it_is_looked_at_backed_up_and_migrated(brm: Brm, old: Path) -> None:
    failing = [check for check in brm("doctor", "--json", code=1).json["checks"] if not check["ok"]]
    assert [check["id"] for check in failing] == ["schema"]
    assert "brm migrate" in failing[0]["remedy"]
    assert brm("backup", "before.sqlite", "--json").json == {"file": "before.sqlite", "digest": None}
    assert "waits for brm migrate" in brm("backup", "again.sqlite").out
    assert brm("migrate", "--dry-run", "--json").json == {"steps": ["0002 next"], "applied": False}
    assert brm("migrate", "--dry-run").out.splitlines()[0] == "0002 next"
    assert "brm backup" in brm("migrate", "--dry-run").out
    assert brm("migrate", "--json").json == {"steps": ["0002 next"], "applied": True}
    assert "nothing to migrate" in brm("migrate").out
    assert [check["id"] for check in brm("doctor", "--json").json["checks"] if not check["ok"]] == []
    brm("restore", "before.sqlite", "--store", "sqlite:///other.sqlite")
    brm("export", "one.jsonl")
    brm("export", "two.jsonl", "--store", "sqlite:///other.sqlite")
    # The copy of before holds neither the token of the original's last commit nor its number.
    one, two = ((Path(name).read_text(encoding="utf-8").splitlines()) for name in ("one.jsonl", "two.jsonl"))
    assert [line for line in one if '"kind": "node"' in line] == [line for line in two if '"kind": "node"' in line]


def test_migrate_makes_no_store_where_there_is_none(brm: Brm, tmp_path: Path) -> None:
    assert brm("migrate", "--store", "sqlite:///none.sqlite", "--json", code=3).problem["code"] == "no_store"
    assert not (tmp_path / "none.sqlite").exists()


@pytest.fixture
def client(old: Path) -> Iterator[TestClient]:
    with closing(open_store(f"sqlite:///{old}")) as store, TestClient(create_app(Settings(), store)) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/readyz", "/metrics", "/api/v1/people", "/api/v1/scores?kind=key_person"])
def test_the_server_answers_503_with_the_remedy(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["type"] == "urn:brm:problem:schema_older"
    assert "brm migrate" in answer.json()["remedy"]
    assert client.get("/healthz").status_code == 200
