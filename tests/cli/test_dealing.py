"""The likelihood of a deal on the command line and over HTTP: the same numbers, told in both languages."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from api.app import create_app
from brm.services.workspace import Workspace
from scoring.causes import CAUSES
from tests.cli.conftest import AS_OF, Brm
from tests.pictures.reading import Picture, is_standalone
from tests.scoring.recompute_likelihood import likelihood

DAY = ("--as-of", AS_OF)
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def client(shown: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(shown.settings, shown.store)) as opened:
        yield opened


def deals(brm: Brm, number: int) -> list[str]:
    items = brm("score", "likelihood", "--all", "--limit", str(number), *DAY, "--json").json["items"]
    return [each["subject"]["id"] for each in items]


def url(id_: str) -> str:
    return f"/api/v1/opportunities/{quote(id_, safe='')}/likelihood"


def test_a_list_has_field_gate_and_label(brm: Brm, shown: Workspace) -> None:
    items = brm("score", "likelihood", "--all", "--limit", "5", *DAY, "--json").json["items"]
    assert [each["score"] for each in items] == sorted((each["score"] for each in items), reverse=True)
    for each in items:
        assert (each["link"], each["band"], each["label"]) == ("logit", None, "prior")
        assert each["score"] == each["raw"]
        assert sum(one["raw"] for one in each["field"]) == pytest.approx(1.0, abs=1e-9)
        assert [one["vendor"]["id"] for one in each["field"]][-2:] == ["unknown", "none"]
        assert each["field"][0]["vendor"] == {"id": "us", "name": "us"}
        assert each["n"] > 0
    table = brm("score", "likelihood", "--all", "--limit", "5", *DAY).out
    assert f"{items[0]['score']:.1%}" in table


def test_command_line_and_http_answer_alike(brm: Brm, client: TestClient) -> None:
    (id_,) = deals(brm, 1)
    shape = brm("deal", id_, *DAY, "--json").json
    assert client.get(url(id_), params={"as_of": AS_OF}).json() == shape
    listed = client.get("/api/v1/scores", params={"kind": "likelihood", "subject": id_, "as_of": AS_OF}).json()["items"]
    assert listed[0]["score"] == shape["score"]
    drawn = client.get(url(id_), params={"as_of": AS_OF, "format": "svg"})
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert is_standalone(Picture(drawn.text))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_deal_is_told_in_full(brm: Brm, shown: Workspace, language: str) -> None:
    """Names apart, an English text holds no Chinese and a Chinese one is Chinese."""
    for id_ in deals(brm, 3):
        shape = brm("deal", id_, *DAY, "--lang", language, "--json", "--no-change").json
        value = math.log(shape["score"] / (1 - shape["score"]))
        assert shape["base"] + sum(c["effect"] for c in shape["contributions"]) == pytest.approx(value, abs=1e-9)
        points = shape["base_points"] + sum(c["points"] for c in shape["contributions"])
        assert points == pytest.approx(100 * shape["score"], abs=1e-9)
        names = {c["subject"]["name"] for c in shape["contributions"] if c["subject"]}
        for each in shape["contributions"]:
            text = each["text"]
            for name in names:
                text = text.replace(name, "")
            assert bool(CHINESE.search(text)) == (language == "zh-CN"), text
            assert "{" not in text
        vendors = [each["vendor"]["name"] for each in shape["control_points"]]
        assert None not in vendors
        assert [p["point"] for p in shape["control_points"][0]["points"]] == ["event", "inside", "top_three", "value"]
        lines = brm("deal", id_, *DAY, "--lang", language, "--no-change").out
        assert f"{100 * shape['score']:.1f}" in lines
        assert all(name in lines for name in vendors)
        assert (shape["gate_text"] is None) == (shape["gate"] is None)
        assert shape["gate_text"] is None or shape["gate_text"] in lines


def test_the_answer_alone_gives_the_number(brm: Brm, shown: Workspace) -> None:
    """Ids stand for keys, so us is named; all else is as the scorer told it."""
    for id_ in deals(brm, 3):
        shape = brm("deal", id_, *DAY, "--json", "--no-change").json
        for each in shape["inputs"]["vendors"]:
            each["vendor"] = 0 if each["vendor"] == "us" else each["vendor"]
        shape["inputs"]["asked"] = 0
        assert likelihood(shape) == pytest.approx(shape["score"], abs=1e-9)


def test_a_change_is_told_in_points(brm: Brm, shown: Workspace) -> None:
    shapes = (brm("explain", "likelihood", id_, *DAY, "--json").json for id_ in deals(brm, 6))
    shape = next(each for each in shapes if len(each["changes"]) == 2)
    for each in shape["changes"]:
        assert [part["part"] for part in each["parts"]] == list(CAUSES)
        assert sum(part["effect"] for part in each["parts"]) == pytest.approx(each["total"], abs=1e-9)
        assert each["before"] + each["total"] == pytest.approx(100 * shape["score"], abs=1e-9)
    lines = brm("explain", "likelihood", shape["subject"]["id"], *DAY).out
    assert f"Since {shape['change']['since']}" in lines


def test_a_trend_is_told_in_percent(brm: Brm, shown: Workspace) -> None:
    (id_,) = deals(brm, 1)
    told = brm("trend", "likelihood", id_, "--weeks", "2", *DAY, "--json").json
    assert (told["link"], told["bands"]) == ("logit", None)
    last = told["items"][-1]
    assert last["score"] == brm("deal", id_, *DAY, "--json", "--no-change").json["score"]
    lines = brm("trend", "likelihood", id_, "--weeks", "2", *DAY).out.splitlines()
    assert [AS_OF, f"{100 * last['score']:.1f}"] in [line.split()[:2] for line in lines]
    picture = Picture(brm("trend", "likelihood", id_, "--weeks", "2", *DAY, "--svg", "-").out)
    assert f"{100 * last['score']:.1f}" in picture.texts()


def test_a_rival_may_be_asked_for(brm: Brm, deal: object) -> None:
    day = ("--as-of", "2026-06-30")
    ours = brm("deal", "d1", *day, "--json").json
    theirs = brm("deal", "d1", "--vendor", "r1", *day, "--json").json
    raw = {each["vendor"]["id"]: each["raw"] for each in ours["field"]}
    assert raw["r1"] == pytest.approx(theirs["score"], abs=1e-12)
    assert theirs["gap"] == pytest.approx(100 * (ours["score"] - theirs["score"]))
    refused = brm("deal", "d1", "--vendor", "c1", *day, "--json", code=1).problem
    assert refused["code"] == "not_computable"


def test_what_is_no_deal_has_no_likelihood(brm: Brm, deal: object) -> None:
    assert brm("deal", "p1", "--json", code=1).problem["code"] == "not_computable"
    assert brm("deal", "nowhere", "--json", code=2).problem["code"] == "not_found"


def test_the_week_and_the_process_are_told_with_the_deal(brm: Brm, shown: Workspace) -> None:
    (id_,) = deals(brm, 1)
    shape = brm("deal", id_, *DAY, "--json").json
    week = shape["week"]
    assert week["facts"]
    assert sum(part["effect"] for part in week["parts"]) == pytest.approx(week["total"], abs=1e-9)
    assert week["after"] == pytest.approx(100 * shape["score"], abs=1e-9)
    assert all(abs(each["effect"]) >= 0.05 for each in week["facts"])
    lines = brm("deal", id_, *DAY).out
    assert f"What changed since last week ({week['from']} to {week['to']})" in lines
    assert all(each["text"] in lines for each in week["facts"][:5])
    stage = brm("stage", id_, *DAY, "--json").json
    assert shape["process"] == {name: stage[name] for name in shape["process"]}
    assert len(lines.splitlines()) < 60


def test_a_curve_names_what_moved_it(brm: Brm, shown: Workspace, client: TestClient) -> None:
    (id_,) = deals(brm, 1)
    asked = ("trend", "likelihood", id_, "--weeks", "12", "--moves", "2", *DAY)
    shape = brm(*asked, "--json").json
    assert len(shape["moves"]) == 2
    query = {"kind": "likelihood", "subject": id_, "weeks": 12, "moves": 2, "as_of": AS_OF}
    assert client.get("/api/v1/scores/series", params=query).json() == shape
    lines = brm(*asked).out
    assert all(f"{each['from']} to {each['to']}" in lines for each in shape["moves"])
    picture = Picture(brm(*asked, "--svg", "-").out)
    assert (len(picture.groups("mark")), len(picture.groups("move"))) == (2, 2)
    assert is_standalone(picture)
    assert brm("trend", "likelihood", id_, "--moves", "9", *DAY, "--json", code=2).problem["errors"]["field"] == "moves"


def test_the_brief_has_the_numbers_of_the_details(
    brm: Brm, shown: Workspace, client: TestClient, tmp_path: Path
) -> None:
    id_ = deals(brm, 4)[-1]
    shape = brm("deal", id_, *DAY, "--out", "brief.json", "--json").json
    assert json.loads((tmp_path / "brief.json").read_text(encoding="utf-8")) == shape
    assert client.get(url(id_).replace("likelihood", "brief"), params={"as_of": AS_OF}).json() == shape
    fall = shape["waterfall"]
    total = fall["base"]["points"] + sum(each["points"] for each in fall["parts"])
    assert total == pytest.approx(fall["total"]["points"], abs=1e-9)
    assert sum(each["raw"] for each in shape["field"]) == pytest.approx(1.0, abs=1e-9)
    assert shape["score"] == brm("deal", id_, *DAY, "--json", "--no-change").json["score"]
    assert shape["actions"] == brm("guide", id_, *DAY, "--json").json["items"]


def test_the_brief_is_one_page_in_chinese_too(brm: Brm, shown: Workspace, client: TestClient) -> None:
    id_ = deals(brm, 4)[-1]
    text = brm("deal", id_, *DAY, "--lang", "zh-CN", "--out", "-").out
    query = {"as_of": AS_OF, "format": "md"}
    answered = client.get(url(id_).replace("likelihood", "brief"), params=query, headers={"Accept-Language": "zh-CN"})
    assert (answered.text, answered.headers["content-type"]) == (text, "text/markdown; charset=utf-8")
    assert len(text.splitlines()) <= 70
    assert "{" not in text
    assert text.startswith("# 商机简报 · ")


def test_a_brief_is_about_us_and_has_three_forms(brm: Brm, deal: object) -> None:
    assert brm("deal", "d1", "--out", "brief.pdf", "--json", code=2).problem["errors"]["field"] == "out"
    assert brm("deal", "d1", "--vendor", "r1", "--out", "b.md", "--json", code=2).problem["errors"]["field"] == "vendor"
    assert "opportunity" in brm("deal", "p1", "--out", "b.md", "--json", code=2).problem["remedy"]
    brm("deal", "d1", "--as-of", "2026-06-30", "--out", "b.xlsx")
    assert load_workbook("b.xlsx").sheetnames == ["Deal brief"]
