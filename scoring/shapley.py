"""How much each of several things that were done together did: Shapley's value, exact or over two orders."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np

from scoring.types import Floats

EXACT = 4
"""Things up to which every set of them is looked at; more are taken in their order and in the reverse one."""


def coalitions(number: int) -> list[frozenset[int]]:
    """The sets of things that `shapley` looks at, the empty one first and that of all last."""
    if number <= EXACT:
        return [frozenset(each) for size in range(number + 1) for each in combinations(range(number), size)]
    forward = [frozenset(range(place)) for place in range(number)]
    backward = [frozenset(range(place, number)) for place in range(number - 1, 0, -1)]
    return [*forward, *backward, frozenset(range(number))]


def shapley(number: int, value: Callable[[frozenset[int]], Floats]) -> Floats:
    """The part of each thing in what all of them do.

    Model: ``phi_i = sum_S |S|! (n - |S| - 1)!/n! (v(S + i) - v(S))`` over the sets S without i; of more than
    `EXACT` things the mean of the steps that each makes in their order and in the reverse one.
    Inputs: ``value`` gives v of a set, an array of any shape, the same for every set.
    Returns: that shape with a last axis of ``number``.
    Properties: the parts sum to v(all) - v(none); a thing that changes nothing has no part.
    References: [1] Shapley (1953), A value for n-person games, Contributions to the Theory of Games II, 307-317.
    """
    steps = _all_orders(number) if number <= EXACT else _two_orders(number)
    parts = np.zeros((*np.shape(value(frozenset())), number))
    for thing, before, weight in steps:
        parts[..., thing] += weight * (value(before | {thing}) - value(before))
    return parts


Steps = list[tuple[int, frozenset[int], float]]


def _all_orders(number: int) -> Steps:
    return [
        (thing, before, factorial(len(before)) * factorial(number - len(before) - 1) / factorial(number))
        for before in coalitions(number)
        for thing in range(number)
        if thing not in before
    ]


def _two_orders(number: int) -> Steps:
    forward = [(thing, frozenset(range(thing)), 0.5) for thing in range(number)]
    return forward + [(thing, frozenset(range(thing + 1, number)), 0.5) for thing in range(number)]
