"""The digest of what a store holds: SHA-256 over the lines of its export, whichever engine it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

SEAL, CHECK = "end", "check"
"""Kinds of the rows of an export file that are about the rows before them: the last one, and others between."""


def line_of(row: Mapping[str, Any]) -> str:
    """A row as a line of an export, the same wherever it is written."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n"


class Seal:
    """The running digest and number of lines."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.rows = 0

    def add(self, line: bytes) -> None:
        """One more line, with its line feed."""
        self._hash.update(line)
        self.rows += 1

    @property
    def digest(self) -> str:
        """Of all lines so far."""
        return f"sha256:{self._hash.hexdigest()}"

    def row(self, kind: str) -> dict[str, Any]:
        """The row that tells of the lines so far."""
        return {"kind": kind, "rows": self.rows, "digest": self.digest}


def content_digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """The digest of exported rows."""
    seal = Seal()
    for row in rows:
        seal.add(line_of(row).encode())
    return seal.digest
