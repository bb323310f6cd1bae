"""Opening, migrating and backing up a file; whatever is wrong with it is said, and nothing is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from brm.errors import InvalidInput, StoreUnusable
from brm.store import open_store
from brm.store.sqlite import SQLiteStore
from graph_schema import registry
from graph_schema.changes import Change, ChangeSet, NodeRef
from graph_schema.ddl.sqlite import create_all


def write(store: Any, *ids: str) -> Any:
    changes = tuple(Change("set", NodeRef("person", i), {"name": f"Name {i}", "chat": f"chat-{i}"}) for i in ids)
    return store.apply(ChangeSet(actor="a", source="s", changes=changes))


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def refused(path: Path) -> StoreUnusable:
    with pytest.raises(StoreUnusable) as error:
        open_store(url(path))
    assert error.value.remedy
    assert str(path.parent) in error.value.message
    return error.value


@pytest.mark.parametrize("bad", ["postgres://x", "sqlite://", "sqlite:///", "nothing", "memory:"])
def test_unknown_urls(bad: str) -> None:
    with pytest.raises(InvalidInput) as error:
        open_store(bad)
    assert error.value.remedy


def test_unknown_zone() -> None:
    with pytest.raises(InvalidInput):
        open_store("memory://", zone="Mars/Olympus")


def test_garbage(tmp_path: Path) -> None:
    path = tmp_path / "garbage"
    path.write_bytes(b"not a database at all" * 500)
    assert refused(path).code == "damaged"
    assert path.read_bytes() == b"not a database at all" * 500


def test_a_damaged_store(tmp_path: Path) -> None:
    path = tmp_path / "store"
    store = open_store(url(path))
    write(store, *[f"p{n}" for n in range(500)])
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    assert refused(path).code == "damaged"
    assert path.read_bytes() == content


def test_another_application(tmp_path: Path) -> None:
    path = tmp_path / "other"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    before = path.read_bytes()
    assert refused(path).code == "other_application"
    assert path.read_bytes() == before


def test_missing_directory(tmp_path: Path) -> None:
    assert refused(tmp_path / "none" / "store").code == "cannot_open"


def test_newer_and_different_schema(tmp_path: Path) -> None:
    path = tmp_path / "store"
    open_store(url(path)).close()
    for statement, code in (
        ("UPDATE meta SET value = 'x' WHERE name = 'schema'", "schema_differs"),
        ("PRAGMA user_version = 9999", "schema_newer"),
    ):
        connection = sqlite3.connect(path)
        connection.execute(statement)
        connection.commit()
        connection.close()
        assert refused(path).code == code


def test_locked_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "store"
    store = SQLiteStore(url(path), str(path), busy_seconds=0.2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnusable) as error:
        write(store, "p1")
    assert error.value.code == "locked"
    assert store.fetch(["p1"]) == {}
    other.execute("ROLLBACK")
    other.close()
    assert write(store, "p1").revision == 1
    store.close()


def test_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "store"
    store = SQLiteStore(url(path), str(path))
    write(store, "p1")
    with store._pool.connection() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreUnusable) as error:
        write(store, *[f"q{n}" for n in range(2_000)])
    assert error.value.code == "disk_full"
    assert store.revision() == 1
    assert set(store.fetch(["p1", "q1"])) == {"p1"}
    with store._pool.connection() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert write(store, "q1").revision == 2
    store.close()


READ_ONLY = """
import os, sys
from brm.errors import StoreUnusable
from brm.store import open_store
from brm.store.sqlite import SQLiteStore
from graph_schema.changes import Change, ChangeSet, NodeRef
from graph_schema.migrations import steps
steps()
# The administrator may write everything, so become somebody else, with everything imported.
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    store = open_store(sys.argv[1])
    store.apply(ChangeSet(actor="a", source="s", changes=(Change("set", NodeRef("person", "x"), {"name": "X"}),)))
    print("written")
except StoreUnusable as error:
    print(error.code, bool(error.remedy))
"""


@pytest.mark.parametrize(("file_mode", "directory_mode"), [(0o444, 0o755), (0o444, 0o555), (0o644, 0o555)])
def test_read_only(tmp_path: Path, file_mode: int, directory_mode: int) -> None:
    directory = tmp_path / "shelf"
    directory.mkdir()
    path = directory / "store"
    store = open_store(url(path))
    write(store, "p1")
    store.close()
    before = path.read_bytes()
    path.chmod(file_mode)
    directory.chmod(directory_mode)
    for parent in directory.parents:
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, url(path)], capture_output=True, text=True, env=environment, check=False
    )
    directory.chmod(0o755)
    path.chmod(0o644)
    assert done.stdout.split() in (["read_only", "True"], ["cannot_open", "True"]), done.stderr
    assert path.read_bytes() == before


def test_backup_while_open(tmp_path: Path) -> None:
    store = open_store(url(tmp_path / "store"))
    write(store, "p1")
    copy = tmp_path / "copy"
    store.backup(str(copy))
    write(store, "p2")
    with pytest.raises(InvalidInput):
        store.backup(str(copy))
    restored = open_store(url(copy))
    assert set(restored.fetch(["p1", "p2"])) == {"p1"}
    assert restored.info().current
    restored.close()
    store.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy", "store"]


def test_closed(tmp_path: Path) -> None:
    store = open_store(url(tmp_path / "store"))
    store.close()
    with pytest.raises(StoreUnusable) as error:
        store.revision()
    assert error.value.code == "closed"


def test_the_steps_make_the_declared_schema(tmp_path: Path) -> None:
    """A store is created by the steps; the schema generated from the registry has the same columns."""
    made, generated = sqlite3.connect(tmp_path / "made"), sqlite3.connect(":memory:")
    open_store(url(tmp_path / "made")).close()
    for statement in create_all(registry()):
        generated.execute(statement)
    assert columns(made) == columns(generated)
    made.close()
    generated.close()


def columns(connection: sqlite3.Connection) -> dict[str, Any]:
    tables = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
    infos = {name: connection.execute(f"PRAGMA table_xinfo({name})").fetchall() for _, name in tables}
    return {name: {row[1:] for row in rows} for name, rows in infos.items()}
