"""Files of exported rows: written whole or not at all; a cut or a changed byte is found and placed."""

from __future__ import annotations

import gzip
import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from brm.errors import InvalidInput, StoreUnusable
from brm.store import files, open_store
from brm.store.sealing import content_digest

ROWS: list[dict[str, Any]] = [{"kind": "store", "format": 2}, *({"kind": "node", "id": f"张{n}"} for n in range(2_499))]


@pytest.fixture(params=[False, True], ids=["plain", "compressed"])
def compress(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def path(tmp_path: Path, compress: bool) -> Path:
    files.write(tmp_path / "rows", ROWS, compress=compress)
    return tmp_path / "rows"


@contextmanager
def wide_umask() -> Iterator[None]:
    """Whoever makes a file without a thought lets everyone read it."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def lines_of(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).splitlines(keepends=True)


def put(path: Path, lines: list[bytes], compress: bool) -> None:
    path.write_bytes(gzip.compress(b"".join(lines)) if compress else b"".join(lines))


def refused(path: Path) -> tuple[str, int]:
    with pytest.raises(InvalidInput) as error:
        list(files.read(path))
    assert (error.value.code, bool(error.value.remedy)) == ("export_unreadable", True)
    assert str(path) in error.value.message
    return error.value.message.removeprefix(str(path)).strip(" ,"), error.value.detail["row"]


def test_what_is_written_is_read(path: Path) -> None:
    *rows, last = files.read(path)
    assert rows == ROWS
    assert last == {"kind": "end", "rows": 2_500, "digest": content_digest(ROWS)}
    kinds = [json.loads(line)["kind"] for line in lines_of(path)]
    assert [at for at, kind in enumerate(kinds) if kind == "check"] == [1_000, 2_001]


@pytest.mark.parametrize(
    ("at", "what", "row"),
    [
        (5, "was altered between rows 1 and 1000", 1_001),
        (1_500, "was altered between rows 1001 and 2000", 2_001),
        (2_400, "was altered between rows 2001 and 2500", 2_501),
    ],
)
def test_a_changed_value_is_placed(path: Path, compress: bool, at: int, what: str, row: int) -> None:
    lines = lines_of(path)
    lines[at] = lines[at].replace("张".encode(), "李".encode())
    put(path, lines, compress)
    assert refused(path) == (what, row)


def test_a_row_that_is_gone_doubled_or_swapped_is_placed(path: Path, compress: bool) -> None:
    lines = lines_of(path)
    for changed in (
        lines[:7] + lines[8:],
        lines[:7] + lines[6:],
        [*lines[:7], lines[8], lines[7], *lines[9:]],
    ):
        put(path, changed, compress)
        assert refused(path)[0].startswith("was altered between rows 1 and ")


@pytest.mark.parametrize(
    ("kept", "row"), [(1, 2), (600, 601), (1_001, 1_001), (2_502, 2_501)], ids=["head", "part", "check", "all but end"]
)
def test_a_file_cut_at_the_end_of_a_line_is_placed(path: Path, compress: bool, kept: int, row: int) -> None:
    put(path, lines_of(path)[:kept], compress)
    assert refused(path) == (f"is cut off after row {row - 1}", row)


def test_a_file_cut_within_a_line_is_placed(path: Path, compress: bool) -> None:
    put(path, [*lines_of(path)[:600], b'{"kind": "no'], compress)
    assert refused(path) == ("row 601: not a JSON object", 601)


def test_a_compressed_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    files.write(path, ROWS, compress=True)
    content = path.read_bytes()
    for cut in (3, 11, 500, len(content) // 2, len(content) - 9, len(content) - 1):
        path.write_bytes(content[:cut])
        assert "cut off after row" in refused(path)[0]
    path.write_bytes(content[:300] + bytes([content[300] ^ 255]) + content[301:])
    refused(path)


def test_an_export_of_before_seals_has_none(tmp_path: Path) -> None:
    path = tmp_path / "old"
    rows = [{"kind": "store", "format": 1}, {"kind": "node", "id": "a"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert list(files.read(path)) == rows


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(StoreUnusable) as error:
            list(files.read(path))
        assert (str(path) in error.value.message, bool(error.value.remedy)) == (True, True)


def test_a_failure_keeps_the_file_of_before_and_leaves_no_part(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()

    def failing() -> Iterator[dict[str, Any]]:
        yield from ROWS[:1_500]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        files.write(path, failing())
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["rows"]


@pytest.mark.skipif(sys.platform == "win32", reason="rights are kept elsewhere")
def test_a_file_is_for_its_owner_alone_from_its_first_byte(tmp_path: Path, compress: bool) -> None:
    target, part = tmp_path / "rows", tmp_path / "rows.part"
    for each in (target, part):
        each.touch(mode=0o644)
    modes = []

    def watched() -> Iterator[dict[str, Any]]:
        modes.append(stat.S_IMODE(part.stat().st_mode))
        yield from ROWS[:3]

    with wide_umask():
        files.write(target, watched(), compress=compress)
    assert [*modes, stat.S_IMODE(target.stat().st_mode)] == [0o600, 0o600]


@pytest.mark.skipif(sys.platform == "win32", reason="rights are kept elsewhere")
@pytest.mark.parametrize("url", ["memory://", "sqlite:///{}/store.sqlite"])
def test_a_backup_is_for_its_owner_alone(tmp_path: Path, url: str) -> None:
    with closing(open_store(url.format(tmp_path))) as store, wide_umask():
        store.backup(str(tmp_path / "backup"))
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    assert list(files.read(tmp_path / "backup"))


def test_the_part_is_on_the_disk_before_it_takes_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        real_sync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        done.append("name")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    files.write(tmp_path / "rows", ROWS[:3])
    assert done == ["file", "name", "folder"]
