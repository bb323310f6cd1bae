"""How much each of several things that were done together did: Shapley's value, exact or over two orders."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from scoring.machinery.shapley import shapley as of_coalitions
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
    if not 0 < number <= EXACT:
        return two_orders(number, value)
    # the first thing is the highest bit of a set's place
    bits = [1 << (number - 1 - thing) for thing in range(number)]
    sets = [frozenset(thing for thing in range(number) if place & bits[thing]) for place in range(1 << number)]
    values = np.stack([value(each) for each in sets])
    parts = of_coalitions(values.reshape(len(values), -1))
    return np.moveaxis(parts.reshape(number, *values.shape[1:]), 0, -1)


def two_orders(number: int, value: Callable[[frozenset[int]], Floats]) -> Floats:
    """The mean of the two steps that each thing makes in their order and in the reverse one; as `shapley`."""
    parts = np.zeros((*np.shape(value(frozenset())), number))
    for thing in range(number):
        for before in (frozenset(range(thing)), frozenset(range(thing + 1, number))):
            parts[..., thing] += (value(before | {thing}) - value(before)) / 2
    return parts
