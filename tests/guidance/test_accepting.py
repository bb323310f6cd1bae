"""Accepting a next action: one action of the plan, owned, idempotent while it is open, and learnt from later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from brm.errors import InvalidInput, NotAllowed, NotFound
from brm.guidance.accepting import accept
from brm.guidance.next_actions import advised, guidance
from brm.i18n import catalogue
from brm.principal import Principal
from brm.services import moments
from brm.services.workspace import Workspace
from brm.settings import Settings
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from graph_schema.values import parse_day
from scoring.action_record import record_of

DEAL, TEXTS = "d", catalogue("en")


def _set(entity: NodeRef | EdgeRef, **values: Any) -> Change:
    return Change("set", entity, values)


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    opened = Workspace.open(Settings(store="memory://", tz="UTC", lang="en"))
    changes = (
        _set(NodeRef("company", "us"), name="Us", kinds=("ours",)),
        _set(NodeRef("company", "c"), name="C", kinds=("customer",)),
        _set(NodeRef("opportunity", DEAL), name="D", status="open"),
        _set(NodeRef("person", "e"), name="Eve"), _set(NodeRef("person", "f"), name="Finn"),
        _set(NodeRef("person", "p"), name="Pat"), _set(NodeRef("position", "s"), title="Seat"),
        _set(EdgeRef("holds", "p", "s")), _set(EdgeRef("seat_in", "s", "c")), _set(EdgeRef("for", DEAL, "c")),
        _set(EdgeRef("plays", "p", DEAL, "approver"), role="approver"),
        _set(EdgeRef("covers", "e", "c", "sales"), team_role="sales"),
    )  # fmt: skip
    opened.store.apply(ChangeSet(actor="test", source="test", changes=changes))
    yield opened
    opened.close()


def _accept(workspace: Workspace, key: str = "win_over+p", **more: Any) -> dict[str, Any]:
    return accept(workspace, Principal("seller", frozenset({"write"}), "e"), DEAL, key, TEXTS, **more)


def test_it_becomes_an_action_that_somebody_owns(workspace: Workspace) -> None:
    _, item = advised(workspace, workspace.local_principal(), DEAL, "win_over+p")
    taken = _accept(workspace)
    identity = taken["action"]["id"]
    state = workspace.store.fetch([identity])[identity]
    assert state.properties == {
        "name": "Find out what Pat needs from this project, and answer it.", "play": "win_over", "status": "open",
        "due_on": parse_day(item["due"]), "hours": item["hours"], "expected_effect": item["points"],
        "score_kind": "likelihood", "aims_at": DEAL,
    }  # fmt: skip
    edges = [f"owned_by:{identity}>e", f"belongs_to:{identity}>{DEAL}"]
    assert set(workspace.store.fetch(edges)) == set(edges)
    assert not workspace.store.fetch([f"promised_to:{identity}>p"])
    assert {each.actor for each in workspace.store.history(identity)} == {"e"}
    assert taken == {
        "action": {"type": "action", "id": identity, "name": state.properties["name"]}, "play": "win_over",
        "status": "open", "owners": [{"type": "person", "id": "e", "name": "Eve"}], "due": item["due"],
        "hours": item["hours"], "expected_effect": item["points"], "created": True,
        "revision": workspace.store.revision(),
    }  # fmt: skip


def test_again_it_is_the_same_action(workspace: Workspace) -> None:
    first = _accept(workspace, owner="f", due="2099-01-01")
    revision = workspace.store.revision()
    again = _accept(workspace, owner="e")
    assert again == {**first, "created": False}
    assert ([each["id"] for each in again["owners"]], again["due"]) == (["f"], "2099-01-01")
    assert workspace.store.revision() == revision
    assert _accept(workspace, "ask_event")["action"]["id"] != first["action"]["id"]


@pytest.mark.parametrize("ending", ["done", "cancelled", "retracted"])
def test_once_it_has_ended_there_is_a_new_one(workspace: Workspace, ending: str) -> None:
    """What was done is learnt from: one of one done, ``(10 p0 + 1)/(10 + 1)``."""
    first = _accept(workspace)["action"]["id"]
    change = (
        Change("retract", NodeRef("action", first)) if ending == "retracted"
        else Change("set", NodeRef("action", first), {"status": ending}, valid_from=moments.now())
    )  # fmt: skip
    workspace.store.apply(ChangeSet(actor="test", source="test", changes=(change,)))
    second = _accept(workspace)
    assert (second["created"], second["action"]["id"] == first) == (True, False)
    found = record_of(workspace.snapshot(), "win_over", workspace.parameters)
    assert (found.ended, found.done) == {"done": (1, 1), "cancelled": (1, 0), "retracted": (0, 0)}[ending]


def test_every_action_that_is_shown_can_be_accepted(workspace: Workspace) -> None:
    items = guidance(workspace, workspace.local_principal(), DEAL, hours=200)["items"]
    assert len({each["key"] for each in items}) == len(items) > 1
    for each in items:
        assert _accept(workspace, each["key"])["play"] == each["action"]
        assert each["effects"] == {"likelihood": each["points"], "amount": None, "days": None}


def test_refusals(workspace: Workspace) -> None:
    before = workspace.store.revision()
    with pytest.raises(NotFound, match="no next action dance"):
        _accept(workspace, "dance")
    with pytest.raises(NotFound):
        _accept(workspace, owner="nobody")
    with pytest.raises(InvalidInput, match="c is a company"):
        _accept(workspace, owner="c")
    with pytest.raises(InvalidInput, match="due"):
        _accept(workspace, due="soon")
    with pytest.raises(NotAllowed):
        accept(workspace, Principal("reader", frozenset({"read"})), DEAL, "win_over+p", TEXTS)
    assert workspace.store.revision() == before
