"""The engine itself: opening a database, what it says of itself, transactions, filling, copying."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from neo4j import ManagedTransaction, Transaction
from neo4j.exceptions import DriverError, Neo4jError

from brm.store import evolving
from brm.store.access import Access, from_environment
from brm.store.engine import Clock, Engine
from brm.store.neo4j import migrating, preparing
from brm.store.neo4j.connecting import Server
from brm.store.neo4j.copying import Copy, copied
from brm.store.neo4j.deadline import Pulse
from brm.store.neo4j.filling import Filling
from brm.store.neo4j.session import SETTLED, THROUGH_GATE, Session, emptied
from brm.store.protocol import Check, Migration, StoreInfo
from brm.store.view import Moment, View
from graph_schema.changes import Receipt

T = TypeVar("T")
_TRIES, _HOPEFUL_SECONDS = 4, 0.05
"""How often and how long a read that writers disturb is tried again before it asks them to wait."""


class Neo4jStore(Engine):
    """A store in a database of a Neo4j server."""

    engine = "neo4j"

    def __init__(
        self, url: str, access: Access | None = None, *, zone: str | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(url, zone=zone, clock=clock)
        self._server = Server(url, access or from_environment())
        self._whole_to = -1
        try:
            self.version = self._server.check_version()
            self._outdated = preparing.prepare(self._server)
        except BaseException:
            self._server.close()
            raise

    def _session(self, transaction: Transaction | ManagedTransaction, pulse: Pulse, *, locking: bool) -> Session:
        session = Session(transaction, pulse)
        session.open(locking=locking)
        session.now = max(self._clock(), session.last()[1])
        return session

    def _require_current(self) -> None:
        if self._outdated:
            raise evolving.outdated(f"the store at {self._server.where}")

    def revision(self) -> int:
        """The number of the last commit, 0 for an empty store."""
        self._require_current()
        return self._server.read(lambda t, pulse: self._session(t, pulse, locking=False).last()[0])

    def _settled(self) -> int:
        """The last commit, once all of it is seen by everybody."""
        rows = self._server.undone(SETTLED)
        if not rows:
            raise emptied()
        self._whole_to = int(rows[0]["revision"])
        return self._whole_to

    def _read(self, work: Callable[[View], T]) -> T:
        """``work`` between two looks at the gate, which writers pass last.

        The server shows each statement what is committed by then, and parts of a commit before others. So a
        read counts if the commit it began with was seen whole before it, and none followed.
        """
        self._require_current()

        def attempt(transaction: Transaction | ManagedTransaction, pulse: Pulse) -> _Read[T]:
            session = self._session(transaction, pulse, locking=False)
            found = _Read[T](session.last()[0])
            if found.revision == self._whole_to:
                try:
                    found.result = [work(session)]
                except (Neo4jError, DriverError):
                    raise
                except Exception as problem:
                    found.error = problem
            return found

        deadline = time.monotonic() + _HOPEFUL_SECONDS
        for _ in range(_TRIES):
            found = self._server.read(attempt)
            began = bool(found.result) or found.error is not None
            if self._settled() == found.revision and began:
                if found.error is not None:
                    raise found.error
                return found.result[0]
            if began and time.monotonic() > deadline:
                break
        return self._server.write(lambda transaction, pulse: work(self._session(transaction, pulse, locking=True)))[0]

    def _write(self, work: Callable[[View], T]) -> T:
        self._require_current()
        attempt = uuid.uuid4().hex
        made: list[T] = []

        def body(transaction: Transaction | ManagedTransaction, pulse: Pulse) -> T:
            session = self._session(transaction, pulse, locking=True)
            if made and session.commit_of(attempt) is not None:
                return made[-1]
            session.attempt = attempt
            made.append(work(session))
            session.query(THROUGH_GATE)
            return made[-1]

        result, bookmark = self._server.write(body)
        return replace(result, bookmark=bookmark) if isinstance(result, Receipt) else result

    @contextmanager
    def _whole(self) -> Iterator[Copy]:
        self._require_current()
        self._settled()
        with copied(self._server, self._session) as copy:
            yield copy

    @contextmanager
    def _filling(self) -> Iterator[Filling]:
        self._require_current()
        filling = Filling(self._server, self._clock())
        try:
            yield filling
        except BaseException:
            filling.give_up()
            raise
        filling.finish()

    def bookmark(self) -> str | None:
        """What another member of the cluster needs to read all that this process wrote or saw."""
        return self._server.bookmark()

    def _health(self) -> list[Check]:
        missing = preparing.missing(self._server)
        return [Check("indexes", not missing, {"count": len(missing), "first": missing[0] if missing else ""})]

    def catch_up(self, bookmark: str) -> None:
        """Wait until reads here see what the bookmark stands for."""
        self._server.catch_up(bookmark)

    def info(self) -> StoreInfo:
        """What the store is and holds."""
        digest = preparing.state(self._server)["schema"]
        if self._outdated:
            return StoreInfo(self.engine, self._server.where, 0, digest, False, {}, 0)

        def work(view: View) -> StoreInfo:
            revision, at = view.last()
            now = max(self._clock(), at)
            counts = view.counts(Moment(now, now))
            return StoreInfo(self.engine, self._server.where, revision, digest, True, counts.by_type, counts.facts)

        return self._read(work)

    def migrate(self, *, dry_run: bool = False) -> Migration:
        """Bring the store to this program's schema."""
        if dry_run:
            done = preparing.state(self._server)["step"]
            possible = list(evolving.operations_of(done))
            return Migration(tuple(step.title for step in evolving.pending(done)) if possible else (), False)
        steps = migrating.migrate(self._server, self._clock())
        self._outdated = False
        return Migration(tuple(step.title for step in steps), True)

    def reserve(self) -> None:
        """Nothing to claim: a server serves several processes."""

    def close(self) -> None:
        """Give the connections back."""
        self._server.close()


@dataclass(slots=True)
class _Read(Generic[T]):
    """What one try came to: the revision it saw at first, and a result or an error unless it did not begin."""

    revision: int
    result: list[T] = field(default_factory=list)
    error: Exception | None = None
