"""Asking: score, explain, findings, path, map, in both languages, at a date, in the shape of the API."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from brm.services.workspace import Workspace
from scoring.registry import SCORERS
from tests.cli.conftest import AS_OF, Brm

CHINESE = re.compile("[\u4e00-\u9fff]")
DAY = ("--as-of", AS_OF)


@pytest.fixture
def client(shown: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(shown.settings, shown.store)) as opened:
        opened.params = opened.params.merge({"as_of": AS_OF})
        yield opened


@pytest.fixture
def best(brm: Brm, shown: Workspace) -> str:
    """The open deal with the highest score."""
    top: str = brm("score", "decision_chain", "--all", "--limit", "1", *DAY, "--json").json["items"][0]["subject"]["id"]
    return top


def test_score_and_explain_on_a_small_graph(brm: Brm, deal: object) -> None:
    items = brm("score", "key_person", "d1", "--as-of", "2026-06-30", "--json").json["items"]
    assert {each["subject"]["id"] for each in items} == {"p1", "p2"}
    assert [each["score"] for each in items] == sorted((each["score"] for each in items), reverse=True)
    shape = brm("explain", "key_person", "p2", "--scope", "d1", "--as-of", "2026-06-30", "--json").json
    assert shape["subject"] == {"type": "person", "id": "p2", "name": "李娜"}
    assert (shape["as_of"], shape["scope"]["id"], shape["vendor"]) == ("2026-06-30", "d1", {"id": "us", "name": "us"})
    effects = {each["factor"]: each["effect"] for each in shape["contributions"]}
    assert set(effects) == {"tie", "reciprocity", "depth", "duration", "breadth", "stance"}
    assert math.isclose(shape["score"], shape["base"] + sum(effects.values()), abs_tol=1e-9)
    (stance,) = [each for each in shape["contributions"] if each["factor"] == "stance"]
    assert stance["evidence"] == ["o1"]
    met = next(each for each in items if each["subject"]["id"] == "p2")
    assert met["score"] == shape["score"] > next(e for e in items if e["subject"]["id"] == "p1")["score"]


def test_a_score_at_a_past_date_uses_what_was_known_then(brm: Brm, deal: object) -> None:
    before = brm("explain", "key_person", "p2", "--scope", "d1", "--as-of", "2026-05-31", "--json").json
    (stance,) = [each for each in before["contributions"] if each["factor"] == "stance"]
    assert (stance["evidence"], before["as_of"]) == ([], "2026-05-31")


def test_a_rival_is_scored_by_name(brm: Brm, deal: object) -> None:
    shape = brm("explain", "decision_chain", "d1", "--vendor", "r1", "--as-of", "2026-06-30", "--json").json
    assert shape["vendor"] == {"id": "r1", "name": "Rival & Co"}
    assert brm("explain", "decision_chain", "d1", "--vendor", "x", "--json", code=2).problem["code"] == "not_found"


def test_findings_path_and_map_on_a_small_graph(brm: Brm, deal: object) -> None:
    day = ("--as-of", "2026-06-30")
    found = brm("findings", "d1", *day, "--json").json["items"]
    assert "approver_unmet" in {each["rule"] for each in found}
    route = brm("path", "p2", *day, "--json").json
    assert [person["id"] for person in route["items"][0]["people"]] == ["s1", "p2"]
    route = brm("path", "p1", *day, "--json").json
    assert [person["id"] for person in route["items"][0]["people"]] == ["s1", "p2", "p1"]
    assert brm("path", "p1", "--max-hops", "1", *day).out == "Nobody of ours reaches 张平 within 1 hops.\n"
    assert "\n王芳 → 李娜 → 张平 · strength " in brm("path", "p1", *day).out
    chain = brm("map", "d1", *day, "--json").json
    (root,) = chain["people"]
    assert (root["id"], root["roles"], [each["id"] for each in root["reports"]]) == ("p1", ["approver"], ["p2"])
    assert chain["missing_roles"] == ["decider", "user", "buyer"]
    assert brm("map", "d1", *day).out.splitlines()[1].startswith("└── 张平 (总裁) · approver · ")
    assert brm("map", "d1", *day).out.splitlines()[-1] == "Roles not yet identified: decider, user, buyer"


def test_what_cannot_be_asked_is_said(brm: Brm, deal: object) -> None:
    assert brm("score", "key_person", code=2).err == "nothing to score is named\n→ name ids, or use --all\n"
    assert brm("score", "charm", "--all", "--json", code=2).problem["remedy"] == f"use one of {', '.join(SCORERS)}"
    assert brm("map", "p1", "--json", code=2).problem["detail"] == "p1 is a person"
    assert brm("path", "p1", "--max-hops", "9", "--json", code=2).problem["errors"]["field"] == "max_hops"
    assert brm("path", "c1", "--json", code=2).problem["code"] == "not_found"


def test_everything_in_the_demonstration_is_scored(brm: Brm, shown: Workspace) -> None:
    items = brm("score", "decision_chain", "--all", *DAY, "--json").json["items"]
    assert len(items) == len({each["subject"]["id"] for each in items}) == 120
    assert [each["score"] for each in items] == sorted((each["score"] for each in items), reverse=True)
    table = brm("score", "decision_chain", "--all", "--limit", "3", *DAY).out.splitlines()
    assert len(table) == 4
    assert items[0]["subject"]["id"] in table[1]


@pytest.mark.parametrize(("language", "chinese"), [("en", False), ("zh-CN", True)])
def test_an_explanation_reads_well_in_both_languages(
    brm: Brm, shown: Workspace, best: str, language: str, chinese: bool
) -> None:
    shape = brm("explain", "decision_chain", best, *DAY, "--lang", language, "--json").json
    assert [bool(CHINESE.search(_without_names(each["text"], shape))) for each in shape["contributions"]] == [
        chinese for _ in shape["contributions"]
    ]
    lines = brm("explain", "decision_chain", best, *DAY, "--lang", language).out.splitlines()
    assert f"{shape['score']:.1f}" in lines[1]
    assert AS_OF in lines[1]
    assert lines[-1].split()[-1] == f"{shape['score']:.1f}"
    assert len(lines) == 5 + len(shape["contributions"])


def _without_names(text: str, shape: dict[str, Any]) -> str:
    for name in [shape["subject"]["name"], *(c["subject"]["name"] for c in shape["contributions"] if c["subject"])]:
        text = text.replace(name, "")
    return text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_findings_say_who_what_through_whom_by_when(brm: Brm, shown: Workspace, best: str, language: str) -> None:
    items = brm("findings", best, *DAY, "--lang", language, "--json").json["items"]
    order = [("high", "medium", "low").index(each["severity"]) for each in items]
    assert (len(items) > 0, order) == (True, sorted(order))
    assert len({each["id"] for each in items}) == len(items)
    for each in items:
        advice = each["advice"]
        assert AS_OF < advice["due"] < "2026-08-01"
        assert (advice["owner"]["type"], bool(advice["text"]), "{" in advice["text"]) == ("person", True, False)
        effect = advice["effect"]
        assert effect is None or effect["delta"] == effect["after"] - effect["before"]
    text = brm("findings", best, *DAY, "--lang", language).out
    assert [each["title"] for each in items if each["title"] not in text] == []


def test_the_same_in_the_shape_of_the_api(brm: Brm, client: TestClient, best: str) -> None:
    """The command line prints what the interface answers, item by item."""
    assert (
        brm("explain", "decision_chain", best, *DAY, "--json").json
        == client.get(f"/api/v1/scores/decision_chain/{_segment(best)}").json()
    )
    listed = client.get("/api/v1/scores", params={"kind": "decision_chain", "limit": 5, "as_of": AS_OF}).json()
    total = listed.pop("total")
    assert total == 120
    assert brm("score", "decision_chain", "--all", "--limit", "5", *DAY, "--json").json == listed
    assert (
        brm("findings", best, *DAY, "--json").json
        == client.get("/api/v1/findings", params={"subject": best, "as_of": AS_OF}).json()
    )
    chain = brm("map", best, *DAY, "--json").json
    assert chain == client.get(f"/api/v1/opportunities/{_segment(best)}/chain").json()
    person = chain["people"][0]["id"]
    assert brm("path", person, *DAY, "--json").json == client.get(f"/api/v1/people/{_segment(person)}/paths").json()
    entity = brm("show", person, *DAY, "--json").json["entity"]
    assert entity == client.get(f"/api/v1/people/{_segment(person)}", params={"as_of": AS_OF}).json()
    history = client.get(f"/api/v1/people/{_segment(person)}/history").json()
    assert brm("show", person, "--history", "--json").json == history
    page = client.get("/api/v1/companies", params={"limit": 7, "as_of": AS_OF}).json()
    assert brm("find", "company", "--limit", "7", *DAY, "--json").json == {**page, "next": None}


def _segment(id_: str) -> str:
    return id_.replace("/", "%2F").replace(":", "%3A")


def test_doctor_over_the_demonstration(brm: Brm, shown: Workspace) -> None:
    found = brm("doctor", "--json").json
    assert [check["id"] for check in found["checks"] if not check["ok"]] == []
    assert found["counts"]["opportunity"] == 300
