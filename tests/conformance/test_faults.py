"""Kills, readers beside a writer, and a second process: nothing acknowledged is lost or half there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from brm.store import open_store
from brm.store.protocol import Store, When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef

pytestmark = [pytest.mark.conformance, pytest.mark.faults]

ROUNDS = int(os.environ.get("BRM_FAULT_ROUNDS", "5"))
SIZE = 7
WRITER = f"""
import sys
from brm.store import open_store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
store, label = open_store(sys.argv[1]), sys.argv[2]
for number in range(int(sys.argv[3])):
    ids = [f"{{label}}:{{number}}:{{each}}" for each in range({SIZE})]
    people = [Change("set", NodeRef("person", i), {{"name": i}}) for i in ids]
    ties = [Change("set", EdgeRef("knows", ids[0], i), {{"kind": "work"}}) for i in ids[1:]]
    again = [Change("set", NodeRef("person", "shared"), {{"name": f"{{label}}{{number}}"}}, number)]
    receipt = store.apply(ChangeSet(actor=label, source="s", changes=tuple(people + ties + again)))
    print(number, receipt.revision, flush=True)
"""


def writer(url: str, label: str, number: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, label, str(number)]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": "."})


def check_whole(store: Store, label: str, acknowledged: dict[int, int]) -> None:
    """Every acknowledged change set is there; every one that is there is whole."""
    held = {commit.revision for commit in store.commits(limit=100_000) if commit.actor == label}
    assert set(acknowledged.values()) <= held
    numbers = range(len(held) + 1)
    for number in numbers:
        ids = [f"{label}:{number}:{each}" for each in range(SIZE)]
        ties = [EdgeRef("knows", *sorted((ids[0], each)), "work").id for each in ids[1:]]
        found = store.fetch([*ids, *ties])
        assert len(found) in (0, 2 * SIZE - 1)
        if number in acknowledged:
            assert {state.revision for state in found.values()} == {acknowledged[number]}


def test_kill_during_writes(persistent: str) -> None:
    open_store(persistent).close()
    for round_ in range(ROUNDS):
        process = writer(persistent, f"r{round_}", 100_000)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(1 + round_ % 3)]
        time.sleep(0.003 * (round_ % 7))
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
        process.wait()
        process.stdout.close()
        whole = [line.split() for line in lines if line.endswith("\n")]
        store = open_store(persistent)
        check_whole(store, f"r{round_}", {int(number): int(revision) for number, revision in whole})
        assert len(list(store.export())) > SIZE
        store.close()


def test_a_second_process_writes_while_this_one_is_open(persistent: str) -> None:
    store = open_store(persistent)
    process = writer(persistent, "other", 20)
    mine = {}
    for number in range(20):
        mine[number] = store.apply(
            ChangeSet(
                actor="mine", source="s", changes=(Change("set", NodeRef("person", f"m{number}"), {"name": "M"}),)
            )
        ).revision
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    theirs = {int(n): int(r) for n, r in (line.split() for line in output.splitlines())}
    assert len(theirs) == 20
    assert sorted([*mine.values(), *theirs.values()]) == list(range(1, 41))
    check_whole(store, "other", theirs)
    assert store.revision() == 40
    assert {each.revision for each in store.changes(0)} >= set(mine.values())
    store.close()


def test_readers_see_whole_change_sets(open_empty: Any) -> None:
    store = open_empty(None)
    pair = [NodeRef("person", "x"), NodeRef("person", "y")]
    store.apply(ChangeSet(actor="a", source="s", changes=tuple(Change("set", ref, {"name": "0"}) for ref in pair)))
    torn: list[Any] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            # Far in the future, so that the reads do not depend on the clock.
            found = store.fetch(["x", "y"], When(4_000_000_000_000_000))
            names = {state.properties["name"] for state in found.values()}
            if len(names) != 1 or len(found) != 2:
                torn.append(found)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for number in range(1, 31):
        changes = tuple(Change("set", ref, {"name": str(number)}, number) for ref in pair)
        store.apply(ChangeSet(actor="a", source="s", changes=changes))
    done.set()
    for thread in readers:
        thread.join()
    assert torn == []
    assert store.fetch(["x"])["x"].properties == {"name": "30"}


def test_readers_see_large_change_sets_whole(open_empty: Any) -> None:
    store = open_empty(None)
    refs = [NodeRef("person", f"p{number}") for number in range(300)]
    store.apply(ChangeSet(actor="a", source="s", changes=tuple(Change("set", ref, {"name": "0"}) for ref in refs)))
    torn: list[Any] = []
    seen: set[str] = set()
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            found = store.fetch([ref.id for ref in refs], When(4_000_000_000_000_000))
            names = {state.properties["name"] for state in found.values()}
            seen.update(names)
            if len(names) != 1:
                torn.append(names)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for thread in readers:
        thread.start()
    for number in range(1, 16):
        changes = tuple(Change("set", ref, {"name": str(number)}, number) for ref in refs)
        store.apply(ChangeSet(actor="a", source="s", changes=changes))
    done.set()
    for thread in readers:
        thread.join()
    assert torn == []
    assert len(seen) > 1


def test_writers_in_threads_get_their_own_revisions(open_empty: Any) -> None:
    store = open_empty(None)
    revisions: list[int] = []

    def write(label: str) -> None:
        for number in range(10):
            change = Change("set", NodeRef("person", f"{label}{number}"), {"name": label})
            revisions.append(store.apply(ChangeSet(actor=label, source="s", changes=(change,))).revision)

    threads = [threading.Thread(target=write, args=(label,)) for label in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(revisions) == list(range(1, 41))
