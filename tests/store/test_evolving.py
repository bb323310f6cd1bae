"""Migrations: from every schema that was ever released, in a file and through an export, with the same outcome."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from brm.errors import InvalidInput, StoreUnusable
from brm.store import evolving, files, open_store
from brm.store.protocol import Query, Store
from brm.store.sqlite import SQLiteStore
from graph_schema import registry
from graph_schema.migrations import Step, steps
from tests.store import older
from tests.store.fixtures import FOLDER, HOW, export_file, exported, store_file, unpacked
from tests.store.fixtures.__main__ import make

ROUNDS = int(os.environ.get("BRM_FAULT_ROUNDS", "5"))


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def sound(store: Store) -> bool:
    return [check for check in store.check() if not check.ok] == []


def test_every_step_has_its_fixture() -> None:
    wanted = {path.name for step in steps() for path in (store_file(step), export_file(step))}
    there = {path.name for path in FOLDER.glob("*.gz")}
    assert wanted - there == set(), HOW
    assert there - wanted == set()


def test_the_newest_fixture_is_of_todays_schema() -> None:
    head = exported(steps()[-1])[0]
    assert head["schema"] == registry().digest(), HOW


def test_the_program_still_writes_what_the_newest_fixture_holds(tmp_path: Path) -> None:
    """Where this fails without a new step, what stores and exports hold has changed unseen."""
    _, export = make(tmp_path)
    assert [row for row in files.read(export) if row["kind"] != "end"] == exported(steps()[-1])


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.name)
def test_a_fixture_migrates_and_its_export_is_restored(step: Step, tmp_path: Path) -> None:
    evolution = evolving.Evolution(step.digest, "the fixture")
    expected = [row for row in map(evolution.row, exported(step)) if row is not None]
    expected[0] = {**expected[0], "schema": registry().digest()}
    with closing(open_store(url(unpacked(step, tmp_path / "store")))) as store:
        store.migrate()
        # The file holds one commit more: the token and the key of a write, of which an export says nothing else.
        assert [row for row in store.export() if row["kind"] != "store"] == expected[1:]
        assert (sound(store), len(store.records("token"))) == (True, 1)
    for number, engine in enumerate(("memory://", url(tmp_path / "restored"))):
        with closing(open_store(engine)) as store:
            store.load(exported(step))
            assert (number, list(store.export())) == (number, expected)
            assert sound(store)


@pytest.fixture
def imagined(monkeypatch: pytest.MonkeyPatch) -> None:
    older.imagine(monkeypatch)


@pytest.mark.usefixtures("imagined")
def test_an_older_file_is_refused_until_it_is_migrated(tmp_path: Path) -> None:
    path = older.old_store(tmp_path / "store")
    with closing(open_store(url(path))) as store:
        assert not store.info().current
        for call in (
            store.revision, store.check, lambda: store.fetch(["p:1"]), lambda: list(store.export()),
            lambda: store.records("review"), lambda: store.load([]),
        ):  # fmt: skip
            with pytest.raises(StoreUnusable) as refused:
                call()
            assert (refused.value.code, "brm migrate" in refused.value.remedy) == ("schema_older", True)
        before = hashlib.sha256(path.read_bytes()).digest()
        assert store.migrate(dry_run=True) == evolving_migration("0002 next", applied=False)
        assert hashlib.sha256(path.read_bytes()).digest() == before
        assert not store.info().current
        assert store.migrate() == evolving_migration("0002 next", applied=True)
        assert store.info().current
        assert store.migrate().steps == ()


def evolving_migration(*titles: str, applied: bool) -> Any:
    from brm.store.protocol import Migration

    return Migration(titles, applied)


@pytest.mark.usefixtures("imagined")
def test_file_export_and_backup_come_to_the_same(tmp_path: Path) -> None:
    expected = older.expected_rows()
    path = older.old_store(tmp_path / "store")
    copy = tmp_path / "copy"
    with closing(open_store(url(path))) as store:
        assert store.backup(str(copy)) is None
        store.migrate()
        assert list(store.export())[1:] == expected[1:]
        assert sound(store)
        assert [state.entity.id for state in store.find(Query(type="position", text="总裁")).items] == ["s:1"]
    written = files.write(tmp_path / "old.jsonl", older.old_rows())
    assert written.rows == len(older.old_rows())
    for number, source in enumerate((tmp_path / "old.jsonl", copy)):
        for engine in ("memory://", url(tmp_path / f"restored{number}")):
            with closing(open_store(engine)) as store:
                store.load(files.read(source))
                assert (source.name, list(store.export())[1:]) == (source.name, expected[1:])
                assert sound(store)
    assert sqlite3.connect(copy).execute("PRAGMA user_version").fetchone() == (1,)


def test_what_a_newer_program_wrote_is_refused(tmp_path: Path) -> None:
    head = {"kind": "store", "format": 2, "schema": "0" * 64, "revision": 0, "committed_at": None}
    for row in (head, {**head, "schema": registry().digest(), "format": 99}):
        with closing(open_store(url(tmp_path / "store"))) as store:
            with pytest.raises(StoreUnusable) as refused:
                store.load([row])
            assert (refused.value.code, "newer" in refused.value.remedy) == ("schema_newer", True)
            assert store.revision() == 0


def person(**changed: Any) -> dict[str, Any]:
    return {**older.NOW["nodes"]["person"]["properties"]["language"], **changed}


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        ({"op": "set_vocabulary", "name": "channel", "words": ["mail", "meeting"]}, "reordered"),
        ({"op": "change_property", "sort": "nodes", "type": "person", "property": person(kind="integer")}, "kind"),
        ({"op": "change_property", "sort": "nodes", "type": "person", "property": person(kind="any")}, "kind"),
        ({"op": "backfill", "sort": "nodes", "type": "company", "property": "revenue", "value": 1}, "filled in"),
        ({"op": "backfill", "sort": "edges", "type": "plays", "property": "role", "value": "user"}, "filled in"),
        (
            {
                "op": "change_type", "sort": "edges", "type": "knows",
                "spec": {**older.NOW["edges"]["knows"], "key": None, "properties": {}},
            },
            "identity",
        ),
        ({"op": "drop_type", "sort": "nodes", "type": "person"}, "still stored"),
        ({"op": "drop_type", "sort": "edges", "type": "holds"}, "still stored"),
    ],
)  # fmt: skip
def test_a_step_that_does_not_fit_changes_nothing(
    operation: dict[str, Any], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = steps()[-1]
    known = (*steps(), Step(len(steps()) + 1, "wrong", (operation,), "f" * 64))
    rows = exported(newest)
    path = unpacked(newest, tmp_path / "store")
    open_store(url(path)).close()
    before = path.read_bytes()
    monkeypatch.setattr(evolving, "steps", lambda: known)
    with closing(open_store(url(path))) as store:
        with pytest.raises(StoreUnusable) as refused:
            store.migrate()
        assert (refused.value.code, why in refused.value.message) == ("migration_impossible", True)
        assert not store.info().current
    assert path.read_bytes() == before
    with closing(open_store("memory://")) as store:
        with pytest.raises(StoreUnusable) as refused:
            store.load(rows)
        assert refused.value.code == "migration_impossible"
        assert list(store.export())[1:] == []


def test_rows_that_no_operation_is_about_stay_as_they_are() -> None:
    row = {"kind": "node", "type": "company", "id": "c", "revision": 1, "versions": []}
    assert evolving.evolve_row(row, older.BACK) is row


MIGRATING = """
import sys
sys.path.insert(0, sys.argv[2])
from brm.store import evolving
from tests.store.older import FIRST, SECOND
evolving.steps = lambda: (FIRST, SECOND)
from brm.store import open_store
store = open_store(sys.argv[1])
print("begun", flush=True)
store.migrate()
print("done", flush=True)
"""


def _many(path: Path) -> None:
    """Enough versions that a migration takes a while."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 41000)
            INSERT INTO entity SELECT i, 'many:' || i, 'position', 1, 0 FROM n;
            INSERT INTO n_position (_key, heading, _search, _sort, _from, _to, _known, _revision)
            SELECT key, 'H' || key, 'h', 'h', 1, 9e15, 1, 1 FROM entity WHERE id LIKE 'many:%';
        """)


def _begin(path: Path) -> subprocess.Popen[str]:
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-c", MIGRATING, url(path), root], stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


@pytest.mark.faults
@pytest.mark.usefixtures("imagined")
def test_a_killed_migration_leaves_the_old_store_or_the_new(tmp_path: Path) -> None:
    template = older.old_store(tmp_path / "template")
    _many(template)
    content = template.read_bytes()
    path = tmp_path / "store"
    path.write_bytes(content)
    with _begin(path) as process:
        began = time.monotonic()
        assert process.wait(timeout=120) == 0
    whole = time.monotonic() - began
    chance = random.Random(4)
    seen = {1: 0, 2: 0}
    for round_ in range(ROUNDS):
        for old in tmp_path.glob("store*"):
            old.unlink()
        path.write_bytes(content)
        with _begin(path) as process:
            time.sleep(chance.uniform(0.0, whole) if round_ else 0.0)
            process.send_signal(signal.SIGKILL)
        with closing(SQLiteStore(url(path), str(path))) as store:
            version = 2 if store.info().current else 1
            seen[version] += 1
            assert next(check for check in _pages(path)) == "ok"
            if version == 1:
                store.migrate()
            assert store.find(Query(type="position", text="h2000")).items[0].entity.id == "many:2000"
            assert store.info().counts["position"] == 40_002
    assert sum(seen.values()) == ROUNDS
    assert seen[1] > 0


def _pages(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [text for (text,) in connection.execute("PRAGMA integrity_check")]


def test_a_cut_off_fixture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(export_file(steps()[-1]).read_bytes()[:-40])
    with closing(open_store("memory://")) as store:
        with pytest.raises(InvalidInput) as refused:
            store.load(files.read(path))
        assert (refused.value.code, "cut off after row" in refused.value.message) == ("export_unreadable", True)
        assert store.revision() == 0
