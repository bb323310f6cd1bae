"""The brief of a deal as a workbook: one sheet that prints on one page of A4."""

from __future__ import annotations

from math import ceil

from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from brm.i18n import Catalogue
from brm.pictures import Shape
from brm.pictures.brief import Block, Entry, Figure, blocks, footer, title
from brm.pictures.svg import text_width
from brm.pictures.workbook import POINTS, SIGNED, Book, letters, write, write_number

COLUMNS = 8
WIDTHS = (58.0, 13.0, 13.0, 13.0, 13.0, 13.0, 13.0, 13.0)
LINE, CHARACTERS = 15.0, 1.9
"""Height of a line, and widths of a column that a text as wide as its letters takes."""
FORMATS = {"share": "0.0%", "points": POINTS, "signed": SIGNED}


def brief_xlsx(shape: Shape, texts: Catalogue) -> bytes:
    """The bytes of the workbook in the shape of ``GET /opportunities/{id}/brief``."""
    name = title(shape, texts)
    book = Book(name, shape["as_of"])
    sheet = book.sheet(texts.text("sheet.brief"), [name, *[""] * (COLUMNS - 1)], frozen="A2")
    row = 2
    for block in blocks(shape, texts):
        row = _block(sheet, row, block)
    write(sheet, row, 1, footer(shape, texts)).font = Font(italic=True)
    _wrap(sheet, row)
    for column, width in enumerate(WIDTHS, 1):
        sheet.column_dimensions[letters(column)].width = width
    _printed_on_one_page(sheet, row)
    return book.content()


def _block(sheet: Worksheet, row: int, block: Block) -> int:
    """Writes a block from a row on; the row after it."""
    write(sheet, row, 1, block.title).font = Font(bold=True)
    for column, head in enumerate(block.heads, 2):
        write(sheet, row, column, head).font = Font(color="59616D")
    row += 1
    for entries in block.rows:
        for column, entry in enumerate(entries, 1):
            _entry(sheet, row, column, entry)
        _wrap(sheet, row, 1)
        row += 1
    for line in block.lines:
        write(sheet, row, 1, line)
        _wrap(sheet, row)
        row += 1
    return row


def _entry(sheet: Worksheet, row: int, column: int, entry: Entry) -> None:
    if isinstance(entry, Figure):
        form = f'"{entry.currency}" #,##0' if entry.kind == "money" else FORMATS[entry.kind]
        write_number(sheet, row, column, entry.value, form)
    else:
        write(sheet, row, column, entry).alignment = Alignment(wrap_text=True, vertical="top")


def _wrap(sheet: Worksheet, row: int, columns: int = COLUMNS) -> None:
    """A line of text over so many columns, the row as high as that takes: programs do not fit merged cells."""
    if columns > 1:
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
    cell = sheet.cell(row, 1)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    lines = ceil(text_width(str(cell.value), 1.0) * CHARACTERS / sum(WIDTHS[:columns]))
    sheet.row_dimensions[row].height = LINE * max(lines, 1)


def _printed_on_one_page(sheet: Worksheet, rows: int) -> None:
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 1
    sheet.print_area = f"A1:{letters(COLUMNS)}{rows}"
