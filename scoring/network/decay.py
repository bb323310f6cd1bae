"""When something that decays by halves falls below what it needs, in closed form.

What is left after t days is the share ``d = 2^(-t/H)`` of today's weight, so a condition on the weights is one on d,
and a bound ``d*`` is reached after ``t = H log2(1/d*)`` days. Days are whole: ages count whole local days.
"""

from __future__ import annotations

import numpy as np

from scoring.machinery.arrays import Flags
from scoring.types import Floats, Ints

NEVER_DAYS = 10_000_000
"""Days until something that decay alone does not change."""
EXACT = 9
"""Decimals of a number of days that count."""


def days_until(share: Floats, half_life: float, *, at: Flags | bool) -> Ints:
    """The first whole day on which what is left has fallen below a share, or reached it where ``at`` is set.

    Model: ``t* = H log2(1/d*)``; the first day is ``ceil(t*)`` where reaching d* is enough, else ``floor(t*) + 1``.
    Inputs: the shares d*, the half-life in days; a share of 0 or less is never reached, of 1 or more at once.
    Returns: days of at least 0, `NEVER_DAYS` for never.
    Properties: falls as d* grows; seen n days later it is n less.
    """
    known = share > 0
    exact = np.round(-half_life * np.log2(np.where(known, share, 1.0)), EXACT)
    days = np.where(at, np.ceil(exact), np.floor(exact) + 1)
    days = np.where(known & (days < NEVER_DAYS), np.maximum(days, 0.0), float(NEVER_DAYS))
    return days.astype(np.int64)
