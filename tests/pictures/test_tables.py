"""Heat and coverage as pictures: numbers in every cell, hues by bin, a dash where there is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from brm.i18n import LANGUAGES, catalogue
from brm.pictures import palette
from brm.pictures.coverage import coverage_svg
from brm.pictures.coverage_book import coverage_xlsx
from brm.pictures.heat import heat_svg
from tests.pictures.reading import SPACE, Picture, contrast, fills_and_inks, is_standalone
from tests.pictures.shapes import KINDS, NASTY, account, cell, coverage, heat, table

EN, ZH = catalogue("en"), catalogue("zh-CN")


def _cells(picture: Picture) -> dict[tuple[str, str], Any]:
    return {
        (row.attrib["data-id"], each.attrib["data-kind"]): each
        for row in picture.groups("row")
        for each in row
        if each.get("class") == "cell"
    }


def _texts(element: Any) -> list[str]:
    return [each.text for each in element.iter(f"{SPACE}text")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_account_has_a_cell_for_every_kind(language: Any) -> None:
    picture = Picture(heat_svg(table(), catalogue(language)))
    cells = _cells(picture)
    assert set(cells) == {(item["account"]["id"], kind) for item in table()["items"] for kind in KINDS}
    assert _texts(cells["id 华辰电网", "key_person"]) == ["62.1", "▼ −3.2"]
    assert _texts(cells["id 华辰电网", "decision_chain"]) == ["19.9", "▲ +4.0"]
    assert _texts(cells["id 华辰电网", "customer"]) == ["45.0"]
    assert _texts(cells["id Rarely & seen", "customer"]) == ["—"]
    assert _texts(cells["id Rarely & seen", "key_person"]) == ["—"], "a score that cannot be stated is not 0"
    assert is_standalone(picture)


@pytest.mark.parametrize(
    ("score", "bin_"),
    [
        (0, 0), (19.9, 0), (20, 1), (39.9, 1), (40, 2), (49.9, 2), (50, 3), (59.9, 3), (60, 4), (79.9, 4), (80, 5),
        (100, 5),
    ],
)  # fmt: skip
def test_two_bins_a_band_and_the_threat_turned_round(score: float, bin_: int) -> None:
    picture = Picture(heat_svg(heat(account("a", {"customer": cell(score), "competitor": cell(score)})), EN))
    cells = _cells(picture)
    hue = next(cells["id a", "customer"].iter(f"{SPACE}rect")).attrib["fill"]
    threat = next(cells["id a", "competitor"].iter(f"{SPACE}rect")).attrib["fill"]
    assert (hue, threat) == (palette.HEAT[bin_], palette.HEAT[5 - bin_])


def test_bins_follow_the_bands_of_the_shape() -> None:
    shape = heat(account("a", {"customer": cell(69)}), bands={"warm": 30.0, "hot": 70.0})
    cells = _cells(Picture(heat_svg(shape, EN)))
    assert next(cells["id a", "customer"].iter(f"{SPACE}rect")).attrib["fill"] == palette.HEAT[3]


def test_nothing_to_score_is_white_and_dashed_and_little_evidence_is_hatched() -> None:
    cells = _cells(Picture(heat_svg(table(), EN)))
    empty = next(cells["id Rarely & seen", "employee"].iter(f"{SPACE}rect"))
    assert (empty.attrib["fill"], empty.attrib["stroke-dasharray"]) == ("#ffffff", "4 3")
    assert len(list(cells["id 华辰电网", "employee"].iter(f"{SPACE}path"))) == 3
    assert len(list(cells["id 华辰电网", "customer"].iter(f"{SPACE}path"))) == 0


@pytest.mark.parametrize(("texts", "threat"), [(EN, "Rival's threat"), (ZH, "友商威胁")])
def test_the_rival_column_is_called_a_threat_and_has_a_legend_of_its_own(texts: Any, threat: str) -> None:
    picture = Picture(heat_svg(table(), texts))
    assert {threat, texts.text("picture.threat_note"), texts.text("picture.threat_short")} <= set(picture.texts())
    cells = _cells(picture)
    assert "@rival" in cells["id 华辰电网", "competitor"].findtext(f"{SPACE}title")


def test_numbers_are_readable_on_their_hue() -> None:
    rows = [account(f"a{score}", {k: cell(score, change=1.0) for k in KINDS}) for score in (5, 30, 45, 55, 70, 90)]
    pairs = set(fills_and_inks(Picture(heat_svg(heat(*rows), EN)), "cell"))
    assert {fill for fill, _ in pairs} == set(palette.HEAT)
    assert min(contrast(*pair) for pair in pairs) >= 4.5


def test_an_empty_heat_table_is_a_picture() -> None:
    assert is_standalone(Picture(heat_svg(heat(), ZH)))


def test_names_are_escaped() -> None:
    owner = {"type": "person", "id": "e", "name": NASTY}
    assert is_standalone(Picture(heat_svg(heat(account(NASTY, {}, owner=owner)), EN)))
    shape = coverage()
    shape["account"]["name"] = shape["people"][0]["name"] = shape["colleagues"][0]["name"] = NASTY
    assert is_standalone(Picture(coverage_svg(shape, EN)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_matrix_has_a_row_a_person_by_influence_and_a_column_a_colleague(language: Any) -> None:
    texts = catalogue(language)
    picture = Picture(coverage_svg(coverage(), texts))
    rows = picture.groups("row")
    assert [row.attrib["data-id"] for row in rows] == ["p2", "p1", "p3"]
    ties = {
        (row.attrib["data-id"], each.attrib["data-colleague"]): _texts(each)
        for row in rows for each in row if each.get("class") == "tie"
    }  # fmt: skip
    depth = texts.text("picture.depth", depth=3)
    assert ties["p1", "e1"] == ["61%", depth]
    assert ties["p1", "e2"] == ["8%"]
    assert ties["p2", "e1"] == []
    assert len(ties) == 6
    assert is_standalone(picture)


def test_the_influential_person_without_a_tie_is_marked() -> None:
    marked = [
        row.attrib["data-id"]
        for row in Picture(coverage_svg(coverage(), EN)).groups("row")
        if "⚠ not covered" in _texts(row)
    ]
    assert marked == ["p2"]


def test_the_grid_marks_what_should_be_covered_and_is_not() -> None:
    picture = Picture(coverage_svg(coverage(), EN))
    grid = {(g.attrib["data-department"], int(g.attrib["data-level"])): g for g in picture.groups("grid")}
    assert len(grid) == 10
    gaps = [key for key, group in grid.items() if "⚠ not covered" in _texts(group)]
    assert gaps == [("d1", 3), ("d2", 1)]
    for key in gaps:
        frame = next(grid[key].iter(f"{SPACE}rect"))
        assert (frame.attrib["fill"], frame.attrib["stroke-dasharray"]) == ("#ffffff", "4 3")
    assert _texts(grid["d1", 4]) == ["61%", "1/2 filled"]
    assert _texts(grid["d2", 4]) == ["1/2 filled"]
    assert _texts(grid["d2", 5]) == []


def test_a_shape_that_tells_neither_depth_nor_expectation_is_drawn() -> None:
    """Then every listed cell should be covered, as the service lists only those."""
    shape = coverage()
    for tie in shape["ties"]:
        del tie["depth"]
    for each in shape["grid"]["cells"]:
        del each["expected"]
    picture = Picture(coverage_svg(shape, EN))
    gaps = [g.attrib["data-department"] for g in picture.groups("grid") if "⚠ not covered" in _texts(g)]
    assert gaps == ["d1", "d2", "d2"]
    assert coverage_xlsx(shape, EN)[:2] == b"PK"
