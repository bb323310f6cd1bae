"""All six scores on the command line and over HTTP: what is asked, what is answered, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.routers.scoring import KindName
from brm.services.trends import periods
from brm.services.workspace import Workspace
from scoring.causes import CAUSES
from scoring.registry import RELATIONSHIPS, SCORERS
from tests.cli.conftest import AS_OF, Brm

DAY = ("--as-of", AS_OF)
CHINESE = re.compile("[\u4e00-\u9fff]")
every_kind = pytest.mark.parametrize("kind", RELATIONSHIPS)


@pytest.fixture
def client(shown: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(shown.settings, shown.store)) as opened:
        yield opened


def test_the_interface_names_every_kind() -> None:
    assert set(KindName.__args__) == set(SCORERS)


def best(brm: Brm, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = brm("score", kind, "--all", "--limit", "1", *DAY, "--json").json["items"][0]
    return found


@every_kind
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_an_explanation_adds_up_and_reads_well(brm: Brm, shown: Workspace, kind: str, language: str) -> None:
    """Names apart, an English text holds no Chinese and a Chinese one is Chinese."""
    id_ = best(brm, kind)["subject"]["id"]
    shape = brm("explain", kind, id_, *DAY, "--lang", language, "--json", "--no-change").json
    assert shape["change"] is None
    assert "changes" not in shape
    assert shape["base"] + sum(c["effect"] for c in shape["contributions"]) == pytest.approx(shape["score"], abs=1e-9)
    names = {c["subject"]["name"] for c in shape["contributions"] if c["subject"]} | {shape["subject"]["name"]}
    for each in shape["contributions"]:
        text = each["text"]
        for name in names:
            text = text.replace(name, "")
        assert bool(CHINESE.search(text)) == (language == "zh-CN") or kind == "employee", text
        assert "{" not in text
    lines = brm("explain", kind, id_, *DAY, "--lang", language, "--no-change").out
    assert f"{shape['score']:.1f}" in lines
    assert ("notice" in shape) == (kind == "employee")
    assert shape.get("notice", "") in lines


@every_kind
def test_the_change_of_a_score_is_told_by_cause(brm: Brm, client: TestClient, kind: str) -> None:
    """The same over HTTP; the parts sum; a change of the last 30 days is the first."""
    items = brm("score", kind, "--all", "--limit", "12", *DAY, "--json").json["items"]
    every = (brm("explain", kind, each["subject"]["id"], *DAY, "--json").json for each in items)
    shape = next(each for each in every if len(each["changes"]) == 2)
    id_ = shape["subject"]["id"]
    segment = id_.replace("/", "%2F").replace(":", "%3A")
    assert shape == client.get(f"/api/v1/scores/{kind}/{segment}", params={"as_of": AS_OF}).json()
    assert shape["change"] == shape["changes"][0]
    assert [each["since"] for each in shape["changes"]] == ["2026-05-30", "2026-03-31"]
    for each in shape["changes"]:
        assert [part["part"] for part in each["parts"]] == list(CAUSES)
        assert sum(part["effect"] for part in each["parts"]) == pytest.approx(each["total"], abs=1e-9)
        assert each["before"] + each["total"] == pytest.approx(shape["score"], abs=1e-9)
    assert f"Since {shape['change']['since']}" in brm("explain", kind, id_, *DAY).out


@every_kind
def test_a_trend_ends_in_the_score_of_the_day(brm: Brm, client: TestClient, kind: str) -> None:
    item = best(brm, kind)
    id_ = item["subject"]["id"]
    query = {"vendor": item["vendor"]["id"], "scope": item["scope"]["id"], "weeks": 3}
    options = [str(each) for name, value in query.items() for each in (f"--{name}", value)]
    told = brm("trend", kind, id_, *options, *DAY, "--json").json
    query |= {"kind": kind, "subject": id_, "as_of": AS_OF}
    assert told == client.get("/api/v1/scores/series", params=query).json()
    assert [each["as_of"] for each in told["items"]] == ["2026-06-08", "2026-06-15", "2026-06-22", AS_OF]
    last = told["items"][-1]
    assert [last["score"], *last["interval"].values(), last["completeness"]] == pytest.approx(
        [item["score"], *item["interval"].values(), item["completeness"]], abs=1e-9
    )
    assert last["band"] == item["band"]
    lines = brm("trend", kind, id_, *options, *DAY).out.splitlines()
    assert (len(lines), lines[-2].split()[:2]) == (7, [AS_OF, f"{item['score']:.1f}"])
    assert lines[-1] == f"{item['band']} since {told['periods'][-1]['from']}"


@pytest.mark.parametrize("kind", ["customer", "employee", "competitor"])
def test_the_trends_of_all_are_those_of_each(brm: Brm, client: TestClient, kind: str) -> None:
    whole = brm("trend", kind, "--all", "--weeks", "3", "--limit", "9", *DAY, "--json").json
    query = {"kind": kind, "as_of": AS_OF, "weeks": 3}
    first = client.get("/api/v1/scores/series/all", params={**query, "limit": 4}).json()
    more = {"cursor": first["next"], "limit": 5}
    second = client.get("/api/v1/scores/series/all", params={**query, **more}).json()
    assert first["items"] + second["items"] == whole["items"]
    assert whole["weeks"] == ["2026-06-08", "2026-06-15", "2026-06-22", AS_OF]
    for each in (whole["items"][0], whole["items"][-1]):
        options = ("--vendor", each["vendor"]["id"], "--scope", each["scope"]["id"], "--weeks", "3")
        alone = brm("trend", kind, each["subject"]["id"], *options, *DAY, "--json").json
        told = [one["score"] for one in alone["items"]]
        assert each["scores"] == [None if one is None else pytest.approx(one, abs=1e-9) for one in told]
        assert each["periods"] == alone["periods"]
    assert "since" in brm("trend", kind, "--all", "--weeks", "3", "--limit", "2", *DAY).out


def test_a_trend_is_of_one_or_of_all(brm: Brm, deal: object) -> None:
    for arguments in (("customer",), ("customer", "c1", "--all"), ("customer", "--all", "--scope", "c1")):
        assert brm("trend", *arguments, "--json", code=2).problem["remedy"] == "name an id, or use --all alone"


def test_a_period_ends_with_the_band_and_with_a_week_without_a_score() -> None:
    days = ["1", "2", "3", "4", "5", "6"]
    assert periods(days, ["cold", "cold", None, "cold", "warm", "warm"]) == [
        {"band": "cold", "from": "1", "to": "2"},
        {"band": "cold", "from": "4", "to": "4"},
        {"band": "warm", "from": "5", "to": "6"},
    ]
    assert periods(days, [None] * 6) == []


def test_a_trend_of_what_was_not_there_yet_has_no_numbers(brm: Brm, deal: object) -> None:
    told = brm("trend", "decision_chain", "d1", "--weeks", "30", "--as-of", "2026-06-30", "--json").json["items"]
    assert [each["score"] is None for each in told] == [each["as_of"] < "2026-01-05" for each in told]
    assert brm("trend", "decision_chain", "p1", "--json", code=1).problem["code"] == "not_computable"
    assert brm("trend", "decision_chain", "d1", "--weeks", "0", "--json", code=2).problem["errors"]["field"] == "weeks"


def test_colleagues_about_whom_too_little_is_known_are_unranked(brm: Brm, deal: object) -> None:
    """One colleague in the job role: left out of the list, said when asked for."""
    assert brm("score", "employee", "--all", "--as-of", "2026-06-30", "--json").json["items"] == []
    shape = brm("explain", "employee", "s1", "--as-of", "2026-06-30", "--json").json
    assert (shape["score"], shape["band"], shape["interval"]) == (None, None, {"p10": None, "p90": None})
    assert (shape["contributions"], shape["inputs"]["ranked"]) == ([], 0)
    assert "never used for pay or dismissal" in brm("explain", "employee", "s1", "--as-of", "2026-06-30").out
    assert "—" in brm("score", "employee", "s1", "--as-of", "2026-06-30").out


def test_rivals_and_the_customer_itself_stand_beside_each_other(brm: Brm, deal: object) -> None:
    day = ("--as-of", "2026-06-30")
    items = brm("score", "competitor", "d1", *day, "--json").json["items"]
    assert {each["vendor"]["id"]: each["vendor"].get("itself", False) for each in items} == {"r1": False, "c1": True}
    strongest = brm("explain", "competitor", "d1", *day, "--json").json
    assert strongest["vendor"]["id"] == items[0]["vendor"]["id"]
    ours = brm("explain", "competitor", "d1", "--vendor", "us", *day, "--json").json
    rival = brm("explain", "competitor", "d1", "--vendor", "r1", *day, "--json").json
    assert rival["gap"] == pytest.approx(ours["score"] - rival["score"])
    assert ours["gap"] is None
    itself = brm("explain", "competitor", "d1", "--vendor", "c1", *day)
    assert "build it themselves" in itself.out
    chain = brm("explain", "decision_chain", "d1", "--vendor", "r1", *day, "--json").json
    mine = brm("explain", "decision_chain", "d1", *day, "--json").json
    assert chain["gap"] == pytest.approx(mine["score"] - chain["score"])


def test_what_stands_around_leads_to_the_score(brm: Brm, deal: object) -> None:
    """A person or deal asks for the account's score, an account for its own."""
    day = ("--as-of", "2026-06-30")
    for kind in ("customer", "our_company"):
        for asked in ("p1", "c1"):
            items = brm("score", kind, asked, *day, "--json").json["items"]
            assert [each["subject"]["id"] for each in items] == ["c1"], (kind, asked)
    assert [e["subject"]["id"] for e in brm("score", "customer", "d1", *day, "--json").json["items"]] == ["c1"]
    assert [e["subject"]["id"] for e in brm("score", "our_company", "d1", *day, "--json").json["items"]] == ["d1"]
    refused = brm("score", "customer", "c1", "--vendor", "r1", *day, "--json", code=2).problem
    assert (refused["detail"], refused["errors"]["field"]) == ("customer is a score of ours alone", "vendor")
    assert brm("explain", "customer", "us1", *day, "--json", code=1).problem["code"] == "not_computable"


IMPORTED = {
    "observation.csv": "id,at,kind,source_class\nst1,2026-06-01T10:00:00+08:00,state:alliance,observed\n",
    "about.csv": "from,to\nst1,c1\n",
    "contract.csv": "id,name,framework,signed_on,valid_from\nk1,框架协议,true,2026-03-01,2026-03-01\n",
    "payment.csv": "id,due_on,valid_from\ny1,2026-05-31,2026-05-01\n",
    "belongs_to.csv": "from,to,valid_from\nk1,c1,2026-03-01\ny1,d1,2026-05-01\n",
}


def test_evidence_is_imported_and_seen(brm: Brm, deal: object, tmp_path: Path) -> None:
    """A state, a framework agreement and a payment move what they are read for, and are named there."""
    day = ("--as-of", "2026-06-30")
    before = brm("explain", "customer", "c1", *day, "--json", "--no-change").json
    folder = tmp_path / "more"
    folder.mkdir()
    for name, text in IMPORTED.items():
        (folder / name).write_text(text, encoding="utf-8")
    brm("import", folder)
    after = brm("explain", "customer", "c1", *day, "--json", "--no-change").json
    told, moved = ({c["factor"]: c for c in each["contributions"]} for each in (before, after))
    for factor, evidence, raised in (
        ("alliance", ["st1"], True), ("framework_agreement", ["k1"], True), ("overdue", ["y1"], False),
    ):  # fmt: skip
        assert (told[factor]["evidence"], moved[factor]["evidence"]) == ([], evidence)
        assert (moved[factor]["effect"] > told[factor]["effect"]) is raised
    assert moved["overdue"]["inputs"]["observed"] == pytest.approx(30 / 90)


def test_evidence_is_entered_by_hand(brm: Brm, deal: object) -> None:
    brm("edit", "upsert", "observation", "at=2026-06-01T10:00:00+08:00", "kind=state:joint_plan",
        "source_class=inside", "--id", "st2")  # fmt: skip
    brm("edit", "link", "about", "st2", "c1")
    parts = brm("explain", "customer", "c1", "--json", "--no-change").json["contributions"]
    assert {c["factor"]: c["evidence"] for c in parts if c["evidence"]}["joint_plan"] == ["st2"]
