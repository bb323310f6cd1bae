"""An import is one batch: repeatable, resumable, listed, undoable; a dry run writes nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from brm.errors import Conflict, NotFound
from brm.ingest import list_imports, load_plan, run, show_import, undo_import
from brm.store import open_store
from graph_schema.changes import Change, ChangeSet, NodeRef

FILES = {
    "company.csv": "id,name,kinds\nc:1,Acme,customer;prospect\nc:2,Bravo,ours\n",
    "person.csv": "id,name\np:1,Ann\np:2,Bob\n",
    "position.csv": "id,title,level\ns:1,Head,3\n",
    "seat_in.csv": "from,to\ns:1,c:1\n",
    "holds.csv": "from,to,valid_from,valid_to,recorded_at\n"
    "p:1,s:1,2024-01-01,2025-01-01,2024-02-01\np:2,s:1,2025-01-01,,\n",
    "interaction.jsonl": '{"id": "i:1", "at": "2026-01-05T10:00:00+08:00", "channel": "call"}\n',
    "took_part.csv": "from,to,role\np:1,i:1,from\n",
}


@pytest.fixture(params=["memory", "sqlite"])
def store_url(request, tmp_path):
    return "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'store.db'}"


def facts(store):
    """All versions that are believed, without the numbers of commits."""
    found = []
    for row in store.export():
        if row["kind"] in ("node", "edge"):
            versions = [
                {key: each[key] for key in ("verb", "properties", "valid_from", "valid_to", "recorded_at")}
                for each in row["versions"]
                if each["void_revision"] is None
            ]
            if versions:
                found.append({**row, "revision": None, "versions": sorted(versions, key=str)})
    return sorted(found, key=str)


def test_what_an_import_says(importing, store):
    report = importing(FILES)
    assert (report.written, report.unchanged, report.rejected, report.rows) == (10, 0, 0, 10)
    assert dict(report.facts) == {
        "company": 2, "person": 2, "position": 1, "seat_in": 1, "holds": 2, "interaction": 1, "took_part": 1,
    }  # fmt: skip
    first = store.history("holds:p:1>s:1")[0]
    assert (first.valid_from, first.valid_to, first.recorded_at) == (
        1704067200000000, 1735689600000000, 1706745600000000,
    )  # fmt: skip
    assert store.fetch(["c:1"])["c:1"].properties["kinds"] == ("customer", "prospect")


def test_a_tie_to_an_event_is_dated_by_the_event(importing, store):
    importing(FILES)
    moment = 1767578400000000
    call, part = store.history("i:1")[0], store.history("took_part:p:1>i:1")[0]
    assert (call.valid_from, call.recorded_at) == (moment, moment)
    assert (part.valid_from, part.recorded_at) == (moment, moment)


def test_a_tie_to_an_event_of_the_store_is_dated_by_it(importing, folder, store):
    importing(FILES)
    plan = load_plan(folder({"took_part.csv": "from,to,role\np:2,i:1,to\n"}, name="later"))
    report = run(plan, store, "tester")
    assert store.history("took_part:p:2>i:1")[0].valid_from == 1767578400000000
    assert report.undated == 0


def test_importing_again_changes_nothing(importing, store):
    importing(FILES)
    before = (store.revision(), list(store.export()))
    again = importing(FILES)
    assert (again.written, again.unchanged) == (0, 10)
    assert (store.revision(), list(store.export())) == before
    assert len(list_imports(store)) == 1


def test_a_dry_run_tells_and_writes_nothing(importing, folder, store):
    first = importing(FILES, dry_run=True)
    assert dict(first.new) == dict(first.facts)
    assert store.revision() == 0
    importing(FILES)
    revision = store.revision()
    changed = {"company.csv": "id,name,industry\nc:1,Acme,steel\nc:2,Bravo,\nc:3,Cat,\n"}
    second = run(load_plan(folder(changed, name="later")), store, "tester", dry_run=True)
    assert (dict(second.new), dict(second.changed), dict(second.same)) == (
        {"company": 1},
        {"company": 1},
        {"company": 1},
    )
    assert store.revision() == revision


def test_undo_restores_what_was_there(importing, folder, store):
    run(load_plan(folder({"company.csv": "id,name\nc:1,Acme Ltd\n"}, name="earlier")), store, "tester")
    before = facts(store)
    report = importing(FILES)
    assert facts(store) != before
    undo_import(store, report.import_id, "tester")
    assert facts(store) == before
    assert [each.status for each in list_imports(store)] == ["complete", "undone"]
    with pytest.raises(Conflict):
        undo_import(store, report.import_id, "tester")
    with pytest.raises(NotFound):
        undo_import(store, "import:none", "tester")


def test_after_an_undo_the_files_can_be_imported_again(importing, store):
    first = importing(FILES)
    state = facts(store)
    undo_import(store, first.import_id, "tester")
    second = importing(FILES)
    assert second.import_id == f"{first.import_id}-2"
    assert facts(store) == state
    undo_import(store, second.import_id, "tester")
    assert facts(store) == []


def test_undo_keeps_later_edits(importing, store):
    report = importing({"company.csv": "id,name\nc:1,Acme\n"})
    edit = Change("set", NodeRef("company", "c:1"), {"industry": "steel"})
    store.apply(ChangeSet(actor="ann", source="ui", changes=(edit,)))
    receipt = undo_import(store, report.import_id, "tester")
    assert receipt.kept == ("c:1",)


def test_an_import_that_fails_is_incomplete_and_goes_on(importing, store, monkeypatch):
    apply, calls = store.apply, []

    def failing(change_set):
        calls.append(change_set)
        if len(calls) == 3:
            raise OSError("no space left on device")
        return apply(change_set)

    rows = "".join(f"p:{number},Person {number}\n" for number in range(7_000))
    monkeypatch.setattr(store, "apply", failing)
    with pytest.raises(OSError, match="no space"):
        importing({"person.csv": "id,name\n" + rows})
    monkeypatch.undo()
    (batch,) = list_imports(store)
    assert (batch.status, batch.facts) == ("incomplete", 5_000)
    report = importing({"person.csv": "id,name\n" + rows})
    assert (report.import_id, report.written, report.unchanged) == (batch.id, 2_000, 5_000)
    assert (show_import(store, batch.id).status, show_import(store, batch.id).facts) == ("complete", 7_000)
    undo_import(store, batch.id, "tester")
    assert facts(store) == []


KILLED = """
import sys
from brm.ingest import load_plan, run
from brm.store import open_store
run(load_plan(sys.argv[1]), open_store(sys.argv[2]), "tester", progress=lambda *step: print(*step, flush=True))
"""


def test_killed_half_way(folder, tmp_path):
    rows = "".join(f"p:{number},Person {number}\n" for number in range(20_000))
    root, url = folder({"person.csv": "id,name\n" + rows}), f"sqlite:///{tmp_path / 'crm.db'}"
    importer = subprocess.Popen([sys.executable, "-c", KILLED, str(root), url], stdout=subprocess.PIPE, text=True,
                                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
    assert importer.stdout is not None
    for line in importer.stdout:
        if line.startswith("write"):
            break
    importer.send_signal(signal.SIGKILL)
    importer.communicate()
    store = open_store(url)
    try:
        half = store.info().facts
        assert half % 5_000 == 0
        assert half < 20_000
        later = time.time_ns() // 1_000 + 120_000_000
        assert [each.status for each in list_imports(store, now=later)] == ["incomplete"]
        report = run(load_plan(root), store, "tester")
        assert (report.written, report.unchanged) == (20_000 - half, half)
        assert [each.status for each in list_imports(store)] == ["complete"]
    finally:
        store.close()
