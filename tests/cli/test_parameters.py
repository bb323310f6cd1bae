"""The parameters on the command line: shown, compared, tried, saved, activated, varied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from brm.services.workspace import Workspace
from scoring.registry import RELATIONSHIPS
from tests.cli.conftest import AS_OF, Brm

CHINESE = re.compile("[\u4e00-\u9fff]")
DAY = ("--as-of", AS_OF)


def test_every_parameter_is_listed_with_unit_range_source_and_evidence(brm: Brm) -> None:
    items = {each["name"]: each for each in brm("params", "show", "--json").json["items"]}
    assert items["tie.video"] == {
        "name": "tie.video", "value": 2.0, "default": 2.0, "unit": "energy", "low": 0, "high": 20,
        "doc": "Video call", "source": "docs/concepts.md", "evidence": "expert",
    }  # fmt: skip
    assert items["expected_roles.new"]["value"] == ["approver", "decider", "evaluator", "user", "buyer"]
    line = next(each for each in brm("params", "show").out.splitlines() if each.startswith("tie.video "))
    assert line.split() == ["tie.video", "2", "2", "0–20", "energy", "expert", "docs/concepts.md", "Video", "call"]
    assert brm("params", "show", "--changed").out.splitlines() == [
        f"Version 1 ({brm('params', 'show', '--json').json['digest'][:12]}), in force, "
        "values that differ from the defaults: 0"
    ]


def test_from_a_trial_to_a_version_in_force_and_back(brm: Brm, deal: Path) -> None:
    day = ("--as-of", "2026-06-25", "--scope", "c1", "--json")

    def score(*options: str) -> tuple[float, str]:
        (found,) = brm("score", "key_person", "p2", *day, *options).json["items"]
        return found["score"], found["parameters"]["version"]

    before = score()
    brm("params", "try", "tie.executive=9", "--as-of", "2026-06-25")
    assert "there is no version 2" in brm("params", "show", "2", code=2).err
    told = brm("params", "save", "tie.executive=9", "--note", "executives count more").out
    assert told.startswith("Saved as version 2 (")
    assert score() == before
    assert brm("params", "diff", "1", "2", "--json").json["items"] == [
        {"name": "tie.executive", "before": 4.0, "after": 9.0, "unit": "energy", "doc": "Executive meeting"}
    ]
    assert "tie.executive" in brm("params", "diff", "1", "2").out
    assert brm("params", "diff", "2", "2").out == "The two have the same parameters\n"
    assert "Version 2" in brm("params", "activate", "2", "--note", "agreed").out
    assert score()[1] == "2"
    assert score()[0] > before[0]
    assert score("--parameters", "1") == before
    for command in ("explain", "trend"):
        found = brm(command, "key_person", "p2", "--parameters", "1", *day).json
        assert (found if command == "explain" else found["items"][-1])["score"] == before[0]
    listed = {each["version"]: each for each in brm("params", "list", "--json").json["items"]}
    assert {version: each["active"] for version, each in listed.items()} == {"1": False, "2": True}
    assert listed["2"]["activation"]["note"] == "agreed"
    assert "executives count more" in brm("params", "list").out
    brm("params", "activate", "1")
    assert score() == before
    history = brm("params", "history", "--json").json["items"]
    assert [each["version"] for each in history] == ["1", "2"]
    assert "agreed" in brm("params", "history").out
    assert brm("doctor", "--json").json["checks"][3]["detail"].startswith("Version 1 of the parameters")


def test_versions_travel_with_an_export(brm: Brm) -> None:
    brm("params", "save", "tie.video=1")
    brm("params", "save", "tie.video=1.5")
    brm("params", "activate", "3")
    brm("params", "activate", "2")
    brm("export", "all.jsonl")
    brm("restore", "all.jsonl", "--store", "sqlite:///other.sqlite")
    ours, theirs = (
        brm("params", "list", "--json", *more).json["items"] for more in ((), ("--store", "sqlite:///other.sqlite"))
    )
    assert theirs == ours
    assert [each["version"] for each in theirs if each["active"]] == ["2"]


def test_values_come_from_a_file_too(brm: Brm) -> None:
    Path("mine.toml").write_text('tie.video = 1.0\n[expected_roles]\nnew = ["decider", "user"]\n', encoding="utf-8")
    brm("params", "save", "--file", "mine.toml", "tie.video=1.5", "expected_roles.renewal=buyer,user")
    changed = {each["name"]: each["value"] for each in brm("params", "show", "2", "--json", "--changed").json["items"]}
    assert changed == {
        "tie.video": 1.5, "expected_roles.new": ["decider", "user"], "expected_roles.renewal": ["buyer", "user"],
    }  # fmt: skip
    assert "buyer, user" in brm("params", "show", "2", "--changed").out


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("try", "tie.video=99"), 2, "give a number from 0 to 20 (energy)"),
        (("save", "tie.vidio=1"), 2, "did you mean tie.video"),
        (("try", "tie.video"), 2, "is not KEY=VALUE"),
        (("try",), 2, "no value is given"),
        (("save", "--file", "none.toml"), 3, "No such file"),
        (("save", "tie.video=2"), 4, "version 1 has these values already"),
        (("activate", "9"), 2, "brm params list"),
        (("try", "tie.video=1", "--kind", "warmth"), 2, "there is no score 'warmth'"),
        (("save", "tie.video=1", "--note", "x" * 1_001), 2, "at most 1000"),
    ],
)
def test_what_does_not_fit_is_told(brm: Brm, arguments: tuple[str, ...], code: int, told: str) -> None:
    assert told in brm("params", *arguments, code=code).err


def test_the_problem_names_key_value_and_remedy(brm: Brm) -> None:
    problem = brm("params", "try", "tie.video=99", "--json", code=2).problem
    assert problem["errors"] == {"field": "tie.video", "value": 99}
    assert problem["remedy"] == "give a number from 0 to 20 (energy)"


def test_an_unusable_version_in_force_is_found_by_doctor(brm: Brm) -> None:
    """A parameter that a later program no longer has."""
    from contextlib import closing

    from brm.store import open_store
    from graph_schema.changes import ChangeSet, RecordChange

    body = {"version": "2", "digest": "0", "base": "1", "values": {"tie.telegram": 1.0}, "author": "a", "created_at": 1}
    rule = {"version": "2", "digest": "0", "actor": "a", "at": 1}
    records = (RecordChange("parameter_set", "2", body), RecordChange("parameter_activation", "x", rule))
    with closing(open_store("sqlite:///graph.sqlite")) as store:
        store.apply(ChangeSet(actor="a", source="s", records=records))
    check = next(each for each in brm("doctor", "--json", code=1).json["checks"] if each["id"] == "parameters")
    assert not check["ok"]
    assert "there is no parameter tie.telegram" in check["detail"]
    assert "brm params activate" in check["remedy"]
    brm("params", "activate", "1")
    brm("doctor")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_trial_reads_well(brm: Brm, shown: Workspace, language: str) -> None:
    shape = brm("params", "try", "tie.meeting=1", *DAY, "--lang", language, "--json").json
    assert [each["kind"] for each in shape["kinds"]] == list(RELATIONSHIPS)
    lines = brm("params", "try", "tie.meeting=1", *DAY, "--lang", language).out
    for each in shape["kinds"]:
        assert bool(CHINESE.search(each["text"])) == (language == "zh-CN")
        assert each["text"] in lines
        for item in each["items"]:
            assert f"{item['before']['rank']} → {item['after']['rank']}" in lines


def test_a_trial_of_people_and_rivals_names_them(brm: Brm, shown: Workspace) -> None:
    people = ("params", "try", "tie.meeting=1", "--kind", "employee", *DAY)
    notice = brm(*people, "--json").json["kinds"][0]["notice"]
    assert notice in brm(*people).out
    rivals = brm("params", "try", "competitor.win=1", "--kind", "competitor", "--limit", "3", *DAY, "--json").json
    (told,) = rivals["kinds"]
    assert len(told["items"]) == 3
    assert all(item["vendor"]["name"] for item in told["items"])


def test_a_trial_of_likelihoods_is_told_in_points_without_bands(brm: Brm, shown: Workspace) -> None:
    trial = ("params", "try", "selection.stance=1", "--kind", "likelihood", "--limit", "3", *DAY)
    (told,) = brm(*trial, "--json").json["kinds"]
    assert told["bands"] == []
    assert all(1 < item["before"]["score"] < 100 and item["before"]["band"] is None for item in told["items"])
    item = told["items"][0]
    assert f"{item['before']['score']:.1f} → {item['after']['score']:.1f}" in brm(*trial).out


def test_a_sensitivity_report_reads_well(brm: Brm, shown: Workspace) -> None:
    lines = brm("params", "sensitivity", "--kind", "competitor", *DAY, "--lang", "zh-CN").out.splitlines()
    assert lines[0].startswith("敏感度：版本 1")
    assert lines[2].startswith("友商")
    assert "肯德尔 τ" in lines[3]
    assert [line.split()[0].partition(".")[0] for line in lines[4:7]] == ["competitor"] * 3
    assert lines[-1].startswith("每次只改一个参数")
