"""What a document is made of: headings, lines and tables, without any form yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Format = Literal["text", "points", "signed", "share", "number"]
Value = str | float | int | None
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text; a quiet one explains rather than tells."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """The heading of a table's column and how its numbers are written: points of 100, shares of 1, …"""

    title: str
    format: Format = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; None is a dash. ``title`` names it where several tables make up a section."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    title: str | None = None


Block = Line | Table


@dataclass(slots=True)
class Section:
    """A heading with what stands below it; ``written`` by people, else computed."""

    title: str
    blocks: list[Block] = field(default_factory=list)
    written: bool = False

    def line(self, text: str, *, quiet: bool = False) -> None:
        """Add a line."""
        self.blocks.append(Line(text, quiet))

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[Value]], title: str | None = None) -> None:
        """Add a table; nothing where it has no rows."""
        if rows:
            self.blocks.append(Table(tuple(columns), tuple(tuple(row) for row in rows), title))


@dataclass(slots=True)
class Document:
    """A title, what it is of and as of when, and its sections."""

    title: str
    day: str
    head: list[str] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    def section(self, title: str, *, written: bool = False) -> Section:
        """Begin a section."""
        self.sections.append(Section(title, written=written))
        return self.sections[-1]


def written_value(value: Value, format_: Format) -> str:
    """A value as people read it."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    match format_:
        case "points":
            return f"{value:.1f}"
        case "signed":
            return f"{value:+.1f}".replace("-", "−")
        case "share":
            return f"{value:.0%}"
        case "number":
            return f"{value:,.0f}"
        case _:
            return str(value)
