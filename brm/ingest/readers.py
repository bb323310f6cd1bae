"""Files as rows: CSV and JSONL, streamed in batches with the line numbers of the physical file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from brm.errors import InvalidInput
from brm.ingest.encoding import detect_encoding, sniff_delimiter
from graph_schema.values import ValueProblem

BATCH = 5_000
_LONGEST_CELL = 1_000_000

Row = Sequence[Any]


@dataclass(slots=True)
class Batch:
    """Some rows: cells in the order of the columns, their lines, and rows that cannot be read."""

    first: int
    """The running number of the first row, the same whenever the file is read."""
    lines: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    unreadable: list[tuple[int, str, str, ValueProblem]] = field(default_factory=list)
    formulas: int = 0
    position: int = 0
    """Bytes (rows of a sheet) read so far."""

    @property
    def full(self) -> bool:
        """Enough to work on."""
        return len(self.rows) >= BATCH or len(self.unreadable) >= BATCH

    def after(self) -> Batch:
        """The empty batch that follows."""
        return Batch(self.first + len(self.rows))


class Table(Protocol):
    """A file of rows. ``columns`` is its header."""

    columns: tuple[str, ...]
    encoding: str

    def batches(self) -> Iterator[Batch]:
        """All rows, read afresh from the start."""


def unusable(path: Path, what: str, remedy: str, code: str = "file_unusable") -> InvalidInput:
    """The error for a file that cannot be read at all."""
    return InvalidInput(f"{path.name}: {what}", remedy=remedy, code=code, file=path.name)


def _open_text(path: Path, encoding: str) -> io.TextIOWrapper[io.BufferedReader]:
    # Undecodable bytes become half surrogates, which the check of texts refuses row by row.
    errors = "strict" if encoding.startswith("utf-16") else "surrogateescape"
    try:
        return io.TextIOWrapper(path.open("rb"), encoding=encoding, errors=errors, newline="")
    except (OSError, LookupError) as error:
        raise unusable(path, str(error), "Check that the file is there and may be read.") from None


def check_header(path: Path, columns: Sequence[str]) -> tuple[str, ...]:
    """The column names without surrounding blanks; InvalidInput when one occurs twice."""
    names = tuple(str(each or "").strip() for each in columns)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise unusable(path, f"the column {twice[0]!r} occurs twice", "Rename one of them.",
                       "duplicate_column")  # fmt: skip
    return names


class CsvTable:
    """A delimited text file with a header line."""

    def __init__(self, path: Path, encoding: str | None = None, delimiter: str | None = None, *,
                 comments: bool = False) -> None:  # fmt: skip
        self.path = path
        self.encoding = encoding or detect_encoding(path)
        self._comments = comments
        with _open_text(path, self.encoding) as text:
            try:
                lines = [line for _, line in zip(range(20), text, strict=False)]
            except UnicodeError as error:
                raise self._wrong_encoding(error) from None
        self.delimiter = delimiter or sniff_delimiter(lines)
        self.columns = check_header(path, next(csv.reader(lines, delimiter=self.delimiter), []))

    def _wrong_encoding(self, error: UnicodeError) -> InvalidInput:
        return unusable(self.path, f"it is not {self.encoding}: {error}",
                        "State the right `encoding` in the mapping.", "wrong_encoding")  # fmt: skip

    def batches(self) -> Iterator[Batch]:
        """All rows; a row whose quotes or cell count are wrong is listed as unreadable."""
        csv.field_size_limit(_LONGEST_CELL)
        with _open_text(self.path, self.encoding) as text:
            reader = csv.reader(text, delimiter=self.delimiter, strict=True)
            next(reader, None)
            batch = Batch(0)
            try:
                while self._fill(batch, reader):
                    batch.position = text.buffer.tell()
                    yield batch
                    batch = batch.after()
            except UnicodeError as error:
                raise self._wrong_encoding(error) from None

    def _fill(self, batch: Batch, reader: Any) -> bool:
        width = len(self.columns)
        lines, rows = batch.lines, batch.rows
        while not batch.full:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                batch.unreadable.append((line, "", "", ValueProblem("malformed_row", str(error))))
                continue
            if cells is None:
                return bool(rows or batch.unreadable)
            if len(cells) != width and not self._fit(batch, line, cells, width):
                continue
            if self._comments and cells[0].startswith("#"):
                continue
            lines.append(line)
            rows.append(cells)
        return True

    def _fit(self, batch: Batch, line: int, cells: list[str], width: int) -> bool:
        if not cells or (self._comments and cells[0].startswith("#")):
            return False
        if len(cells) > width and not any(cells[width:]):
            del cells[width:]
            return True
        code = "too_few_cells" if len(cells) < width else "too_many_cells"
        problem = ValueProblem(code, f"{len(cells)} cells under {width} columns", cells=len(cells),
                               columns=width)  # fmt: skip
        batch.unreadable.append((line, "", self.delimiter.join(cells), problem))
        return False


def _refuse_constant(word: str) -> Any:
    raise ValueProblem("not_finite", f"{word} is not a finite number")


def _json_object(content: str) -> dict[str, Any]:
    try:
        item = json.loads(content, parse_constant=_refuse_constant)
    except ValueProblem:
        raise
    except (ValueError, RecursionError) as error:
        raise ValueProblem("malformed_json", f"not a JSON object: {error}") from None
    if not isinstance(item, dict):
        raise ValueProblem("malformed_json", "not a JSON object")
    return item


class JsonlTable:
    """A file with one JSON object per line. Columns are the ones that the plan can use."""

    def __init__(self, path: Path, columns: Sequence[str], encoding: str | None = None, *,
                 strict: bool = True) -> None:  # fmt: skip
        self.path = path
        self.encoding = encoding or detect_encoding(path)
        self.columns = tuple(columns)
        self._known = frozenset(columns)
        self._strict = strict

    def batches(self) -> Iterator[Batch]:
        """All objects; lines that are not one, or have keys nobody knows, are unreadable."""
        with _open_text(self.path, self.encoding) as text:
            batch = Batch(0)
            for line, content in enumerate(text, 1):
                if content.isspace() or content.startswith("#"):
                    continue
                self._take(batch, line, content)
                if batch.full:
                    batch.position = text.buffer.tell()
                    yield batch
                    batch = batch.after()
            if batch.rows or batch.unreadable:
                batch.position = text.buffer.tell()
                yield batch

    def _take(self, batch: Batch, line: int, content: str) -> None:
        try:
            item = _json_object(content)
        except ValueProblem as problem:
            batch.unreadable.append((line, "", content.strip(), problem))
            return
        unknown = [name for name in item if name not in self._known] if self._strict else []
        if unknown:
            batch.unreadable.append((line, unknown[0], str(item[unknown[0]]), unknown_column(unknown[0])))
            return
        batch.lines.append(line)
        batch.rows.append([item.get(name) for name in self.columns])


def unknown_column(name: str) -> ValueProblem:
    """The problem of a value in a column that no declaration knows."""
    return ValueProblem("unknown_column", f"there is no property {name!r}", column=name)
