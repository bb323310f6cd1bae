"""Killed while it writes, and the end of the log as a torn write leaves it: what was intact is there, nothing is half.

A commit that was acknowledged is in the log, since each is flushed; only damage to the log itself, as
of a disk that lied or a copy that was cut, can take it away, and then exactly from the damage on.
"""

from __future__ import annotations

import os
import random
import signal
import struct
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from brm.store import open_store
from brm.store.protocol import Store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("BRM_TORN_ROUNDS", "6"))
PART = 6
WRITING = f"""
import sys
from brm.store import open_store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
store, label = open_store(sys.argv[1]), sys.argv[2]
print("begun", flush=True)
for number in range(100_000):
    ids = [f"{{label}}:{{number}}:{{each}}" for each in range({PART})]
    people = [Change("set", NodeRef("person", each), {{"name": each * 20}}) for each in ids]
    ties = [Change("set", EdgeRef("knows", ids[0], each), {{"kind": "work"}}) for each in ids[1:]]
    again = [Change("set", NodeRef("person", "shared"), {{"name": f"{{label}}{{number}}"}}, number)]
    receipt = store.apply(ChangeSet(actor=label, source="s", changes=(*people, *ties, *again)))
    print(receipt.revision, flush=True)
"""
HEADER, FRAME = 32, 24


@dataclass(frozen=True)
class Log:
    """Where the transactions of a log end, in bytes; an intact log ends where the last frame does."""

    ends: list[int]
    frame: int


def read_log(path: Path) -> Log:
    """The commit frames, told by the size of the database that each carries, up to the first frame of another run."""
    content = path.read_bytes()
    page, salts = struct.unpack(">I", content[8:12])[0], content[16:24]
    size = FRAME + page
    ends = []
    for at in range(HEADER, len(content) - size + 1, size):
        if content[at + 8 : at + 16] != salts:
            break
        if struct.unpack(">I", content[at + 4 : at + 8])[0]:
            ends.append(at + size)
    return Log(ends, size)


def killed_writer(url: str, label: str, chance: random.Random) -> list[int]:
    """The revisions that a writer acknowledged before it was killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITING, url, label], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    lines = [process.stdout.readline() for _ in range(chance.randint(2, 12))]
    time.sleep(chance.uniform(0.0, 0.01))
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    return [int(line) for line in lines if line.endswith("\n")]


def tear(path: Path, log: Log, chance: random.Random) -> int:
    """Damage the end of the log; the byte from which on it is no longer what was written."""
    content = bytearray(path.read_bytes())
    start = log.ends[max(0, len(log.ends) - 4)]
    at = chance.randrange(start, len(content))
    match chance.choice(("cut", "garbled", "zeroed", "sector")):
        case "cut":
            del content[at:]
        case "garbled":
            content[at:] = chance.randbytes(len(content) - at)
        case "zeroed":
            content[at:] = bytes(len(content) - at)
        case "sector":
            end = min(len(content), at + 512)
            content[at:end] = chance.randbytes(end - at)
    old = path.read_bytes()
    path.write_bytes(content)
    return next((n for n, byte in enumerate(old) if n >= len(content) or content[n] != byte), len(old))


def check_whole(store: Store, label: str, first: int, number: int) -> None:
    """Exactly the first ``number`` change sets of a label are there, whole."""
    held = [commit.revision for commit in store.commits(since=first, limit=100_000)]
    assert held == list(range(first + 1, first + number + 1))
    for each in range(number + 1):
        ids = [f"{label}:{each}:{part}" for part in range(PART)]
        ties = [EdgeRef("knows", *sorted((ids[0], part)), "work").id for part in ids[1:]]
        found = store.fetch([*ids, *ties])
        assert len(found) == (2 * PART - 1 if each < number else 0)
        assert {state.revision for state in found.values()} <= {first + each + 1}


def test_a_kill_and_a_torn_log_lose_nothing_that_was_intact(tmp_path: Path) -> None:
    seed = int(os.environ.get("BRM_TORN_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"BRM_TORN_SEED={seed}")
    chance = random.Random(seed)
    path = tmp_path / "store"
    log_path = path.with_name("store-wal")
    url = f"sqlite:///{path}"
    open_store(url).close()
    torn = lost = 0
    for round_ in range(ROUNDS):
        label = f"r{round_}"
        with closing(open_store(url)) as store:
            first = store.revision()
        assert not log_path.exists()
        acknowledged = killed_writer(url, label, chance)
        assert acknowledged == list(range(first + 1, first + len(acknowledged) + 1))
        log = read_log(log_path)
        assert len(log.ends) >= len(acknowledged)
        intact = len(log.ends)
        if round_ % 3:
            damage = tear(log_path, log, chance)
            intact = sum(end <= damage for end in log.ends)
            torn += 1
            lost += intact < len(log.ends)
        with closing(open_store(url)) as store:
            check_whole(store, label, first, intact)
            assert [check for check in store.check() if not check.ok] == []
            again = Change("set", NodeRef("person", f"after:{round_}"), {"name": "A"})
            assert store.apply(ChangeSet(actor="a", source="s", changes=(again,))).revision == first + intact + 1
    assert torn > 0
    assert lost > 0
