"""What moved a deal's likelihood: over the last week, and along its curve."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from brm.errors import InvalidInput
from brm.guidance import deals
from brm.i18n import LANGUAGES, catalogue
from brm.services import changing, deal_rendering, moving
from brm.services.one_line import LEAST_MARKED, MARKED, greatest
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from tests.services.deal_world import SETTINGS, ago, changes, seen

KIND = "likelihood"


def later() -> list[Change]:
    """Of the last days: a rival's price, a stance of the approver, a restricted stance, a stage, a new role."""
    secret = Change("set", NodeRef("observation", "secret"), {"sensitivity": "restricted"}, ago(4))
    competes = EdgeRef("competes", "r2", "deal")
    return [
        Change("set", competes, {"shortlisted": True}, ago(17)),
        *seen("told", 3, "a", "us", -1.0),
        *seen("secret", 4, "b", "us", 1.0),
        secret,
        Change("set", NodeRef("opportunity", "deal"), {"stage": "verify"}, ago(60)),
        Change("set", NodeRef("opportunity", "deal"), {"stage": "bidding"}, ago(10)),
        Change("set", EdgeRef("plays", "e", "deal", "decider"), {"role": "decider"}, ago(2)),
    ]


def opened(*more: Change) -> Workspace:
    """The small deal, everything known since the day from which it holds."""
    workspace = Workspace(open_store("memory://", zone=SETTINGS["tz"]), Settings(store="memory://", **SETTINGS))
    known = [replace(each, recorded_at=each.valid_from or ago(900)) for each in (*changes(), *more)]
    known.sort(key=lambda each: each.recorded_at or 0)
    workspace.store.apply(ChangeSet(actor="test", source="test", changes=tuple(known)))
    return workspace.under()


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with closing(opened(*later())) as found:
        yield found


@pytest.fixture(scope="module")
def curve(workspace: Workspace) -> dict[str, Any]:
    return changing.series(workspace, workspace.local_principal(), KIND, "deal", weeks=8, moves=MARKED)


def test_parts_sum_to_the_steps_of_the_curve(curve: dict[str, Any]) -> None:
    scores = {each["as_of"]: each["score"] for each in curve["items"]}
    steps = {b["as_of"]: 100 * abs(b["score"] - a["score"]) for a, b in pairwise(curve["items"]) if a["score"]}
    assert curve["moves"]
    for move in curve["moves"]:
        assert move["total"] == pytest.approx(100 * (scores[move["to"]] - scores[move["from"]]), abs=1e-9)
        assert sum(part["effect"] for part in move["parts"]) == pytest.approx(move["total"], abs=1e-9)
        assert {part["part"]: part["effect"] for part in move["parts"]}["reference"] == 0
    marked = {move["to"] for move in curve["moves"]}
    least = min(steps[day] for day in marked)
    assert all(step <= least for day, step in steps.items() if day not in marked)
    assert all(steps[day] >= LEAST_MARKED for day in marked)


def test_facts_of_a_week_make_up_their_causes(curve: dict[str, Any]) -> None:
    """The last week: two stances and a role; the week before two weeks ago: a second rival on the shortlist."""
    last = curve["moves"][-1]
    facts = {(each["part"], each["id"] or each["type"]): each["effect"] for each in last["facts"]}
    assert set(facts) == {("stance", "told"), ("stance", "secret"), ("structure", "plays")}
    assert facts["stance", "told"] < 0 < facts["stance", "secret"]
    parts = {part["part"]: part["effect"] for part in last["parts"]}
    assert facts["stance", "told"] + facts["stance", "secret"] == pytest.approx(parts["stance"], abs=1e-9)
    assert facts["structure", "plays"] == pytest.approx(parts["structure"], abs=1e-9)
    (entered,) = (move for move in curve["moves"] if any(each["type"] == "competes" for each in move["facts"]))
    (rival,) = (each for each in entered["facts"] if each["type"] == "competes")
    assert (rival["change"], [each["id"] for each in rival["about"]]) == ("new", ["r2"])


def test_stage_and_control_points_stand_beside_the_curve(curve: dict[str, Any]) -> None:
    stages = [each["stage"] for each in curve["items"]]
    assert (stages[0], stages[-1], stages[-2], stages[-3]) == ("verify", "bidding", "bidding", "verify")
    assert all(set(each["control_points"]) == {"event", "inside", "top_three", "value"} for each in curve["items"])


def test_the_curve_is_one_read_of_the_graph(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    read, store = workspace.store.series, workspace.store
    monkeypatch.setattr(store, "series", lambda accounts, at: asked.append(len(at)) or read(accounts, at))
    reader = workspace.local_principal()
    changing.series(workspace, reader, KIND, "deal", weeks=8, moves=MARKED)
    monkeypatch.setattr(store, "snapshot", lambda *_: pytest.fail("the graph was read again"))
    changing.series(workspace, reader, KIND, "deal", weeks=8, moves=MARKED)
    assert asked == [9, 9]


def test_who_may_not_see_a_fact_is_told_that_there_is_one(workspace: Workspace) -> None:
    everybody = workspace.local_principal()
    reader = replace(everybody, scopes=frozenset({"read"}))
    all_, some = (deals.likelihood(workspace, who, "deal")["week"] for who in (everybody, reader))
    assert {each["id"] for each in all_["facts"]} - {each["id"] for each in some["facts"]} == {"secret"}
    assert (all_["facts_hidden"], some["facts_hidden"]) == (0, 1)
    assert (some["parts"], some["total"]) == (all_["parts"], all_["total"])


def test_the_week_says_what_the_change_since_then_says(workspace: Workspace) -> None:
    found = deals.likelihood(workspace, workspace.local_principal(), "deal")
    week = found["week"]
    assert sum(part["effect"] for part in week["parts"]) == pytest.approx(week["total"], abs=1e-9)
    assert week["after"] == pytest.approx(100 * found["score"], abs=1e-9)
    assert (found["process"]["stage"], found["process"]["dwell"]["days"]) == ("bidding", 12)


@pytest.mark.parametrize("language", LANGUAGES)
def test_facts_are_told_in_words(curve: dict[str, Any], language: Any) -> None:
    texts = catalogue(language)
    rendered = deal_rendering.series(curve, texts)
    told = {each["id"] or each["type"]: each["text"] for move in rendered["moves"] for each in move["facts"]}
    expected = {
        "en": {"told": "stance of A towards us −1.0", "plays": "E: decider", "competes": "Rivals in deals: r2"},
        "zh-CN": {"told": "A对我司的态度 −1.0", "plays": "E：决策者", "competes": "参与竞争的友商：r2"},
    }[language]
    assert expected.items() <= told.items()


def test_the_greatest_steps_in_their_order() -> None:
    values = [0.5, 0.504, None, 0.1, 0.4, 0.39, 0.35]
    assert greatest(values, 5) == [4, 5, 6]
    assert greatest(values, 2) == [4, 6]
    assert greatest(values, 0) == []


def test_no_more_moves_are_marked_than_fit(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match="6 moves"):
        changing.series(workspace, workspace.local_principal(), KIND, "deal", moves=MARKED + 1)


def test_a_hidden_observation_that_is_gone_stays_hidden() -> None:
    """What changed is told of what ended, too; who could not see it before cannot see it then."""
    hidden = Change("set", NodeRef("observation", "gone"), {"sensitivity": "restricted"}, ago(30))
    with closing(opened(*seen("gone", 30, "a", "us", 1.0), hidden)) as found:
        end = Change("end", NodeRef("observation", "gone"), valid_from=ago(3), recorded_at=ago(3))
        found.store.apply(ChangeSet(actor="test", source="test", changes=(end,)))
        reader = replace(found.local_principal(), scopes=frozenset({"read"}))
        facts = moving.moves(found, reader, "deal")["facts"]
        (told,) = (each for each in facts if (each["type"], each["change"]) == ("observation", "gone"))
        assert (told["count"], told["items"]) == (1, [])
        week = deals.likelihood(found, reader, "deal")["week"]
        assert (week["facts_hidden"], [each["id"] for each in week["facts"]]) == (1, [])
