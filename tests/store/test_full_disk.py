"""A disk that is really full: the write is refused with the remedy, nothing is half there, and it goes on after."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from brm.errors import StoreUnusable
from brm.store import files, open_store
from brm.store.protocol import Store
from graph_schema.changes import Change, ChangeSet, NodeRef

pytestmark = pytest.mark.faults

MIB = 1 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small file system can be mounted here; test_opening fills a file that may not grow")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def change_set(label: str, number: int) -> ChangeSet:
    people = (Change("set", NodeRef("person", f"{label}{n}"), {"name": f"{label}{n}" * 30}) for n in range(number))
    return ChangeSet(actor="a", source="s", changes=tuple(people))


def fill(disk: Path) -> Path:
    """A file that takes what is left."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4_096))
        except OSError:
            return ballast


def test_a_write_is_refused_and_the_store_goes_on_when_there_is_room(disk: Path) -> None:
    with closing(open_store(f"sqlite:///{disk / 'store'}")) as store:
        store.apply(change_set("p", 20))
        before = list(store.export())
        ballast = fill(disk)
        for _ in range(2):
            with pytest.raises(StoreUnusable) as refused:
                store.apply(change_set("q", 3_000))
            assert (refused.value.code, refused.value.remedy) == ("disk_full", "Free space on the disk and repeat.")
            assert list(store.export()) == before
        ballast.unlink()
        assert store.apply(change_set("q", 300)).revision == 2
        assert [check for check in store.check() if not check.ok] == []


@pytest.fixture
def large(tmp_path: Path) -> Iterator[Store]:
    """A store elsewhere that does not fit the disk."""
    with closing(open_store(f"sqlite:///{tmp_path / 'large'}")) as store:
        for label in "abcd":
            store.apply(change_set(label, 4_000))
        yield store


def test_a_backup_and_an_export_leave_nothing_half(disk: Path, large: Store) -> None:
    with pytest.raises(StoreUnusable) as refused:
        large.backup(str(disk / "copy"))
    assert refused.value.code == "disk_full"
    with pytest.raises(StoreUnusable) as refused:
        files.write(disk / "rows", large.export())
    assert (refused.value.code, "room" in refused.value.remedy) == ("file_unusable", True)
    assert list(disk.iterdir()) == []


def test_a_restore_leaves_an_empty_store(disk: Path, large: Store) -> None:
    with closing(open_store(f"sqlite:///{disk / 'store'}")) as store:
        with pytest.raises(StoreUnusable) as refused:
            store.load(large.export())
        assert refused.value.code == "disk_full"
        assert [row["kind"] for row in store.export()] == ["store"]
        store.load([{**next(large.export()), "revision": 0, "committed_at": None}])
        assert store.apply(change_set("p", 3)).revision == 1
