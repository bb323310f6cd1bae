"""Named cases with exact outcomes, the same for every engine. The world before each: `WORLD`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from brm.errors import BrmError
from brm.store.protocol import Query, Store, When
from graph_schema import registry
from graph_schema.changes import Change, ChangeSet, EdgeRef, EntityRef, NodeRef
from graph_schema.values import from_json, parse_instant, to_json

pytestmark = pytest.mark.conformance

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.json"))
KNOWN = parse_instant("2015-01-01T00:00:00Z")
WORLD = tuple(
    Change("set", NodeRef(type_, identity), {name: identity.upper()}, recorded_at=KNOWN)
    for type_, identity, name in (
        ("person", "p1", "name"),
        ("person", "p2", "name"),
        ("person", "p3", "name"),
        ("company", "c1", "name"),
        ("company", "c2", "name"),
        ("position", "s1", "title"),
        ("opportunity", "o1", "name"),
    )
)


def instant(day: str | None) -> int | None:
    return None if day is None else parse_instant(f"{day}T00:00:00Z")


def canonical(type_: str, values: dict[str, Any]) -> dict[str, Any]:
    spec = registry().nodes.get(type_) or registry().edges.get(type_)
    found = {}
    for name, value in values.items():
        kind = spec.properties[name].kind if spec and name in spec.properties else "any"
        found[name] = instant(value) if kind == "instant" else from_json(kind, value)
    return found


def change(verb: Any, type_: str, identity: Any, values: dict[str, Any], stamps: dict[str, Any]) -> Change:
    entity: EntityRef = NodeRef(type_, identity) if isinstance(identity, str) else EdgeRef(type_, *identity)
    return Change(
        verb,
        entity,
        canonical(type_, values),
        instant(stamps.get("from")),
        instant(stamps.get("to")),
        instant(stamps.get("known")),
        stamps.get("revision"),
    )


def shown(store: Store, ids: list[str], when: When) -> dict[str, Any]:
    states = store.fetch(ids, when)
    found: dict[str, Any] = {}
    for identity in ids:
        state = states.get(identity)
        if state is None:
            found[identity] = None
            continue
        properties = registry().fact_type(state.entity.type).properties
        found[identity] = {
            name: to_json(properties[name].kind, value).removesuffix("T00:00:00Z")
            if properties[name].kind == "instant"
            else to_json(properties[name].kind, value)
            for name, value in state.properties.items()
        }
    return found


def take(store: Store, clock: Any, step: dict[str, Any]) -> None:
    when = When(instant(step.get("as_of")), instant(step.get("known_at")))
    match step:
        case {"apply": told}:
            clock.tick()
            apply(store, told, step)
        case {"fetch": expected}:
            assert shown(store, list(expected), when) == expected
        case {"find": query, "ids": ids}:
            assert pages(store, query, when, 500) == ids
            assert pages(store, query, when, 2) == ids
        case {"history": identity, "voids": voids}:
            assert [version.void_revision for version in store.history(identity)] == voids
        case {"stubs": ids}:
            states = store.fetch([each.entity.id for each in store.changes(0)])
            assert [identity for identity, state in states.items() if state.stub] == ids
        case {"counts": counts}:
            held = store.info().counts
            assert {name: held.get(name) for name in counts} == counts
        case {"exact": identity, "property": name, "repr": text}:
            assert repr(store.fetch([identity])[identity].properties[name]) == text
        case {"changes": since, "are": feed}:
            assert [[each.entity.id, each.revision] for each in store.changes(since)] == feed
        case {"advance_days": days}:
            clock.tick(days * 86_400_000_000)
        case _:
            raise AssertionError(f"unknown step {step}")


def apply(store: Store, told: dict[str, Any], step: dict[str, Any]) -> None:
    changes = tuple(change(*each) for each in told.pop("changes"))
    change_set = ChangeSet(actor="tester", source="case", changes=changes, **told)
    before = (store.revision(), list(store.export()))
    if "error" in step:
        with pytest.raises(BrmError) as refused:
            store.apply(change_set)
        assert refused.value.code == step["error"]
        assert refused.value.remedy
        assert (store.revision(), list(store.export())) == before
        return
    receipt = store.apply(change_set)
    for name, value in step.get("receipt", {}).items():
        actual = getattr(receipt, name)
        assert (name, list(actual) if isinstance(actual, tuple) else actual) == (name, value)


def pages(store: Store, query: dict[str, Any], when: When, size: int) -> list[str]:
    equals = canonical(query["type"], {n: v for n, v in query.get("equals", {}).items() if n != "kinds"})
    equals |= {n: v for n, v in query.get("equals", {}).items() if n == "kinds"}
    ids: list[str] = []
    after = None
    while True:
        page = store.find(
            Query(
                type=query["type"],
                text=query.get("text"),
                sort=query.get("sort", "name"),
                equals=equals,
                after=after,
                limit=size,
                when=when,
            )
        )
        ids += [state.entity.id for state in page.items]
        after = page.next
        if after is None:
            return ids


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, store: Store, clock: Any) -> None:
    store.apply(ChangeSet(actor="tester", source="world", changes=WORLD))
    for step in json.loads(path.read_text(encoding="utf-8"))["steps"]:
        take(store, clock, step)


def test_enough_cases() -> None:
    assert len(CASES) >= 30
    assert all(json.loads(path.read_text(encoding="utf-8"))["why"] for path in CASES)


def test_no_case_names_an_engine() -> None:
    """Expectations of one engine alone are forbidden; only conftest.py knows which there are."""
    names = ("mem" + "ory", "sql" + "ite", "neo" + "4j", "bo" + "lt")
    for path in (*CASES, *HERE.glob("test_*.py")):
        text = path.read_text(encoding="utf-8").lower()
        assert not [name for name in names if name in text], path.name
