"""The partition of an account holds all that is read of its partners, on every engine."""

from __future__ import annotations

from typing import Any

import pytest

from brm.store.protocol import Store, When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from scoring import DEFAULTS, SCORERS, reduce_reference

pytestmark = pytest.mark.conformance

DAY = 86_400_000_000
T0 = 1_767_225_600_000_000
AT = T0 - DAY


def node(type_: str, id_: str, **values: Any) -> Change:
    return Change("set", NodeRef(type_, id_), values, AT - 9 * DAY, None, AT - 9 * DAY)


def edge(type_: str, source: str, target: str, key: str = "", **values: Any) -> Change:
    return Change("set", EdgeRef(type_, source, target, key), values, AT - 9 * DAY, None, AT - 9 * DAY)


def seated(person: str, company: str, level: int) -> list[Change]:
    seat = f"{person}-seat"
    return [
        node("person", person, name=person), node("position", seat, title="seat", level=level),
        edge("seat_in", seat, company), edge("holds", person, seat),
    ]  # fmt: skip


def item(type_: str, id_: str, values: dict[str, Any], *ends: tuple[str, str, str, dict[str, Any]]) -> list[Change]:
    edges = (Change("set", EdgeRef(name, a, b), given, AT, None, AT) for name, a, b, given in ends)
    return [Change("set", NodeRef(type_, id_), {"at": AT, **values}, AT, None, AT), *edges]


def took_part(id_: str, host: str, guest: str) -> tuple[tuple[str, str, str, dict[str, Any]], ...]:
    return ("took_part", host, id_, {"role": "organiser"}), ("took_part", guest, id_, {"role": "attendee"})


def world() -> list[Change]:
    """A dealer's two people, one in a unit, and a free agent; each holds another sort of tie; a stranger as well."""
    said = {"kind": "tie", "word": "worked_together", "source_class": "observed"}
    return [
        *(
            node("company", id_, name=id_, kinds=kinds)
            for id_, kinds in {
                "us": ("ours",), "c": ("customer",), "dealer": ("channel",), "agent": ("consultant",),
                "other": ("supplier",),
            }.items()
        ),
        node("org_unit", "unit", name="unit"), edge("part_of", "unit", "dealer"),
        *seated("s", "us", 2), *seated("p", "c", 4), *seated("q", "c", 3), *seated("d1", "dealer", 3),
        *seated("d2", "unit", 2), *seated("a", "agent", 2), *seated("o", "other", 3),
        node("person", "free", name="free"),
        node("opportunity", "deal", name="deal", status="open"), edge("for", "deal", "c"),
        edge("plays", "p", "deal", "decider", source_class="observed"),
        edge("supplies", "dealer", "c", "resells"), edge("supplies", "other", "c", "supplies"),
        edge("partners", "agent", "deal", "adviser", vendor="us"), edge("covers", "free", "deal", "partner"),
        edge("knows", "a", "p", "alumni", strength=0.4), edge("knows", "o", "p", "friend", strength=1.0),
        *item("interaction", "m1", {"channel": "video"}, *took_part("m1", "d1", "q")),
        *item("interaction", "m2", {"channel": "call"}, *took_part("m2", "free", "p")),
        *item("observation", "o1", said, ("about", "o1", "p", {}), ("toward", "o1", "d2", {})),
        *item("observation", "o2", said, ("about", "o2", "q", {}), ("toward", "o2", "other", {})),
    ]  # fmt: skip


def test_the_partition_of_an_account_scores_as_the_whole(store: Store) -> None:
    changes = sorted(world(), key=lambda each: isinstance(each.entity, EdgeRef))
    store.apply(ChangeSet(actor="a", source="s", changes=tuple(changes)))
    whole = store.snapshot(None, When(T0))
    reference, keys = reduce_reference(whole, DEFAULTS), store.keys(["c", "d2", "a", "free", "p", "q", "d1"])
    frame = SCORERS["customer"].score(whole, reference, DEFAULTS)
    row = frame.subject.tolist().index(keys["c"])
    part = store.snapshot(["c"], When(T0))
    own = SCORERS["customer"].score(part, reference, DEFAULTS, scopes=frame.subject[row : row + 1])
    assert own.columns["partner_key"][0] == frame.columns["partner_key"][row] > 0
    assert own.score[0] == pytest.approx(frame.score[row], abs=1e-12)
    told = next(each for each in own.explain(0).contributions if each.factor == "partner_key").inputs["people"]
    assert {(each["person"], one["staff"]) for each in told for one in each["partners"]} == {
        (keys["p"], keys["d2"]), (keys["p"], keys["a"]), (keys["p"], keys["free"]), (keys["q"], keys["d1"]),
    }  # fmt: skip
