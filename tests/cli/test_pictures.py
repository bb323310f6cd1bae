"""Pictures from the command line: into a file, to standard output, and what cannot be written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import Brm
from tests.pictures.reading import Picture, is_standalone

DAY = ("--as-of", "2026-06-30")


@pytest.mark.parametrize("command", [("map", "d1"), ("trend", "decision_chain", "d1"), ("heat",), ("coverage", "c1")])
def test_a_picture_goes_to_a_file_or_to_standard_output(brm: Brm, deal: object, command: tuple[str, ...]) -> None:
    told = brm(*command, *DAY, "--svg", "picture.svg")
    assert (told.out, told.err) == ("", "Written to picture.svg\n")
    written = Path("picture.svg").read_text(encoding="utf-8")
    assert is_standalone(Picture(written))
    assert brm(*command, *DAY, "--svg", "-").out == written


@pytest.mark.parametrize("command", [("heat",), ("coverage", "c1")])
def test_a_workbook_beside_a_picture(brm: Brm, deal: object, command: tuple[str, ...]) -> None:
    told = brm(*command, *DAY, "--svg", "picture.svg", "--xlsx", "book.xlsx")
    assert (told.out, told.err) == ("", "Written to picture.svg\nWritten to book.xlsx\n")
    cells = [cell.value for sheet in load_workbook("book.xlsx") for row in sheet.iter_rows() for cell in row]
    assert "华辰集团" in "".join(str(each) for each in cells)
    assert is_standalone(Picture(Path("picture.svg").read_text(encoding="utf-8")))


@pytest.mark.parametrize("kind", ["customer", "likelihood"])
def test_a_trend_as_a_workbook_holds_what_is_printed(brm: Brm, deal: object, kind: str) -> None:
    """Of one subject a line per week, of all a column per week; probabilities in per cent."""
    subject, points = ("c1", 1) if kind == "customer" else ("d1", 100)
    told = brm("trend", kind, subject, "--weeks", "3", *DAY, "--json").json["items"]
    brm("trend", kind, subject, "--weeks", "3", *DAY, "--xlsx", "one.xlsx")
    rows = list(load_workbook("one.xlsx").worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[1]) for row in rows] == [
        (each["as_of"], "—" if each["score"] is None else pytest.approx(points * each["score"])) for each in told
    ]
    brm("trend", kind, "--all", "--weeks", "3", *DAY, "--xlsx", "all.xlsx")
    sheet = load_workbook("all.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]][3:] == [each["as_of"] for each in told]
    assert [cell.value for cell in sheet[2]][3:] == [row[1] for row in rows]


def test_a_list_of_gaps_is_no_picture(brm: Brm, deal: object) -> None:
    assert "name the account" in brm("coverage", *DAY, "--svg", "picture.svg", "--json", code=2).problem["remedy"]
    assert not Path("picture.svg").exists()


def test_the_picture_is_in_the_language_that_was_asked_for(brm: Brm, deal: object) -> None:
    english, chinese = (Picture(brm("map", "d1", *DAY, "--lang", each, "--svg", "-").out) for each in ("en", "zh-CN"))
    assert "Decision chain · 扩建项目" in english.texts()
    assert "决策链 · 扩建项目" in chinese.texts()
    assert set(english.cards()) == set(chinese.cards()) == {"p1", "p2", "decider", "user", "buyer"}


def test_a_file_that_is_there_is_replaced(brm: Brm, deal: object) -> None:
    Path("picture.svg").write_text("x" * 100_000, encoding="utf-8")
    brm("map", "d1", *DAY, "--svg", "picture.svg")
    assert is_standalone(Picture(Path("picture.svg").read_text(encoding="utf-8")))


def test_with_json_the_data_are_printed_beside_the_file(brm: Brm, deal: object) -> None:
    told = brm("map", "d1", *DAY, "--svg", "picture.svg", "--json")
    assert json.loads(told.out) == brm("map", "d1", *DAY, "--json").json
    assert Path("picture.svg").exists()
    refused = brm("map", "d1", *DAY, "--svg", "-", "--json", code=2).problem
    assert refused["remedy"] == "name a file for the picture, or leave --json out"


@pytest.mark.parametrize(
    ("target", "why"), [("no/such/picture.svg", "No such file or directory"), (".", "Is a directory")]
)
def test_a_file_that_cannot_be_written_is_said(brm: Brm, deal: object, target: str, why: str) -> None:
    problem = brm("map", "d1", *DAY, "--svg", target, "--json", code=3).problem
    assert (problem["code"], problem["detail"]) == ("file_unusable", f"cannot write {target}: {why}")
    assert problem["errors"] == {"file": target}
    assert problem["remedy"] == "name a file in a directory that exists and that you may write"
