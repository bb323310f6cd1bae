"""The best set of actions within the hours that there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from scoring.types import Floats, Ints


def best_set(gain: Floats, hours: Floats, exclusive: Sequence[str], available: float, most: int) -> Ints:
    """The places of the actions that gain most together, the greatest first.

    Model: maximise ``sum g_i x_i``, x binary, with ``sum h_i x_i <= available``, ``sum x_i <= most``, and at most
    one of those with the same ``exclusive``; solved exactly (branch and bound, HiGHS). Actions that gain
    nothing are never chosen.
    Inputs: gain and hours by action (hours >= 0), a name of what each uses up, hours available, most actions.
    Returns: places in the given arrays.
    Properties: equals trying every set. More hours never lower the sum of gains.
    Limits: gains are taken as additive; what the set gains together is for the caller to work out.
    References: domain.md section 6; Huangfu & Hall (2018), the HiGHS solver.
    """
    worth = np.flatnonzero((gain > 0) & (hours <= available))
    if not len(worth) or most < 1:
        return worth[:0]
    names = [exclusive[at] for at in worth.tolist()]
    once = np.array([[name == each for each in names] for name in dict.fromkeys(names)], dtype=np.float64)
    rows = np.vstack([hours[worth][None, :], np.ones((1, len(worth))), once])
    upper = np.concatenate([[available, most], np.ones(len(once))])
    solved = milp(
        -gain[worth] / float(gain[worth].max()), integrality=np.ones(len(worth), dtype=np.int64), bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows, -np.inf, upper), options={"mip_rel_gap": 0.0},
    )  # fmt: skip
    taken = np.zeros(len(worth)) if solved.x is None else solved.x
    chosen = worth[np.round(taken) == 1]
    found: Ints = chosen[np.lexsort((chosen, -gain[chosen]))]
    return found
