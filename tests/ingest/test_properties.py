"""What holds of every import: order does not matter, twice is once, undo is exact."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from brm.errors import InvalidInput
from brm.ingest import check, load_plan, run, undo_import
from brm.ingest.layout import native_columns
from brm.store import open_store
from graph_schema import registry

DAYS = ["", "2024-01-01", "2024-06-01", "2025-01-01"]
IDS = [f"p:{number}" for number in range(6)]
SEATS = [f"s:{number}" for number in range(3)]
people = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(["Ann", "张伟", 'O"Neil, Bo']), st.sampled_from(DAYS))
)
seats = st.lists(st.tuples(st.sampled_from(SEATS), st.sampled_from(["Head", "Aide"]), st.sampled_from(["", "3", "9"])))
ties = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), st.sampled_from(["work", "friend", "foe"])))
tenures = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(SEATS), st.sampled_from(DAYS), st.sampled_from(DAYS))
)
HEADERS = {
    "person": ("id", "name", "valid_from"),
    "position": ("id", "title", "level"),
    "knows": ("from", "to", "kind"),
    "holds": ("from", "to", "valid_from", "valid_to"),
}
worlds = st.fixed_dictionaries({"person": people, "position": seats, "knows": ties, "holds": tenures})


def write(root: Path, world) -> Path:
    root.mkdir()
    for name, rows in world.items():
        text = io.StringIO()
        csv.writer(text).writerows([HEADERS[name], *rows])
        (root / f"{name}.csv").write_text(text.getvalue(), "utf-8")
    return root


def graph(store):
    """Every believed version with its stamps, however and whenever it was written."""
    return sorted(
        str((row["type"], row.get("id"), row.get("from"), row.get("to"), row.get("key"), each["verb"],
             sorted(each["properties"].items(), key=str), each["valid_from"], each["valid_to"], each["recorded_at"]))
        for row in store.export() if row["kind"] in ("node", "edge")
        for each in row["versions"] if each["void_revision"] is None
    )  # fmt: skip


def one_content_per_identity(world):
    """Without rows that contradict an earlier one: of those the first counts, so order matters."""
    kept = {}
    for name, rows in world.items():
        first = {}
        for row in rows:
            match name:
                case "person":
                    key = (row[0], row[2])
                case "position":
                    key = row[0]
                case "knows":
                    key = (frozenset(row[:2]), row[2])
                case _:
                    key = row[:3]
            first.setdefault(key, row)
        kept[name] = list(first.values())
    return kept


cells = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
    st.lists(st.text(max_size=3), max_size=2), st.dictionaries(st.text(max_size=8), st.text(max_size=3), max_size=2),
    st.sampled_from(["c:1", "5 CNY", "customer", "2026-01-01", {"amount": "1", "currency": "CNY"}]),
)  # fmt: skip
company = registry().nodes["company"]
rows = st.lists(st.dictionaries(st.sampled_from(native_columns(company)), cells, max_size=6), max_size=8)


@given(st.one_of(st.binary(max_size=200), rows.map(lambda each: "\n".join(map(json.dumps, each)).encode())))
@settings(max_examples=100)
def test_no_file_makes_an_import_fail_or_the_store_refuse_it(content):
    """Whatever a file holds, its rows enter or are rejected by the check, not later by the store."""
    with tempfile.TemporaryDirectory() as where:
        (Path(where) / "company.jsonl").write_bytes(content)
        store = open_store("memory://")
        with contextlib.suppress(InvalidInput):
            plan = load_plan(where)
            rejected = check(plan, store).rejected
            report = run(plan, store, "tester")
            assert report.rejected == rejected
            report.write_rejects(Path(where) / "rejects.csv")
        store.close()


@given(worlds, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_rows_does_not_matter(world, rnd: random.Random):
    world = one_content_per_identity(world)
    shuffled = {name: rnd.sample(rows, len(rows)) for name, rows in world.items()}
    graphs = []
    with tempfile.TemporaryDirectory() as where:
        for number, each in enumerate((world, shuffled)):
            store = open_store("memory://")
            report = run(load_plan(write(Path(where) / str(number), each)), store, "tester")
            graphs.append((graph(store), report.rejected, report.undated))
            store.close()
    assert graphs[0] == graphs[1]


@given(worlds, worlds)
@settings(max_examples=30)
def test_twice_is_once_and_undo_is_exact(first, second):
    with tempfile.TemporaryDirectory() as where:
        store = open_store("memory://")
        run(load_plan(write(Path(where) / "first", first)), store, "tester")
        before = graph(store)
        plan = load_plan(write(Path(where) / "second", second))
        report = run(plan, store, "tester")
        after, revision = graph(store), store.revision()
        again = run(plan, store, "tester")
        assert (graph(store), store.revision(), again.written) == (after, revision, 0)
        undo_import(store, report.import_id or "", "tester")
        assert graph(store) == before
        store.close()
