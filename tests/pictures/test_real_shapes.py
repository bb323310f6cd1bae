"""What the services answer on the demonstration world is drawn, every row of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from brm.guidance.chain_map import chain_map
from brm.i18n import catalogue
from brm.pictures.chain import chain_svg
from brm.pictures.coverage import coverage_svg
from brm.pictures.coverage_book import coverage_xlsx
from brm.pictures.heat import heat_svg
from brm.pictures.heat_book import heat_xlsx
from brm.services import coverage, heat, moments
from brm.services.workspace import Workspace
from tests.conftest import AS_OF
from tests.pictures.reading import Picture, is_standalone
from tests.pictures.shapes import walk

ACCOUNT = "demo:company/25"
TEXTS = catalogue("zh-CN")


def _when(demo: Workspace) -> Any:
    return moments.when(AS_OF, None, demo.settings.zone)


def test_the_heat_table(demo: Workspace) -> None:
    shape = heat.page(demo, demo.local_principal(), when=_when(demo), limit=None)
    picture = Picture(heat_svg(shape, TEXTS))
    assert [row.attrib["data-id"] for row in picture.groups("row")] == [i["account"]["id"] for i in shape["items"]]
    assert is_standalone(picture)
    sheet = load_workbook(io.BytesIO(heat_xlsx(shape, TEXTS))).worksheets[0]
    scores = [row[7] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert scores == pytest.approx([item["cells"]["key_person"]["score"] for item in shape["items"]])


def test_the_coverage_of_an_account(demo: Workspace) -> None:
    shape = coverage.coverage(demo, demo.local_principal(), ACCOUNT, when=_when(demo))
    picture = Picture(coverage_svg(shape, TEXTS))
    assert {row.attrib["data-id"] for row in picture.groups("row")} == {each["id"] for each in shape["people"]}
    assert is_standalone(picture)
    ties = load_workbook(io.BytesIO(coverage_xlsx(shape, TEXTS))).worksheets[1]
    assert ties.max_row - 1 == len(shape["ties"])


def test_the_chain_of_an_account_with_a_vacant_seat(demo: Workspace) -> None:
    shape = chain_map(demo, demo.local_principal(), ACCOUNT, when=_when(demo))
    cards = Picture(chain_svg(shape, TEXTS)).cards()
    people = {each["id"] for each in walk(shape["people"])}
    assert (len(people), len(shape["vacant_seats"])) == (16, 1)
    assert cards.keys() == people | {seat["id"] for seat in shape["vacant_seats"]}
