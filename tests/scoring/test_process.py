"""Checks of stages, project checks, the five steps and the tier of a deal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from graph_schema.vocabulary import VOCABULARIES
from scoring.criteria.answers import answers_on
from scoring.criteria.catalogue import IDS
from scoring.criteria.ground import ground_of
from scoring.machinery.beliefs import NO, UNKNOWN, YES
from scoring.parameters import DEFAULTS
from scoring.population import reduce_reference
from scoring.process.checks import PROJECT_CHECKS, STAGE_CHECKS, Check, answered_checks, asked, our_row
from scoring.process.steps import Tier, steps_of, tier_of
from tests.scoring.test_criteria import CNY, YUAN, Field, reached
from tests.worlds.builder import TODAY


def told(world: Field, **values: float) -> tuple[dict[str, Check], dict[str, float], Tier]:
    parameters = DEFAULTS.with_values(values)
    snapshot = world.snapshot()
    ground = ground_of(snapshot, reduce_reference(snapshot, parameters), parameters, np.array([world.opportunity]))
    row = our_row(ground, world.opportunity)
    assert row is not None
    answers = answers_on(ground)
    checks = answered_checks(ground, answers, row)
    return checks, steps_of(ground, answers, checks, row), tier_of(ground, answers, row)


def test_every_check_names_something_that_can_be_answered() -> None:
    assert tuple(STAGE_CHECKS) == VOCABULARIES["stage"]
    for stage in STAGE_CHECKS.values():
        for check in {*stage.entry, *stage.exit, *stage.fast}:
            kind, _, id_ = check.partition(":")
            known = {"criterion": IDS, "project_check": PROJECT_CHECKS, "role": VOCABULARIES["buying_role"]}
            assert id_ in known[kind] if kind in known else check == "shortlist", check
        assert set(stage.fast) <= {*stage.entry, *stage.exit}


def test_the_fast_lane_asks_less() -> None:
    assert asked("bidding", full=True)[1] == (
        "shortlist",
        "project_check:most_exchange_time",
        "criterion:political_alignment",
    )
    assert asked("bidding", full=False) == (("project_check:award_form_known",), ("shortlist",))


@pytest.mark.parametrize(
    ("source", "value", "answer"),
    [
        ("observed", 1.0, YES), ("inside", 1.0, YES), ("opinion", 1.0, UNKNOWN), ("observed", 0.0, NO),
        ("opinion", 0.0, UNKNOWN),
    ],
)  # fmt: skip
def test_one_item_seen_or_told_inside_settles_a_fact(source: str, value: float, answer: int) -> None:
    """Beta with weight 1 at .5: observed ``1.5/2 = .75``, inside ``1.2/1.7 = .71``, an opinion ``.8/1.3 = .62``."""
    world = Field().told("project_check:consulted_on_budget", value, source_class=source)
    assert told(world)[0]["project_check:consulted_on_budget"].answer == answer


def test_what_the_deal_says_itself_settles_three_of_the_six() -> None:
    checks = told(Field(award_form="negotiated", award_rule="points", price_weight=0.3))[0]
    known = [each for each in PROJECT_CHECKS if checks[f"project_check:{each}"].answer == YES]
    assert known == ["award_form_known", "scoring_sheet_known", "award_rule_known"]
    assert {each.answer for id_, each in told(Field())[0].items() if id_.startswith("project_check")} == {UNKNOWN}


def test_a_role_is_identified_only_with_evidence() -> None:
    world = Field()
    person = world.play("D", "decider")
    world.play("A", "approver", source="opinion")
    checks = told(world)[0]
    assert (checks["role:decider"].answer, checks["role:approver"].answer) == (YES, UNKNOWN)
    assert (checks["role:decider"].evidence, checks["role:approver"].evidence) == ((person,), ())


def test_the_steps_by_hand() -> None:
    """Four people hold approver .35, decider .35, evaluator .2, user .1 (buyer has no right of its own)."""
    world = reached(0)
    people = [world.names[name] for name in "ADEU"]
    second = world.person("second", world.us)
    for colleague in (world.seller, second):
        world.meet("meeting", (colleague,), (people[0],), TODAY, starter=colleague)
    for each in PROJECT_CHECKS[:3]:
        world.told(f"project_check:{each}", 1.0)
    world.told("criterion:formal_criteria", 1.0, 2)
    steps = told(world)[1]
    influence = 0.35
    assert steps["build_trust"] == pytest.approx(influence * (1 - np.exp(-3 / 9)))
    assert steps["widen_network"] == pytest.approx(influence)
    assert steps["guide_demand"] == pytest.approx((0.5 + 0.75) / 2)
    assert steps["carry_value"] == pytest.approx(0.5)
    assert steps["control_project"] == pytest.approx(0.5)


LARGE, MEDIUM, SMALL = 3e6, 1e6, 999_999.0


@pytest.mark.parametrize(
    ("amount", "strategic", "tier"),
    [
        (LARGE, True, "A"), (LARGE, False, "B"), (MEDIUM, True, "B"), (MEDIUM, False, "C"), (SMALL, True, "C"),
        (SMALL, False, "D"), (None, True, None),
    ],
)  # fmt: skip
def test_the_tier_follows_size_and_strategy(amount: float | None, strategic: bool, tier: str | None) -> None:
    money: dict[str, Any] = {} if amount is None else {"amount": amount, **CNY}
    world = Field(**money)
    if strategic:
        world.told("criterion:strategic_value", 1.0, 3)
    assert told(world)[2].proposed == tier


def test_a_partner_that_leads_for_us_makes_it_e() -> None:
    def proposed(role: str, vendor: str) -> str | None:
        world = Field(amount=LARGE, amount_currency=YUAN)
        partner = world.company("partner", "partner")
        world.edge("partners", partner, world.opportunity, role=role, vendor=world.names[vendor])
        return told(world)[2].proposed

    assert [proposed("prime", "us"), proposed("reseller", "us")] == ["E", "E"]
    assert [proposed("subcontractor", "us"), proposed("prime", "rival")] == ["B", "B"]
