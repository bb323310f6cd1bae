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
from brm.store.neo4j.session import Session, restore_taken_over
from brm.store.protocol import Commit
from graph_schema.changes import NodeRef

_EMPTY = "MATCH (n) WHERE NOT n:Store CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"
_AFRESH = "MATCH (s:Store) SET s.revision = 0, s.committed_at = 0, s.keys = 0"


class Filling:
    """The part of a view that `brm.store.carrying.load` uses; the store is closed to others meanwhile.

    The store node carries the mark of the filling. One that was interrupted leaves its mark, by which
    the store stays closed until the next filling empties it and begins again.
    """

    def __init__(self, server: Server, now: int) -> None:
        self._server = server
        self._now = now
        self._mark = uuid.uuid4().hex
        self._known: dict[str, tuple[int, Known]] = {}
        self._ids: dict[int, tuple[str, str]] = {}
        self._last, abandoned = self._begin()
        if abandoned:
            server.auto(_EMPTY)
            server.auto(_AFRESH)
        self._begun = abandoned or self._is_empty()
        if self._begun:
            server.auto("MATCH (s:Store) SET s.filling = $mark", mark=self._mark)

    def _begin(self) -> tuple[tuple[int, int], bool]:
        found = self._server.auto("MATCH (s:Store) RETURN s.revision AS r, s.committed_at AS at, s.filling AS mark")[0]
        abandoned = found["mark"] is not None
        return ((0, 0) if abandoned else (found["r"], found["at"])), abandoned

    def _is_empty(self) -> bool:
        held = self._server.auto("RETURN EXISTS { MATCH (n:Entity) } AS held")[0]["held"]
        return not held and self._last == (0, 0)

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
        session.open_filling(self._mark, locking=locking)
        session.now = self._now
        return session

    def _inside(self, work: Callable[[Session], None]) -> None:
        number = uuid.uuid4().hex

        def body(transaction: Transaction | ManagedTransaction, pulse: Pulse) -> None:
            session = Session(transaction, pulse)
            session.open_filling(self._mark)
            if session.one("MATCH (s:Store) RETURN s.filled AS filled")["filled"] == number:
                return
            session.now = self._now
            session.adopt(self._known, self._ids)
            work(session)
            session.query("MATCH (s:Store) SET s.filled = $number, s.keys = $keys", number=number,
                          keys=session.keys_given)  # fmt: skip

        self._server.write(body)

    def give_up(self) -> None:
        """Empty the database again."""
        if self._begun:
            self._server.auto(_EMPTY)
            self._server.auto(_AFRESH)
            self._server.auto("MATCH (s:Store) WHERE s.filling = $mark REMOVE s.filling, s.filled", mark=self._mark)

    def finish(self) -> None:
        """Open the store to everybody."""
        found: list[Any] = self._server.auto(
            "MATCH (s:Store {filling: $mark}) REMOVE s.filling, s.filled RETURN true", mark=self._mark
        )
        if not found:
            raise restore_taken_over()
