"""Files of exported rows, written whole or not at all, and read with a check of every part.

A file has one JSON object a line: the rows, after every thousand of them a row of kind `CHECK`, and
at the end one of kind `SEAL`, each with the number and digest of the rows so far.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from brm.errors import BrmError, InvalidInput, StoreUnusable
from brm.store.sealing import CHECK, SEAL, Seal, line_of

EVERY = 1_000
OWNER_ONLY = 0o600
SQLITE_HEADER = b"SQLite format 3\x00"
_GZIP_HEADER = b"\x1f\x8b"
_UNSEALED_FORMAT = 1
_CUT = (EOFError, zlib.error, gzip.BadGzipFile)


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows a file holds, and their digest."""

    rows: int
    digest: str


def new(path: str) -> Path:
    """The path of a file that is to be made; InvalidInput when there is one."""
    target = Path(path)
    if target.exists():
        raise InvalidInput(f"{target} exists", remedy="Choose a file that does not exist yet.", code="file_exists")
    return target


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """An empty file beside ``target`` to write to; at the end it is flushed to the disk and takes the target's name.

    Only its owner can read it, from the first moment: what is carried holds personal data.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
        yield part
        _flush(part)
        part.replace(target)
        _flush(target.parent)
    except OSError as problem:
        raise StoreUnusable(
            f"cannot write {target}: {problem.strerror}",
            remedy="Check that the directory exists, may be written and has room; or choose another file.",
            code="file_unusable",
        ) from None
    finally:
        part.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write(target: Path, rows: Iterable[Mapping[str, Any]], *, compress: bool = False) -> Written:
    """Write a file of rows; one that was there is replaced at the end."""
    seal = Seal()
    with replacing(target) as part, gzip.open(part, "wb", 6) if compress else part.open("wb") as out:
        for row in rows:
            line = line_of(row).encode()
            seal.add(line)
            out.write(line)
            if seal.rows % EVERY == 0:
                out.write(line_of(seal.row(CHECK)).encode())
        out.write(line_of(seal.row(SEAL)).encode())
    return Written(seal.rows, seal.digest)


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of an export or of a backup, whichever engine wrote it, the last of kind `SEAL`.

    InvalidInput says after or between which rows a file is cut off or was altered.
    """
    with opened(path) as binary:
        begin = binary.read(len(SQLITE_HEADER))
    if begin == SQLITE_HEADER:
        from brm.store.sqlite.copying import rows_of

        yield from rows_of(path)
        return
    with opened(path) as binary, ExitStack() as stack:
        compressed = begin.startswith(_GZIP_HEADER)
        yield from _Checked(path).rows(stack.enter_context(gzip.open(binary)) if compressed else binary)


def opened(path: Path) -> IO[bytes]:
    """The file, to be read; StoreUnusable when it cannot be."""
    try:
        return path.open("rb")
    except OSError as problem:
        raise StoreUnusable(
            f"cannot read {path}: {problem.strerror}", remedy="Check the path and who may read the file."
        ) from None


class _Checked:
    """Reads the lines of one file and compares them with the rows that tell of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seal = Seal()
        self._checked = 0
        """Rows of which the digest was right."""
        self._sealed = True

    def rows(self, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """All rows but those of kind `CHECK`."""
        row: dict[str, Any] = {}
        for line in self._lines(lines):
            row = self._parsed(line)
            if row.get("kind") in (CHECK, SEAL):
                self._compare(row)
            else:
                self._sealed = self._sealed and row.get("format") != _UNSEALED_FORMAT
                self._seal.add(line)
            if row.get("kind") != CHECK:
                yield row
        if self._seal.rows and self._sealed and row.get("kind") != SEAL:
            raise self._refused(f"is cut off after row {self._seal.rows}")

    def _lines(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        try:
            yield from lines
        except _CUT:
            raise self._refused(f"is cut off after row {self._seal.rows}") from None

    def _parsed(self, line: bytes) -> dict[str, Any]:
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise self._refused(f"row {self._seal.rows + 1}: not a JSON object")
        return row

    def _compare(self, row: Mapping[str, Any]) -> None:
        if row != self._seal.row(row["kind"]):
            raise self._refused(f"was altered between rows {self._checked + 1} and {max(self._seal.rows, 1)}")
        self._checked = self._seal.rows

    def _refused(self, what: str) -> BrmError:
        return InvalidInput(
            f"{self._path} {what}" if not what.startswith("row") else f"{self._path}, {what}",
            remedy="Copy the file again from where it was written, or export again; nothing was loaded.",
            code="export_unreadable",
            row=self._seal.rows + 1,
        )
