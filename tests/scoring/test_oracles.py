"""The worked numbers of domain.md sections 4, 5.1, 5.2 and 6 ("P_select"), to the decimals printed."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import DEFAULTS, SCORERS, US, ChainView, chain_view, reduce_reference
from scoring.decision_chain import ChainInputs, ChainScores, score_of
from scoring.key_person import Warmth
from scoring.key_person import score_of as warmth_score_of
from scoring.machinery.rules import majority_rule, single_rule, veto_rule
from scoring.reference import rule_weights
from scoring.selection import selection_probability, utility
from tests.worlds.builder import TODAY, World
from tests.worlds.named import WORKED_STANCES, worked

TIES, DEPTHS = (0.3, 0.6, 0.8, 0.5, 0.1), (1.0, 3.0, 4.0, 2.0, 0.0)


def view(world: World, vendor: str = "us") -> ChainView:
    snapshot = world.snapshot()
    key = US if vendor == "us" else world.names[vendor]
    return chain_view(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, world.names["deal"], key)


def tie(world: World, scope: str, day: int = TODAY) -> float:
    snapshot = world.snapshot(day)
    reference = reduce_reference(snapshot, DEFAULTS)
    frame = SCORERS["key_person"].score(snapshot, reference, DEFAULTS, scopes=np.array([world.names[scope]]), vendor=US)
    return next(value for factor, _, value, _ in frame.parts(0) if factor == "tie")


def acquainted() -> tuple[World, int, int]:
    world = World()
    us = world.company("us", "ours")
    customer = world.company("customer", "customer")
    person = world.person("A", customer)
    world.edge("plays", person, world.deal("deal", customer), role="decider")
    return world, world.person("seller", us), person


@pytest.mark.parametrize(("silence", "expected"), [(0, 0.801), (90, 0.554), (180, 0.332), (365, 0.093)])
def test_a_visit_every_month_and_then_silence(silence: int, expected: float) -> None:
    world, seller, person = acquainted()
    for month in range(120):
        world.meet("meeting", (seller,), (person,), TODAY - 30 * month, starter=seller)
    assert round(tie(world, "deal", TODAY + silence), 3) == expected


def test_mail_alone_stays_below_its_cap() -> None:
    world, seller, person = acquainted()
    for day in range(400):
        world.meet("mail", (seller,), (person,), TODAY - day, starter=person)
        world.meet("mail", (seller,), (person,), TODAY - day + 0.1, starter=seller)
    assert tie(world, "deal") == pytest.approx(-np.expm1(-14.5 / 9), abs=1e-12)
    assert tie(world, "deal") <= 0.801


def test_unanswered_mail_stays_below_its_cap() -> None:
    world, seller, person = acquainted()
    for day in range(0, 800, 2):
        world.meet("mail", (seller,), (person,), TODAY - day, starter=seller)
    assert tie(world, "deal") == pytest.approx(-np.expm1(-1 / 9), abs=1e-12)
    assert tie(world, "deal") <= 0.106


def test_one_unanswered_mail_a_week_counts() -> None:
    world, seller, person = acquainted()
    monday = TODAY - (TODAY + 3) % 7
    for day in (monday - 7, monday - 6, monday - 1, monday):
        world.meet("mail", (seller,), (person,), day, starter=seller)
    energy = 0.1 * (2 ** (-(TODAY - monday + 7) / 90) + 2 ** (-(TODAY - monday) / 90))
    assert tie(world, "deal") == pytest.approx(-np.expm1(-energy / 9), abs=1e-12)


def test_a_day_is_two_way_for_seven_days() -> None:
    world, seller, person = acquainted()
    world.meet("chat", (seller,), (person,), TODAY - 14, starter=person)
    world.meet("chat", (seller,), (person,), TODAY - 8, starter=seller)
    world.meet("chat", (seller,), (person,), TODAY, starter=person)
    energy = 0.4 * 2 ** (-8 / 90)
    assert tie(world, "deal") == pytest.approx(-np.expm1(-energy / 9), abs=1e-12)


@pytest.mark.parametrize(
    ("channel", "values", "energy"),
    [
        ("meeting", {"executive": True}, 4), ("site_visit", {}, 4), ("meeting", {}, 3), ("workshop", {}, 3),
        ("video", {}, 2), ("call", {}, 1.5), ("event", {}, 1), ("ticket", {}, 1), ("web", {}, 0),
        ("meeting", {"cancelled": True}, 0),
    ],
)  # fmt: skip
def test_weights_of_channels(channel: str, values: dict[str, object], energy: float) -> None:
    world, seller, person = acquainted()
    world.meet(channel, (seller,), (person,), starter=seller, **values)
    assert tie(world, "deal") == pytest.approx(-np.expm1(-energy / 9), abs=1e-12)


def test_direction_dilution_and_absence() -> None:
    world, seller, person = acquainted()
    others = tuple(world.person(f"B{n}", world.names["customer"]) for n in range(4))
    world.meet("meeting", (seller,), (person, *others), starter=person, responses={others[0]: "declined"})
    assert tie(world, "deal") == pytest.approx(-np.expm1(-3 * 1.5 / np.sqrt(4) / 9), abs=1e-12)


def test_scope_of_a_tie() -> None:
    world, seller, person = acquainted()
    other_deal = world.deal("other deal", world.names["customer"])
    elsewhere = world.company("elsewhere", "customer")
    foreign = world.deal("foreign deal", elsewhere)
    for energy_day, concerns in enumerate(
        [(), (world.names["customer"],), (world.names["deal"],), (other_deal,), (elsewhere,), (foreign,),
         (elsewhere, world.names["customer"])]
    ):  # fmt: skip
        world.meet("meeting", (seller,), (person,), TODAY - energy_day, starter=seller, concerns=concerns)

    def strength(days: tuple[int, ...], life: float) -> float:
        return float(-np.expm1(-sum(3 * 2 ** (-d / life) for d in days) / 9))

    assert tie(world, "deal") == pytest.approx(strength((0, 1, 2, 6), 90), abs=1e-12)
    assert tie(world, "customer") == pytest.approx(strength((0, 1, 2, 3, 6), 180), abs=1e-12)


def test_participants_count_as_they_stood() -> None:
    world, seller, person = acquainted()
    item = world.node("interaction", at=(TODAY - 10) * 86_400_000_000, channel="meeting")
    world.edge("took_part", seller, item, role="organiser")
    world.edge("took_part", person, item, role="attendee", valid_from=TODAY * 86_400_000_000)
    assert tie(world, "deal") == 0


def test_influence_opinions_and_support() -> None:
    found = view(worked())
    assert found.influence.round(3).tolist() == [0.237, 0.290, 0.227, 0.112, 0.133]
    assert found.stance == pytest.approx(WORKED_STANCES["us"], abs=1e-12)
    assert found.opinion.round(3).tolist() == [0.114, 0.434, 0.638, 0.523, 0.024]
    support = [round(view(worked(), vendor).support, 3) for vendor in WORKED_STANCES]
    assert support == [0.372, -0.055, -0.090]
    assert round(found.champion_value, 3) == 0.531


def selection(us: tuple[float, ...] = WORKED_STANCES["us"]) -> np.ndarray:
    influence = view(worked()).influence
    support = np.array([influence @ us, *(influence @ WORKED_STANCES[f"rival {n}"] for n in (1, 2))])
    fit, nothing = np.array([0.75, 0.70, 0.50]), np.zeros(3)
    utilities = utility(support, fit, np.array([0.0, 1.0, 0.0]), nothing, nothing, DEFAULTS)
    return selection_probability(np.zeros(3, dtype=np.int64), utilities)


def test_selection() -> None:
    assert selection().round(3).tolist() == [0.584, 0.327, 0.089]
    assert round(float(selection((0.0,) * 5)[0]), 4) == 0.3155


def test_sensitivity_of_selection() -> None:
    gains = []
    for person in range(5):
        stances = list(WORKED_STANCES["us"])
        stances[person] += 0.25
        gains.append(round(100 * float(selection(tuple(stances))[0] - selection()[0]), 2))
    assert dict(zip("ADEUX", gains, strict=True)) == {
        "A": 4.25, "D": 5.17, "E": 4.07, "U": 2.03, "X": 2.40
    }  # fmt: skip


def chain(veto: bool = False) -> ChainScores:
    found = view(worked())
    stance = found.stance.copy()
    if veto:
        stance[4] = -0.5
    give = found.susceptibility
    settle = np.linalg.solve(np.eye(5) - give[:, None] * found.listening, (1 - give) * stance)
    assert not veto or round(float(settle[4]), 3) == -0.436
    return score_of(
        ChainInputs(
            case=np.zeros(5, dtype=np.int64), influence=found.influence, rights=found.rights, stance=stance,
            opinion=settle, tie=np.array(TIES), depth=np.array(DEPTHS), approver=np.arange(5) == 0,
            veto=(np.arange(5) == 4) & veto, weights=np.array([[1.0, 0.0, 0.0, 0.0]]), know=np.ones(1),
        ),
        DEFAULTS,
    )  # fmt: skip


def test_decision_chain() -> None:
    assert round(float(chain().score[0]), 1) == 67.2


def test_decision_chain_with_a_veto() -> None:
    vetoed = chain(veto=True)
    assert round(float(vetoed.score[0] - vetoed.veto_effect.sum()), 1) == 65.5
    assert round(float(vetoed.score[0]), 1) == 51.3


def test_decision_rules() -> None:
    found, one = view(worked()), np.zeros(5, dtype=np.int64)
    rights, y = found.rights, found.opinion
    assert rights.tolist() == pytest.approx([0.35, 0.35, 0.20, 0.10, 0])
    assert round(float(single_rule(one, rights, y, 1)[0]), 3) == 0.114
    assert round(float(majority_rule(one, rights, y, 1)[0]), 3) == 0.611
    assert round(float(veto_rule(one, np.arange(5) == 0, y, np.zeros(1))[0]), 3) == 0.114


def test_learnt_rule_weights() -> None:
    counts = np.array([[0, 0, 0, 0], [0, 2, 0, 0], [1, 1, 0, 1]])
    assert rule_weights(counts, DEFAULTS) == pytest.approx(
        np.array([[1, 0, 0, 0], [1, 0, 0, 0], [4 / 6, 1 / 6, 0, 1 / 6]])
    )


@pytest.mark.parametrize(("stance", "expected"), [(0.5, 46), (-0.5, 15)])
def test_key_person(stance: float, expected: int) -> None:
    shares = (np.array([value]) for value in (0.8, 0.6, 3 / 5, 0.4, 1 / 3))
    warmth, score = warmth_score_of(Warmth(*shares), np.array([stance]), DEFAULTS)
    assert round(float(warmth[0])) == 61
    assert round(float(score[0])) == expected
