"""The heat table as a workbook: the table, every number behind it, and what it means."""

from __future__ import annotations

from openpyxl.styles import Alignment

from brm.i18n import Catalogue
from brm.pictures import Shape, palette
from brm.pictures.heat import THREAT, about_heat, kind_label
from brm.pictures.palette import LITTLE_KNOWN
from brm.pictures.workbook import (
    AMOUNT,
    POINTS,
    SHARE,
    SIGNED,
    Book,
    colour,
    fit_columns,
    letters,
    mark_little_known,
    write,
    write_number,
)

FACTS = ("account", "owner", "industry", "region", "grade", "value", "currency")
NUMBERS = ("account", "account_id", "kind", "vendor", "score", "p10", "p90", "change", "completeness", "band")


def heat_xlsx(shape: Shape, texts: Catalogue) -> bytes:
    """The bytes of the workbook."""
    book = Book(texts.text("picture.heat_title"), shape["as_of"])
    _table(book, shape, texts)
    _numbers(book, shape, texts)
    book.explain(texts, _about(shape, texts))
    return book.content()


def _table(book: Book, shape: Shape, texts: Catalogue) -> None:
    kinds = shape["kinds"]
    heads = [texts.text(f"sheet.{name}") for name in FACTS]
    for kind in kinds:
        heads += [kind_label(kind, texts), texts.text("sheet.change")]
    sheet = book.sheet(texts.text("sheet.heat"), heads)
    for row, item in enumerate(shape["items"], 2):
        value = item["value"]
        facts = (
            item["account"]["name"], item["owner"] and item["owner"]["name"], item["industry"], item["region"],
            item["grade"] and texts.word("grade", item["grade"]), value and float(value["amount"]),
            value and value["currency"],
        )  # fmt: skip
        for column, fact in enumerate(facts, 1):
            write(sheet, row, column, fact, AMOUNT if isinstance(fact, float) else "")
        for at, kind in enumerate(kinds):
            cell = item["cells"].get(kind) or {}
            column = len(FACTS) + 1 + 2 * at
            number = write_number(sheet, row, column, cell.get("score"), POINTS)
            if cell.get("score") is not None and cell["completeness"] < LITTLE_KNOWN:
                mark_little_known(number)
            write(sheet, row, column + 1, cell.get("change"), SIGNED).alignment = Alignment(horizontal="center")
    limits = palette.heat_limits(palette.heat_edges(shape.get("bands")), 100)
    for at, kind in enumerate(kinds):
        column = len(FACTS) + 1 + 2 * at
        colour(sheet, (column, column), len(shape["items"]), limits, threat=kind == THREAT)
    fit_columns(sheet, {len(FACTS) - 1: 16.0})
    sheet.auto_filter.ref = f"A1:{letters(len(heads))}{len(shape['items']) + 1}"


def _numbers(book: Book, shape: Shape, texts: Catalogue) -> None:
    """One line for each account and kind, with interval and completeness."""
    sheet = book.sheet(texts.text("sheet.numbers"), [texts.text(f"sheet.{name}") for name in NUMBERS])
    row = 1
    for item in shape["items"]:
        for kind in shape["kinds"]:
            row += 1
            cell = item["cells"].get(kind) or {}
            interval, band, vendor = cell.get("interval") or {}, cell.get("band"), cell.get("vendor") or {}
            write(sheet, row, 1, item["account"]["name"])
            write(sheet, row, 2, item["account"]["id"])
            write(sheet, row, 3, kind_label(kind, texts))
            write(sheet, row, 4, vendor.get("name"))
            write_number(sheet, row, 5, cell.get("score"), POINTS)
            write(sheet, row, 6, interval.get("p10"), POINTS)
            write(sheet, row, 7, interval.get("p90"), POINTS)
            write(sheet, row, 8, cell.get("change"), SIGNED)
            write(sheet, row, 9, cell.get("completeness"), SHARE)
            write(sheet, row, 10, band and texts.text(f"band.{band}"))
    fit_columns(sheet)
    sheet.auto_filter.ref = f"A1:J{max(row, 2)}"


def _about(shape: Shape, texts: Catalogue) -> list[tuple[str, str]]:
    bands = shape.get("bands") or palette.BANDS
    return [
        (texts.text("sheet.as_of"), about_heat(shape, texts)),
        (texts.text("sheet.score"), texts.text("sheet.score_meaning", **bands)),
        (texts.text("picture.threat"), texts.text("picture.threat_note")),
        (texts.text("sheet.change"), texts.text("sheet.change_meaning", since=shape["since"])),
        ("P10–P90", texts.text("sheet.interval_meaning")),
        (texts.text("sheet.completeness"), texts.text("sheet.completeness_meaning", least=LITTLE_KNOWN)),
        ("—", texts.text("picture.legend.nothing")),
        *origin(shape, texts),
    ]


def origin(shape: Shape, texts: Catalogue) -> list[tuple[str, str]]:
    """The revision of the store and, where the shape names them, the parameters."""
    rows = [(texts.text("sheet.revision"), str(shape["revision"]))]
    parameters = shape.get("parameters")
    if parameters:
        rows.append((texts.text("sheet.parameters"), "{version} · {digest}".format(**parameters)))
    return rows
