"""The metrics of evaluations: hand-worked numbers, scipy as an oracle, properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, spearmanr

from scoring.evaluation import Estimate, auc, estimate, spearman

values = st.lists(st.integers(-3, 3).map(float), min_size=4, max_size=14)


def once(metric: object, size: int) -> float:
    return float(metric(np.ones(size)))  # type: ignore[operator]


def test_area_by_hand() -> None:
    """Positives 3, 1; negatives 2, 1, 0: of 6 pairings 3 > 2, 1, 0; 1 > 0, 1 = 1: (4 + 1/2)/6."""
    value, positive = np.array([3.0, 2.0, 1.0, 1.0, 0.0]), np.array([True, False, True, False, False])
    assert once(auc(value, positive), 5) == pytest.approx(4.5 / 6)


def test_a_pair_that_counts_twice_is_two_pairs() -> None:
    """The positive 1 twice: of 9 pairings 3 beats 3 and each 1 beats 0 and ties 1: (3 + 2*1.5)/9."""
    value, positive = np.array([3.0, 2.0, 1.0, 1.0, 0.0]), np.array([True, False, True, False, False])
    assert auc(value, positive)(np.array([1.0, 1.0, 2.0, 1.0, 1.0])) == pytest.approx(6 / 9)


def test_rank_correlation_by_hand() -> None:
    """Ranks 1 2 3 4 against 1 3 2 4: 1 - 6*2/(4*15) = .8."""
    assert once(spearman(np.array([1.0, 2, 3, 4]), np.array([10.0, 30, 20, 40])), 4) == pytest.approx(0.8)


def test_where_nothing_can_be_told_apart() -> None:
    assert np.isnan(once(auc(np.arange(3.0), np.ones(3, bool)), 3))
    assert np.isnan(once(auc(np.empty(0), np.empty(0, bool)), 0))
    assert np.isnan(once(spearman(np.ones(3), np.arange(3.0)), 3))
    assert once(auc(np.zeros(4), np.array([True, False, True, False])), 4) == 0.5


@given(values, st.data())
def test_the_area_is_that_of_the_rank_sum_test(value: list[float], data: st.DataObject) -> None:
    number = np.array(value)
    positive = np.array(data.draw(st.lists(st.booleans(), min_size=len(value), max_size=len(value))))
    assume(positive.any() and not positive.all())
    found = once(auc(number, positive), len(number))
    expected = mannwhitneyu(number[positive], number[~positive]).statistic / (positive.sum() * (~positive).sum())
    assert found == pytest.approx(expected)
    assert once(auc(-number, positive), len(number)) == pytest.approx(1 - found)
    assert once(auc(number, ~positive), len(number)) == pytest.approx(1 - found)
    assert once(auc(np.exp(number) * 7 - 2, positive), len(number)) == pytest.approx(found)


@given(values, st.data())
def test_the_correlation_is_scipys_and_sees_ranks_only(value: list[float], data: st.DataObject) -> None:
    one = np.array(value)
    other = np.array(data.draw(st.lists(st.integers(0, 4).map(float), min_size=len(value), max_size=len(value))))
    assume(len(set(value)) > 1 and len(set(other.tolist())) > 1)
    found = once(spearman(one, other), len(one))
    assert found == pytest.approx(spearmanr(one, other).statistic)
    assert once(spearman(other, one), len(one)) == pytest.approx(found)
    assert once(spearman(one**3, np.exp(other)), len(one)) == pytest.approx(found)
    assert once(spearman(-one, other), len(one)) == pytest.approx(-found)


@given(values, st.data())
def test_weights_are_repetitions(value: list[float], data: st.DataObject) -> None:
    size = len(value)
    one = np.array(value)
    other = np.array(data.draw(st.lists(st.integers(0, 4).map(float), min_size=size, max_size=size)))
    times = np.array(data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size)))
    assume(times.sum() > 0)
    flags = other > 2
    for weighted, plain in (
        (spearman(one, other)(times.astype(float)), spearman(np.repeat(one, times), np.repeat(other, times))),
        (auc(one, flags)(times.astype(float)), auc(np.repeat(one, times), np.repeat(flags, times))),
    ):
        assert weighted == pytest.approx(once(plain, int(times.sum())), nan_ok=True, abs=1e-9)


def pairs(people: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.triu_indices(people, 1)
    return first.astype(np.int64), second.astype(np.int64)


def test_the_interval_is_seeded_holds_the_value_and_narrows_with_more_people() -> None:
    random = np.random.default_rng(3)
    widths = []
    for people in (8, 60):
        first, second = pairs(people)
        truth = random.normal(size=len(first))
        metric = spearman(truth + random.normal(size=len(first)), truth)
        found = estimate(metric, first, second, replicates=200)
        assert found == estimate(metric, first, second, replicates=200)
        assert found != estimate(metric, first, second, replicates=200, seed=1)
        assert found.p10 < found.value < found.p90
        widths.append(found.p90 - found.p10)
    assert widths[1] < widths[0] / 3


def test_pairs_that_share_a_person_vary_together() -> None:
    """One person's pairs alone are strong: the interval is wider than if all pairs were apart."""
    first, second = pairs(20)
    closeness = (first == 0).astype(float) + np.random.default_rng(1).random(len(first)) / 10
    metric = auc(closeness, closeness + np.random.default_rng(2).normal(size=len(first)) > 0.6)
    together = estimate(metric, first, second)
    apart = estimate(metric, 2 * np.arange(len(first)), 2 * np.arange(len(first)) + 1, replicates=300)
    assert together.p90 - together.p10 > apart.p90 - apart.p10


def test_nobody_has_no_estimate() -> None:
    nobody = np.empty(0, dtype=np.int64)
    found = estimate(auc(np.empty(0), np.empty(0, bool)), nobody, nobody)
    assert isinstance(found, Estimate)
    assert np.isnan([found.value, found.p10, found.p90]).all()
