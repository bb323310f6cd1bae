"""Following the change feed: what is held is what the store says, whoever writes meanwhile."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path

from brm.services.following import Follower
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from brm.store.protocol import Store, When
from graph_schema.changes import Change, ChangeSet, NodeRef, RecordChange

HOUR = 3_600_000_000


def now() -> int:
    return time.time_ns() // 1_000


def write(store: Store, number: int, known: int | None = None) -> None:
    change = Change("set", NodeRef("person", f"p:{number}"), {"name": "N"}, None, None, known)
    store.apply(ChangeSet(actor="a", source="s", changes=(change,)))


def test_nothing_is_missed_beside_a_writer(tmp_path: Path) -> None:
    number = 300
    with closing(open_store(f"sqlite:///{tmp_path / 'store'}")) as store:
        follower = Follower(store, "UTC")

        def keep_writing() -> None:
            for each in range(number):
                write(store, each)

        thread = threading.Thread(target=keep_writing)
        thread.start()
        seen = []
        while thread.is_alive():
            seen.append(len(follower.whole(now()).nodes["person"]))
        thread.join()
        held = follower.whole(now())
        assert seen == sorted(seen)
        assert len(held.nodes["person"]) == number
        assert held.digest == store.snapshot(None, When(held.as_of)).digest
        assert follower.held is not None
        assert follower.held.revision == store.revision() == number


def test_what_a_machine_with_a_faster_clock_wrote_is_seen(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store'}"
    ahead = open_store(url, clock=lambda: now() + 5_000_000)
    with closing(open_store(url)) as store, closing(ahead):
        follower = Follower(store, "UTC")
        follower.whole(now())
        write(ahead, 1)
        assert len(follower.whole(now()).nodes["person"]) == 1
        write(ahead, 2)
        assert len(follower.whole(now()).nodes["person"]) == 2


def test_late_records_of_earlier_days_are_counted(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'store'}")) as store:
        follower = Follower(store, "UTC")
        yesterday = now() - 30 * HOUR
        follower.whole(now())
        assert follower.epoch(yesterday) == 0
        write(store, 1)
        assert follower.epoch(yesterday) == 0
        write(store, 2, yesterday - HOUR)
        follower.whole(now())
        assert follower.epoch(yesterday) == 1
        store.apply(ChangeSet(actor="a", source="s", undo=1))
        assert follower.epoch(yesterday) == 2


def test_records_leave_what_was_read_of_the_graph(tmp_path: Path) -> None:
    workspace = Workspace(open_store(f"sqlite:///{tmp_path / 'store'}"), Settings(store="memory://", tz="UTC"))
    company = Change("set", NodeRef("company", "c"), {"name": "C"})
    workspace.store.apply(ChangeSet(actor="a", source="s", changes=(company,)))
    facts, read = workspace.follower.facts(), workspace.snapshot(["c"], When(now()))
    state = {"rule": "r", "subject": "c", "state": "snoozed", "actor": "a"}
    records = (RecordChange("finding_state", "f", state),)
    workspace.store.apply(ChangeSet(actor="a", source="s", records=records))
    assert workspace.follower.facts() == facts
    assert workspace.snapshot(["c"], When(read.as_of)) is read
    write(workspace.store, 1)
    assert workspace.follower.facts() > facts
    assert workspace.snapshot(["c"], When(read.as_of)) is not read
    workspace.close()
