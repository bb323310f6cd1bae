"""``brm whatif`` and ``brm review`` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from brm.cli import app
from brm.store import open_store
from graph_schema.changes import ChangeSet
from tests.services import deal_world


@pytest.fixture(autouse=True)
def deal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'deal.sqlite'}"
    store = open_store(url, zone="Asia/Shanghai")
    store.apply(ChangeSet(actor="t", source="t", changes=tuple(deal_world.changes())))
    store.close()
    for name, value in {"BRM_STORE": url, "BRM_TZ": "Asia/Shanghai", "BRM_LANG": "en", "COLUMNS": "120"}.items():
        monkeypatch.setenv(name, value)


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, result.output
    return result.output


def read(*words: str) -> Any:
    return json.loads(run(*words, "--json"))


def test_every_kind_of_proposal_can_be_typed() -> None:
    run("whatif", "new", "deal", "--name", "All")
    typed = [
        ("stance", "a", "0.5"), ("depth", "a", "3", "--vendor", "r1"), ("role", "a", "coach"),
        ("role", "b", "decider", "--remove"), ("influence", "b", "d", "--weight", "2"), ("conflict", "a", "b"),
        ("tie", "a", "e", "alumni", "--strength", "0.5"), ("seat", "stray", "free"),
        ("person", "New", "--role", "buyer"), ("meeting", "a", "b", "--with", "s1", "--channel", "site_visit"),
        ("rival", "r2", "--incumbent", "--amount", "90"), ("price", "80", "--currency", "EUR"),
        ("fit", "q2", "0.8", "--proof", "tested"),
        ("changes", '[{"verb":"end","type":"person","id":"e"}]'),
    ]  # fmt: skip
    for words in typed:
        run("whatif", "set", "All", *words)
    shown = read("whatif", "show", "All")
    assert [each["text"] for each in shown["items"]] == [
        "Stance of A towards us: +0.5", "Depth of contact of r1 with A: 3", "A is coach", "B is no longer decider",
        "D listens to B", "A and B are in conflict", "A and E know each other: alumni",
        "STRAY takes the seat free seat", "New person: New", "Meeting of S1 with A, B", "r2 competes",
        "Price asked by us: 80 EUR", "Fit of us with cheap: 80%", "Other changes of the graph",
    ]  # fmt: skip
    states = {each["state"] for each in read("whatif", "effect", "All")["items"]}
    assert states == {"applies"}
    assert "Decision chain" in run("whatif", "effect", "All")
    dropped = read("whatif", "drop", "All", "2", "3")
    assert [each["number"] for each in dropped["items"]] == [1, *range(4, 15)]
    assert "All" in run("whatif", "list", "--status", "open")


def test_exit_codes_and_remedies() -> None:
    run("whatif", "new", "deal", "--name", "One")
    assert "stance takes 2 values" in run("whatif", "set", "One", "stance", "a", code=2)
    assert "use one of stance" in run("whatif", "set", "One", "wish", "a", code=2)
    assert "not JSON" in run("whatif", "set", "One", "changes", "{", code=2)
    assert "brm whatif list" in run("whatif", "show", "Two", code=2)
    assert "proposes nothing" in run("whatif", "approve", "One", code=2)
    run("whatif", "set", "One", "role", "a", "coach")
    run("edit", "link", "plays", "a", "deal", "role=coach")
    assert "refresh" in run("whatif", "approve", "One", code=4)
    run("whatif", "refresh", "One")
    approved = read("whatif", "approve", "One")
    assert approved["status"] == "approved"
    run("whatif", "new", "deal", "--name", "One")
    run("whatif", "new", "deal", "--name", "One")
    assert "give an id" in run("whatif", "show", "One", code=2)
    assert "discarded" in run("whatif", "discard", read("whatif", "list")["items"][0]["id"])


def test_a_review_is_named_by_its_deal() -> None:
    assert "Review of Deal" in run("review", "start", "deal")
    run("review", "note", "deal", "quiet")
    run("review", "decide", "deal", "go on")
    action = read("review", "commit", "deal", "Visit A", "--owner", "s1", "--due", "2027-01-01")["commitments"][0]["id"]
    told = run("edit", "observe", "stance", "a", "value=1", "source_class=observed", "--concerns", "deal", "--json")
    run("review", "evidence", action, json.loads(told)["id"])
    shown = run("review", "show", "deal")
    assert "+" in shown
    assert "Visit A" in shown
    assert "brm review list" in run("review", "show", "nothing", code=2)
    assert len(read("review", "list", "--deal", "deal")["items"]) == 1
