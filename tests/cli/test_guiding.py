"""Next best actions on the command line and over HTTP: the same numbers, told in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from brm.services.workspace import Workspace
from tests.cli.conftest import AS_OF, Brm

DAY = ("--as-of", AS_OF)
DEAL = "demo:opportunity/203"
URL = f"/api/v1/opportunities/{quote(DEAL, safe='')}/guidance"
DEAL_FILES = {
    "company": "id,name,kinds\nus,We,ours\nc,Customer,customer\nr,Rival,rival\n",
    "opportunity": "id,name,status\nd,Deal,open\n", "person": "id,name\ne,Eve\np,Pat\n",
    "for": "from,to\nd,c\n", "competes": "from,to\nr,d\n", "plays": "from,to,role\np,d,approver\n",
    "covers": "from,to,team_role\ne,c,sales\n", "position": "id,title\ns,Seat\n", "holds": "from,to\np,s\n",
    "seat_in": "from,to\ns,c\n",
}  # fmt: skip
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def client(shown: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(shown.settings, shown.store)) as opened:
        yield opened


def test_both_tell_the_same(brm: Brm, client: TestClient) -> None:
    told = brm("guide", DEAL, "--hours", "30", *DAY, "--json").json
    answer = client.get(URL, params={"as_of": AS_OF, "hours": 30}, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert answer.json() == told
    likelihood = brm("deal", DEAL, "--no-change", *DAY, "--json").json["score"]
    assert told["likelihood"] == pytest.approx(likelihood, abs=1e-12)
    assert {each["likelihood"]["before"] for each in told["items"]} == {told["likelihood"]}
    assert told["hours"]["available"] == 30
    assert 2 <= len(told["items"]) <= 5
    assert {
        "action",
        "person",
        "owner",
        "due",
        "path",
        "gain",
        "likelihood",
        "success",
        "cost",
        "why",
        "assumptions",
    } <= set(told["items"][0])


def test_texts_in_both_languages(brm: Brm, shown: Workspace) -> None:
    english, chinese = (brm("guide", DEAL, *DAY, "--lang", each, "--json").json for each in ("en", "zh-CN"))
    for one, other in zip(english["items"], chinese["items"], strict=True):
        assert (one["action"], one["gain"], one["points"]) == (other["action"], other["gain"], other["points"])
        for text in (other["text"], other["why"]["text"], *(each["text"] for each in other["assumptions"])):
            assert CHINESE.search(text)
        assert not any(CHINESE.search(each["text"]) for each in one["assumptions"])
    assert "Model-based" in brm("guide", DEAL, *DAY).out
    assert "基于模型" in brm("guide", DEAL, *DAY, "--lang", "zh-CN").out


def test_no_hours_no_actions(brm: Brm, shown: Workspace) -> None:
    told = brm("guide", DEAL, "--hours", "0", *DAY)
    assert "worth its cost within 0 hours" in told.out
    assert brm("guide", DEAL, "--limit", "1", *DAY, "--json").json["items"][0]["action"]


def test_refusals(brm: Brm, client: TestClient) -> None:
    assert brm("guide", DEAL, "--hours", "-1", *DAY, code=2).err.count("hours -1 is outside") == 1
    assert brm("guide", DEAL, "--limit", "9", *DAY, code=2).err.count("limit 9 is outside") == 1
    assert brm("guide", "demo:us", *DAY, code=2).err.count("demo:us is a company") == 1
    assert client.get(URL, params={"hours": -1}).status_code == 422
    assert client.get(URL.replace("203", "99999")).status_code == 404


def test_an_action_is_accepted_once(brm: Brm, tmp_path: Path) -> None:
    folder = tmp_path / "deal"
    folder.mkdir()
    for name, text in DEAL_FILES.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    brm("import", folder)
    first = brm("guide", "d", "--json").json["items"][0]
    taken = brm("guide", "d", "--accept", "1", "--due", "2099-01-01", "--json").json
    assert (taken["play"], taken["due"], taken["created"]) == (first["action"], "2099-01-01", True)
    assert (taken["hours"], taken["expected_effect"]) == (first["hours"], first["points"])
    again = {each: brm("guide", "d", "--accept", "1", "--lang", each).out for each in ("en", "zh-CN")}
    assert again["en"].startswith("Open already: ")
    assert again["zh-CN"].startswith("已在执行中：")
    assert all(taken["action"]["id"] in each for each in again.values())
    assert brm("guide", "d", "--accept", "9", code=2).err.count("there is no action 9") == 1
    assert brm("guide", "d", "--owner", "x", code=2).err.count("--owner and --due belong to --accept") == 1
