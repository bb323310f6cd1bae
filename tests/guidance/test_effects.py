"""What advice expects is what comes of it: the action entered as facts gives the score shown."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

from brm.demo import Size, generate
from brm.guidance import engine, states
from brm.guidance.effects import EDITS
from brm.services import scores
from brm.services.moments import end_of_day
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.protocol import When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef

ANCHOR = date(2026, 6, 30)
NOW = When(end_of_day(ANCHOR, "UTC"))
SMALL = Size(accounts=12, closed_deals=12, open_deals=24, interactions=900)


@cache
def _changes() -> tuple[Change, ...]:
    return tuple(generate(ANCHOR, size=SMALL))


def _workspace() -> Workspace:
    workspace = Workspace.open(Settings(store="memory://", tz="UTC", lang="en"))
    workspace.store.apply(ChangeSet(actor="test", source="test", changes=_changes()))
    return workspace


@cache
def _found() -> dict[str, tuple[str, dict[str, Any]]]:
    """One finding with an effect for each play, and the deal it is in."""
    workspace = _workspace()
    deals = [f"demo:opportunity/{number}" for number in range(13, 37)]
    by_play: dict[str, tuple[str, dict[str, Any]]] = {}
    for deal in deals:
        for finding in engine.findings(workspace, workspace.local_principal(), deal, when=NOW):
            if finding["advice"]["effect"]:
                by_play.setdefault(finding["advice"]["play"], (deal, finding))
    return by_play


def _fact(entity: NodeRef | EdgeRef, **properties: Any) -> Change:
    return Change("set", entity, properties, valid_from=NOW.as_of, recorded_at=NOW.as_of)


def _meeting(deal: str, finding: dict[str, Any], **more: Any) -> list[Change]:
    owner, person = finding["advice"]["owner"]["id"], finding["target"]["id"]
    return [
        _fact(NodeRef("interaction", "new"), at=NOW.as_of, channel="meeting", **more),
        _fact(EdgeRef("took_part", owner, "new"), role="organiser"),
        _fact(EdgeRef("took_part", person, "new"), role="attendee"),
        _fact(EdgeRef("concerns", "new", deal)),
    ]


def _seen(deal: str, finding: dict[str, Any], kind: str, value: float) -> list[Change]:
    return [
        _fact(NodeRef("observation", "new"), at=NOW.as_of, kind=kind, value=value, source_class="observed"),
        _fact(EdgeRef("about", "new", finding["target"]["id"])),
        _fact(EdgeRef("concerns", "new", deal)),
    ]


def _facts(play: str, deal: str, finding: dict[str, Any], workspace: Workspace) -> list[Change]:
    """The action as a colleague would enter it."""
    if play in ("get_introduced", "meet"):
        return _meeting(deal, finding)
    if play == "executive_meeting":
        return _meeting(deal, finding, executive=True)
    if play in ("win_over", "build_champion"):
        stance = (
            finding["numbers"]["stance"]
            if finding["target"] and not finding["others"]
            else _stance(workspace, deal, finding)
        )
        return _seen(deal, finding, "stance", min(1.0, stance + 0.25))
    if play == "ask_small_act":
        return _seen(deal, finding, "depth", float(int(finding["numbers"]["depth"]) + 1))
    if play == "reconcile":
        first, second = sorted((finding["target"]["id"], finding["others"][0]["id"]))
        return [Change("end", EdgeRef("conflicts_with", first, second), valid_from=NOW.as_of, recorded_at=NOW.as_of)]
    assert play == "identify_role"
    return [
        _fact(NodeRef("person", "new"), name="New"),
        _fact(EdgeRef("plays", "new", deal, finding["numbers"]["role"]), source_class="inside"),
    ]


def _stance(workspace: Workspace, deal: str, finding: dict[str, Any]) -> float:
    subject = engine.find_subject(workspace, workspace.local_principal(), deal, NOW)
    place = engine.standing_at(workspace, subject, NOW)
    assert place is not None
    key = workspace.store.keys([finding["target"]["id"]])[finding["target"]["id"]]
    person = place.standing.person(key)
    assert person is not None
    return person.stance


@pytest.mark.parametrize("play", sorted(EDITS))
def test_the_expected_effect_is_what_the_facts_then_give(play: str) -> None:
    assert play in _found(), f"no finding of the small world advises {play}"
    deal, finding = _found()[play]
    effect = finding["advice"]["effect"]
    workspace = _workspace()
    principal = workspace.local_principal()
    before = scores.explain(workspace, principal, effect["kind"], deal, when=NOW)
    assert before["score"] == pytest.approx(effect["before"], abs=1e-9)
    facts = tuple(_facts(play, deal, finding, workspace))
    workspace.store.apply(ChangeSet(actor="test", source="test", changes=facts))
    after = scores.explain(workspace, principal, effect["kind"], deal, when=NOW)
    assert after["score"] == pytest.approx(effect["after"], abs=1e-9)
    assert effect["delta"] == pytest.approx(effect["after"] - effect["before"], abs=1e-9)


def test_findings_keep_their_identity_and_can_be_snoozed() -> None:
    workspace = _workspace()
    principal = workspace.local_principal()
    deal, finding = next(iter(_found().values()))
    again = [each["id"] for each in engine.findings(workspace, principal, deal, when=NOW)]
    assert finding["id"] in again
    assert len(again) == len(set(again))
    states.decide(workspace.store, principal, finding["id"], state="snoozed", reason="known")
    left = [each["id"] for each in engine.findings(workspace, principal, deal, when=NOW)]
    assert sorted([*left, finding["id"]]) == sorted(again)
    states.decide(workspace.store, principal, finding["id"], state="open")
    assert [each["id"] for each in engine.findings(workspace, principal, deal, when=NOW)] == again
