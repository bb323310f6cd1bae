"""Rankings and how far two agree: hand-worked numbers, then properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import DEFAULTS, SCORERS, US, reduce_reference
from scoring.heat import READ_FROM, heat
from scoring.rankings import Ranking, agreement, aligned, cell_rankings, ranking, ranks
from scoring.registry import RELATIONSHIPS
from scoring.types import COMPANY
from tests.scoring.random_worlds import random_world

points = st.lists(st.integers(0, 100).map(float), min_size=2, max_size=12)


def test_equal_scores_share_the_best_rank() -> None:
    assert ranks(np.array([40.0, 70.0, 40.0, 90.0, 10.0])).tolist() == [3, 2, 3, 1, 5]


def test_a_difference_below_what_counts_is_none() -> None:
    assert ranks(np.array([0.1 + 0.2, 0.3, 0.4])).tolist() == [2, 2, 1]


def test_one_swap_of_four() -> None:
    """4 3 2 1 against 4 2 3 1: 5 of 6 pairs agree, tau = (5 - 1)/6; rho = 1 - 6*2/(4*15) = .8."""
    found = agreement(np.array([4.0, 3.0, 2.0, 1.0]), np.array([4.0, 2.0, 3.0, 1.0]))
    assert (found.tau, found.spearman) == (pytest.approx(2 / 3), pytest.approx(0.8))
    assert (found.number, found.top, found.of, found.move, found.shift) == (4, 4, 4, 1, pytest.approx(0.5))


def test_ties_count_as_tau_b_counts_them() -> None:
    """3 2 2 1 against 3 2 1 1: 4 pairs agree, one is tied on each side: tau_b = 4/sqrt(5*5)."""
    assert agreement(np.array([3.0, 2.0, 2.0, 1.0]), np.array([3.0, 2.0, 1.0, 1.0])).tau == pytest.approx(0.8)


def test_the_best_ten_and_the_largest_move() -> None:
    """The last of twelve becomes the first: eleven ranks up; the tenth drops out of the best ten."""
    before = np.arange(12.0, 0.0, -1.0)
    after = before.copy()
    after[-1] = 13.0
    found = agreement(before, after)
    assert (found.top, found.of, found.move) == (9, 10, 11)


def test_without_any_order_there_is_none_to_agree_with() -> None:
    flat, slope = np.full(3, 5.0), np.array([1.0, 2.0, 3.0])
    assert np.isnan([agreement(flat, slope).tau, agreement(slope, flat).spearman]).all()
    assert agreement(flat, flat + 1).tau == 1.0
    assert np.isnan(agreement(np.empty(0), np.empty(0)).tau)


@given(points)
def test_it_agrees_with_itself_whatever_the_scale(score: list[float]) -> None:
    one = np.array(score)
    found = agreement(one, 3 * one + 1)
    assert (found.tau, found.spearman, found.move, found.top) == (1.0, 1.0, 0, found.of)


@given(st.permutations(range(8)))
def test_reversed_it_is_negated_and_swapped_it_is_the_same(order: list[int]) -> None:
    one, other = np.arange(8.0), np.array(order, dtype=float)
    found, turned, swapped = agreement(one, other), agreement(one, -other), agreement(other, one)
    assert turned.tau == pytest.approx(-found.tau)
    assert turned.spearman == pytest.approx(-found.spearman)
    assert (swapped.tau, swapped.move) == (pytest.approx(found.tau), found.move)


def test_rankings_are_aligned_by_subject_vendor_and_scope() -> None:
    one = Ranking("x", np.array([5, 3, 4]), np.zeros(3, int), np.array([1, 1, 1]), np.array([1.0, 2.0, 3.0]))
    other = Ranking("x", np.array([4, 5, 5]), np.zeros(3, int), np.array([1, 1, 2]), np.array([9.0, 8.0, 7.0]))
    first, second = aligned(one, other)
    assert (first.tolist(), second.tolist()) == ([0, 2], [1, 0])


def test_what_is_ranked_against_each_other() -> None:
    """Ours, or rivals of `competitor`; accounts where there are any; nothing unstated."""
    snapshot = random_world(3).snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    frames = {kind: each.score(snapshot, reference, DEFAULTS) for kind, each in SCORERS.items()}
    for kind, frame in frames.items():
        found = ranking(frame)
        assert not np.isnan(found.score).any()
        assert (set(found.vendor.tolist()) <= {US}) == (kind != "competitor" or not len(found))
        assert found.banded == (kind in RELATIONSHIPS)
        if COMPANY in frame.scope_type:
            accounts = frame.scope[frame.scope_type == COMPANY]
            assert np.isin(found.scope, accounts).all()
    cells = cell_rankings(heat(snapshot, reference, DEFAULTS, {kind: frames[kind] for kind in READ_FROM}))
    assert set(cells) == set(RELATIONSHIPS)
    assert cells["customer"].score.tolist() == pytest.approx(ranking(frames["customer"]).score.tolist())
