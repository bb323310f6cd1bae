"""Metrics of an evaluation: how well a number tells two groups apart or orders what was stated, with intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.types import Floats, Ints

Flags = npt.NDArray[np.bool_]
Metric = Callable[[Floats], float]
"""A metric of fixed pairs as a function of how often each pair counts."""
SEED, REPLICATES = 20_260_630, 1_000
LOW, HIGH = 0.1, 0.9
"""The quantiles of an 80 % interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric with its 80 % interval, NaN where it is not defined."""

    value: float
    p10: float
    p90: float


def auc(value: Floats, positive: Flags) -> Metric:
    """The area under the receiver operating characteristic.

    Model: ``P(v+ > v-) + P(v+ = v-)/2`` over a positive and a negative pair drawn at random, weighted by how
    often each counts (Mann-Whitney's U over the product of the group sizes).
    Inputs: a number and a flag per pair.
    Returns: a function of the pairs' weights (>= 0, not all 0) to 0..1; NaN where a group has no weight.
    Properties: unchanged by any increasing map of the value; negating the value, or swapping the groups, gives
    ``1 - auc``; .5 where all values are equal.
    References: Hanley J., McNeil B. (1982), The meaning and use of the area under a receiver operating
    characteristic (ROC) curve, Radiology 143(1):29-36.
    """
    order = np.argsort(value, kind="stable")
    chosen, starts = positive[order], _starts(value[order])

    def metric(weight: Floats) -> float:
        if not len(starts):
            return float("nan")
        ordered = weight[order]
        above = np.add.reduceat(np.where(chosen, ordered, 0.0), starts)
        below = np.add.reduceat(np.where(chosen, 0.0, ordered), starts)
        product = above.sum() * below.sum()
        if product == 0:
            return float("nan")
        beaten = np.cumsum(below) - below / 2
        return float((above * beaten).sum() / product)

    return metric


def spearman(first: Floats, second: Floats) -> Metric:
    """Spearman's rank correlation.

    Model: the correlation of the mean ranks, a pair that counts k times being k equal pairs.
    Inputs: two numbers per pair.
    Returns: a function of the pairs' weights (>= 0) to -1..1; NaN where a side does not vary.
    Properties: unchanged by any increasing map of either side; negating a side negates it; symmetric.
    References: Spearman C. (1904), The proof and measurement of association between two things, Am. J.
    Psychol. 15(1):72-101.
    """
    sides = [(order := np.argsort(side, kind="stable"), _starts(side[order])) for side in (first, second)]

    def metric(weight: Floats) -> float:
        total = weight.sum()
        if total == 0:
            return float("nan")
        one, other = (_mean_ranks(weight, *side) for side in sides)
        centred = [each - (weight * each).sum() / total for each in (one, other)]
        spread = [(weight * each**2).sum() for each in centred]
        if min(spread) <= 1e-12 * total:
            return float("nan")
        return float((weight * centred[0] * centred[1]).sum() / np.sqrt(spread[0] * spread[1]))

    return metric


def estimate(metric: Metric, first: Ints, second: Ints, *, seed: int = SEED, replicates: int = REPLICATES) -> Estimate:
    """A metric over pairs of people, with an interval from resampling the people.

    Model: in each replicate as many people are drawn with replacement; a pair counts the product of how often
    its two people were drawn, so that pairs which share somebody vary together. P10 and P90 are quantiles of
    the replicates in which the metric is defined.
    Inputs: the metric, the two people of each pair.
    Returns: the metric with every pair counted once, and its interval.
    Properties: the same seed gives the same interval.
    Limits: pairs of a person with the same person drawn twice are left out.
    References: Snijders T., Borgatti S. (1999), Non-parametric standard errors and tests for network
    statistics, Connections 22(2):161-170.
    """
    value = metric(np.ones(len(first)))
    people, place = np.unique(np.concatenate([first, second]), return_inverse=True)
    one, other = place[: len(first)], place[len(first) :]
    random = np.random.default_rng(seed)
    found = np.empty(replicates)
    for at in range(replicates):
        drawn = (
            np.bincount(random.integers(len(people), size=len(people)), minlength=len(people)) if len(people) else place
        )
        found[at] = metric((drawn[one] * drawn[other]).astype(np.float64))
    known = found[~np.isnan(found)]
    if np.isnan(value) or not len(known):
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.quantile(known, (LOW, HIGH))
    return Estimate(value, float(low), float(high))


def _starts(ordered: Floats) -> Ints:
    """Where each run of equal values begins."""
    if not len(ordered):
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])).astype(np.int64)


def _mean_ranks(weight: Floats, order: Ints, starts: Ints) -> Floats:
    sizes = np.add.reduceat(weight[order], starts)
    ranks = np.cumsum(sizes) - (sizes - 1) / 2
    found = np.empty(len(weight))
    found[order] = np.repeat(ranks, np.diff(np.append(starts, len(order))))
    return found
