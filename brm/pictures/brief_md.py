"""The brief of a deal in Markdown: one page of A4."""

from __future__ import annotations

import re

from brm.i18n import Catalogue
from brm.pictures import Shape
from brm.pictures.brief import Block, Entry, Figure, blocks, footer, title
from brm.pictures.svg import clean

_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#])")


def brief_md(shape: Shape, texts: Catalogue) -> str:
    """The text of the page in the shape of ``GET /opportunities/{id}/brief``."""
    parts = [f"# {escaped(title(shape, texts))}", ""]
    for block in blocks(shape, texts):
        parts += [*_body(block, texts), ""]
    return "\n".join([*parts, f"_{escaped(footer(shape, texts))}_"]) + "\n"


def escaped(text: str) -> str:
    """Text that means itself in Markdown, also within a table."""
    return _MARKUP.sub(r"\\\1", clean(text))


def _body(block: Block, texts: Catalogue) -> list[str]:
    name, lines = f"**{escaped(block.title)}**", [f"- {escaped(each)}" for each in block.lines]
    if not block.rows:
        return [name, *lines]
    marks = ("--:" if isinstance(each, Figure) else "---" for each in block.rows[0])
    head = " | ".join([f"| {name}", *(escaped(each) for each in block.heads), ""]).strip()
    table = [head, "|".join(["", *marks, ""]), *(_row(row, texts) for row in block.rows)]
    return [*table, "", *lines] if lines else table


def _row(entries: tuple[Entry, ...], texts: Catalogue) -> str:
    told = (each if isinstance(each, str) else each.text(texts) for each in entries)
    return " | ".join(["", *(escaped(each) for each in told), ""]).strip()
