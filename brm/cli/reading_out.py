"""Prints a document for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brm.documents.document import Document, Line, Table, written_value

if TYPE_CHECKING:
    from rich.console import Console


def print_document(console: Console, document: Document) -> None:
    """Title, head lines and sections, tables without borders."""
    console.print(document.title, style="bold", markup=False, soft_wrap=True)
    for line in document.head:
        console.print(line, style="dim", markup=False, soft_wrap=True)
    for section in document.sections:
        console.print()
        console.print(section.title, style="bold", markup=False)
        for block in section.blocks:
            if isinstance(block, Line):
                console.print(block.text, style="dim" if block.quiet else None, markup=False, soft_wrap=True)
            else:
                _print_table(console, block)


def _print_table(console: Console, block: Table) -> None:
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=None, pad_edge=False, header_style="bold", title=block.title, title_justify="left")
    for column in block.columns:
        grid.add_column(Text(column.title), justify="left" if column.format == "text" else "right", overflow="fold")
    for row in block.rows:
        values = zip(row, block.columns, strict=True)
        grid.add_row(*(Text(written_value(value, column.format)) for value, column in values))
    console.print(grid)
