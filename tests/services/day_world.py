"""A seller S with two customers, in which everything that can be due is: used by services, API and command line."""

from __future__ import annotations

from datetime import date
from typing import Any

from brm.store.protocol import Store, When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from graph_schema.markers import Money
from graph_schema.values import day_from

DAY = 86_400_000_000
TODAY = day_from(date(2026, 6, 30))
WHEN = When(TODAY * DAY + DAY - 1)


def moment(days: int) -> int:
    """Noon, so many days before today."""
    return (TODAY - days) * DAY + DAY // 2


def node(type_: str, id_: str, days: int = 900, **values: Any) -> Change:
    return Change("set", NodeRef(type_, id_), values, recorded_at=moment(days))


def edge(type_: str, source: str, target: str, key: str = "", days: int = 900, **values: Any) -> Change:
    return Change("set", EdgeRef(type_, source, target, key), values, moment(days), recorded_at=moment(days))


def meeting(id_: str, days: int, *people: str, channel: str = "site_visit") -> list[Change]:
    """A contact of some people, whom nobody is known to have asked for."""
    return [
        node("interaction", id_, days, at=moment(days), channel=channel),
        *(edge("took_part", person, id_, days=days, role="attendee") for person in people),
    ]


def observed(id_: str, kind: str, about: str, days: int, **values: Any) -> list[Change]:
    return [
        node("observation", id_, days, at=moment(days), kind=kind, **({"source_class": "observed"} | values)),
        edge("about", id_, about, days=days),
    ]


def changes() -> list[Change]:
    """The customers c1 (people p1, the restricted p2, and p3 until 60 days ago) and c2 (p4, and p3 since)."""
    made = [
        node("company", "us", name="We", kinds=("ours",)),
        node("company", "c1", name="Alder", kinds=("customer",), industry="energy"),
        node("company", "c2", name="Birch", kinds=("customer",), industry="energy"),
        node("person", "s", name="Seller"), node("person", "t", name="Teammate"),
    ]  # fmt: skip
    for person, company in (("s", "us"), ("t", "us"), ("p1", "c1"), ("p2", "c1"), ("p4", "c2")):
        if company != "us":
            more = {"birthday": TODAY + 5 - 365 * 40 - 10} if person == "p1" else {}
            made.append(node("person", person, name=f"Person {person}", **more,
                             **({"sensitivity": "restricted"} if person == "p2" else {})))  # fmt: skip
        made += [
            node("position", f"q-{person}", title="Head", level=3),
            edge("seat_in", f"q-{person}", company), edge("holds", person, f"q-{person}"),
        ]  # fmt: skip
    made += [
        node("person", "p3", name="Person p3"), node("position", "q-old", title="Buyer", level=2),
        node("position", "q-new", title="Head", level=3), edge("seat_in", "q-old", "c1"),
        edge("seat_in", "q-new", "c2"), edge("holds", "p3", "q-old"), edge("holds", "p3", "q-new", days=60),
        Change("end", EdgeRef("holds", "p3", "q-old"), {}, moment(60), recorded_at=moment(60)),
    ]  # fmt: skip
    made += [edge("covers", "s", "c1", "account_manager"), edge("covers", "t", "c2", "account_manager")]
    made += [edge("covers", "s", "d1", "account_manager", days=90)]
    for number, days in enumerate((190, 200, 210)):
        made += meeting(f"old{number}", days, "s", "p3")
    made += meeting("m1", 40, "s", "p1") + meeting("m2", 40, "s", "p2") + meeting("m4", 30, "t", "p4")
    made += observed("o1", "stance", "p1", 170, value=1.0) + observed("o2", "stance", "p2", 170, value=1.0)
    made += [
        node("opportunity", "d1", 90, name="Turbines", status="open", opened_on=TODAY - 90,
             margin=Money(3_000_000_0000, "CNY"), compelling_event="new plant", compelling_event_on=TODAY + 10),
        edge("for", "d1", "c1", days=90), edge("plays", "p1", "d1", "approver", days=90, role="approver"),
        node("contract", "k1", 300, name="Framework", ends_on=TODAY + 30, signed_on=TODAY - 300),
        edge("belongs_to", "k1", "c1", days=300),
        node("action", "a1", 20, name="Send the offer", status="open", due_on=TODAY - 3),
        node("action", "a2", 20, name="Send the report", status="open", due_on=TODAY + 2),
        edge("belongs_to", "a1", "c2", days=20), edge("owned_by", "a1", "s", days=20),
        edge("belongs_to", "a2", "c1", days=20), edge("owned_by", "a2", "s", days=20),
        edge("promised_to", "a2", "p1", days=20),
    ]  # fmt: skip
    return sorted(made, key=lambda each: isinstance(each.entity, EdgeRef))


def fill(store: Store) -> None:
    """Write the world."""
    store.apply(ChangeSet(actor="test", source="test", changes=tuple(changes())))
