"""Ids and keys that outlive a transaction, so that an import does not look up the same people again."""

from __future__ import annotations

import sqlite3

from brm.store.ledger import Known
from brm.store.sqlite.reading import MOST_KNOWN, Reader


class Recall:
    """What the last writing transaction knew of nodes, while nobody else has written since.

    Used under the pool's write lock only. Another connection's commit, be it another process's, shows
    in the connection's ``data_version``.
    """

    def __init__(self) -> None:
        self._writer: tuple[sqlite3.Connection, int] | None = None
        self._known: dict[str, tuple[int, Known]] = {}
        self._ids: dict[int, tuple[str, str]] = {}

    def lend(self, reader: Reader) -> tuple[sqlite3.Connection, int]:
        """Give the reader of a new transaction what still holds; what `keep` needs after the commit."""
        version = reader.connection.execute("PRAGMA data_version").fetchone()[0]
        writer = (reader.connection, int(version))
        if self._writer == writer and len(self._ids) <= MOST_KNOWN:
            reader.adopt(self._known, self._ids)
        self.forget()
        return writer

    def keep(self, reader: Reader, writer: tuple[sqlite3.Connection, int]) -> None:
        """Take it back from a reader whose transaction was committed."""
        self._writer = writer
        self._known, self._ids = reader.lent()

    def forget(self) -> None:
        """Remember nothing."""
        self._writer, self._known, self._ids = None, {}, {}
