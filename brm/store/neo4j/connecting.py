"""The server behind a store URL: driver, transactions that are tried again, and what may go wrong with them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import neo4j
from neo4j import ManagedTransaction, Transaction
from neo4j.exceptions import ConfigurationError, DriverError, IncompleteCommit, Neo4jError

from brm.errors import InvalidInput, StoreUnusable
from brm.store.access import Access
from brm.store.neo4j.deadline import Pulse, bounded
from brm.store.neo4j.meanings import explained

T = TypeVar("T")
Body = Callable[[Transaction | ManagedTransaction, Pulse], T]
OLDEST = (5, 26)
logging.getLogger("neo4j").addHandler(logging.NullHandler())  # what the driver says of its retries is told as an error
_CONNECT_SECONDS, _RETRY_SECONDS, _IDLE_SECONDS = 3.0, 1.0, 5.0
_CONNECTIONS = 50
_TRIES_TO_LEARN = 3
"""How often the fate of a commit whose answer was lost is asked for."""


class Server:
    """One database of a server. Every call ends within ``access.seconds`` of silence."""

    def __init__(self, url: str, access: Access) -> None:
        self.uri, self.database = _address(url)
        self.where = urlsplit(self.uri).netloc
        self._seconds = access.seconds
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        wait = min(_CONNECT_SECONDS, access.seconds)
        try:
            self._driver = neo4j.GraphDatabase.driver(
                self.uri,
                auth=(access.user, access.password),
                connection_timeout=wait,
                connection_acquisition_timeout=wait + 1,
                max_transaction_retry_time=min(_RETRY_SECONDS, access.seconds),
                liveness_check_timeout=_IDLE_SECONDS,
                max_connection_pool_size=_CONNECTIONS,
                notifications_min_severity="OFF",
            )
        except (ConfigurationError, ValueError) as problem:
            raise InvalidInput(
                f"{url!r} is not the address of a server: {problem}", remedy="Write neo4j://HOST:PORT."
            ) from None
        self._closed = False

    def close(self) -> None:
        """Give the connections back."""
        self._closed = True
        with suppress(DriverError, Neo4jError, OSError):
            self._driver.close()

    def _session(self, bookmarks: str | None = None) -> neo4j.Session:
        if self._closed:
            raise StoreUnusable("the store was closed", remedy="Open it again.", code="closed")
        known = None if bookmarks is None else neo4j.Bookmarks.from_raw_values(bookmarks.split())
        return self._driver.session(
            database=self.database,
            default_access_mode=neo4j.WRITE_ACCESS,
            bookmark_manager=self._bookmarks,
            bookmarks=known,
        )

    def read(self, body: Body[T]) -> T:
        """``body`` in a transaction that writes nothing, on the member of a cluster that takes the writes.

        Only there does the gate tell that a commit is seen whole.
        """

        def work(pulse: Pulse) -> T:
            with explained(self.where), self._session() as session:
                return session.execute_write(body, pulse)

        return bounded(work, self._seconds, self.where)

    def write(self, body: Body[T]) -> tuple[T, str]:
        """``body`` in a writing transaction, and the bookmark of its commit.

        ``body`` finds out itself whether an earlier try of its was committed after all: it is run
        again when the answer to a commit was lost.
        """

        lost: list[IncompleteCommit] = []

        def work(pulse: Pulse) -> tuple[T, str]:
            with explained(self.where):
                while True:
                    try:
                        with self._session() as session:
                            result = session.execute_write(body, pulse)
                            return result, " ".join(session.last_bookmarks().raw_values)
                    except IncompleteCommit as error:
                        lost.append(error)
                        if len(lost) == _TRIES_TO_LEARN:
                            raise

        try:
            return bounded(work, self._seconds, self.where)
        except StoreUnusable as error:
            if lost:
                raise StoreUnusable(
                    f"the server at {self.where} went away while it committed; whether it did is not known",
                    remedy="Read when the server is back; repeat the write with the same idempotency key.",
                    code="outcome_unknown",
                ) from error
            raise

    def undone(self, cypher: str) -> list[dict[str, Any]]:
        """The rows of a statement that locks something; the lock is given back and nothing stays."""

        def work(pulse: Pulse) -> list[dict[str, Any]]:
            with explained(self.where), self._session() as session:
                transaction = session.begin_transaction()
                try:
                    rows = [row.data() for row in transaction.run(cypher)]
                    pulse.beat()
                    return rows
                finally:
                    transaction.close()

        return bounded(work, self._seconds, self.where)

    def auto(self, cypher: str, **parameters: Any) -> list[dict[str, Any]]:
        """A statement that the server commits by itself, such as a change of the schema."""

        def work(pulse: Pulse) -> list[dict[str, Any]]:
            with explained(self.where), self._session() as session:
                found = []
                for row in session.run(cypher, parameters):
                    pulse.beat()
                    found.append(row.data())
                return found

        return bounded(work, self._seconds, self.where)

    def repeat(self, cypher: str, **parameters: Any) -> None:
        """A statement that does a part of something and returns how much as ``done``, until nothing is left."""
        while self.auto(cypher, **parameters)[0]["done"]:
            pass

    def bookmark(self) -> str | None:
        """The bookmarks of what was written or seen through this connection, as one text."""
        return " ".join(sorted(self._bookmarks.get_bookmarks())) or None

    def catch_up(self, bookmark: str) -> None:
        """Wait until reads here see the write that the bookmark is of."""

        def work(pulse: Pulse) -> None:
            with explained(self.where):
                try:
                    with self._session(bookmark) as session:
                        session.run("RETURN 1").consume()
                except (Neo4jError, ValueError) as error:
                    if isinstance(error, Neo4jError) and "Bookmark" not in (error.code or ""):
                        raise
                    raise InvalidInput(
                        "the bookmark is not one of this server", remedy="Send it as it was given, or leave it out."
                    ) from None
                pulse.beat()

        bounded(work, self._seconds, self.where)

    def check_version(self) -> str:
        """The server's version; StoreUnusable for a Neo4j that is too old."""
        rows = self.auto("CALL dbms.components() YIELD name, versions RETURN name, versions[0] AS version")
        name, version = (rows[0]["name"], str(rows[0]["version"])) if rows else ("", "")
        numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
        if name.startswith("Neo4j") and numbers < OLDEST:
            raise StoreUnusable(
                f"the server at {self.where} is Neo4j {version}",
                remedy="Use Neo4j 5.26 or newer.",
                code="server_too_old",
            )
        return f"{name} {version}".strip()


def _address(url: str) -> tuple[str, str | None]:
    """What the driver connects to, and the database that the path names."""
    parts = urlsplit(url)
    if parts.username or parts.password or not parts.hostname:
        raise InvalidInput(
            "the URL of a server names a host and no user or password",
            remedy="Write neo4j://HOST:PORT, and give BRM_NEO4J_USER and BRM_NEO4J_PASSWORD.",
        )
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}{query}", unquote(parts.path.strip("/")) or None
