"""What an engine offers inside one transaction: the private interface under `brm.store.engine`.

Everything that means something (time, verbs, undo, partitions) is written once above it; an
engine stores histories and finds them again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from brm.store.history import Entry
from brm.store.ledger import Ledger, Outcome
from brm.store.protocol import Commit, Query, RecordState, State, Touched
from brm.store.reach import Side
from graph_schema.changes import EdgeRef, NodeRef
from scoring.series import SnapshotSeries
from scoring.snapshot import EdgeTable, Ints, LocalDays, NodeTable

__all__ = ["Counts", "Fillable", "Found", "Moment", "Side", "Tables", "View", "Whole"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A read's two times, both given."""

    at: int
    known_at: int


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of a search: what it sorts by, and its state."""

    sort: str
    state: State


@dataclass(frozen=True, slots=True)
class Counts:
    """Entities that exist, per type, and stored versions."""

    by_type: dict[str, int]
    facts: int


class Tables(Protocol):
    """The graph at a moment as tables over entity keys."""

    def around(self, accounts: Ints, moment: Moment) -> Tables:
        """Tables that give the same for the partitions of these accounts; an engine may read them at once."""

    def nodes_at(self, type_: str, keys: Ints | None, moment: Moment) -> NodeTable:
        """The nodes of a type, all of them or those with these keys."""

    def split(self, keys: Ints) -> dict[str, Ints]:
        """The keys by the type of their node, each in order."""

    def nodes_with(self, type_: str, name: str, word: str, moment: Moment) -> Ints:
        """The nodes of a type whose set of codes ``name`` holds the word, in order."""

    def edges_at(self, type_: str, side: Side | None, keys: Ints | None, moment: Moment) -> EdgeTable:
        """The edges of a type, all of them or those with one of the keys on that side."""


class Whole(Protocol):
    """A store from end to end, as an export reads it."""

    def last(self) -> tuple[int, int]:
        """Number and time of the last commit, zeros in an empty store."""

    def aliases(self) -> Mapping[str, str]:
        """The id that each alias stands for."""

    def commits(self, since: int, import_id: str | None, limit: int | None) -> list[Commit]:
        """Commits after a revision, oldest first."""

    def records(self, type_: str, ids: Collection[str] | None) -> list[RecordState]:
        """Records by id."""

    def all_nodes(self) -> Iterator[tuple[NodeRef, Entry]]:
        """Every node with its history, by key."""

    def all_edges(self) -> Iterator[tuple[EdgeRef, Entry]]:
        """Every edge with its history, by declared type, ends' keys and key."""


class Fillable(Protocol):
    """An empty store, as an export is loaded into it."""

    def last(self) -> tuple[int, int]:
        """Number and time of the last commit, zeros in an empty store."""

    def all_nodes(self) -> Iterator[tuple[NodeRef, Entry]]:
        """Every node with its history, by key."""

    def save(self, outcome: Outcome) -> None:
        """Store a part."""

    def put_aliases(self, aliases: dict[str, str]) -> None:
        """Add aliases."""

    def put_commits(self, commits: list[Commit]) -> None:
        """Add commits that another store made."""

    def whole(self) -> AbstractContextManager[Whole]:
        """What was stored so far, to be read from end to end."""


class View(Ledger, Tables, Whole, Protocol):
    """Reads, beside those that a write needs, in one consistent state."""

    def over(self, accounts: Sequence[int], moments: Sequence[Moment], local_days: LocalDays) -> SnapshotSeries:
        """What lies around accounts, by key, at ascending moments."""

    def incident(self, ids: Collection[str], types: Collection[str]) -> dict[EdgeRef, Entry]:
        """The edges of these types at the nodes, with their histories."""

    def search(self, query: Query, moment: Moment) -> list[Found]:
        """Hits after ``query.after`` in order, up to one more than ``query.limit``."""

    def keys(self, ids: Collection[str]) -> dict[str, int]:
        """The key of each node id that is known."""

    def last_key(self) -> int:
        """The greatest key that was given to a node, 0 in an empty store."""

    def by_key(self, keys: Iterable[int]) -> dict[int, NodeRef]:
        """The node behind each key that is known."""

    def changes(self, since: int, limit: int) -> list[Touched]:
        """Entities by the last revision that touched them, then id."""

    def counts(self, moment: Moment) -> Counts:
        """How much the store holds."""

    def purge_traces(self) -> None:
        """Remember that removed values must not stay readable in files after this write."""
