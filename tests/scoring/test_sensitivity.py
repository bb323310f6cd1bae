"""Sensitivity: what is varied, that each kind is scored anew, and that nothing is left behind."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from scoring import DEFAULTS, SCORERS, reduce_reference
from scoring.parameters import Parameters
from scoring.population import day_before
from scoring.rankings import ranking
from scoring.sensitivity import FACTORS, VARIED, Population, sensitivity, stability, variations
from tests.scoring.random_worlds import random_world


def test_every_susceptibility_is_varied() -> None:
    assert set(VARIED["susceptibility"]) == {each.name for each in fields(DEFAULTS.susceptibility)}


def test_the_share_of_partners_ties_is_varied() -> None:
    assert [each.value for each in variations(DEFAULTS) if each.name == "customer.partner"] == [0.25, 0.75]


def test_one_parameter_at_a_time_within_its_range() -> None:
    own = {each.name: each for each in DEFAULTS.describe()}
    found = list(variations(DEFAULTS))
    assert {each.name for each in found} == {f"{group}.{name}" for group, names in VARIED.items() for name in names}
    for each in found:
        changed = {d.name: d.value for d in each.parameters.describe() if d.value != own[d.name].value}
        assert changed == {each.name: each.value}
        assert own[each.name].low <= each.value <= own[each.name].high
        unbounded = each.factor * own[each.name].value
        assert each.value == pytest.approx(np.clip(unbounded, own[each.name].low, own[each.name].high))
    assert {each.factor for each in found} == set(FACTORS)


def test_a_zero_has_no_half() -> None:
    without = DEFAULTS.with_values({"tie.event": 0.0})
    assert "tie.event" not in {each.name for each in variations(without)}


@pytest.fixture(scope="module")
def population() -> Population:
    snapshot = random_world(5, accounts=4).snapshot()
    return Population(snapshot, day_before(snapshot), tuple(SCORERS))


def test_a_ranking_is_that_of_scores_made_from_nothing(population: Population) -> None:
    changed = DEFAULTS.with_values({"susceptibility.decider": 0.25, "tie.meeting": 1.5})
    population.rankings(DEFAULTS, keep=True)
    found = population.rankings(changed)
    snapshot = random_world(5, accounts=4).snapshot()
    reference = reduce_reference(day_before(snapshot), changed)
    for kind, scorer in SCORERS.items():
        expected = ranking(scorer.score(snapshot, reference, changed))
        assert found[kind].subject.tolist() == expected.subject.tolist()
        assert found[kind].score.tolist() == expected.score.tolist()


def test_what_one_set_of_parameters_derived_is_not_kept(population: Population) -> None:
    population.rankings(DEFAULTS, keep=True)
    held = [len(each._derived) for each in (population._snapshot, population._facts, population._before)]
    for video in (0.5, 0.7, 0.9):
        population.rankings(DEFAULTS.with_values({"tie.video": video}))
    assert [len(each._derived) for each in (population._snapshot, population._facts, population._before)] == held
    assert population._snapshot.branch().digest == population._snapshot.digest


READS_NOTHING_OF = {
    "customer": ("our_company", "competitor", "decision_chain"),
    "our_company": ("customer", "competitor", "decision_chain"),
    "key_person": ("customer", "our_company", "competitor", "decision_chain"),
    "decision_chain": ("customer", "our_company", "competitor", "key_person"),
    "competitor": ("customer", "our_company", "decision_chain", "key_person"),
}


def test_a_parameter_that_a_kind_does_not_read_leaves_its_ranking(population: Population) -> None:
    told: list[tuple[int, int]] = []
    effects = sensitivity(population, DEFAULTS, advance=lambda done, of: told.append((done, of)))
    assert told == [(number, len(told)) for number in range(1, len(told) + 1)]
    assert len(effects) == len(told) * len(SCORERS)
    for each in effects:
        group = each.variation.name.partition(".")[0]
        if group in READS_NOTHING_OF.get(each.kind, ()):
            assert (each.agreement.tau, each.agreement.move, each.agreement.shift) == (1.0, 0, 0.0), each
    own = [each for each in effects if each.variation.name.startswith(f"{each.kind}.") and each.agreement.shift > 0]
    assert {each.kind for each in own} == set(SCORERS) - {"employee"}
    worst = [each for each in effects if each.kind == "customer"]
    assert stability(worst) == min(each.agreement.tau for each in worst)


def test_an_empty_population_has_no_order() -> None:
    from tests.worlds.builder import World

    snapshot = World().snapshot()
    effects = sensitivity(Population(snapshot, snapshot), Parameters())
    assert {each.agreement.number for each in effects} == {0}
    assert np.isnan(stability(effects))
