"""Next best actions: each gain is what the action, entered as facts, then gives; refusals; the shape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest

from brm.demo import Size, generate
from brm.errors import InvalidInput, NotAllowed, NotFound
from brm.guidance.candidates import ACTIONS, DIRECT, INFORMATION, Candidate
from brm.guidance.next_actions import Case, case_of, chances_of, guidance
from brm.guidance.weighing import Terms, Weighed, together, weigh
from brm.principal import Principal
from brm.services import scores
from brm.services.moments import end_of_day
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.protocol import When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from scoring.deal_worlds import our_chances

ANCHOR = date(2026, 6, 30)
NOW = When(end_of_day(ANCHOR, "UTC"))
SMALL = Size(accounts=20, closed_deals=30, open_deals=60, interactions=1_500)
Cases = dict[str, tuple[Case, float, list[Weighed]]]
RARE = ("reconcile",)
"""What the small world has no occasion for."""
DEALS = [f"demo:opportunity/{number}" for number in range(31, 91)]


def _opened(changes: tuple[Change, ...]) -> Workspace:
    workspace = Workspace.open(Settings(store="memory://", tz="UTC", lang="en"))
    workspace.store.apply(ChangeSet(actor="test", source="test", changes=changes))
    return workspace


@cache
def _world() -> tuple[Change, ...]:
    return tuple(generate(ANCHOR, size=SMALL))


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    opened = _opened(_world())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def cases(workspace: Workspace) -> dict[str, tuple[Case, float, list[Weighed]]]:
    """Every open deal with all its candidates weighed."""
    found = {}
    given = workspace.parameters.actions
    for deal in DEALS:
        case = case_of(workspace, workspace.local_principal(), deal, NOW)
        terms = Terms.of(case.worth.value, given.hourly_cost)
        chances = chances_of(workspace, case, NOW)
        found[deal] = (case, *weigh(case.candidates, case.records, chances, terms, int(given.considered)))
    return found


def _fact(entity: NodeRef | EdgeRef, **properties: Any) -> Change:
    return Change("set", entity, properties, valid_from=NOW.as_of, recorded_at=NOW.as_of)


def _observation(
    new: str, deal: str, about: str, kind: str, value: float, source: str, toward: str = ""
) -> list[Change]:
    facts = [
        _fact(NodeRef("observation", new), at=NOW.as_of, kind=kind, value=value, source_class=source),
        _fact(EdgeRef("about", new, about)),
    ]
    facts += [_fact(EdgeRef("concerns", new, deal))] if about != deal else []
    return facts + ([_fact(EdgeRef("toward", new, toward))] if toward else [])


def _facts(workspace: Workspace, each: Candidate, deal: str, answer: float, new: str) -> list[Change]:
    """The action as a colleague would enter it once it has succeeded, or been answered."""
    keys = {key for key in (each.person, each.other, each.owner, each.requirement) if key is not None}
    ids = {key: known.id for key, known in workspace.store.names(keys, NOW).items()}
    numbers, action = each.numbers, each.action
    if action == "win_over":
        reached = min(1.0, numbers["stance"] + 0.25)
        return _observation(new, deal, ids[each.person or 0], "stance", reached, "observed")
    if action == "build_champion":
        seen = _observation(
            new, deal, ids[each.person or 0], "stance", max(0.5, min(1.0, numbers["stance"] + 0.25)), "observed"
        )
        return [*seen, *_observation(f"{new}/2", deal, ids[each.person or 0], "depth", 3.0, "observed")]
    if action == "reconcile":
        pair = sorted((ids[each.person or 0], ids[each.other or 0]))
        return [Change("end", EdgeRef("conflicts_with", *pair), valid_from=NOW.as_of, recorded_at=NOW.as_of)]
    if action == "ask_small_act":
        rung = float(int(numbers["depth"]) + 1)
        return _observation(new, deal, ids[each.person or 0], "depth", rung, "observed")
    if action in ("meet", "get_introduced", "executive_meeting"):
        executive = {"executive": True} if action == "executive_meeting" else {}
        return [
            _fact(NodeRef("interaction", new), at=NOW.as_of, channel="meeting", **executive),
            _fact(EdgeRef("took_part", ids[each.owner or 0], new), role="organiser"),
            _fact(EdgeRef("took_part", ids[each.person or 0], new), role="attendee"),
            _fact(EdgeRef("concerns", new, deal)),
        ]
    if action in ("prove_fit", "close_requirement"):
        met = 1.0 if action == "close_requirement" else numbers["met"]
        return [_fact(EdgeRef("meets", "demo:us", ids[each.requirement or 0]), met=met, proof=each.words["proof"])]
    if action == "identify_role":
        return [
            _fact(NodeRef("person", new), name="New"),
            _fact(EdgeRef("plays", new, deal, each.role or ""), source_class="inside"),
        ]
    kind = {"ask_event": "event", "ask_funds": "funds", "ask_rivals": "criterion:field_complete"}.get(
        action, "shortlist"
    )
    return _observation(new, deal, deal, kind, answer, "inside", "demo:us" if kind == "shortlist" else "")


def _likelihood(workspace: Workspace, deal: str) -> float:
    return float(scores.explain(workspace, workspace.local_principal(), "likelihood", deal, when=NOW)["score"])


def _written(each: Candidate, deal: str, origin: Workspace) -> list[float]:
    """The likelihood once the facts are written into a copy; for a question after each of its answers."""
    found = []
    for value in (1.0, 0.0)[: max(1, len(each.answers))]:
        copy = _opened((*_world(), *_facts(origin, each, deal, value, "new")))
        found.append(_likelihood(copy, deal))
        copy.close()
    return found


@pytest.mark.parametrize("action", [each for each in ACTIONS if each not in RARE])
def test_each_action_gives_what_its_facts_then_give(action: str, workspace: Workspace, cases: Cases) -> None:
    """Of the candidates of the action the one that moves most: likelihood and gain from a copy of the store."""
    every = [
        (deal, now, each) for deal, (_, now, told) in cases.items() for each in told if each.candidate.action == action
    ]
    assert every, f"no deal of the small world has the candidate {action}"
    deal, now, each = max(every, key=lambda one: abs(one[2].after - one[1]))
    case = cases[deal][0]
    assert now == pytest.approx(_likelihood(workspace, deal), abs=1e-9)
    written = _written(each.candidate, deal, workspace)
    cost = each.record.hours * workspace.parameters.actions.hourly_cost
    assert case.worth.value is not None
    if action in DIRECT:
        assert each.after == pytest.approx(written[0], abs=1e-9)
        assert each.gain == pytest.approx(each.record.success * case.worth.value * (written[0] - now) - cost, abs=1e-3)
        return
    answers = each.candidate.answers
    told = chances_of(workspace, case, NOW)([(answer.edit,) for answer in answers])
    assert told.tolist() == pytest.approx(written, abs=1e-9)
    assert max(abs(told - now)) > 1e-6
    assert each.after == pytest.approx(sum(a.chance * p for a, p in zip(answers, written, strict=True)), abs=1e-9)


def _edge(type_: str, source: str, target: str, key: str = "", **values: Any) -> Change:
    return Change("set", EdgeRef(type_, source, target, key), values, recorded_at=NOW.as_of)


def _node(type_: str, id_: str, **values: Any) -> Change:
    return Change("set", NodeRef(type_, id_), values, recorded_at=NOW.as_of)


def _small() -> list[Change]:
    """One deal of customer c against rival r: p is its approver, e of ours covers the account."""
    return [
        _node("company", "demo:us", name="Us", kinds=("ours",)), _node("company", "c", name="C", kinds=("customer",)),
        _node("company", "r", name="R", kinds=("rival",)), _node("opportunity", "d", name="D", status="open"),
        _node("position", "s1", title="Seat"), _node("position", "s2", title="Desk"), _node("person", "e", name="E"),
        _node("person", "p", name="P"), _edge("seat_in", "s1", "c"), _edge("seat_in", "s2", "demo:us"),
        _edge("holds", "p", "s1"), _edge("holds", "e", "s2"), _edge("for", "d", "c"), _edge("competes", "r", "d"),
        _edge("plays", "p", "d", "approver"), _edge("covers", "e", "c", "account_manager"),
    ]  # fmt: skip


def _quarrel() -> list[Change]:
    """The approver p listens to q, who is for us more than p is, and less as long as they are in conflict."""
    return [
        *_small(), _node("position", "s3", title="Seat"), _node("person", "q", name="Q"), _edge("seat_in", "s3", "c"),
        _edge("holds", "q", "s3"), _edge("plays", "q", "d", "user"), _edge("influences", "q", "p", "d", weight=1.0),
        _edge("conflicts_with", "p", "q"), *_observation("o1", "d", "p", "stance", 0.5, "observed"),
        *_observation("o2", "d", "p", "stance", 0.5, "observed"),
        *_observation("o3", "d", "q", "stance", 1.0, "observed"),
        *_observation("o4", "d", "p", "stance", 1.0, "observed"),
        *_observation("o5", "d", "q", "depth", 3.0, "observed"),
    ]  # fmt: skip


@pytest.mark.parametrize("action", ["reconcile", "build_champion"])
def test_peace_and_a_second_champion_give_what_their_facts_give(action: str) -> None:
    """Peace gives q's opinion the weight that it lost; q is the only champion, and p on another line the second."""
    workspace = _opened(tuple(_quarrel()))
    case = case_of(workspace, workspace.local_principal(), "d", NOW)
    terms = Terms.of(case.worth.value, 200.0)
    now, told = weigh(case.candidates, case.records, chances_of(workspace, case, NOW), terms, 3)
    (each,) = (one for one in told if one.candidate.action == action)
    copy = _opened((*_quarrel(), *_facts(workspace, each.candidate, "d", 1.0, "new")))
    assert now == pytest.approx(_likelihood(workspace, "d"), abs=1e-9)
    assert each.after == pytest.approx(_likelihood(copy, "d"), abs=1e-9)
    assert each.after > now + 1e-4
    assert each.gain == pytest.approx(100 * each.record.success * (each.after - now))


def test_one_who_is_built_up_is_not_won_over_as_well() -> None:
    workspace = _opened(tuple(_quarrel()))
    case = case_of(workspace, workspace.local_principal(), "d", NOW)
    person = next(each.person for each in case.candidates if each.action == "build_champion")
    alike = {each.action for each in case.candidates if each.exclusive == f"attitude:{person}"}
    assert alike - {"ask_small_act"} == {"build_champion", "win_over"}


def test_no_second_champion_where_there_is_none_or_the_other_is_on_one_line() -> None:
    """Without q's depth there is no champion; where p reports to q they stand on one line."""
    none = [each for each in _quarrel() if each.entity.id != "o5" and "o5" not in each.entity.id]
    line = [*_quarrel(), _edge("reports_to", "s1", "s3", "solid", kind="solid")]
    for world in (none, line):
        workspace = _opened(tuple(world))
        case = case_of(workspace, workspace.local_principal(), "d", NOW)
        assert "build_champion" not in {each.action for each in case.candidates}


def test_a_small_act_makes_an_inside_source() -> None:
    """Depth 2 becomes 3: the control point is held, ``+.25`` on our utility; P as the written facts give it."""

    world = (
        *_small(), *_observation("o1", "d", "p", "stance", 1.0, "observed"),
        *_observation("o2", "d", "p", "depth", 2.0, "observed"),
    )  # fmt: skip
    workspace = _opened(world)
    case = case_of(workspace, workspace.local_principal(), "d", NOW)
    terms = Terms.of(case.worth.value, 200.0)
    now, told = weigh(case.candidates, case.records, chances_of(workspace, case, NOW), terms, 3)
    (act,) = (each for each in told if each.candidate.action == "ask_small_act")
    copy = _opened((*world, *_facts(workspace, act.candidate, "d", 1.0, "new")))
    assert act.after == pytest.approx(_likelihood(copy, "d"), abs=1e-9)
    assert act.after > now + 0.01
    answer = guidance(workspace, workspace.local_principal(), "d", when=NOW)
    assert (answer["worth"]["basis"], answer["worth"]["value"], answer["together"]["gain"]) == ("unknown", None, None)
    assert "ask_small_act" in {each["action"] for each in answer["items"]}
    assert all(each["gain"] is None and each["points"] > 0 for each in answer["items"] if not each["role"])


def test_the_gains_of_fifty_deals_are_what_their_facts_give(workspace: Workspace, cases: Cases) -> None:
    """One action per account and copy, as accounts do not move each other within a day."""
    copies: dict[int, list[tuple[str, Weighed]]] = defaultdict(list)
    used: dict[str, int] = defaultdict(int)
    for deal, (case, _, told) in cases.items():
        account = case.subject.accounts[0]
        direct = [each for each in told if each.candidate.edit is not None]
        copies[used[account]].append((deal, max(direct, key=lambda each: each.gain)))
        used[account] += 1
    checked = 0
    for chosen in copies.values():
        facts = [
            fact
            for at, (deal, each) in enumerate(chosen)
            for fact in _facts(workspace, each.candidate, deal, 1.0, f"new{at}")
        ]
        copy = _opened((*_world(), *facts))
        for deal, each in chosen:
            assert each.after == pytest.approx(_likelihood(copy, deal), abs=1e-9), each.candidate.key
            checked += 1
        copy.close()
    assert checked >= 50


def test_a_question_is_never_worth_less_than_nothing(cases: Cases) -> None:
    asked = [each for _, _, told in cases.values() for each in told if each.candidate.action in INFORMATION]
    assert min(each.worth for each in asked) >= 0
    assert max(each.worth for each in asked) > 0
    for each in asked:
        assert each.gain == pytest.approx(each.worth - each.cost, abs=1e-9)
        assert sum(answer.chance for answer in each.candidate.answers) == pytest.approx(1.0)


def test_what_is_left_out_moves_no_likelihood(workspace: Workspace, cases: Cases) -> None:
    reference, parameters = workspace.reference(NOW), workspace.parameters
    for deal in DEALS[:8]:
        case, now, _ = cases[deal]
        edits = [(), *((each.edit,) for each in case.candidates if each.edit is not None)]
        whole = workspace.snapshot(list(case.subject.accounts), NOW)
        alone = [our_chances(whole, [edit], case.key, reference, parameters)[0] for edit in edits]
        np.testing.assert_allclose(
            our_chances(case.snapshot, edits, case.key, reference, parameters), alone, atol=1e-12
        )
        assert alone[0] == pytest.approx(now, abs=1e-12)


def test_the_gain_of_a_set_is_worked_out_jointly(workspace: Workspace, cases: Cases) -> None:
    """Two actions with success p and q: ``p q P_ab + p (1-q) P_a + (1-p) q P_b + (1-p)(1-q) P``."""
    deal = DEALS[0]
    case, now, told = cases[deal]
    first, second = [each for each in told if each.candidate.action == "win_over"][:2]
    chances = chances_of(workspace, case, NOW)
    both = float(chances([[first.candidate.edit, second.candidate.edit]])[0])
    p, q = first.record.success, second.record.success
    expected = p * q * both + p * (1 - q) * first.after + (1 - p) * q * second.after + (1 - p) * (1 - q) * now
    found = together([first, second], now, chances, Terms.of(1_000.0, 10.0))
    assert found.expected == pytest.approx(expected, abs=1e-12)
    assert found.after == pytest.approx(both, abs=1e-12)
    assert found.gain == pytest.approx(1_000.0 * (expected - now) - first.cost - second.cost, abs=1e-9)


def test_the_answer_tells_who_when_and_what_for(workspace: Workspace) -> None:
    principal = workspace.local_principal()
    answers = [guidance(workspace, principal, deal, hours=40, when=NOW) for deal in DEALS[:25]]
    items = [each for answer in answers for each in answer["items"]]
    assert len(items) >= 20
    for answer in answers:
        assert len(answer["items"]) <= 5
        assert sum(each["hours"] for each in answer["items"]) <= 40
        gains = [float(each["gain"]["amount"]) for each in answer["items"]]
        assert gains == sorted(gains, reverse=True)
        assert all(gain >= 0 for gain in gains)
    for each in items:
        assert each["owner"]["type"] == "person"
        assert each["due"] > "2026-06-30"
        assert each["basis"] == "model_based"
        assert 0 < each["success"] < 1


def test_fewer_hours_never_gain_more_and_none_gain_nothing(workspace: Workspace) -> None:
    principal = workspace.local_principal()
    for deal in DEALS[:6]:
        gains = []
        for hours in (0.0, 6.0, 12.0, 60.0):
            answer = guidance(workspace, principal, deal, hours=hours, when=NOW)
            assert answer["hours"]["used"] <= hours
            gains.append(sum(float(each["gain"]["amount"]) for each in answer["items"]))
        assert gains == sorted(gains)
        assert gains[0] == 0


def test_refusals(workspace: Workspace) -> None:
    principal = workspace.local_principal()
    for wrong in (-1.0, float("nan"), 1e9):
        with pytest.raises(InvalidInput, match="hours"):
            guidance(workspace, principal, DEALS[0], hours=wrong, when=NOW)
    with pytest.raises(InvalidInput, match="limit"):
        guidance(workspace, principal, DEALS[0], limit=6, when=NOW)
    with pytest.raises(InvalidInput, match="company"):
        guidance(workspace, principal, "demo:us", when=NOW)
    with pytest.raises(NotFound):
        guidance(workspace, principal, "nobody", when=NOW)
    with pytest.raises(NotAllowed):
        guidance(workspace, Principal("nobody", frozenset()), DEALS[0], when=NOW)
