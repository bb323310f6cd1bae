"""Workbooks read back: the numbers of the shape, texts that stay texts, the same bytes for the same shape."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from brm.i18n import LANGUAGES, catalogue
from brm.pictures import palette
from brm.pictures.coverage_book import coverage_xlsx
from brm.pictures.heat_book import heat_xlsx
from tests.pictures.shapes import KINDS, NASTY, account, cell, coverage, heat, table

EN, ZH = catalogue("en"), catalogue("zh-CN")


def _read(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def _rows(sheet: Worksheet) -> list[list[Any]]:
    return [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_are_those_of_the_shape(language: Any) -> None:
    texts = catalogue(language)
    book = _read(heat_xlsx(table(), texts))
    assert book.sheetnames == [texts.text(f"sheet.{name}") for name in ("heat", "numbers", "about")]
    lines = iter(_rows(book.worksheets[1]))
    for item in table()["items"]:
        for kind in KINDS:
            each = item["cells"][kind]
            row = next(lines)
            assert row[:2] == [item["account"]["name"], item["account"]["id"]]
            if each is None:
                assert row[4:] == ["—", None, None, None, None, None]
            else:
                score = "—" if each["score"] is None else each["score"]
                numbers = [each["interval"]["p10"], each["interval"]["p90"], each["change"], each["completeness"]]
                assert row[4:9] == [score, *(pytest.approx(n) if n is not None else None for n in numbers)]
                assert row[9] == texts.text(f"band.{each['band']}")
    assert next(lines, None) is None


def test_the_table_has_facts_then_score_and_change_of_each_kind() -> None:
    sheet = _read(heat_xlsx(table(), ZH)).worksheets[0]
    heads = [each.value for each in sheet[1]]
    assert heads[:7] == ["客户", "负责人", "行业", "区域", "客户等级", "金额", "币种"]
    assert heads[7:9] == ["关键人关系", "变化"]
    assert heads[-2:] == ["友商威胁", "变化"]
    first, second, _ = _rows(sheet)
    assert first[:7] == ["华辰电网", "王芳", "电力", "华东", "关键客户", 1200000.5, "CNY"]
    assert first[7:] == [62.1, -3.2, 19.9, 4, 45, None, 80, None, 50, 0, 88, 1.5]
    assert second[1:7] == [None] * 6
    assert second[7:] == ["—", None, "—", None, "—", None, "—", None, "—", None, 10, None]
    assert sheet.freeze_panes == "B2"
    assert [sheet["F2"].data_type, sheet["H2"].data_type, sheet["H2"].number_format] == ["n", "n", "0.0"]
    assert sheet.column_dimensions["A"].width >= 8
    assert sheet["N2"].font.italic, "the score that rests on little evidence"
    assert not sheet["H2"].font.italic


def test_hues_are_those_of_the_picture_and_turned_round_for_the_threat() -> None:
    sheet = _read(heat_xlsx(table(), EN)).worksheets[0]

    def hues(cells: str) -> dict[tuple[str, ...], str]:
        (rules,) = (each.rules for each in sheet.conditional_formatting if str(each.sqref) == cells)
        return {tuple(rule.formula): rule.dxf.fill.bgColor.rgb[-6:].lower() for rule in rules}

    edges = ["0", "20", "40", "50", "60", "80", "100"]
    warm = {(edges[at], edges[at + 1]): hue[1:] for at, hue in enumerate(palette.HEAT)}
    assert hues("H2:H4") == warm
    assert hues("R2:R4") == {limits: palette.HEAT[5 - at][1:] for at, limits in enumerate(warm)}


def test_on_a_limit_the_warmer_hue_comes_first() -> None:
    """Rules hold at both limits and the first one wins, as >= does in the picture."""
    sheet = _read(heat_xlsx(table(), EN)).worksheets[0]
    (rules,) = (each.rules for each in sheet.conditional_formatting if str(each.sqref) == "H2:H4")
    first = [rule.formula[0] for rule in sorted(rules, key=lambda rule: rule.priority)]
    assert first == ["80", "60", "50", "40", "20", "0"]
    assert all(rule.stopIfTrue and rule.operator == "between" for rule in rules)


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_name_that_looks_like_a_formula_stays_a_text(start: str) -> None:
    name = f"{start}SUM(A1:A9)"
    owner = {"type": "person", "id": name, "name": name}
    vendor = {"id": name, "name": name}
    cells = {"competitor": cell(50.0, vendor=vendor)}
    shape = heat(account(name, cells, owner=owner, industry=name, region=name))
    covered = coverage()
    covered["people"][0] |= {"name": name, "title": name, "unit": name}
    covered["colleagues"][0]["name"] = covered["grid"]["departments"][0]["name"] = name
    covered["account"]["name"] = name
    for content in (heat_xlsx(shape, EN), coverage_xlsx(covered, EN)):
        cells_of = [each for sheet in _read(content) for row in sheet.iter_rows() for each in row]
        found = [each for each in cells_of if each.value == name]
        assert len(found) >= 5
        assert all(each.data_type != "f" and each.quotePrefix for each in found)
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            sheets = [parts.read(each) for each in parts.namelist() if "/sheet" in each]
            assert [each for each in sheets if b"<f>" in each] == []


def test_characters_that_a_workbook_cannot_hold_are_replaced() -> None:
    book = _read(heat_xlsx(heat(account(NASTY, {})), EN))
    assert book.worksheets[0]["A2"].value == NASTY.replace("\x00", "\ufffd").replace("\x0b", "\ufffd")


@pytest.mark.parametrize(("make", "shape"), [(heat_xlsx, table), (coverage_xlsx, coverage)])
def test_the_same_shape_gives_the_same_bytes(make: Any, shape: Any) -> None:
    content = make(shape(), ZH)
    assert content == make(shape(), ZH)
    properties = _read(content).properties
    assert (properties.created.date().isoformat(), properties.modified.date().isoformat()) == ("2026-06-30",) * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_sheet_says_date_meaning_revision_and_parameters(language: Any) -> None:
    texts = catalogue(language)
    shape = {**table(), "parameters": {"version": "3", "digest": "ab12"}}
    for content in (heat_xlsx(shape, texts), coverage_xlsx({**coverage(), "parameters": shape["parameters"]}, texts)):
        sheet = _read(content)[texts.text("sheet.about")]
        told = {row[0]: row[1] for row in _rows(sheet)}
        assert "2026-06-30" in told[texts.text("sheet.as_of")]
        assert told[texts.text("sheet.revision")] == "9"
        assert told[texts.text("sheet.parameters")] == "3 · ab12"


@pytest.mark.parametrize("language", LANGUAGES)
def test_coverage_is_read_back(language: Any) -> None:
    texts = catalogue(language)
    matrix, ties, grid, _ = _read(coverage_xlsx(coverage(), texts)).worksheets
    assert [row[0] for row in _rows(matrix)] == ["=张丽", "李平", "罗艳"]
    assert [row[5:] for row in _rows(matrix)] == [[0.7, None, None], [0.2, 0.61, 0.08], [0.1, None, 0.3]]
    assert [each.value for each in matrix[1]][-2:] == ["王芳", "Ann Lee"]
    assert _rows(ties) == [["李平", "王芳", 0.61, 3], ["李平", "Ann Lee", 0.08, None], ["罗艳", "Ann Lee", 0.3, 0]]
    gap, yes, no = texts.text("picture.gap"), texts.text("sheet.yes"), texts.text("sheet.no")
    level = {at: texts.text(f"level.{at}") for at in (1, 3, 4)}
    assert _rows(grid) == [
        ["IT", level[4], 2, 1, yes, yes, 0.61, None],
        ["IT", level[3], 2, 1, yes, no, 0, gap],
        ["Finance", level[4], 2, 1, no, no, 0, None],
        ["Finance", level[1], 2, 0, yes, no, "—", gap],
    ]


def test_empty_shapes_are_workbooks() -> None:
    assert len(_read(heat_xlsx(heat(), EN)).worksheets) == 3
    bare = {**coverage(), "colleagues": [], "people": [], "ties": []}
    bare["grid"] = {"departments": [], "levels": [5, 4, 3, 2, 1], "cells": []}
    assert len(_read(coverage_xlsx(bare, EN)).worksheets) == 4
