"""Data in and out: import with its options, export, restore, backup."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest

from tests.cli.conftest import NATIVE, Brm

ROWS = 30
"""Facts in the native folder."""


def test_import_writes_the_folder_and_again_changes_nothing(brm: Brm, native: Path) -> None:
    first = brm("import", native, "--json").json
    assert {name: first[name] for name in ("dry_run", "refused", "rows", "written", "unchanged", "rejected")} == {
        "dry_run": False, "refused": False, "rows": ROWS, "written": ROWS, "unchanged": 0, "rejected": 0,
    }  # fmt: skip
    revision = brm("doctor", "--json").json["revision"]
    again = brm("import", native, "--json").json
    assert (again["written"], brm("doctor", "--json").json["facts"]) == (0, ROWS)
    assert brm("doctor", "--json").json["revision"] == revision


def test_dry_run_says_what_would_change_and_writes_nothing(brm: Brm, native: Path) -> None:
    report = brm("import", native, "--dry-run", "--json").json
    assert (report["dry_run"], report["written"], sum(report["new"].values())) == (True, 0, ROWS)
    assert brm("doctor", "--json").json["facts"] == 0
    assert brm("import", "list", "--json").json["items"] == []
    brm("import", native)
    (native / "person.csv").write_text("id,name,valid_from\np1,张平平,2024-01-01\n", encoding="utf-8")
    report = brm("import", native, "--dry-run", "--json").json
    assert (report["new"], report["changed"]) == ({}, {"person": 1})


@pytest.fixture
def bad(native: Path) -> Path:
    rows = "p8,周八,2030-02-30,x\np9,周九,2024-01-01,\n"
    (native / "person.csv").write_text(
        "id,name,valid_from,shoe\n" + NATIVE["person.csv"].split("\n", 1)[1].replace("\n", ",\n") + rows,
        encoding="utf-8",
    )
    (native / "holds.csv").write_text(NATIVE["holds.csv"] + "p9,q77,2024-01-01\n", encoding="utf-8")
    return native


def test_bad_rows_are_rejected_one_by_one_and_listed(brm: Brm, bad: Path, tmp_path: Path) -> None:
    outcome = brm("import", bad, "--rejects", "rejects.csv", code=1)
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rejects = list(csv.DictReader(file))
    assert sorted((each["file"], each["line"], each["code"]) for each in rejects) == [
        ("holds.csv", "5", "dangling_reference"),
        ("person.csv", "5", "impossible_date"),
        ("person.csv", "5", "unknown_column"),
    ]
    assert all(each["remedy"] and each["message"] for each in rejects)
    for each in rejects:
        (line,) = [
            line for line in outcome.out.splitlines() if line.startswith(f"{each['file']}, line 5, {each['field']}: ")
        ]
        assert each["value"] in line
        assert " → " in line
    assert brm("doctor", "--json").json["facts"] == ROWS + 1
    assert brm("show", "p9", "--json").json["entity"]["properties"] == {"name": "周九"}


def test_strict_takes_all_or_none(brm: Brm, bad: Path) -> None:
    report = brm("import", bad, "--strict", "--json", code=1).json
    assert (report["refused"], report["written"], report["rejected"]) == (True, 0, 2)
    assert brm("doctor", "--json").json["facts"] == 0


def test_imports_are_listed_shown_and_undone(brm: Brm, deal: Path) -> None:
    (listed,) = brm("import", "list", "--json").json["items"]
    assert {name: listed[name] for name in ("status", "facts", "rejected")} == {
        "status": "complete", "facts": ROWS, "rejected": 0,
    }  # fmt: skip
    assert brm("import", "show", listed["id"], "--json").json == listed
    assert listed["id"] in brm("import", "list").out
    brm("edit", "link", "knows", "p1", "p2", "kind=alumni")
    done = brm("import", "undo", listed["id"], "--json").json
    assert done["kept"] == ["p1", "p2"]
    counts = brm("doctor", "--json").json["counts"]
    assert {name: number for name, number in counts.items() if number} == {"person": 2, "knows": 1}
    assert brm("import", "undo", listed["id"], "--json", code=4).problem["code"] == "already_undone"
    assert brm("import", "show", listed["id"], "--json").json["status"] == "undone"


def test_import_show_and_undo_need_an_id_that_exists(brm: Brm) -> None:
    for verb in ("show", "undo"):
        assert brm("import", verb, code=2).err.startswith(f"brm import {verb} needs an import id\n")
        assert brm("import", verb, "none", "--json", code=2).problem["code"] == "not_found"


def test_export_restore_export_is_the_identity(brm: Brm, deal: Path, tmp_path: Path) -> None:
    brm("edit", "upsert", "person", "name=张平平", "--id", "p1", "--from", "2026-03-01")
    brm("edit", "undo", "2")
    shape = brm("export", "one.jsonl", "--json").json
    *lines, last = (tmp_path / "one.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    digest = f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"
    assert shape == {"file": "one.jsonl", "rows": len(lines), "digest": digest}
    assert json.loads(last) == {"kind": "end", "rows": len(lines), "digest": digest}
    receipt = brm("restore", "one.jsonl", "--store", "sqlite:///elsewhere/two.sqlite", "--json").json
    assert receipt["revision"] == brm("doctor", "--json").json["revision"]
    brm("export", "two.jsonl", "--store", "sqlite:///elsewhere/two.sqlite")
    assert (tmp_path / "two.jsonl").read_text() == (tmp_path / "one.jsonl").read_text()
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("cut", ["half a line", "no header", "empty", "other encoding", "not objects"])
def test_a_damaged_export_restores_nothing(brm: Brm, deal: Path, tmp_path: Path, cut: str) -> None:
    brm("export", "all.jsonl")
    text = (tmp_path / "all.jsonl").read_text(encoding="utf-8")
    broken = {
        "half a line": text[:-30].encode(),
        "no header": text.split("\n", 1)[1].encode(),
        "empty": b"",
        "other encoding": text.encode("gb18030"),
        "not objects": b"[1]\n2\n",
    }[cut]
    (tmp_path / "broken.jsonl").write_bytes(broken)
    problem = brm("restore", "broken.jsonl", "--store", "sqlite:///two.sqlite", "--json", code=3).problem
    assert (problem["code"], bool(problem["remedy"])) == ("export_unreadable", True)
    assert brm("doctor", "--store", "sqlite:///two.sqlite", "--json").json["facts"] == 0


def test_a_backup_is_a_store_of_its_own(brm: Brm, deal: Path, tmp_path: Path) -> None:
    backup, export = brm("backup", "copy.sqlite", "--json").json, brm("export", "all.jsonl", "--json").json
    assert backup == {"file": "copy.sqlite", "digest": export["digest"]}
    original = brm("doctor", "--json").json
    copy = brm("doctor", "--json", "--store", "sqlite:///copy.sqlite").json
    differing = {name for name in original if copy[name] != original[name]}
    assert differing <= {"location", "checks"}
    assert [check["id"] for check in copy["checks"] if not check["ok"]] == []
    assert brm("backup", "copy.sqlite", "--json", code=3).problem["code"] == "file_exists"


def test_a_backup_is_restored_into_an_empty_store(brm: Brm, deal: Path) -> None:
    brm("backup", "copy.sqlite")
    brm("restore", "copy.sqlite", "--store", "sqlite:///two.sqlite")
    assert brm("doctor", "--json", "--store", "sqlite:///two.sqlite").json["facts"] == ROWS
