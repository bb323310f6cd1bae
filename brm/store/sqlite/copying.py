"""A copy of the file while others write, with the digest of what it holds."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from brm.errors import StoreUnusable
from brm.store import carrying, files
from brm.store.sealing import SEAL as SEAL_ROW
from brm.store.sealing import content_digest
from brm.store.sqlite import migrating
from brm.store.sqlite.connections import CACHE_KIB, PRAGMAS, Pool, explained
from brm.store.sqlite.migrating import SEAL
from brm.store.sqlite.session import Session


def copy(pool: Pool, target: Path, *, current: bool) -> str | None:
    """Copy the file page by page, read the copy from end to end, and note in it the digest of its content."""
    with (
        files.replacing(target) as part,
        _alone(part),
        explained(part),
        closing(sqlite3.connect(part, isolation_level=None)) as made,
    ):
        with pool.connection() as connection:
            connection.backup(made)
        # The copy is one file until somebody opens it as a store.
        made.execute("PRAGMA journal_mode = DELETE")
        for pragma in PRAGMAS:
            made.execute(f"PRAGMA {pragma}")
        _check_pages(made, part)
        return _noted(made) if current else None


@contextmanager
def _alone(part: Path) -> Iterator[None]:
    """No log of an earlier try lies beside the file: the library would carry it into this one."""
    beside = [part.with_name(f"{part.name}{ending}") for ending in ("-journal", "-wal", "-shm")]
    for each in beside:
        each.unlink(missing_ok=True)
    try:
        yield
    finally:
        for each in beside:
            each.unlink(missing_ok=True)


def _check_pages(made: sqlite3.Connection, part: Path) -> None:
    told = made.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if told != "ok":
        raise StoreUnusable(
            f"the copy {part} is damaged: {told}; it was removed",
            remedy="Run brm doctor: the store itself may be damaged. Then check the disk of the copy.",
            code="damaged",
        )


def _noted(made: sqlite3.Connection) -> str:
    digest = content_digest(carrying.rows(Session(made)))
    note = json.dumps({"digest": digest, **_state(made)})
    made.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (SEAL, note))
    return digest


def _state(connection: sqlite3.Connection) -> dict[str, Any]:
    """What changes with every write, so that a copy that was written into is not held to its old digest."""
    return {"revision": Session(connection).last()[0]}


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a copy, with the digest that was noted in it unless it was written into since.

    It is only read, so it may lie on a medium that cannot be written; one with an older schema is
    migrated elsewhere.
    """
    with explained(path), closing(_opened(path)) as connection:
        older = migrating.is_older(connection, path)
        if not older:
            yield from _rows(connection)
    if older:
        with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(Path(folder) / path.name)) as newer:
            newer.isolation_level = None
            with closing(_opened(path)) as connection:
                connection.backup(newer)
            newer.execute("BEGIN")
            migrating.migrate(newer)
            newer.execute("COMMIT")
            yield from _rows(newer)


def _opened(path: Path) -> sqlite3.Connection:
    """The file to be read. Beside a log somebody uses it as a store; else nothing changes it."""
    alone = not path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    return connection


def _rows(connection: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    connection.execute("BEGIN")
    session = Session(connection)
    yield from carrying.rows(session)
    noted = [value for (value,) in session.query("SELECT value FROM meta WHERE name = ?", SEAL)]
    note = json.loads(noted[0]) if noted else {}
    digest = note.pop("digest", None)
    if digest is not None and note == _state(connection):
        yield {"kind": SEAL_ROW, "digest": digest}
