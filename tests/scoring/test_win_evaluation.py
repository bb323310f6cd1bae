"""Scores of win likelihoods, their baselines and intervals: hand-worked numbers and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.foretold import runs_of
from scoring.win_evaluation import (
    RATE_BIDS,
    Bids,
    Redrawn,
    even_chances,
    lowest_price,
    reliability,
    scored,
    shares,
    win_rates,
)

A, B, C = 1, 2, 3
NONE = math.nan


def bids(*deals: tuple[int, list[tuple[int, bool, float, float]]]) -> Bids:
    """Deals as (day, [(vendor, won, likelihood, price), ...])."""
    rows = [(at, *each) for at, (_, field) in enumerate(deals) for each in field]
    deal, vendor, won, likelihood, price = zip(*rows, strict=True)
    return Bids(
        deal=np.array(deal), vendor=np.array(vendor), won=np.array(won), likelihood=np.array(likelihood),
        price=np.array(price), day=np.array([day for day, _ in deals]), nobody=np.full(len(deals), 0.1),
        unknown=np.full(len(deals), 0.2),
    )  # fmt: skip


THREE = bids(
    (1, [(A, True, 0.4, 90.0), (B, False, 0.3, 100.0)]),
    (2, [(A, False, 0.35, 80.0), (B, True, 0.35, 80.0)]),
    (2, [(A, False, 0.2, NONE), (B, True, 0.1, NONE), (C, False, 0.4, NONE)]),
)


def test_likelihoods_are_made_to_sum_to_one_among_the_bidders() -> None:
    assert shares(THREE) == pytest.approx([4 / 7, 3 / 7, 0.5, 0.5, 2 / 7, 1 / 7, 4 / 7])
    assert even_chances(THREE) == pytest.approx([1 / 2] * 4 + [1 / 3] * 3)


def test_win_rates_see_earlier_days_only() -> None:
    """Before day 1 all have the mean; on day 2 A has won 1 of 1, B 0 of 1, C nothing, the mean is 1 of 2."""
    k = RATE_BIDS
    rates = {A: (1 + k / 2) / (1 + k), B: (k / 2) / (1 + k), C: 0.5}
    two, three = rates[A] + rates[B], sum(rates.values())
    expected = [0.5, 0.5, rates[A] / two, rates[B] / two, *(rates[each] / three for each in (A, B, C))]
    assert win_rates(THREE) == pytest.approx(expected)


def test_the_lowest_price_wins_as_often_as_so_far() -> None:
    """First (0 + 1)/(0 + 2); on day 2 (1 + 1)/(1 + 2) for the two that share the lowest; no prices, no forecast."""
    found = lowest_price(THREE)
    assert found[:4] == pytest.approx([0.5, 0.5, 0.5, 0.5])
    assert np.isnan(found[4:]).all()
    later = bids((1, [(A, True, 0.5, 1.0), (B, False, 0.5, 2.0)]),
                 (2, [(A, True, 0.5, 2.0), (B, False, 0.5, 1.0), (C, False, 0.5, NONE)]))  # fmt: skip
    assert lowest_price(later)[2:] == pytest.approx([1 / 6, 2 / 3, 1 / 6])


def test_scores_by_hand() -> None:
    """Deal 3: P(B) = 1/7 and both others above it; deal 2 shares its first place and its pair."""
    found = scored(THREE, shares(THREE))
    assert found.log_loss == pytest.approx([-math.log(4 / 7), math.log(2), math.log(7)])
    assert found.brier == pytest.approx([2 * (3 / 7) ** 2, 0.5, (4 + 36 + 16) / 49])
    assert found.first.tolist() == [1.0, 0.5, 0.0]
    assert found.above.tolist() == [1.0, 0.5, 0.0]
    assert found.pairs.tolist() == [1.0, 1.0, 2.0]


def test_room_for_other_outcomes_costs() -> None:
    """As shown: P(A) = .4 of a field that sums to 1 with .1 and .2 beside: .36 + .09 + .01 + .04."""
    found = scored(THREE, THREE.likelihood, np.column_stack([THREE.nobody, THREE.unknown]))
    assert found.log_loss[0] == pytest.approx(-math.log(0.4))
    assert found.brier[0] == pytest.approx(0.5)


def test_ratios_and_their_intervals() -> None:
    found = Redrawn(3, replicates=400)
    one = found.ratio(np.array([1.0, 0.0, 2.0]), np.array([1.0, 1.0, 2.0]))
    assert one.value == pytest.approx(0.75)
    assert one.p10 <= one.value <= one.p90
    assert one == Redrawn(3, replicates=400).ratio(np.array([1.0, 0.0, 2.0]), np.array([1.0, 1.0, 2.0]))
    assert math.isnan(found.ratio(np.zeros(3), np.zeros(3)).value)
    narrow = Redrawn(400).mean(np.tile([0.0, 1.0], 200))
    assert (narrow.p10, narrow.p90) == pytest.approx((0.468, 0.532), abs=0.004)


def test_reliability_counts_every_bid_once() -> None:
    found = reliability(THREE, shares(THREE), Redrawn(3, replicates=50))
    assert [(each.low, each.number) for each in found] == [(0.1, 1), (0.2, 1), (0.4, 1), (0.5, 4)]
    last = found[-1]
    assert last.foretold == pytest.approx((4 / 7 + 0.5 + 0.5 + 4 / 7) / 4)
    assert last.happened.value == 0.5


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(2, 4), st.integers(0, 3)), min_size=1, max_size=12),
       st.randoms(use_true_random=False))  # fmt: skip
def test_what_is_decided_later_moves_no_baseline(shape: list[tuple[int, int, int]], random: object) -> None:
    """Deals of the last day and later taken away, every other deal's baselines stay what they were."""
    deals = [
        (day, [(vendor, vendor == winner % size, random.random() + 0.01, random.choice([1.0, 2.0, NONE]))  # type: ignore[attr-defined]
               for vendor in range(size)])
        for day, size, winner in sorted(shape)
    ]  # fmt: skip
    last = deals[-1][0]
    earlier = [each for each in deals if each[0] < last]
    for make in (win_rates, lowest_price, even_chances):
        every = make(bids(*deals))
        totals = np.bincount(bids(*deals).deal, weights=every)
        assert np.nan_to_num(totals, nan=1.0) == pytest.approx(np.ones(len(deals)))
        if earlier:
            assert make(bids(*earlier)) == pytest.approx(every[: sum(len(each[1]) for each in earlier)], nan_ok=True)


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(1, 9))
def test_runs_are_of_whole_days_and_cover_all(days: list[int], most: int) -> None:
    day = np.array(sorted(days), dtype=np.int64)
    runs = runs_of(day, most)
    assert len(runs) == min(most, len(set(days)))
    assert np.concatenate([np.empty(0, np.int64), *(day[each] for each in runs)]).tolist() == day.tolist()
    seen = [set(day[each].tolist()) for each in runs]
    assert sum(map(len, seen)) == len(set(days))
