"""``brm questions``: what it shows, and how an answer given counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brm.services.workspace import Workspace
from scoring.criteria.catalogue import IDS
from tests.cli.conftest import AS_OF, Brm

DEAL = "demo:opportunity/246"


def test_the_table_names_every_criterion_and_the_rival(shown: Workspace, brm: Brm) -> None:
    printed = brm("questions", DEAL, "--as-of", AS_OF, "--weeks", "2").out
    assert [label for label in ("Money reachable", "Inside support", "Strategic value") if label not in printed] == []
    assert "Tessaline Systems" in printed
    assert [day for day in ("2026-06-15", "2026-06-22", "2026-06-29") if day not in printed] == []


def _control_points(brm: Brm) -> list[Any]:
    shown: list[Any] = brm("deal", DEAL, "--as-of", AS_OF, "--no-change", "--json").json["control_points"]
    return shown


def test_json_has_evidence_blind_spots_and_history(shown: Workspace, brm: Brm) -> None:
    shape = brm("questions", DEAL, "--as-of", AS_OF, "--weeks", "3", "--json").json
    ours = shape["vendors"][0]
    held = {each["vendor"]["id"]: {p["point"]: p["answer"] for p in each["points"]} for each in _control_points(brm)}
    told = {v["vendor"]["id"]: {p["point"]: p["answer"] for p in v["control_points"]} for v in shape["vendors"]}
    assert told == held
    assert ours["vendor"] == {"id": "us", "name": "us"}
    assert [each["id"] for each in ours["criteria"]] == list(IDS)
    for each in ours["criteria"]:
        prior, items = each["prior"], each["items"]
        weight = prior["strength"] + sum(item["weight"] for item in items)
        moved = prior["mean"] * prior["strength"] + sum(item["weight"] * item["value"] for item in items)
        assert each["belief"] == pytest.approx(moved / weight), each["id"]
    unknown = {each["id"] for each in ours["criteria"] if each["answer"] == "unknown"}
    assert {each["criterion"] for each in ours["blind_spots"]} == unknown
    assert [point["as_of"] for point in shape["history"]] == ["2026-06-08", "2026-06-15", "2026-06-22", AS_OF]
    last = shape["history"][-1]["vendors"][0]["criteria"]
    assert {id_: each["answer"] for id_, each in last.items()} == {e["id"]: e["answer"] for e in ours["criteria"]}


def test_an_answer_is_an_opinion_beside_the_belief(brm: Brm, deal: Path) -> None:
    given = brm("questions", "d1", "--answer", "profit=yes", "--answer", "risk=no", "--note", "as quoted", "--by", "s1",
                "--json").json  # fmt: skip
    assert (len(given["ids"]), given["written"]) == (2, 8)
    told = {each["id"]: each for each in brm("questions", "d1", "--json").json["vendors"][0]["criteria"]}
    assert (told["profit"]["claim"], told["risk"]["claim"], told["solution_fit"]["claim"]) == (1.0, 0.0, None)
    assert told["profit"]["belief"] == pytest.approx((1 + 0.3) / 2.3)
    assert told["profit"]["answer"] == "unknown"
    again = brm("questions", "d1", "--answer", "profit=no", "--by", "s1")
    assert "1 answers" in again.out
    told = {each["id"]: each for each in brm("questions", "d1", "--json").json["vendors"][0]["criteria"]}
    assert (told["profit"]["claim"], len(told["profit"]["items"])) == (0.0, 1)


def test_an_answer_about_a_rival_counts_for_it_alone(brm: Brm, deal: Path) -> None:
    brm("questions", "d1", "--answer", "unique_value=yes", "--vendor", "r1")
    ours, theirs = (
        next(each for each in vendor["criteria"] if each["id"] == "unique_value")
        for vendor in brm("questions", "d1", "--json").json["vendors"]
    )
    assert (ours["claim"], theirs["claim"]) == (None, 1.0)


@pytest.mark.parametrize(
    ("answer", "field", "remedy"),
    [
        ("luck=yes", "criterion", "need_owner"),
        ("profit=maybe", "profit", "yes or no"),
        ("profit", "answer", "criterion=yes"),
    ],
)
def test_what_is_no_answer_is_refused(brm: Brm, deal: Path, answer: str, field: str, remedy: str) -> None:
    problem = brm("questions", "d1", "--answer", answer, "--json", code=2).problem
    assert (problem["errors"]["field"], remedy in problem["remedy"]) == (field, True)


def test_only_a_deal_has_questions(brm: Brm, deal: Path) -> None:
    assert "not a deal" in brm("questions", "c1", code=2).err
    assert "weeks" in brm("questions", "d1", "--weeks", "999", code=2).err
