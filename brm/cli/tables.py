"""Tables for people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

if TYPE_CHECKING:
    from rich.console import Console


def bold(text: str, after: str = "") -> Text:
    """A text in bold, and what stands after it."""
    return Text.assemble((text, "bold"), after)


def print_table(
    console: Console, columns: Sequence[str], rows: Iterable[Mapping[str, Any]], titles: Sequence[str] | None = None
) -> None:
    """The named columns of each row; numbers to the right, absent values as a dash."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    listed = list(rows)
    for name, title in zip(columns, titles or columns, strict=True):
        numeric = any(isinstance(row.get(name), int | float) for row in listed)
        table.add_column(title, justify="right" if numeric else "left", overflow="fold", no_wrap=name == "id")
    for row in listed:
        table.add_row(*(_cell(row.get(name)) for name in columns))
    console.print(table)


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    text = str(value)
    return f"{text[:10]} {text[11:16]}" if MOMENT.fullmatch(text) else text
