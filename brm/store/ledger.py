"""What the planner of writes needs from an engine, and what it gives back to be stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from brm.store.history import Entry
from brm.store.protocol import Commit
from graph_schema.changes import EdgeRef, EntityRef, Receipt, RecordChange


@dataclass(slots=True)
class Known:
    """A node id that the store knows: whether any version still holds, and whether one ended it."""

    type: str
    alive: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class Remembered:
    """The receipt of an idempotency key and the digest of what was sent with it."""

    key: str
    digest: str
    receipt: Receipt
    at: int


@dataclass(slots=True)
class Outcome:
    """What a planned write comes to; stored as a whole or not at all.

    ``entries`` are the complete histories of the touched entities; ``stored`` are those among
    them that the store held before. ``forgotten`` are commits whose idempotency keys must go.
    """

    receipt: Receipt
    commit: Commit | None = None
    entries: Mapping[EntityRef, Entry] = field(default_factory=dict)
    stored: Collection[EntityRef] = ()
    records: tuple[RecordChange, ...] = ()
    undone: tuple[int, ...] = ()
    forgotten: frozenset[int] = frozenset()
    remembered: Remembered | None = None


class Ledger(Protocol):
    """One engine's state inside a write, before it."""

    def last(self) -> tuple[int, int]:
        """Number and time of the last commit, zeros in an empty store."""

    def entries(self, refs: Collection[EntityRef]) -> dict[EntityRef, Entry]:
        """The histories of those of the entities that the store knows; not to be changed."""

    def nodes(self, ids: Collection[str]) -> dict[str, Known]:
        """Those of the node ids that the store knows."""

    def edges_of(self, ids: Collection[str]) -> list[EdgeRef]:
        """Every edge at one of the nodes, whatever its state."""

    def touched_by(self, revisions: Collection[int]) -> list[EntityRef]:
        """Entities with a version that one of these commits wrote or withdrew."""

    def aliases(self) -> Mapping[str, str]:
        """The id that each alias stands for."""

    def commits_of(self, import_id: str) -> list[Commit]:
        """The commits of an import, oldest first."""

    def commit(self, revision: int) -> Commit | None:
        """One commit."""

    def remembered(self, key: str) -> Remembered | None:
        """What was answered to an idempotency key."""

    def save(self, outcome: Outcome) -> None:
        """Store it; the write as a whole becomes visible when the engine's transaction ends."""
