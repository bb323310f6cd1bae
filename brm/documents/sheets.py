"""A document as a workbook: a sheet per section, numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterable

from openpyxl.styles import Alignment, Font

from brm.documents.document import Document, Format, Line, Section, Table
from brm.i18n import Catalogue
from brm.pictures.workbook import NOTHING, POINTS, SHARE, SIGNED, Book, fit_columns, write

NUMBER = "#,##0"
FORMATS: dict[Format, str] = {"text": "", "points": POINTS, "signed": SIGNED, "share": SHARE, "number": NUMBER}


def sheets(document: Document, texts: Catalogue, meanings: Iterable[tuple[str, str]] = ()) -> bytes:
    """The bytes of the workbook; its last sheet says what it is of and what the numbers mean."""
    book = Book(document.title, document.day)
    for section in document.sections:
        _section(book, section)
    book.explain(texts, [(document.title, line) for line in document.head] + list(meanings))
    return book.content()


def _section(book: Book, section: Section) -> None:
    tables = [block for block in section.blocks if isinstance(block, Table)]
    width = max((len(table.columns) for table in tables), default=1)
    sheet = book.sheet(section.title, [section.title] + [""] * (width - 1), frozen="A2")
    row = 2
    for block in section.blocks:
        if isinstance(block, Line):
            write(sheet, row, 1, block.text).font = Font(italic=block.quiet)
            row += 1
            continue
        if block.title:
            write(sheet, row, 1, block.title).font = Font(bold=True)
            row += 1
        for at, column in enumerate(block.columns, 1):
            write(sheet, row, at, column.title).font = Font(bold=True)
        for values in block.rows:
            row += 1
            for at, (value, column) in enumerate(zip(values, block.columns, strict=True), 1):
                cell = write(sheet, row, at, NOTHING if value is None else value, FORMATS[column.format])
                cell.alignment = Alignment(wrap_text=isinstance(value, str), vertical="top")
        row += 2
    fit_columns(sheet)
