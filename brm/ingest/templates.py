"""Ids built from columns: ``maven:account/{account}``, ``firm/{bidder|fold}``."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

_FIELD = re.compile(r"\{([^{}|]+)(?:\|([a-z]+))?\}")
_BLANKS = re.compile(r"\s+")
_MARKS = re.compile(r"[\W_]+")
_LONGEST_PART = 120


def cell_text(cell: Any) -> str:
    """A cell as text: whole numbers of a workbook without the ``.0``."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _plain(text: str) -> str:
    return _BLANKS.sub("_", text)


def _fold(text: str) -> str:
    """One spelling for names that differ in case, width, blanks and punctuation only."""
    folded = _MARKS.sub("-", unicodedata.normalize("NFKC", text).casefold()).strip("-")
    if len(folded) <= _LONGEST_PART:
        return folded
    tail = hashlib.blake2b(folded.encode(), digest_size=6).hexdigest()
    return f"{folded[: _LONGEST_PART - 13]}-{tail}"


def _last(text: str) -> str:
    return _plain(text.rstrip("/").rpartition("/")[2])


def _whole(text: str) -> str:
    head, dot, tail = text.partition(".")
    return _plain(head if dot and not tail.strip("0") else text)


FILTERS: Mapping[str, Callable[[str], str]] = MappingProxyType({"fold": _fold, "last": _last, "whole": _whole})


@dataclass(frozen=True, slots=True)
class Template:
    """Fixed text and columns. ``raw`` takes the cell as it stands, as the native layout does."""

    text: str
    raw: bool = False
    blanks: bool = False
    """Keep white space: the text is a name, not an id."""

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The columns it names and their filters ("" for none)."""
        return [(column.strip(), name or "") for column, name in _FIELD.findall(self.text)]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it names."""
        return tuple(column for column, _ in self.fields)

    def compile(self, columns: Sequence[str]) -> Callable[[Sequence[Any]], str | None]:
        """A function from a row to the id; None when a column that it needs is empty."""
        pieces = _FIELD.split(self.text)
        if self.raw:
            at = columns.index(self.columns[0])
            return lambda row: cell_text(row[at]) or None
        default = str if self.blanks else _plain
        steps: list[tuple[int, Callable[[str], str], str]] = [
            (columns.index(name.strip()), FILTERS[kind] if kind else default, fixed)
            for name, kind, fixed in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True)
        ]
        return _joined(pieces[0], steps)


def _joined(prefix: str, steps: list[tuple[int, Callable[[str], str], str]]
            ) -> Callable[[Sequence[Any]], str | None]:  # fmt: skip
    memo: dict[tuple[int, Any], str] = {}

    def identity(row: Sequence[Any]) -> str | None:
        text = prefix
        for at, clean, fixed in steps:
            cell = row[at]
            try:
                part = memo.get((at, cell))
            except TypeError:
                return None
            if part is None:
                if len(memo) > 50_000:
                    memo.clear()
                part = memo[at, cell] = clean(cell_text(cell).strip())
            if not part:
                return None
            text += part + fixed
        return text

    return identity
