"""What the value of all accounts hangs on: the few that bring most of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.types import Floats, Ints

MOST = 0.8
"""The share that is asked for: eighty of twenty."""


@dataclass(frozen=True, slots=True)
class Concentration:
    """Accounts (rows) by value downwards, with the share of all value up to and with each.

    ``reached`` of them bring `MOST` of it. ``gini`` is 0 where all are worth the same and tends to 1 where one has
    all; NaN where there is no value.
    """

    row: Ints
    cumulative: Floats
    reached: int
    gini: float
    total: float


def concentration(value: Floats) -> Concentration:
    """How the value is spread.

    Model: with ``v`` ascending, ``Gini = 2 sum i v_i / (n sum v) - (n + 1)/n``.
    Inputs: the value of each account, NaN or below 0 (which counts as 0) where there is none.
    Returns: all accounts, those of equal value as they stand.
    Properties: 0 <= Gini < 1; doubling all values, or having each account twice, changes neither Gini nor the share
    of accounts that bring most.
    References: Gini C. (1912), Variabilità e mutabilità.
    """
    worth = np.maximum(np.nan_to_num(value), 0.0)
    row = np.argsort(-worth, kind="stable")
    total, size = float(worth.sum()), len(worth)
    if total <= 0:
        return Concentration(row, np.zeros(size), 0, float("nan"), 0.0)
    cumulative = np.cumsum(worth[row]) / total
    reached = int(np.searchsorted(np.round(cumulative, 12), MOST)) + 1
    rank = np.arange(1, size + 1)
    gini = float(2 * (rank * worth[row][::-1]).sum() / (size * total) - (size + 1) / size)
    return Concentration(row, cumulative, min(reached, size), max(gini, 0.0), total)
