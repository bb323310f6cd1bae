"""Copies of a file while others write, killed, damaged, older, on a medium that is only read."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from brm.errors import InvalidInput, StoreUnusable
from brm.store import files, open_store
from brm.store.protocol import Store, When
from brm.store.sealing import content_digest
from brm.store.sqlite import copying
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from tests.store.fixtures.content import START, fill

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("BRM_FAULT_ROUNDS", "5"))
PART = 5
WRITING = f"""
import sys
from brm.store import open_store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
store = open_store(sys.argv[1])
for number in range(100_000):
    ids = [f"w:{{number}}:{{each}}" for each in range({PART})]
    people = [Change("set", NodeRef("person", each), {{"name": each}}) for each in ids]
    ties = [Change("set", EdgeRef("knows", ids[0], each), {{"kind": "work"}}) for each in ids[1:]]
    store.apply(ChangeSet(actor="w", source="s", changes=(*people, *ties)))
    print(number, flush=True)
"""
COPYING = """
import sys
from brm.store import open_store
store = open_store(sys.argv[1])
print("begun", flush=True)
print(store.backup(sys.argv[2]), flush=True)
"""


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def child(code: str, *arguments: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(url(tmp_path / "store"))) as opened:
        fill(opened)
        yield opened


def test_copies_taken_while_another_process_writes_are_whole(store: Store, tmp_path: Path) -> None:
    with child(WRITING, store.url) as writer:
        try:
            seen = []
            for number in range(6):
                copy = tmp_path / f"copy{number}"
                before = store.revision()
                digest = store.backup(str(copy))
                with closing(open_store(url(copy))) as copied:
                    revision = copied.revision()
                    assert before <= revision <= store.revision()
                    assert content_digest(copied.export()) == digest
                    written = [c.revision for c in copied.commits(limit=100_000) if c.actor == "w"]
                    people = [f"w:{n}:{each}" for n in range(len(written)) for each in range(PART)]
                    assert len(copied.fetch(people)) == PART * len(written)
                    assert copied.fetch([f"w:{len(written)}:0"]) == {}
                    assert [check for check in copied.check() if not check.ok] == []
                seen.append(revision)
        finally:
            writer.kill()
    assert seen == sorted(seen)
    assert seen[-1] > seen[0] > 0


@pytest.mark.faults
def test_a_killed_backup_leaves_no_file_that_could_be_taken_for_one(tmp_path: Path) -> None:
    path, target = tmp_path / "store", tmp_path / "copy"
    with closing(open_store(url(path))) as store:
        people = [Change("set", NodeRef("person", f"p{n}"), {"name": f"N{n}"}) for n in range(20_000)]
        store.apply(ChangeSet(actor="a", source="s", changes=tuple(people)))
        digest = content_digest(store.export())
    (tmp_path / "copy.part-journal").write_bytes(b"what a kill may leave" * 200)
    chance, whole = random.Random(5), 0.6
    for _ in range(ROUNDS):
        with child(COPYING, url(path), str(target)) as process:
            time.sleep(chance.uniform(0.0, whole))
            process.send_signal(signal.SIGKILL)
        if target.exists():
            assert list(files.read(target))[-1]["digest"] == digest
            target.unlink()
    # What a kill left beside it is no hindrance.
    with closing(open_store(url(path))) as store:
        assert store.backup(str(target)) == digest
    assert [each.name for each in tmp_path.glob("copy*")] == ["copy"]


def test_from_a_file_to_another_engine_and_back_is_the_identity(store: Store, tmp_path: Path) -> None:
    digest = store.backup(str(tmp_path / "one"))
    with closing(open_store("memory://")) as between, closing(open_store(url(tmp_path / "back"))) as back:
        between.load(files.read(tmp_path / "one"))
        assert between.backup(str(tmp_path / "two")) == digest
        back.load(files.read(tmp_path / "two"))
        assert back.backup(str(tmp_path / "three")) == digest
        assert list(back.export()) == list(store.export())
        for each in (between, back):
            assert each.history("p:1") == store.history("p:1")
            assert each.commits() == store.commits()
            assert each.snapshot(None, When(START)).digest == store.snapshot(None, When(START)).digest


def test_a_copy_says_the_digest_until_somebody_writes_into_it(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    digest = store.backup(str(copy))
    assert list(files.read(copy))[-1] == {"kind": "end", "digest": digest}
    with closing(open_store(url(copy))) as copied:
        copied.apply(ChangeSet(actor="a", source="s", changes=(Change("set", NodeRef("person", "x"), {"name": "X"}),)))
    assert list(files.read(copy))[-1]["kind"] != "end"
    with closing(open_store("memory://")) as restored:
        restored.load(files.read(copy))
        assert "x" in restored.fetch(["x"])


def test_a_copy_that_something_changed_is_refused(store: Store, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    store.backup(str(copy))
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE n_position SET title = '总统'")
        connection.commit()
    for engine in ("memory://", url(tmp_path / "restored")):
        with closing(open_store(engine)) as restored:
            with pytest.raises(StoreUnusable) as refused:
                restored.load(files.read(copy))
            assert refused.value.code == "content_differs"
            assert restored.revision() == 0


def test_a_damaged_copy_is_not_kept(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the disk of the copies does not keep what it was given."""
    real = copying._check_pages

    def spoiled(made: sqlite3.Connection, part: Path) -> None:
        page = made.execute("SELECT rootpage FROM sqlite_master WHERE name = 'n_person_v__revision'").fetchone()[0]
        size = made.execute("PRAGMA page_size").fetchone()[0]
        with part.open("r+b") as file:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
        with closing(sqlite3.connect(part)) as fresh:
            real(fresh, part)

    monkeypatch.setattr(copying, "_check_pages", spoiled)
    with pytest.raises(StoreUnusable) as refused:
        store.backup(str(tmp_path / "copy"))
    assert (refused.value.code, bool(refused.value.remedy)) == ("damaged", True)
    assert list(tmp_path.glob("copy*")) == []


def test_a_copy_is_read_without_being_changed(store: Store, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    copy = shelf / "copy"
    store.backup(str(copy))
    before = copy.read_bytes()
    copy.chmod(0o444)
    shelf.chmod(0o555)
    try:
        assert list(files.read(copy))[:-1] == list(store.export())
        assert [each.name for each in shelf.iterdir()] == ["copy"]
    finally:
        shelf.chmod(0o755)
    assert copy.read_bytes() == before


def test_a_store_in_use_can_be_read_like_a_copy(store: Store, tmp_path: Path) -> None:
    change = Change("set", EdgeRef("knows", "p:1", "p:2"), {"kind": "family"})
    store.apply(ChangeSet(actor="a", source="s", changes=(change,)))
    assert list(files.read(tmp_path / "store")) == list(store.export())


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.commit()
    with pytest.raises(StoreUnusable) as refused:
        list(files.read(other))
    assert refused.value.code == "other_application"


def test_a_backup_over_a_file_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        store.backup(str(tmp_path / "store"))
    assert refused.value.code == "file_exists"
