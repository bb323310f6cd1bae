"""An account's coverage as a workbook: our people by theirs, departments by levels, and what it means."""

from __future__ import annotations

from brm.i18n import Catalogue
from brm.pictures import Shape, palette
from brm.pictures.coverage import about_coverage, by_influence, is_expected
from brm.pictures.heat_book import origin
from brm.pictures.palette import TIE_EDGES
from brm.pictures.workbook import SHARE, Book, colour, fit_columns, write, write_number

PERSON = ("person", "title", "unit", "level", "roles", "influence")
TIE = ("person", "colleague", "strength", "depth")
SEAT = ("department", "level", "seats", "people", "expected", "covered", "strength", "gap")


def coverage_xlsx(shape: Shape, texts: Catalogue) -> bytes:
    """The bytes of the workbook."""
    book = Book(texts.text("picture.coverage_title", account=shape["account"]["name"]), shape["as_of"])
    _matrix(book, shape, texts)
    _ties(book, shape, texts)
    _grid(book, shape, texts)
    book.explain(
        texts,
        [
            (texts.text("sheet.account"), shape["account"]["name"]),
            (texts.text("sheet.as_of"), about_coverage(shape, texts)),
            (texts.text("sheet.strength"), texts.text("sheet.strength_meaning")),
            (texts.text("sheet.depth"), texts.text("sheet.depth_meaning")),
            (texts.text("sheet.influence"), texts.text("sheet.influence_meaning")),
            (texts.text("sheet.covered"), texts.text("sheet.covered_meaning")),
            *origin(shape, texts),
        ],
    )
    return book.content()


def _matrix(book: Book, shape: Shape, texts: Catalogue) -> None:
    colleagues, people = shape["colleagues"], by_influence(shape["people"])
    heads = [texts.text(f"sheet.{name}") for name in PERSON] + [each["name"] for each in colleagues]
    sheet = book.sheet(texts.text("sheet.coverage"), heads)
    strength = {(tie["person"], tie["colleague"]): tie["strength"] for tie in shape["ties"]}
    for row, person in enumerate(people, 2):
        roles = " · ".join(texts.word("buying_role", role) for role in person["roles"])
        for column, fact in enumerate((person["name"], person["title"], person["unit"], person["level"], roles), 1):
            write(sheet, row, column, fact)
        write(sheet, row, len(PERSON), person["influence"], SHARE)
        for column, colleague in enumerate(colleagues, len(PERSON) + 1):
            write(sheet, row, column, strength.get((person["id"], colleague["id"])), SHARE)
    colour(sheet, (len(PERSON) + 1, len(heads)), len(people), palette.heat_limits(TIE_EDGES, 1))
    fit_columns(sheet)


def _ties(book: Book, shape: Shape, texts: Catalogue) -> None:
    sheet = book.sheet(texts.text("sheet.ties"), [texts.text(f"sheet.{name}") for name in TIE])
    people = {each["id"]: each["name"] for each in shape["people"]}
    colleagues = {each["id"]: each["name"] for each in shape["colleagues"]}
    for row, tie in enumerate(shape["ties"], 2):
        write(sheet, row, 1, people.get(tie["person"], tie["person"]))
        write(sheet, row, 2, colleagues.get(tie["colleague"], tie["colleague"]))
        write(sheet, row, 3, tie["strength"], SHARE)
        write(sheet, row, 4, tie.get("depth"), "0.0")
    fit_columns(sheet)


def _grid(book: Book, shape: Shape, texts: Catalogue) -> None:
    grid = shape["grid"]
    sheet = book.sheet(texts.text("sheet.grid"), [texts.text(f"sheet.{name}") for name in SEAT])
    departments = {each["id"]: each["name"] for each in grid["departments"]}
    for row, cell in enumerate(grid["cells"], 2):
        write(sheet, row, 1, departments.get(cell["department"], cell["department"]))
        write(sheet, row, 2, texts.text(f"level.{cell['level'] or 'unknown'}"))
        write(sheet, row, 3, cell["seats"])
        write(sheet, row, 4, cell["people"])
        for column, flag in ((5, is_expected(cell)), (6, cell["covered"])):
            write(sheet, row, column, texts.text("sheet.yes" if flag else "sheet.no"))
        write_number(sheet, row, 7, cell["strength"], SHARE)
        gap = is_expected(cell) and not cell["covered"]
        write(sheet, row, 8, texts.text("picture.gap") if gap else None)
    fit_columns(sheet)
    sheet.auto_filter.ref = f"A1:H{max(len(grid['cells']) + 1, 2)}"
