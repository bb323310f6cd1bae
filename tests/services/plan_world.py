"""A small account with a unit, offerings and actions, for tests of its plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from brm.services.workspace import Workspace
from graph_schema.changes import Change, ChangeSet, NodeRef
from graph_schema.markers import Money
from tests.services.deal_world import NOW, ago, edge, filled, node

EPOCH = date(1970, 1, 1)


def cny(amount: float) -> Money:
    return Money(round(amount * 10_000), "CNY")


def day(days_ago: float) -> int:
    return (NOW.date() - EPOCH).days - round(days_ago)


def write(workspace: Workspace, *changes: Change) -> None:
    workspace.store.apply(ChangeSet(actor="test", source="test", changes=changes))


def planned() -> Workspace:
    """The deal's world, with what the account and a unit of it buy."""
    made = filled("memory://")
    write(
        made,
        node("offering", "ops", name="Operations", line="Run"), node("offering", "data", name="Data", line="Build"),
        node("org_unit", "plant", name="Plant"), edge("part_of", "plant", "c"),
        edge("buys", "c", "ops", "us", potential=cny(100), current=cny(30), installed_share=0.5),
        edge("buys", "c", "ops", "r1", potential=cny(90), current=cny(20), installed_share=0.3),
        edge("buys", "plant", "ops", "r1", potential=cny(40), current=cny(40)),
        edge("needs", "deal", "data", amount=cny(500)),
    )  # fmt: skip
    return made


def action(id_: str, set_: float, *, due: float, done: float | None = None, **values: Any) -> list[Change]:
    """An action that was set, due and done so many days ago."""
    given = {"name": id_, "status": "open", "due_on": day(due), **values}
    found = [
        Change("set", NodeRef("action", id_), given, ago(set_)), edge("belongs_to", id_, "c", since=set_),
        edge("owned_by", id_, "s1", since=set_),
    ]  # fmt: skip
    if done is not None:
        found.append(Change("set", NodeRef("action", id_), {"status": "done", "done_on": day(done)}, ago(done)))
    return found
