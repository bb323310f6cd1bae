"""Rules of decision: weighted, single, majority and veto, as opinions of a chain in -1..1.

Each is worked out for many cases at once; members of a case stand together. Where nobody may veto
(no approver, no veto holder) the veto rule is the weighted one.
"""

from __future__ import annotations

import numpy as np

from scoring.machinery.arrays import Flags, counts, sums
from scoring.types import Floats, Ints


def weighted_rule(case: Ints, rights: Floats, opinion: Floats, size: int) -> Floats:
    """``sum omega * y`` of each case."""
    return sums(case, rights * opinion, size)


def single_rule(case: Ints, rights: Floats, opinion: Floats, size: int) -> Floats:
    """The opinion of who has the greatest right, among equals the smallest opinion."""
    top = np.zeros(size)
    np.maximum.at(top, case, rights)
    # equal shares that were summed in another order still count as equal
    greatest = rights >= top[case] - 1e-12
    return _least(case[greatest], opinion[greatest], size, np.zeros(size))


def majority_rule(case: Ints, rights: Floats, opinion: Floats, size: int) -> Floats:
    """``2 P(more than half of the voters say yes) - 1``, each yes with (1 + y)/2; ties count half.

    Voters are those with rights; the count of yes is Poisson-binomial, built up voter by voter.
    """
    voter = np.flatnonzero(rights > 0)
    case, yes = case[voter], (1 + opinion[voter]) / 2
    number = counts(case, size)
    most = int(number.max(initial=0))
    turn = np.arange(len(case)) - np.repeat(np.cumsum(number) - number, number)
    chance = np.zeros((size, most + 1))
    chance[:, 0] = 1.0
    for each in range(most):
        now = np.flatnonzero(turn == each)
        rows, p = case[now], yes[now][:, None]
        moved = chance[rows] * (1 - p)
        moved[:, 1:] += chance[rows, :-1] * p
        chance[rows] = moved
    votes = np.arange(most + 1)
    share = np.where(2 * votes > number[:, None], 1.0, np.where(2 * votes == number[:, None], 0.5, 0.0))
    found: Floats = 2 * (chance * share).sum(axis=1) - 1
    return np.where(number > 0, found, 0.0)


def veto_rule(case: Ints, may_veto: Flags, opinion: Floats, otherwise: Floats) -> Floats:
    """The least opinion among approvers and veto holders."""
    return _least(case[may_veto], opinion[may_veto], len(otherwise), otherwise)


def _least(case: Ints, opinion: Floats, size: int, otherwise: Floats) -> Floats:
    least = np.full(size, np.inf)
    np.minimum.at(least, case, opinion)
    return np.where(np.isinf(least), otherwise, least)
