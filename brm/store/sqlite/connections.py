"""Connections to the file: opening, a small pool, transactions, and what errors mean to a user."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from brm.errors import StoreUnusable

POOL = 8
CACHE_KIB = 16 * 1024
CHECKPOINT_PAGES = 8_000
"""32 MB of log are collected before they are copied into the file: an import dirties the same pages
again and again, and a small log would copy them each time."""
PRAGMAS = (
    f"cache_size = -{CACHE_KIB}",
    "foreign_keys = ON",
    "synchronous = FULL",
    "secure_delete = ON",
    "temp_store = MEMORY",
    f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
)
BUSY_SECONDS = 10.0
_RETRY_SECONDS = 0.02

_MEANING: dict[str, tuple[str, str, str]] = {
    "SQLITE_NOTADB": (
        "damaged",
        "{path} is not a store: its content is not a SQLite database",
        "Choose another file, or restore a backup.",
    ),
    "SQLITE_CORRUPT": ("damaged", "{path} is damaged", "Restore a backup; the damaged file was not changed."),
    "SQLITE_FULL": (
        "disk_full",
        "the disk that holds {path} is full; the write was not made",
        "Free space on the disk and repeat.",
    ),
    "SQLITE_READONLY": (
        "read_only",
        "{path} cannot be written",
        "Give this user the right to write the file and its directory.",
    ),
    "SQLITE_CANTOPEN": (
        "cannot_open",
        "{path} cannot be opened",
        "Check that the directory exists and that this user may read and write there.",
    ),
    "SQLITE_BUSY": (
        "locked",
        "{path} is locked by another process",
        "Wait until the other program has finished, or end it, and repeat.",
    ),
    "SQLITE_IOERR": ("io_error", "{path} cannot be read or written", "Check the disk, then repeat."),
}
_MEANING["SQLITE_LOCKED"] = _MEANING["SQLITE_BUSY"]
_MEANING["SQLITE_PROTOCOL"] = _MEANING["SQLITE_BUSY"]


def unusable(path: Path, error: sqlite3.Error) -> StoreUnusable | None:
    """What an error of the library means, None when it is not about the file."""
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, (code, message, remedy) in _MEANING.items():
        if name == prefix or name.startswith(f"{prefix}_"):
            return StoreUnusable(message.format(path=path), remedy=remedy, code=code, path=str(path))
    return None


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the library's errors about the file into `StoreUnusable`."""
    try:
        yield
    except sqlite3.Error as error:
        meaning = unusable(path, error)
        if meaning is None:
            raise
        raise meaning from error


class Pool:
    """Up to eight connections, one writer at a time within this process."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        self.path = path
        self.busy_seconds = busy_seconds
        self._free: list[sqlite3.Connection] = []
        self._slots = threading.BoundedSemaphore(POOL)
        self._lock = threading.Lock()
        self._writer = threading.RLock()
        self._closed = False

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=self.busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        try:
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """A connection for this block."""
        if self._closed:
            raise StoreUnusable("the store was closed", remedy="Open it again.", code="closed")
        with self._slots, explained(self.path):
            with self._lock:
                connection = self._free.pop() if self._free else None
            if connection is None:
                connection = self._connect()
            try:
                yield connection
            finally:
                with self._lock:
                    keep = not self._closed
                    if keep:
                        self._free.append(connection)
                if not keep:
                    connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the file throughout."""
        with self.connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def alone(self) -> AbstractContextManager[bool]:
        """Keeps the other threads of this process from writing for a while."""
        return self._writer

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection that alone may write; all of it is kept, or with an error nothing."""
        with self._writer, self.connection() as connection:
            _begin(connection, self.busy_seconds)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the free connections now and the others when they come back."""
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
        for connection in free:
            connection.close()


def _begin(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Take the write lock; another process may hold it for a while, but not for ever."""
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if "BUSY" not in (error.sqlite_errorname or "") or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
