"""A small store of one deal whose every score can be computed, for tests of drafts and reviews."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from graph_schema.markers import Money
from graph_schema.values import instant_from

NOW = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0) - timedelta(days=2)
SETTINGS = {"tz": "Asia/Shanghai", "lang": "en"}
COMPANIES = {
    "us": ("ours",), "c": ("customer",), "other": ("customer",), "r1": ("rival",), "r2": ("rival",),
}  # fmt: skip
SEATS = {
    "a": "c", "b": "c", "d": "c", "e": "c", "x": "other", "s1": "us", "s2": "us", "k": "r1",
}  # fmt: skip
ROLES = (("a", "approver"), ("b", "decider"), ("d", "evaluator"), ("e", "user"))


def ago(days: float) -> int:
    return instant_from(NOW - timedelta(days=days))


def node(type_: str, id_: str, **values: Any) -> Change:
    return Change("set", NodeRef(type_, id_), values)


def edge(type_: str, source: str, target: str, key: str = "", since: float = 400, **values: Any) -> Change:
    return Change("set", EdgeRef(type_, source, target, key), values, ago(since))


def meeting(id_: str, days: float, *people: str, concerns: str) -> list[Change]:
    at = ago(days)
    return [
        Change("set", NodeRef("interaction", id_), {"at": at, "channel": "meeting"}, at),
        *(
            Change(
                "set", EdgeRef("took_part", each, id_), {"role": "organiser" if each == people[0] else "attendee"}, at
            )
            for each in people
        ),
        Change("set", EdgeRef("concerns", id_, concerns), {}, at),
    ]


def seen(id_: str, days: float, person: str, vendor: str, value: float, kind: str = "stance") -> list[Change]:
    at = ago(days)
    said = {"at": at, "kind": kind, "value": value, "source_class": "observed"}
    ends = (("about", person), ("toward", vendor), ("concerns", "deal"))
    return [
        Change("set", NodeRef("observation", id_), said, at),
        *(Change("set", EdgeRef(type_, id_, to), {}, at) for type_, to in ends),
    ]


def changes() -> list[Change]:
    return [
        *(node("company", id_, name=id_, kinds=kinds) for id_, kinds in COMPANIES.items()),
        *(node("person", id_, name=id_.upper()) for id_ in (*SEATS, "stray")),
        *(node("position", f"{id_}-seat", title=f"seat of {id_}", level=3) for id_ in SEATS),
        node("position", "free", title="free seat", level=4), edge("seat_in", "free", "c"),
        *(edge("seat_in", f"{id_}-seat", company) for id_, company in SEATS.items()),
        *(edge("holds", id_, f"{id_}-seat") for id_ in SEATS),
        edge("reports_to", "b-seat", "a-seat", "solid"), edge("reports_to", "d-seat", "b-seat", "solid"),
        node("opportunity", "deal", name="Deal", status="open", kind="new", margin=Money(5_000_000_000, "CNY")),
        node("opportunity", "deal2", name="Second", status="open", kind="new"),
        edge("for", "deal", "c"), edge("for", "deal2", "other"), edge("plays", "x", "deal2", "decider"),
        *(edge("plays", person, "deal", role, source_class="inside") for person, role in ROLES),
        edge("competes", "us", "deal", price=Money(10_000_000_000, "CNY")),
        edge("competes", "r1", "deal", incumbent=True, price=Money(9_000_000_000, "CNY")),
        node("requirement", "q1", text="fast", weight=2.0), node("requirement", "q2", text="cheap", weight=1.0),
        edge("requires", "deal", "q1"), edge("requires", "deal", "q2"),
        edge("meets", "us", "q1", met=0.5, proof="tested"), edge("meets", "r1", "q1", met=0.7, proof="claimed"),
        edge("conflicts_with", "a", "d"), edge("knows", "a", "b", "friend", strength=0.5),
        edge("covers", "s1", "c", "account_manager"),
        node("position", "x2", title="second seat of x", level=2), edge("seat_in", "x2", "c"), edge("holds", "x", "x2"),
        edge("influences", "a", "d", "deal", weight=0.5),
        *meeting("m1", 20, "s1", "a", "b", concerns="deal"), *meeting("m2", 50, "s2", "b", concerns="c"),
        *meeting("m3", 70, "s1", "x", concerns="other"), *meeting("m4", 15, "s2", "stray", concerns="other"),
        *seen("o1", 10, "a", "us", 0.5), *seen("o2", 12, "b", "r1", 0.5), *seen("o3", 30, "stray", "us", 1.0),
        *seen("o4", 10, "b", "us", 3.0, "depth"),
    ]  # fmt: skip


def filled(url: str) -> Workspace:
    workspace = Workspace(open_store(url, zone=SETTINGS["tz"]), Settings(store=url, **SETTINGS))
    workspace.store.apply(ChangeSet(actor="test", source="test", changes=tuple(changes())))
    return workspace


def copied(workspace: Workspace) -> Workspace:
    """The same graph in another store."""
    store = open_store("memory://", zone=SETTINGS["tz"])
    store.load(workspace.store.export())
    return Workspace(store, Settings(store="memory://", **SETTINGS))


def url_of(engine: str, folder: Path) -> str:
    return "memory://" if engine == "memory" else f"sqlite:///{folder / 'deal.sqlite'}"
