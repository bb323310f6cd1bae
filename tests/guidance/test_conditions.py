"""Every rule where it holds and, one step beside it, where it does not."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from brm.guidance.rules import RULES
from brm.guidance.standing import DealStanding, Departure, PersonStanding, Promise, Request, Standing
from scoring.parameters import GuidanceParameters

LIMITS = GuidanceParameters()
BY_ID = {rule.id: rule for rule in RULES}


def person(key: int, **given: Any) -> PersonStanding:
    """Somebody we stand well with, who gives no rule a reason."""
    plain = {
        "influence": 0.2, "stance": 0.2, "depth": 3.0, "tie": 0.6, "tie_before": 0.6, "level": float(key % 5 + 1),
        "stance_evidence": 2,
    }  # fmt: skip
    return PersonStanding(key=key, **(plain | given))


def standing(*people: PersonStanding, **given: Any) -> Standing:
    plain: dict[str, Any] = {
        "scope_type": "opportunity", "scope": 900, "account": 901, "owners": (801, 802), "executive_age": 10,
    }  # fmt: skip
    return Standing(people=people, **(plain | given))


OPPONENT = person(9, stance=-0.6, influence=0.05)
UNTOUCHED = person(9, stance=-0.6, influence=0.05, tie=0.1)
CALM = (person(1), person(2), person(3), OPPONENT)
CASES: dict[str, tuple[Standing, list[tuple[int | None, str]], Standing]] = {
    "influential_weak_tie": (
        standing(person(1, influence=0.4, tie=0.29), *CALM[1:]), [(1, "")],
        standing(person(1, influence=0.4, tie=0.3), *CALM[1:]),
    ),
    "approver_unmet": (
        standing(person(1, roles=frozenset({"approver"}), tie=0.0), *CALM[1:]), [(1, "")],
        standing(person(1, roles=frozenset({"approver"}), tie=0.01), *CALM[1:]),
    ),
    "influential_opponent": (
        standing(*CALM[:3], person(9, stance=-0.25, influence=0.375)), [(9, "")],
        standing(*CALM[:3], person(9, stance=-0.25, influence=0.374)),
    ),
    "rival_ahead_on_veto": (
        standing(person(1, roles=frozenset({"legal_veto"}), rival=7, rival_stance=0.3), *CALM[1:]), [(1, "")],
        standing(person(1, roles=frozenset({"evaluator"}), rival=7, rival_stance=0.3), *CALM[1:]),
    ),
    "supporters_outnumbered": (
        standing(person(1, stance=0.6), person(2, influence=0.3), OPPONENT), [(2, "")],
        standing(person(1, stance=0.6), person(2, stance=0.6), OPPONENT),
    ),
    "promise_overdue": (
        standing(*CALM, promises=(Promise(action=5, person=1, days_late=3),)), [(1, "5")],
        standing(*CALM),
    ),
    "tie_falling": (
        standing(person(1, tie_before=0.5, tie=0.34), *CALM[1:]), [(1, "")],
        standing(person(1, tie_before=0.5, tie=0.36), *CALM[1:]),
    ),
    "untested_supporter": (
        standing(person(1, stance=0.5, depth=2.0), *CALM[1:]), [(1, "")],
        standing(person(1, stance=0.5, depth=3.0), *CALM[1:]),
    ),
    "single_champion": (
        standing(person(1, stance=0.7, superior=2), person(2), person(3, influence=0.1), OPPONENT), [(3, "")],
        standing(person(1, stance=0.7), person(2, stance=0.7), person(3), OPPONENT),
    ),
    "supporters_in_conflict": (
        standing(person(1, stance=0.6), person(2, stance=0.6), OPPONENT, conflicts=((1, 2),)), [(1, "2")],
        standing(person(1, stance=0.6), person(2, stance=0.4), OPPONENT, conflicts=((1, 2),)),
    ),
    "role_missing": (standing(*CALM, missing_roles=("buyer",)), [(None, "buyer")], standing(*CALM)),
    "single_owner": (standing(*CALM, owners=(801,)), [(None, "")], standing(*CALM, owners=())),
    "no_executive_exchange": (
        standing(*CALM, executive_age=181), [(9, "")],
        standing(*CALM, executive_age=180),
    ),
    "left_seat": (
        standing(*CALM, departures=(Departure(person=44, days_ago=90, now_at=45),)), [(44, "44")],
        standing(*CALM, departures=(Departure(person=44, days_ago=91),)),
    ),
    "rival_field_unknown": (
        standing(*CALM, rivals_known=False), [(None, "")],
        standing(*CALM, rivals_known=False, scope_type="company"),
    ),
    "single_layer": (
        standing(person(1, level=2.0), person(2, level=4.0, tie=0.1), person(3, level=2.0), UNTOUCHED), [(2, "")],
        standing(person(1, level=2.0), person(2, level=4.0, tie=0.3), person(3, level=2.0), UNTOUCHED),
    ),
    "stance_only_opinion": (
        standing(person(1, only_opinion=True), *CALM[1:]), [(1, "")],
        standing(person(1, only_opinion=True, stance=0.0), *CALM[1:]),
    ),
    "claim_far_from_belief": (
        standing(person(1, claimed=0.75), *CALM[1:]), [(1, "")],
        standing(person(1, claimed=0.65), *CALM[1:]),
    ),
    "deal_stuck": (
        standing(*CALM, deal=DealStanding(stage="needs", days=61, usual=30.0)), [(None, "")],
        standing(*CALM, deal=DealStanding(stage="needs", days=60, usual=30.0)),
    ),
    "deal_slipping": (
        standing(*CALM, deal=DealStanding(moved=14)), [(None, "")],
        standing(*CALM, deal=DealStanding(moved=13)),
    ),
    "request_overdue": (
        standing(*CALM, deal=DealStanding(requests=(Request(action=5, owner=801, days_late=1),))), [(None, "5")],
        standing(*CALM, deal=DealStanding()),
    ),
    "stage_without_evidence": (
        standing(*CALM, deal=DealStanding(stage="needs", missing=("role:decider",))), [(None, "")],
        standing(*CALM, deal=DealStanding(stage="needs")),
    ),
    "no_part_owner": (
        standing(*CALM, deal=DealStanding(stage="needs", parts_owned=False)), [(None, "")],
        standing(*CALM, deal=DealStanding(stage="needs", parts_owned=True)),
    ),
    "no_known_opponent": (standing(*CALM[:3]), [(None, "")], standing(*CALM)),
}  # fmt: skip


def _hits(rule: str, where: Standing) -> list[tuple[int | None, str]]:
    return [(hit.target, hit.key) for hit in BY_ID[rule].condition(where, LIMITS)]


def test_every_rule_has_its_case() -> None:
    assert set(CASES) == set(BY_ID)
    assert len(RULES) >= 10


@pytest.mark.parametrize("rule", sorted(CASES))
def test_the_rule_fires_where_it_holds(rule: str) -> None:
    holds, hits, _ = CASES[rule]
    assert _hits(rule, holds) == hits


@pytest.mark.parametrize("rule", sorted(CASES))
def test_the_rule_is_silent_one_step_beside(rule: str) -> None:
    assert _hits(rule, CASES[rule][2]) == []


def test_nothing_is_found_where_all_is_well() -> None:
    champions = (person(1, stance=0.6), person(2, stance=0.6), person(3, stance=0.55), OPPONENT)
    found = [rule.id for rule in RULES if _hits(rule.id, standing(*champions))]
    assert found == []


def test_nothing_fails_on_an_empty_standing() -> None:
    empty = standing(owners=(), executive_age=None)
    found = {rule.id: _hits(rule.id, empty) for rule in RULES}
    assert {rule: hits for rule, hits in found.items() if hits} == {"no_executive_exchange": [(None, "")]}


def test_thresholds_are_the_parameters() -> None:
    where = standing(person(1, influence=0.4, tie=0.29), *CALM[1:])
    strict = dataclasses.replace(LIMITS, tie_weak=0.2)
    assert list(BY_ID["influential_weak_tie"].condition(where, strict)) == []


def test_a_deal_slips_from_the_first_day_past() -> None:
    passed = [_hits("deal_slipping", standing(*CALM, deal=DealStanding(passed=days))) for days in (0, 1)]
    assert passed == [[], [(None, "")]]
