"""Workbooks for people who calculate further: real numbers, the hues of the pictures, a sheet that explains.

A text is always written as text, also where it begins like a formula. The same shape gives the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, PatternFill, Side
from openpyxl.styles.borders import Border
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from brm.i18n import Catalogue
from brm.pictures.palette import HEAT, HEAT_INK
from brm.pictures.svg import text_width

POINTS, SIGNED, SHARE, AMOUNT = "0.0", "+0.0;-0.0;0.0", "0%", "#,##0.00"
NOTHING = "—"
NARROWEST, WIDEST = 8.0, 46.0
_HEAD = PatternFill("solid", fgColor="E8EBEF")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


class Book:
    """A workbook as of a day, filled sheet by sheet."""

    def __init__(self, title: str, day: str) -> None:
        self._book = Workbook()
        self._book.remove(self._book.active)  # type: ignore[arg-type]
        self._moment = datetime.combine(date.fromisoformat(day), time(), UTC).replace(tzinfo=None)
        self._book.properties.title = printable(title)
        self._book.properties.creator = "brm"
        self._book.properties.created = self._moment

    def sheet(self, title: str, heads: Sequence[str], *, frozen: str = "B2") -> Worksheet:
        """A sheet with a heading row that stays in sight."""
        sheet: Worksheet = self._book.create_sheet(_NOT_IN_TITLES.sub(" ", title)[:31])
        for column, head in enumerate(heads, 1):
            cell = write(sheet, 1, column, head)
            cell.font, cell.fill = Font(bold=True), _HEAD
            cell.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.freeze_panes = frozen
        return sheet

    def explain(self, texts: Catalogue, rows: Iterable[tuple[str, str]]) -> None:
        """The sheet that says what the numbers mean, of which day and from where."""
        sheet = self.sheet(texts.text("sheet.about"), (texts.text("sheet.item"), texts.text("sheet.meaning")))
        for at, (name, meaning) in enumerate(rows, 2):
            write(sheet, at, 1, name)
            write(sheet, at, 2, meaning).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 26, 100

    def content(self) -> bytes:
        """The file."""
        written = io.BytesIO()
        self._book.save(written)
        stamp = self._moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        fixed = io.BytesIO()
        with zipfile.ZipFile(written) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                part = zipfile.ZipInfo(name, _EPOCH)
                part.compress_type = zipfile.ZIP_DEFLATED
                data = old.read(name)
                # The library stamps the time of writing, which would make equal workbooks differ.
                new.writestr(part, _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", data))
        return fixed.getvalue()


def printable(text: str) -> str:
    """A text without the characters that office files cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)


def write(sheet: Worksheet, row: int, column: int, value: str | float | None, number_format: str = "") -> Cell:
    """One value: numbers as numbers, texts as texts whatever they begin with, nothing where it is None."""
    cell: Cell = sheet.cell(row, column)  # type: ignore[assignment]
    if isinstance(value, str):
        cell.value = printable(value)
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in ("=", "+", "-", "@")
    elif value is not None:
        cell.value = value
        cell.number_format = number_format or "General"
    return cell


def write_number(sheet: Worksheet, row: int, column: int, value: float | None, number_format: str) -> Cell:
    """A number, or a dash where there is none: never 0."""
    cell = write(sheet, row, column, NOTHING if value is None else value, number_format)
    cell.alignment = Alignment(horizontal="center")
    return cell


def mark_little_known(cell: Cell) -> None:
    """Slanted and dashed round: the number rests on little evidence."""
    side = Side(style="mediumDashed", color="59616D")
    cell.font, cell.border = Font(italic=True), Border(left=side, right=side, top=side, bottom=side)


def colour(
    sheet: Worksheet, columns: tuple[int, int], rows: int, limits: Sequence[tuple[float, float]], *,
    threat: bool = False,
) -> None:  # fmt: skip
    """The heat hues by value in the columns from one to another, so many rows; for a threat turned round."""
    if not rows or columns[1] < columns[0]:
        return
    cells = f"{letters(columns[0])}2:{letters(columns[1])}{rows + 1}"
    hues = list(zip(HEAT, HEAT_INK, strict=True))
    for (low, high), (fill, ink) in reversed(list(zip(limits, reversed(hues) if threat else hues, strict=True))):
        rule = CellIsRule(  # type: ignore[no-untyped-call]
            operator="between", formula=[f"{low:g}", f"{high:g}"], stopIfTrue=True,
            fill=PatternFill("solid", bgColor=fill[1:].upper()), font=Font(color=ink[1:].upper()),
        )  # fmt: skip
        sheet.conditional_formatting.add(cells, rule)


def letters(column: int) -> str:
    """The letters of a column from its number."""
    return get_column_letter(column)


def fit_columns(sheet: Worksheet, least: Mapping[int, float] | None = None) -> None:
    """Columns as wide as what stands in them, within limits."""
    for column in range(1, sheet.max_column + 1):
        values: list[Any] = [sheet.cell(row, column).value for row in range(1, min(sheet.max_row, 500) + 1)]
        widest = max((text_width(str(each), 1.0) for each in values if isinstance(each, str)), default=0.0)
        width = min(WIDEST, max(NARROWEST, widest * 1.75 + 2, (least or {}).get(column, 0.0)))
        sheet.column_dimensions[letters(column)].width = round(width, 1)
