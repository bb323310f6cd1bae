"""The engine itself: opening a file, what it says of itself, backup and close."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from brm.errors import StoreUnusable
from brm.store import evolving, files
from brm.store.engine import Clock, Engine
from brm.store.protocol import Check, Migration, StoreInfo
from brm.store.sqlite import checking, copying, migrating
from brm.store.sqlite.connections import BUSY_SECONDS, Pool
from brm.store.sqlite.recalling import Recall
from brm.store.sqlite.reserving import Reservation
from brm.store.sqlite.session import Session
from brm.store.view import Moment, View
from brm.store.writing import Checked, write
from graph_schema.changes import Receipt
from graph_schema.ddl.sqlite import APPLICATION_ID

_OLDEST_LIBRARY = (3, 37, 0)
T = TypeVar("T")
MANY = 200
"""Changes from which a set counts as large."""


class SQLiteStore(Engine):
    """A store in one SQLite file. ``busy_seconds`` bounds the wait for another process."""

    engine = "sqlite"

    def __init__(
        self,
        url: str,
        path: str,
        *,
        zone: str | None = None,
        clock: Clock | None = None,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        super().__init__(url, zone=zone, clock=clock)
        self.path = Path(path)
        if sqlite3.sqlite_version_info < _OLDEST_LIBRARY:
            raise StoreUnusable(
                f"SQLite {sqlite3.sqlite_version} is too old",
                remedy="Use a Python whose SQLite library is 3.37 or newer.",
                code="library_too_old",
            )
        if not self.path.parent.is_dir():
            raise StoreUnusable(
                f"the directory {self.path.parent} does not exist",
                remedy="Create it, or choose another path.",
                code="cannot_open",
            )
        self._pool = Pool(self.path, busy_seconds)
        self._recall = Recall()
        self._hopeful = True
        self._outdated = False
        self._reservation: Reservation | None = None
        try:
            self._open()
        except BaseException:
            self._pool.close()
            raise

    def _open(self) -> None:
        with self._pool.connection() as connection:
            if _is_fresh(connection):
                connection.execute("PRAGMA journal_mode = WAL")
                self._create()
        with self._pool.connection() as connection:
            self._outdated = migrating.is_older(connection, self.path)
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")

    def _create(self) -> None:
        with self._pool.writing() as connection:
            if not _is_fresh(connection):
                return
            migrating.create_from_nothing(connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _read(self, work: Callable[[View], T]) -> T:
        with self._whole() as session:
            return work(session)

    def _write(self, work: Callable[[View], T]) -> T:
        with self._writing() as session:
            return work(session)

    def _filling(self) -> AbstractContextManager[Session]:
        return self._writing()

    @contextmanager
    def _whole(self) -> Iterator[Session]:
        self._require_current()
        with self._pool.reading() as connection:
            yield Session(connection)

    @contextmanager
    def _writing(self, *, expects_new: bool = False) -> Iterator[Session]:
        self._require_current()
        with self._pool.alone():
            with self._pool.writing() as connection:
                session = Session(connection)
                session.expects_new = expects_new
                writer = self._recall.lend(session)
                yield session
            if session.only_created:
                self._recall.keep(session, writer)

    def _commit(self, checked: Checked) -> Receipt:
        """A large set of new facts is stored without looking for old ones, until one turns out to be old."""
        if self._hopeful and _may_be_new(checked):
            try:
                with self._writing(expects_new=True) as session:
                    return write(session, checked, self._clock())
            except sqlite3.IntegrityError:
                self._hopeful = False
        return super()._commit(checked)

    def _health(self) -> list[Check]:
        with self._whole() as session:
            return checking.health(session)

    def _require_current(self) -> None:
        if self._outdated:
            raise evolving.outdated(str(self.path))

    def info(self) -> StoreInfo:
        """What the store is and holds."""
        with self._pool.reading() as connection:
            session = Session(connection)
            revision, at = session.last()
            digest = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()[0]
            location = str(self.path)
            if self._outdated:
                return StoreInfo(self.engine, location, revision, digest, False, {}, 0)
            now = max(self._clock(), at)
            counts = session.counts(Moment(now, now))
        return StoreInfo(self.engine, location, revision, digest, True, counts.by_type, counts.facts)

    def migrate(self, *, dry_run: bool = False) -> Migration:
        """Bring the store to this program's schema."""
        if dry_run:
            with self._pool.reading() as connection:
                pending = evolving.pending(migrating.seen(connection))
            return Migration(tuple(step.title for step in pending), False)
        with self._pool.writing() as connection:
            self._recall.forget()
            done = migrating.migrate(connection)
        self._outdated = False
        return Migration(tuple(step.title for step in done), True)

    def erase(self, person_id: str, actor: str) -> Receipt:
        """Physically remove a person's values everywhere; a tombstone without them remains."""
        receipt = super().erase(person_id, actor)
        deadline = time.monotonic() + self._pool.busy_seconds
        with self._pool.connection() as connection:
            while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > deadline:
                    raise StoreUnusable(
                        "the values are erased, but the log file still holds them while others read",
                        remedy="End the other programs that use the store, then open and close it once.",
                        code="erase_pending",
                    )
                time.sleep(0.02)
        return receipt

    def backup(self, path: str) -> str | None:
        """A copy of the file, consistent while others write; the digest of what it holds."""
        return copying.copy(self._pool, files.new(path), current=not self._outdated)

    def reserve(self) -> None:
        """Claim to be the one server process, until `close`; Conflict when another is."""
        if self._reservation is None:
            self._reservation = Reservation(self.path)

    def close(self) -> None:
        """Release files and connections."""
        if self._reservation is not None:
            self._reservation.release()
            self._reservation = None
        self._pool.close()


def _may_be_new(checked: Checked) -> bool:
    return (
        len(checked.changes) >= MANY
        and not checked.change_set.expected
        and all(change.verb == "set" for change in checked.changes)
    )


def _is_fresh(connection: sqlite3.Connection) -> bool:
    """The file is empty or was just made: it belongs to nobody."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    objects = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return bool(application == 0 and objects == 0)
