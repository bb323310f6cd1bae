"""Exact Shapley values from the values of all coalitions.

References: Shapley (1953), A value for n-person games, Contributions to the Theory of Games II, 307-317.
"""

from __future__ import annotations

from functools import cache
from math import factorial

import numpy as np

from scoring.types import Floats


@cache
def _weights(players: int) -> Floats:
    """A row per player, a column per coalition: what the coalition's value counts in the player's Shapley value."""
    coalitions = np.arange(1 << players)
    member = coalitions >> np.arange(players - 1, -1, -1)[:, None] & 1
    size = member.sum(axis=0)
    orders = np.array([factorial(n) * factorial(players - n - 1) / factorial(players) for n in range(players)])
    joins = orders[np.maximum(size - 1, 0)]
    stays = orders[np.minimum(size, players - 1)]
    found: Floats = np.where(member == 1, joins, -stays)
    found.flags.writeable = False
    return found


def shapley(values: Floats) -> Floats:
    """The Shapley value of each player, by row.

    Inputs: ``values`` with a first axis of all coalitions, the first player the highest bit of the place, and
    a second axis of rows.
    Returns: an axis of players, then the rows; they sum to the grand coalition's value less the empty one's.
    """
    players = len(values).bit_length() - 1
    found: Floats = _weights(players) @ values
    return found
