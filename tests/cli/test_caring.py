"""Erasing a person, and the audit of who wrote what."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Brm


def test_audit_lists_commits_with_actor_source_and_what_was_undone(brm: Brm) -> None:
    brm("edit", "upsert", "person", "name=张平", "--id", "p1")
    brm("edit", "upsert", "person", "name=李娜", "--id", "p2")
    brm("edit", "undo", "1")
    items = brm("audit", "--json").json["items"]
    assert [(each["revision"], each["actor"], each["source"], each["undone_by"]) for each in items] == [
        (1, "local", "edit", 3),
        (2, "local", "edit", None),
        (3, "local", "edit", None),
    ]
    assert [each["revision"] for each in brm("audit", "--since", "1", "--limit", "1", "--json").json["items"]] == [2]
    assert len(brm("audit").out.splitlines()) == 4


def test_erase_leaves_no_value_behind(brm: Brm, deal: Path, tmp_path: Path) -> None:
    brm("edit", "upsert", "person", "email=zhang.ping@example.com", "--id", "p1")
    assert b"zhang.ping@example.com" in _bytes(tmp_path)
    brm("erase", "p1", "--yes")
    assert brm("show", "p1", "--json").json["entity"]["properties"] == {}
    assert brm("find", "person", "张平", "--json").json["items"] == []
    brm("export", "all.jsonl")
    left = _bytes(tmp_path)
    assert (b"zhang.ping@example.com" in left, "张平".encode() in left, "李娜".encode() in left) == (False, False, True)
    assert brm("erase", "nobody", "--yes", "--json", code=2).problem["code"] == "not_found"


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
