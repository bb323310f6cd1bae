"""The native layout: what `write_layout` offers is what an import takes."""

from __future__ import annotations

import csv

from brm.ingest import load_plan, run, write_layout
from brm.ingest.layout import native_columns
from graph_schema import registry


def test_an_empty_layout_has_a_file_per_type_and_imports_nothing(tmp_path, store):
    written = write_layout(tmp_path / "layout")
    assert written == tuple(f"{spec.name}.csv" for spec in registry().fact_types)
    report = run(load_plan(tmp_path / "layout"), store, "tester")
    assert (report.rows, report.rejected, store.info().facts) == (0, 0, 0)


def test_the_headers_are_the_declared_properties(tmp_path):
    write_layout(tmp_path)
    for spec in registry().fact_types:
        with (tmp_path / f"{spec.name}.csv").open(encoding="utf-8", newline="") as text:
            header, example = csv.reader(text)
        assert tuple(header) == native_columns(spec)
        assert len(example) == len(header)
        assert example[0].startswith("#")


def test_the_examples_of_nodes_are_valid_rows(tmp_path, store):
    """Each node file with its example uncommented; references aside, every value is one to follow."""
    write_layout(tmp_path)
    names = [spec.name for spec in registry().nodes.values() if not spec.references]
    for path in tmp_path.iterdir():
        if path.stem not in names:
            path.unlink()
            continue
        path.write_text(path.read_text("utf-8").replace("#crm:1", f"crm:{path.stem}"), "utf-8")
    report = run(load_plan(tmp_path), store, "tester")
    assert [(each.file, each.field, each.code) for each in report.rejects] == []
    assert report.written == len(names)


def test_a_file_that_is_there_is_left_alone(tmp_path):
    (tmp_path / "person.csv").write_text("mine")
    assert "person.csv" not in write_layout(tmp_path)
    assert (tmp_path / "person.csv").read_text() == "mine"


def test_files_refer_to_one_another_in_any_order(importing, store):
    """`about` sorts before every node file, and an opportunity's winner after the opportunity."""
    report = importing({
        "about.csv": "from,to\nb:1,s:1\n",
        "observation.csv": "id,at,kind,value,source_class\nb:1,2026-01-01,stance,0.5,inside\n",
        "position.csv": "id,title\ns:1,Head\n",
        "opportunity.csv": "id,name,winner\no:1,One,w:1\n",
        "company.jsonl": '{"id": "w:1", "name": "Zulu", "revenue": {"amount": "5", "currency": "CNY"}}\n',
        "influences.csv": "from,to,scope\np:1,p:2,w:1\n",
        "person.csv": "id,name\np:1,Ann\np:2,Bob\n",
    })  # fmt: skip
    assert report.clean
    assert report.written == 8
    assert store.fetch(["influences:p:1>p:2#w:1"])["influences:p:1>p:2#w:1"].properties["scope"] == "w:1"


def test_a_node_of_the_store_may_be_amended_without_its_required_fields(importing, folder, store):
    importing({"company.csv": "id,name\nc:1,Acme\n"})
    report = run(load_plan(folder({"company.csv": "id,industry,valid_from\nc:1,steel,2026-01-01\nc:2,steel,\n"},
                                  name="later")), store, "tester")  # fmt: skip
    assert [(each.line, each.field, each.code) for each in report.rejects] == [(3, "name", "missing_required")]
    assert store.fetch(["c:1"])["c:1"].properties["industry"] == "steel"
    assert store.fetch(["c:1"])["c:1"].properties["name"] == "Acme"


def test_progress_goes_from_nothing_to_all(folder, store):
    steps = []
    plan = load_plan(folder({"person.csv": "id,name\n" + "".join(f"p:{n},P{n}\n" for n in range(12_000))}))
    run(plan, store, "tester", progress=lambda *step: steps.append(step))
    assert {phase for phase, _, _ in steps} == {"check", "write"}
    for phase in ("check", "write"):
        shares = [share for each, _, share in steps if each == phase]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
