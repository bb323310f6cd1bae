"""Following the change feed: the whole graph of now is held and carried forward, outdated sums are told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from brm.services.moments import local_day
from brm.store.partition import carried_forward
from brm.store.protocol import Delta, Store
from scoring.snapshot import Patch, Snapshot

Carry = Callable[[Snapshot, Snapshot, Patch], None]
"""Takes a snapshot, the one that followed, and the patch between them."""
HELD_FOR = 10 * 60 * 1_000_000
"""Microseconds until it is read anew, since validity may begin or end meanwhile without a commit."""


@dataclass(frozen=True, slots=True)
class Held:
    """The graph as of its date, with all commits up to ``revision``; ``read_at`` is when it was last read whole."""

    snapshot: Snapshot
    revision: int
    read_at: int


class Follower:
    """What this process has seen of the store. Its methods first look whether somebody committed."""

    def __init__(self, store: Store, zone: str, carry: Carry | None = None) -> None:
        """``carry`` is told of every step from one snapshot to the next."""
        self._store = store
        self._carry = carry
        self._zone = zone
        self._lock = threading.Lock()
        self._seen: int | None = None
        self._held: Held | None = None
        self._late: Counter[int] = Counter()
        self._facts: int | None = None

    @property
    def held(self) -> Held | None:
        """What is held now, None before the first use."""
        return self._held

    def whole(self, now: int) -> Snapshot:
        """The graph as of now: at the store's own moment, which is never before its last commit."""
        with self._lock:
            self._follow()
            held = self._held
            if held is None or not self._is_fresh(held, now):
                held = Held(self._store.snapshot(), self._seen or 0, now)
                self._held = held
            return held.snapshot

    def epoch(self, known_at: int) -> int:
        """Counts the commits seen that wrote or withdrew something known by a moment's local day.

        What was read as of that knowledge holds as long as the count stays the same.
        """
        with self._lock:
            self._follow()
            day = self._day(known_at)
            return sum(number for late, number in self._late.items() if late <= day)

    def facts(self) -> int:
        """A revision that stays the same while commits write records only: what was read of the graph since holds."""
        with self._lock:
            self._follow()
            return self._facts or 0

    def _follow(self) -> None:
        revision = self._store.revision()
        if self._seen is None or revision == self._seen:
            self._seen = revision
            self._facts = revision if self._facts is None else self._facts
            return
        delta = self._store.delta(self._seen)
        self._late[0 if delta is None else self._day(delta.known_from)] += 1
        self._held = None if delta is None or self._held is None else self._forward(self._held, delta)
        self._seen = revision if delta is None else delta.revision
        if delta is None or delta.patch.drop_nodes or delta.patch.drop_edges:
            self._facts = self._seen

    def _forward(self, held: Held, delta: Delta) -> Held | None:
        moved = carried_forward(held.snapshot, delta)
        if moved is None:
            return None
        if self._carry is not None:
            self._carry(held.snapshot, moved, delta.patch)
        return Held(moved, delta.revision, held.read_at)

    def _is_fresh(self, held: Held, now: int) -> bool:
        same_day = self._day(held.snapshot.as_of) == self._day(now)
        return same_day and 0 <= now - held.read_at < HELD_FOR

    def _day(self, instant: int) -> int:
        return local_day(max(instant, 0), self._zone).toordinal() if instant < _FAR else _NEVER


_FAR = 4_000_000_000_000_000
_NEVER = 10_000_000
