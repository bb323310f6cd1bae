"""Fill an empty database in many transactions, none of which anybody sees before the last."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from neo4j import ManagedTransaction, Transaction

from brm.store.history import Entry
from brm.store.ledger import Known, Outcome
from brm.store.neo4j.connecting import Server
from brm.store.neo4j.copying import Copy, copied
from brm.store.neo4j.deadline import Pulse
from brm.store.neo4j.session import FILLING, Session, emptied, taken_over, under_work
from brm.store.protocol import Commit
from graph_schema.changes import NodeRef

_MINE = "MATCH (s:Store {work: $mark}) SET s.locks = s.locks + 1 WITH s"
_EMPTY = f"{_MINE} MATCH (n) WHERE NOT n:Store AND NOT n:Gate WITH n LIMIT 5000 DETACH DELETE n RETURN count(n) AS done"
_AFRESH = f"{_MINE} SET s.revision = 0, s.committed_at = 0, s.keys = 0"
_CLOSE = f"{_MINE} REMOVE s.work, s.filled RETURN true"
_BEGIN = (
    "MATCH (s:Store) SET s.locks = s.locks + 1"
    " WITH s, s.work AS work, s.revision AS revision, s.committed_at AS at, EXISTS { MATCH (n:Entity) } AS held"
    f" SET s.work = CASE WHEN work STARTS WITH '{FILLING}' OR (work IS NULL AND revision = 0 AND NOT held)"
    " THEN $mark ELSE work END RETURN work, revision, at, held"
)


class Filling:
    """The part of a view that `brm.store.carrying.load` uses; the store is closed to others meanwhile.

    The store node carries the mark of the filling. One that was interrupted leaves its mark, by which
    the store stays closed until the next filling empties it and begins again.
    """

    def __init__(self, server: Server, now: int) -> None:
        self._server = server
        self._now = now
        self._mark = f"{FILLING}:{uuid.uuid4().hex}"
        self._known: dict[str, tuple[int, Known]] = {}
        self._ids: dict[int, tuple[str, str]] = {}
        found = self._begin()
        abandoned = found["work"] is not None
        self._last = (0, 0) if abandoned else (found["revision"], found["at"])
        self._begun = abandoned or (self._last == (0, 0) and not found["held"])
        if abandoned:
            self._empty()

    def _begin(self) -> dict[str, Any]:
        """Leave the mark on an empty store, or on one whose filling was given up, all under the lock."""

        def body(transaction: Transaction | ManagedTransaction, pulse: Pulse) -> dict[str, Any]:
            rows = Session(transaction, pulse).query(_BEGIN, mark=self._mark)
            return dict(rows[0]) if rows else {}

        found, _ = self._server.write(body)
        if not found:
            raise emptied()
        if found["work"] is not None and not found["work"].startswith(FILLING):
            raise under_work(found["work"])
        return found

    def _empty(self) -> None:
        """Take out what was filled in, as long as the store is marked as this filling's."""
        self._server.repeat(_EMPTY, mark=self._mark)
        self._server.auto(_AFRESH, mark=self._mark)

    def last(self) -> tuple[int, int]:
        """Number and time of the last commit."""
        return self._last

    def all_nodes(self) -> Iterator[tuple[NodeRef, Entry]]:
        """Nothing: only an empty store is filled, and another one has a last commit or nodes."""
        if not self._begun:
            yield NodeRef("", ""), Entry()

    def save(self, outcome: Outcome) -> None:
        """Store it in a transaction of its own."""
        self._inside(lambda session: session.save(outcome))

    def put_aliases(self, aliases: dict[str, str]) -> None:
        """Add aliases."""
        self._inside(lambda session: session.put_aliases(aliases))

    def put_commits(self, commits: list[Commit]) -> None:
        """Add commits."""
        self._inside(lambda session: session.put_commits(commits))
        if commits:
            self._last = commits[-1].revision, commits[-1].committed_at

    @contextmanager
    def whole(self) -> Iterator[Copy]:
        """What was stored so far."""
        with copied(self._server, self._opened) as copy:
            yield copy

    def _opened(self, transaction: Transaction | ManagedTransaction, pulse: Pulse, *, locking: bool) -> Session:
        session = Session(transaction, pulse)
        session.open_for(self._mark, locking=locking)
        session.now = self._now
        return session

    def _inside(self, work: Callable[[Session], None]) -> None:
        number = uuid.uuid4().hex

        def body(transaction: Transaction | ManagedTransaction, pulse: Pulse) -> None:
            session = Session(transaction, pulse)
            session.open_for(self._mark)
            if session.one("MATCH (s:Store) RETURN s.filled AS filled")["filled"] == number:
                return
            session.now = self._now
            session.adopt(self._known, self._ids)
            work(session)
            session.query("MATCH (s:Store) SET s.filled = $number, s.keys = $keys", number=number,
                          keys=session.keys_given)  # fmt: skip

        self._server.write(body)

    def give_up(self) -> None:
        """Empty the database again, unless another filling has taken it over."""
        if self._begun:
            self._empty()
            self._server.auto(_CLOSE, mark=self._mark)

    def finish(self) -> None:
        """Open the store to everybody."""
        if not self._server.auto(_CLOSE, mark=self._mark):
            raise taken_over()
