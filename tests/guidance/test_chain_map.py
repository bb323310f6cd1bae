"""The map of a chain: ties, conflicts as far as they may be seen, vacant seats, superiors outside the chain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from brm.guidance.chain_map import chain_map
from brm.principal import Principal, local_admin
from brm.services import moments
from brm.services.workspace import Workspace
from brm.settings import Settings
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from tests.pictures.shapes import walk

READER = Principal("reader", frozenset({"read"}))
SEATS = {
    "q1": ("总裁", 5),
    "q2": ("副总裁", 4),
    "q3": ("部长", 3),
    "q4": ("经理", 2),
    "q5": ("专员", 1),
    "q6": ("顾问", None),
}
HOLDERS = {"p1": "q1", "p2": "q2", "p4": "q4", "p5": "q5"}
"""The seat q3 is vacant, and so is q6, to which nobody reports."""
ABOVE = {"q2": "q1", "q3": "q2", "q4": "q3", "q5": "q2", "q6": "q1"}


def _at(day: int) -> int:
    return int(datetime(2026, 6, day, 2, tzinfo=UTC).timestamp() * 1_000_000)


def _changes() -> Iterator[Change]:
    def node(type_: str, id_: str, **values: Any) -> Change:
        return Change("set", NodeRef(type_, id_), values, recorded_at=_at(1))

    def edge(type_: str, source: str, target: str, key: str = "", **values: Any) -> Change:
        return Change("set", EdgeRef(type_, source, target, key), values, recorded_at=_at(1))

    yield from (
        node("company", "us", name="我们", kinds=("ours",)), node("company", "c1", name="华辰", kinds=("customer",)),
        node("company", "r1", name="友商", kinds=("rival",)), node("person", "e1", name="王芳"),
        node("person", "e2", name="赵敏"), node("position", "qe", title="销售"),
        node("opportunity", "d1", name="扩建", status="open"),
        edge("for", "d1", "c1"), edge("competes", "r1", "d1"), edge("seat_in", "qe", "us"),
        edge("holds", "e1", "qe"), edge("holds", "e2", "qe"),
    )  # fmt: skip
    for seat, (title, level) in SEATS.items():
        yield node("position", seat, title=title, **({"level": level} if level else {}))
        yield edge("seat_in", seat, "c1")
    for low, high in ABOVE.items():
        yield edge("reports_to", low, high, "solid", kind="solid")
    for person, seat in HOLDERS.items():
        yield node("person", person, name=f"姓名{person}")
        yield edge("holds", person, seat)
    for person, role in (("p1", "approver"), ("p4", "legal_veto"), ("p5", "user")):
        yield edge("plays", person, "d1", role, role=role)
    for item, colleague, day in (("i1", "e1", 25), ("i2", "e1", 26), ("i3", "e2", 24)):
        yield node("interaction", item, at=_at(day), channel="meeting")
        yield edge("took_part", colleague, item, role="organiser")
        yield edge("took_part", "p1", item, role="attendee")
    yield node("observation", "o1", at=_at(20), kind="tie", word="seen_with", source_class="observed")
    yield edge("about", "o1", "p5")
    yield edge("toward", "o1", "r1")
    yield edge("conflicts_with", "p1", "p4")
    yield edge("conflicts_with", "p4", "p5", sensitivity="restricted")


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    opened = Workspace.open(Settings(store="memory://", tz="UTC", lang="en"))
    opened.store.apply(ChangeSet(actor="test", source="test", changes=tuple(_changes())))
    yield opened
    opened.close()


def _map(workspace: Workspace, id_: str, principal: Principal | None = None) -> dict[str, Any]:
    return chain_map(workspace, principal or local_admin(), id_, when=moments.when("2026-06-30", None, "UTC"))


def _people(shape: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in walk(shape["people"])}


def test_ties_of_ours_and_of_rivals_are_counted_and_the_best_is_named(workspace: Workspace) -> None:
    """p1 met e1 twice and e2 once; p5 was seen with the rival; the others are known to nobody."""
    for scope in ("d1", "c1"):
        people = _people(_map(workspace, scope))
        best = people["p1"]["best_tie"]
        assert best["colleague"] == {"type": "person", "id": "e1", "name": "王芳"}
        assert best["strength"] == people["p1"]["tie"] > 0.3
        assert {id_: (each["our_ties"], each["rival_ties"]) for id_, each in people.items() if id_ != "p2"} == {
            "p1": (2, 0), "p4": (0, 0), "p5": (0, 1),
        }  # fmt: skip
        assert people["p5"]["best_tie"] is None


def test_conflicts_that_may_not_be_seen_are_left_out(workspace: Workspace) -> None:
    def conflicts(principal: Principal) -> dict[str, list[str]]:
        return {id_: each["conflicts"] for id_, each in _people(_map(workspace, "d1", principal)).items()}

    assert conflicts(local_admin()) == {"p1": ["p4"], "p4": ["p1", "p5"], "p5": ["p4"]}
    assert conflicts(READER) == {"p1": ["p4"], "p4": ["p1"], "p5": []}


def test_in_an_opportunity_people_hang_below_the_nearest_of_the_chain(workspace: Workspace) -> None:
    """p5 reports to p2, who has no part in the deal, and p2 to p1; between p4 and p1 are the vacant q3 and p2."""
    shape = _map(workspace, "d1")
    people = _people(shape)
    assert {id_: each["indirect_superior"] for id_, each in people.items()} == {"p1": None, "p4": "p1", "p5": "p1"}
    assert [each["id"] for each in shape["people"]] == ["p1", "p4", "p5"]
    (vacant,) = shape["vacant_seats"]
    assert vacant == {"id": "q3", "title": "部长", "level": 3, "reports_to": "p1", "reports": ["p4"]}
    assert (people["p4"]["veto"], people["p5"]["veto"], shape["as_of"]) == (True, False, "2026-06-30")


def test_in_an_account_every_vacant_seat_is_there(workspace: Workspace) -> None:
    shape = _map(workspace, "c1")
    assert _people(shape)["p5"]["indirect_superior"] is None, "p2, whom p5 reports to, is in the chain"
    assert {each["id"]: (each["reports_to"], each["reports"], each["level"]) for each in shape["vacant_seats"]} == {
        "q3": ("p2", ["p4"], 3), "q6": ("p1", [], None),
    }  # fmt: skip


def test_a_circle_of_reporting_lines_ends(workspace: Workspace) -> None:
    circle = Workspace.open(Settings(store="memory://", tz="UTC", lang="en"))
    changes = [
        *_changes(),
        Change("set", EdgeRef("reports_to", "q1", "q5", "solid"), {"kind": "solid"}, recorded_at=_at(1)),
    ]
    circle.store.apply(ChangeSet(actor="test", source="test", changes=tuple(changes)))
    for scope in ("c1", "d1"):
        people = walk(_map(circle, scope)["people"])
        ids = [each["id"] for each in people]
        assert len(ids) == len(set(ids)) == len(_people(_map(workspace, scope)))
    assert any(each["cycle"] for each in walk(_map(circle, "c1")["people"]))
    circle.close()
