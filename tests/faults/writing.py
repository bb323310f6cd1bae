"""Writers whose work can be checked afterwards: whole, once, and all that was acknowledged."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from brm.errors import BrmError
from brm.store.protocol import Store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef

SIZE = 5


def ids_of(label: str, number: int) -> list[str]:
    return [f"{label}:{number}:{each}" for each in range(SIZE)]


def change_set(label: str, number: int) -> ChangeSet:
    """Some people and the ties of the first to the others; every other set has no key that makes repeating harmless.

    Without one, a set that the engine made twice would be answered with a revision that did not write it.
    """
    ids = ids_of(label, number)
    people = [Change("set", NodeRef("person", each), {"name": each}) for each in ids]
    ties = [Change("set", EdgeRef("knows", ids[0], each), {"kind": "work"}) for each in ids[1:]]
    key = None if number % 2 else f"{label}:{number}"
    return ChangeSet(actor=label, source="s", changes=tuple(people + ties), idempotency_key=key)


def tie_ids(label: str, number: int) -> list[str]:
    ids = ids_of(label, number)
    return [EdgeRef("knows", *sorted((ids[0], each)), "work").id for each in ids[1:]]


@dataclass(slots=True)
class Writer:
    """Writes one change set after the other until told to end; keeps what was acknowledged and what failed."""

    store: Store
    label: str
    acknowledged: dict[int, int] = field(default_factory=dict)
    failed: dict[int, BrmError] = field(default_factory=dict)
    slowest: float = 0.0
    number: int = 0

    def write(self) -> None:
        number, self.number = self.number, self.number + 1
        begun = time.monotonic()
        try:
            self.acknowledged[number] = self.store.apply(change_set(self.label, number)).revision
        except BrmError as error:
            self.failed[number] = error
        self.slowest = max(self.slowest, time.monotonic() - begun)

    def run(self, ended: threading.Event) -> None:
        while not ended.is_set():
            self.write()

    def check(self, store: Store) -> None:
        """Acknowledged sets are there, none is half there, none was made twice; repeating the failed makes them so."""
        revisions = [commit.revision for commit in store.commits(limit=100_000) if commit.actor == self.label]
        assert set(self.acknowledged.values()) <= set(revisions)
        assert len(revisions) <= self.number
        for number in range(self.number):
            found = store.fetch([*ids_of(self.label, number), *tie_ids(self.label, number)])
            assert len(found) in (0, 2 * SIZE - 1), (number, sorted(found))
            if number in self.acknowledged:
                assert {state.revision for state in found.values()} == {self.acknowledged[number]}
        for number in self.failed:
            store.apply(change_set(self.label, number))
        assert sum(commit.actor == self.label for commit in store.commits(limit=100_000)) == self.number
