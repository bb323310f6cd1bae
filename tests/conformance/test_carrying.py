"""A store moves to another engine and back with its history, whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from brm.errors import Conflict, InvalidInput, StoreUnusable
from brm.store import files, loading, open_store
from brm.store.protocol import Store
from brm.store.sealing import content_digest
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from tests.store.fixtures.content import fill, rows_with_alias

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.conformance


@pytest.fixture
def rows(reference: Store) -> list[dict[str, Any]]:
    """A graph with histories, records, an alias, and a node that refers to a later one."""
    fill(reference)
    return list(rows_with_alias(reference))


def seal(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"kind": "end", "rows": len(rows), "digest": content_digest(rows)}


def is_empty(store: Store) -> bool:
    return (store.revision(), [row["kind"] for row in store.export()]) == (0, ["store"])


def test_a_backup_is_restored_elsewhere_and_back(
    store: Store, open_reference: Any, open_empty: Any, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    receipt = store.load([*rows, seal(rows)])
    assert (receipt.revision, store.revision()) == (rows[0]["revision"], rows[0]["revision"])
    digest = store.backup(str(tmp_path / "one"))
    assert digest == content_digest(rows)
    elsewhere, back = open_reference(), open_empty()
    elsewhere.load(files.read(tmp_path / "one"))
    assert elsewhere.backup(str(tmp_path / "two")) == digest
    back.load(files.read(tmp_path / "two"))
    assert list(back.export()) == list(elsewhere.export()) == rows
    written = files.write(tmp_path / "three", back.export())
    assert (written.digest, written.rows) == (digest, len(rows))
    assert not list(tmp_path.glob("*.part*"))


def test_a_backup_goes_into_a_new_file_only(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "kept"
    target.write_text("mine")
    with pytest.raises(InvalidInput) as refused:
        store.backup(str(target))
    assert (refused.value.code, target.read_text()) == ("file_exists", "mine")
    with pytest.raises(StoreUnusable) as unusable:
        store.backup(str(tmp_path / "none" / "file"))
    assert unusable.value.remedy


def test_a_store_that_holds_something_is_not_loaded_into(store: Store, rows: list[dict[str, Any]]) -> None:
    store.apply(ChangeSet(actor="a", source="s", changes=(Change("set", NodeRef("person", "mine"), {"name": "M"}),)))
    before = list(store.export())
    with pytest.raises(Conflict) as refused:
        store.load(rows)
    assert refused.value.code == "store_not_empty"
    assert list(store.export()) == before


class _Interrupted(Exception):
    pass


@pytest.mark.parametrize("at", [1, 5, 12, 25])
def test_an_interrupted_load_leaves_nothing_and_can_begin_again(
    store: Store, rows: list[dict[str, Any]], at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "_BATCH", 2)

    def some() -> Iterator[dict[str, Any]]:
        yield from rows[:at]
        raise _Interrupted

    with pytest.raises(_Interrupted):
        store.load(some())
    assert is_empty(store)
    store.load(rows)
    assert list(store.export()) == rows


def test_what_was_stored_is_compared_with_the_digest_of_the_rows(store: Store, rows: list[dict[str, Any]]) -> None:
    with pytest.raises(StoreUnusable) as refused:
        store.load([*rows, {**seal(rows), "digest": "sha256:0"}])
    assert (refused.value.code, bool(refused.value.remedy)) == ("content_differs", True)
    assert is_empty(store)


def altered(rows: list[dict[str, Any]], kind: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows with the first of a kind changed."""
    found = json.loads(json.dumps(rows))
    next(row for row in found if row["kind"] == kind).update(values)
    return found


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("node", {"type": "planet"}),
        ("node", {"id": "a b"}),
        ("node", {"versions": [{}]}),
        ("edge", {"from": "nobody"}),
        ("edge", {"to": "nobody"}),
        ("alias", {"id": "nobody"}),
        ("commit", {"revision": 7}),
        ("record", {"body": {"colour": "red"}}),
        ("store", {"revision": 99}),
        ("store", {"kind": "shop"}),
    ],
)
def test_rows_that_do_not_fit_are_refused_with_their_number(
    store: Store, rows: list[dict[str, Any]], kind: str, values: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        store.load(altered(rows, kind, values))
    assert refused.value.code == "export_unreadable"
    number = 1 + next(at for at, row in enumerate(rows) if row["kind"] == kind)
    assert refused.value.detail["row"] == (len(rows) if kind == "alias" or values == {"revision": 99} else number)
    assert is_empty(store)


def test_a_reference_to_nobody_is_refused(store: Store, rows: list[dict[str, Any]]) -> None:
    with pytest.raises(InvalidInput) as refused:
        store.load([row for row in rows if row.get("id") != "c:2"])
    assert "'c:2'" in refused.value.message
    assert is_empty(store)


def test_an_export_of_before_seals_is_loaded(store: Store, rows: list[dict[str, Any]]) -> None:
    store.load([{**rows[0], "format": 1}, *rows[1:]])
    assert list(store.export()) == rows


def test_a_load_keeps_little_in_hand(store: Store, rows: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the export, a part at a time is stored, and it comes out the same."""
    monkeypatch.setattr(loading, "_BATCH", 3)
    store.load([*rows, seal(rows)])
    assert list(store.export()) == rows


LOADING = """
import json, sys
from brm.store import open_store
store = open_store(sys.argv[1])

def rows():
    with open(sys.argv[2], encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number % 500 == 0:
                print(number, flush=True)
            yield json.loads(line)

store.load(rows())
"""


def left_in(store: Store) -> list[str]:
    """The kinds of the rows, or why it cannot be read."""
    try:
        return [row["kind"] for row in store.export()]
    except StoreUnusable as closed:
        return [closed.code] if "restore again" in closed.remedy else []


@pytest.mark.faults
def test_a_killed_load_leaves_nothing_and_can_begin_again(persistent: str, reference: Store, tmp_path: Path) -> None:
    people = [Change("set", NodeRef("person", f"p{n}"), {"name": f"N{n}"}) for n in range(6_000)]
    ties = [Change("set", EdgeRef("knows", f"p{n}", f"p{n + 1}", "work"), {}) for n in range(5_999)]
    reference.apply(ChangeSet(actor="a", source="s", changes=(*people, *ties)))
    file = tmp_path / "rows.jsonl"
    files.write(file, reference.export())
    open_store(persistent).close()
    for at in (0, 5_500, 9_500):
        process = subprocess.Popen(
            [sys.executable, "-c", LOADING, persistent, str(file)], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= at:
                break
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with closing(open_store(persistent)) as store:
            assert left_in(store) in (["store"], ["being_filled"])
    with closing(open_store(persistent)) as store:
        store.load(files.read(file))
        assert list(store.export()) == list(reference.export())
