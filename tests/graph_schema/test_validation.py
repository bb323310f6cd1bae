"""The pure part of validation: every problem names where it is and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from graph_schema import registry
from graph_schema.changes import Change, EdgeRef, NodeRef, RecordChange
from graph_schema.validation import check_changes, check_record, end_problems, reference_problems

ANN = NodeRef("person", "ann")


def codes(*changes: Change) -> list[tuple[int, str, str]]:
    _, problems = check_changes(changes)
    assert all(problem.remedy and problem.message for problem in problems)
    return [(problem.index, problem.field, problem.code) for problem in problems]


def test_all_problems_of_all_changes_are_reported() -> None:
    first = Change("set", ANN, {"name": 1, "hat": "red", "birthday": "x", "language": None})
    second = Change("set", EdgeRef("knows", "a", "b"), {"kind": "work", "strength": 2})
    good = Change("set", ANN, {"name": "Ann"})
    assert codes(first, good, second) == [
        (0, "name", "not_text"),
        (0, "hat", "unknown_property"),
        (0, "birthday", "not_an_integer"),
        (2, "strength", "out_of_bounds"),
    ]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        (Change("set", NodeRef("planet", "x")), "type", "unknown_type"),
        (Change("set", EdgeRef("loves", "a", "b")), "type", "unknown_type"),
        (Change("set", NodeRef("person", "a b")), "id", "bad_id"),
        (Change("set", EdgeRef("holds", "a", "")), "to", "bad_id"),
        (Change("set", NodeRef("opportunity", "d"), {"specification_author": "a b"}), "specification_author", "bad_id"),
        (Change("set", EdgeRef("holds", "a", "a")), "to", "self_loop"),
        (Change("set", ANN, {}, 5, 5), "valid_to", "interval_empty"),
        (Change("set", ANN, {}, True), "valid_from", "not_an_integer"),
        (Change("set", ANN, {}, None, None, 2**62), "recorded_at", "instant_out_of_range"),
        (Change("end", ANN, {"name": "x"}), "name", "properties_not_allowed"),
        (Change("correct", ANN), "properties", "nothing_to_correct"),
        (Change("drop", ANN), "verb", "unknown_verb"),  # type: ignore[arg-type]
        (Change("set", ANN, {"name": float("nan")}), "name", "not_text"),
        (Change("set", EdgeRef("holds", "a", "b"), {"share": float("nan")}), "share", "not_finite"),
        (Change("set", EdgeRef("holds", "a", "b", "k")), "key", "no_key"),
        (Change("set", EdgeRef("knows", "a", "b")), "kind", "missing_key"),
        (Change("set", EdgeRef("knows", "a", "b", "work"), {"kind": "family"}), "kind", "key_differs"),
        (Change("set", EdgeRef("knows", "a", "b", "foe")), "kind", "unknown_word"),
        (Change("set", ANN, {"extra": {"x": {}}}), "extra", "not_an_extra"),
        (Change("set", ANN, {"extra": {"x": float("inf")}}), "extra", "not_finite"),
        (Change("set", ANN, {"extra": [1]}), "extra", "not_an_extra"),
    ],
)
def test_one_problem(change: Change, field: str, code: str) -> None:
    assert codes(change) == [(0, field, code)]


def test_canonical_form() -> None:
    tie = Change("set", EdgeRef("knows", "b", "a"), {"kind": "work", "strength": -0.0})
    extra = Change("set", ANN, {"extra": {"z": -0.0, "a": True}})
    (one, two), problems = check_changes((tie, extra))
    assert problems == []
    assert one.entity == EdgeRef("knows", "a", "b", "work")
    assert repr(dict(one.properties)) == "{'strength': 0.0}"
    assert repr(two.properties["extra"]) == "{'a': True, 'z': 0.0}"


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"kind": "stance", "value": -1.0}, []),
        ({"kind": "stance", "value": 1.1}, [("value", "out_of_bounds")]),
        ({"kind": "depth", "value": 5}, []),
        ({"kind": "depth", "value": -1.0}, [("value", "out_of_bounds")]),
        ({"kind": "depth", "value": 0.5}, [("value", "not_an_integer")]),
        ({"kind": "funds", "value": -0.5}, [("value", "out_of_bounds")]),
        ({"kind": "criterion:x", "value": 1.0}, []),
        ({"kind": "criterion"}, [("kind", "kind_without_id")]),
        ({"kind": "stance:x"}, [("kind", "unknown_word")]),
        ({"kind": "orientation", "word": "lunar"}, [("word", "unknown_word")]),
        ({"kind": "orientation", "word": "financial"}, []),
    ],
)
def test_observation_kinds(properties: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    found = codes(Change("set", NodeRef("observation", "o"), properties))
    assert [(field, code) for _, field, code in found] == expected


def test_ends_and_references_against_the_graph() -> None:
    types = {"ann": "person", "acme": "company", "deal": "opportunity"}.get
    assert end_problems(0, EdgeRef("plays", "ann", "deal"), types) == []
    found = end_problems(3, EdgeRef("plays", "acme", "gone"), types)
    assert [(each.index, each.field, each.code) for each in found] == [(3, "from", "wrong_end"), (3, "to", "dangling")]
    scope = EdgeRef("influences", "ann", "bob", "ann")
    assert [each.code for each in reference_problems(0, scope, {}, types)] == ["wrong_reference"]
    winner = reference_problems(0, NodeRef("opportunity", "deal"), {"winner": "gone"}, types)
    assert [each.code for each in winner] == ["dangling"]


def test_records() -> None:
    body = {"source": "crm", "status": "running", "started_at": 5, "actor": "a"}
    record, problems = check_record(0, RecordChange("import_batch", "i", body))
    assert problems == []
    assert record is not None
    assert record.body == {**body, "facts": 0, "unchanged": 0, "rejected": 0, "undated": 0}
    for bad, code in (
        ({**body, "status": "odd"}, "unknown_word"),
        ({**body, "colour": 1}, "unknown_property"),
        ({"source": "crm"}, "missing_required"),
    ):
        assert code in [each.code for each in check_record(0, RecordChange("import_batch", "i", bad))[1]]
    assert check_record(0, RecordChange("nothing", "i", {}))[1][0].code == "unknown_type"


def test_every_type_has_an_extra_map() -> None:
    assert all(spec.properties["extra"].kind == "any" for spec in registry().fact_types)
    assert not any("extra" in spec.properties for spec in registry().records.values())
