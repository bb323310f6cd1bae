"""Every kind of bad row is rejected by itself, with file, line, field, value, reason and remedy."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from brm.errors import InvalidInput
from brm.ingest import load_plan, run

PEOPLE = "id,name\np:1,Ann\np:2,Bob\n"


def reasons(report):
    return [(each.file, each.line, each.field, each.value, each.code) for each in report.rejects]


ROWS = {
    "unknown column": (
        {"person.csv": "id,name,shoe_size\np:1,Ann,\np:2,Bob,43\n"},
        [("person.csv", 3, "shoe_size", "43", "unknown_column")], {"person": 1},
    ),
    "missing required field": (
        {"person.csv": "id,name\np:1,Ann\np:2,\n"},
        [("person.csv", 3, "name", "", "missing_required")], {"person": 1},
    ),
    "missing required key of an edge": (
        {"person.csv": PEOPLE, "knows.csv": "from,to,kind\np:1,p:2,\n"},
        [("knows.csv", 2, "kind", "", "missing_required")], {"person": 2},
    ),
    "dangling reference": (
        {"person.csv": PEOPLE, "knows.csv": "from,to,kind\np:1,p:2,work\np:1,p:9,work\n"},
        [("knows.csv", 3, "to", "p:9", "dangling_reference")], {"person": 2, "knows": 1},
    ),
    "dangling reference in a property": (
        {"opportunity.csv": "id,name,winner\no:1,One,c:9\no:2,Two,\n"},
        [("opportunity.csv", 2, "winner", "c:9", "dangling_reference")], {"opportunity": 1},
    ),
    "impossible date": (
        {"person.csv": "id,name,valid_from\np:1,Ann,2026-02-30\np:2,Bob,2026-02-28\n"},
        [("person.csv", 2, "valid_from", "2026-02-30", "impossible_date")], {"person": 1},
    ),
    "end before start": (
        {"person.csv": "id,name,valid_from,valid_to\np:1,Ann,2026-02-02,2026-02-01\np:2,Bob,,\n"},
        [("person.csv", 2, "valid_to", "", "end_before_start")], {"person": 1},
    ),
    "role outside the vocabulary": (
        {"person.csv": PEOPLE, "opportunity.csv": "id,name\no:1,One\n",
         "plays.csv": "from,to,role\np:1,o:1,aprover\np:2,o:1,user\n"},
        [("plays.csv", 2, "role", "aprover", "unknown_word")], {"person": 2, "opportunity": 1, "plays": 1},
    ),
    "self-tie": (
        {"person.csv": PEOPLE, "knows.csv": "from,to,kind\np:1,p:1,work\n"},
        [("knows.csv", 2, "to", "p:1", "self_tie")], {"person": 2},
    ),
    "stance out of bounds": (
        {"observation.csv": "id,at,kind,value,source_class\nb:1,2026-01-01,stance,1.5,opinion\n"
                            "b:2,2026-01-01,stance,-1,opinion\n"},
        [("observation.csv", 2, "value", "1.5", "out_of_bounds")], {"observation": 1},
    ),
    "level out of bounds": (
        {"position.csv": "id,title,level\ns:1,Head,6\ns:2,Head,5\n"},
        [("position.csv", 2, "level", "6", "out_of_bounds")], {"position": 1},
    ),
    "duplicate id with other content": (
        {"person.csv": "id,name\np:1,Ann\np:1,Anna\np:1,Ann\n"},
        [("person.csv", 3, "id", "p:1", "duplicate_content")], {"person": 1},
    ),
    "NaN": (
        {"opportunity.csv": "id,name,price_weight\no:1,One,NaN\no:2,Two,inf\no:3,Three,0.4\n"},
        [("opportunity.csv", 2, "price_weight", "NaN", "not_finite"),
         ("opportunity.csv", 3, "price_weight", "inf", "not_finite")], {"opportunity": 1},
    ),
    "NaN in JSON": (
        {"opportunity.jsonl": '{"id": "o:1", "name": "One", "price_weight": NaN}\n'},
        [("opportunity.jsonl", 1, "", '{"id": "o:1", "name": "One", "price_weight": NaN}', "not_finite")], {},
    ),
    "NaN in an amount": (
        {"opportunity.csv": "id,name,amount\no:1,One,NaN CNY\n"},
        [("opportunity.csv", 2, "amount", "NaN CNY", "not_finite")], {},
    ),
    "edge to the wrong type": (
        {"person.csv": PEOPLE, "company.csv": "id,name\nc:1,Acme\n", "holds.csv": "from,to\np:1,c:1\n"},
        [("holds.csv", 2, "to", "c:1", "wrong_end_type")], {"person": 2, "company": 1},
    ),
    "one id for two types": (
        {"person.csv": PEOPLE, "company.csv": "id,name\np:1,Acme\n"},
        [("person.csv", 2, "id", "p:1", "other_type")], {"company": 1, "person": 1},
    ),
    "white space in an id": (
        {"person.csv": "id,name\np 1,Ann\n"},
        [("person.csv", 2, "id", "p 1", "bad_id")], {},
    ),
    "an amount without currency": (
        {"opportunity.csv": "id,name,amount\no:1,One,100\n"},
        [("opportunity.csv", 2, "amount", "100", "amount_without_currency")], {},
    ),
    "truncated JSONL": (
        {"person.jsonl": '{"id": "p:1", "name": "Ann"}\n{"id": "p:2", "na'},
        [("person.jsonl", 2, "", '{"id": "p:2", "na', "malformed_json")], {"person": 1},
    ),
    "unknown key in JSONL": (
        {"person.jsonl": '{"id": "p:1", "name": "Ann", "shoe_size": 43}\n'},
        [("person.jsonl", 1, "shoe_size", "43", "unknown_column")], {},
    ),
    "truncated CSV": (
        {"person.csv": "id,name,email\np:1,Ann,a@x.example\np:2,Bo"},
        [("person.csv", 3, "", "p:2,Bo", "too_few_cells")], {"person": 1},
    ),
    "an unquoted delimiter": (
        {"person.csv": "id,name\np:1,Ann, the first\np:2,Bob\n"},
        [("person.csv", 2, "", "p:1,Ann, the first", "too_many_cells")], {"person": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS)
def test_a_bad_row_is_rejected_and_the_others_enter(case, importing, store):
    files, expected, counts = ROWS[case]
    report = importing(files)
    assert reasons(report) == expected
    assert report.rejected == len({(file, line) for file, line, *_ in expected})
    assert dict(store.info().counts) == counts
    assert all(each.message and each.remedy for each in report.rejects)


def test_the_nearest_word_is_suggested(importing):
    report = importing(ROWS["role outside the vocabulary"][0])
    (reject,) = report.rejects
    assert reject.params["nearest"] == "approver"
    assert "Did you mean 'approver'?" in reject.remedy


def test_all_problems_of_a_row_are_reported_at_once(importing):
    report = importing({"position.csv": "id,title,level\ns:1,,9\n"})
    assert [(each.field, each.code) for each in report.rejects] == [
        ("level", "out_of_bounds"), ("title", "missing_required"),
    ]  # fmt: skip
    assert report.rejected == 1


def test_strict_takes_all_or_none(importing, store):
    report = importing(ROWS["dangling reference"][0], strict=True)
    assert report.refused
    assert (store.revision(), store.records("import_batch")) == (0, [])
    assert not importing({"person.csv": PEOPLE, "knows.csv": "from,to,kind\np:1,p:2,work\n"}, strict=True).refused
    assert dict(store.info().counts) == {"person": 2, "knows": 1}


def test_rejects_are_written_as_csv(importing, tmp_path: Path):
    report = importing({"person.csv": "id,name\np:1,\n张三,张三\np:3 ,王\n"})
    target = tmp_path / "rejects.csv"
    report.write_rejects(target)
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(row["file"], row["line"], row["field"], row["code"]) for row in rows] == [
        ("person.csv", "2", "name", "missing_required"), ("person.csv", "4", "id", "bad_id"),
    ]  # fmt: skip
    assert all(row["remedy"] for row in rows)


def test_rejects_stay_in_order_when_they_are_many(importing):
    rows = "".join(f"p:{number},\n" for number in range(12_000))
    report = importing({"person.csv": "id,name\n" + rows})
    assert report.rejected == 12_000
    assert [each.line for each in report.rejects] == list(range(2, 12_002))
    assert [each.line for each in report.rejects.first(2)] == [2, 3]


FOLDERS = {
    "an empty folder": ({}, "nothing_to_import"),
    "a column missing": ({"knows.csv": "from,kind\np:1,work\n"}, "missing_column"),
    "a column twice": ({"person.csv": "id,name,name\n"}, "duplicate_column"),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_an_unusable_folder_is_an_error_with_a_remedy(case, folder):
    files, code = FOLDERS[case]
    with pytest.raises(InvalidInput) as caught:
        load_plan(folder(files))
    assert caught.value.code == code
    assert caught.value.remedy


def test_a_missing_folder_is_an_error(tmp_path: Path):
    with pytest.raises(InvalidInput, match="is not a folder"):
        load_plan(tmp_path / "absent")


WARNINGS = {
    "overlapping tenures": (
        {"person.csv": PEOPLE, "position.csv": "id,title\ns:1,Head\ns:2,Aide\n",
         "holds.csv": "from,to,valid_from,valid_to\np:1,s:1,2024-01-01,2025-01-01\np:2,s:1,2024-06-01,\n"
                      "p:1,s:2,2024-01-01,2025-01-01\np:2,s:2,2025-01-01,\n"},
        {"overlapping_tenures": (1, ["holds.csv:3"])}, {"person": 2, "position": 2, "holds": 4},
    ),
    "reporting cycle": (
        {"position.csv": "id,title\ns:1,A\ns:2,B\ns:3,C\n",
         "reports_to.csv": "from,to,kind\ns:1,s:2,solid\ns:2,s:1,solid\ns:3,s:1,solid\ns:1,s:3,dotted\n"},
        {"reporting_cycle": (2, ["reports_to.csv:2", "reports_to.csv:3"])}, {"position": 3, "reports_to": 4},
    ),
    "no cycle at any one time": (
        {"position.csv": "id,title\ns:1,A\ns:2,B\n",
         "reports_to.csv": "from,to,kind,valid_from,valid_to\ns:1,s:2,solid,2024-01-01,2025-01-01\n"
                           "s:2,s:1,solid,2025-01-01,\n"},
        {}, {"position": 2, "reports_to": 2},
    ),
    "an opportunity without a customer": (
        {"company.csv": "id,name\nc:1,Acme\n", "opportunity.csv": "id,name\no:1,One\no:2,Two\n",
         "for.csv": "from,to\no:1,c:1\n"},
        {"no_customer": (1, ["o:2"])}, {"company": 1, "opportunity": 2, "for": 1},
    ),
    "two files that differ": (
        {"person.csv": "id,name\np:1,Ann\np:2,Bob\n", "person.jsonl": '{"id": "p:1", "name": "Anna"}\n'},
        {"conflict": (1, ["person.jsonl:1 name"])}, {"person": 2},
    ),
    "a file nobody knows": (
        {"person.csv": PEOPLE, "compnay.csv": "id,name\nc:1,Acme\n"},
        {"unknown_file": (1, ["compnay.csv: no type of that name; did you mean company.csv?"])}, {"person": 2},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WARNINGS)
def test_odd_things_are_kept_with_a_warning(case, importing, store):
    files, expected, counts = WARNINGS[case]
    report = importing(files)
    assert report.clean
    found = {code: (each.count, each.examples) for code, each in report.warnings.items() if code != "undated"}
    assert found == expected
    assert _all(store) == counts


def _all(store):
    """Entities of each type ever, since closed tenures do not exist now."""
    kinds = [row for row in store.export() if row["kind"] in ("node", "edge")]
    return {name: sum(row["type"] == name for row in kinds) for name in {row["type"] for row in kinds}}


def test_undated_facts_are_counted_and_always_known(importing, store):
    report = importing({"person.csv": "id,name,valid_from\np:1,Ann,\np:2,Bob,2026-01-01\n"})
    assert report.undated == report.warnings["undated"].count == 1
    ann, bob = store.history("p:1")[0], store.history("p:2")[0]
    assert ann.valid_from is None
    assert ann.recorded_at == -62135510400000000
    assert bob.valid_from == bob.recorded_at == 1767225600000000


def test_an_opportunity_whose_customer_the_store_knows_is_no_warning(importing, folder, store):
    importing(WARNINGS["an opportunity without a customer"][0])
    (folder({}) / "for.csv").unlink()
    again = run(load_plan(folder({"opportunity.csv": "id,name,amount\no:1,One,5 CNY\n"})), store, "tester")
    assert "no_customer" not in again.warnings
