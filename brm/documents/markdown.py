"""A document as Markdown."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from brm.documents.document import Document, Line, Section, Table, written_value

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#&~])")
_BEGINS = re.compile(r"^(\d*)([-+=.)])(?=[-+=\s]|$)")
_BREAKS = re.compile(r"\s*[\r\n]+\s*")


def markdown(document: Document) -> str:
    """The text of the file; what people wrote is never taken for markup."""
    lines = [f"# {_plain(document.title)}", ""]
    lines += [part for head in document.head for part in (_plain(head), "")]
    for section in document.sections:
        lines += _section(section)
    return "\n".join(lines).rstrip() + "\n"


def _section(section: Section) -> Iterator[str]:
    yield f"## {_plain(section.title)}"
    yield ""
    for block, following in itertools.zip_longest(section.blocks, section.blocks[1:]):
        if isinstance(block, Line):
            yield f"*{_plain(block.text)}*" if block.quiet else f"- {_plain(block.text)}"
        else:
            yield from _table(block)
        same_list = isinstance(block, Line) and isinstance(following, Line) and not (block.quiet or following.quiet)
        if not same_list:
            yield ""


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield f"**{_plain(table.title)}**"
        yield ""
    yield _row(column.title for column in table.columns)
    yield "|" + "|".join("---" if column.format == "text" else "---:" for column in table.columns) + "|"
    for row in table.rows:
        yield _row(written_value(value, column.format) for value, column in zip(row, table.columns, strict=True))


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    return _BEGINS.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", _BREAKS.sub(" ", text).strip()))
