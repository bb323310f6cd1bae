"""Gates: what a review displays of a probability when a deal lacks what no deal is won without.

No compelling event: not computable. No inside source: x ``gate_inside``. Answered not in the top three:
x ``gate_top_three``. Unknown closes no gate. They concern the vendor asked for; the mass removed goes to the
other vendors (phantom included) in proportion to raw, to no decision where there are none.
"""

from __future__ import annotations

import numpy as np

from scoring.machinery.beliefs import NO
from scoring.machinery.control_points import INSIDE, TOP_THREE
from scoring.parameters import Parameters
from scoring.types import Floats, Ints

GATES = (None, "no_event", "no_inside_source", "not_in_top_three")
OPEN, NO_EVENT, NO_INSIDE, NOT_TOP_THREE = range(len(GATES))


def gates_of(event: Ints, points: Ints, parameters: Parameters) -> tuple[Ints, Floats]:
    """The gate that closes on each row (of several the hardest), and the factor: NaN for not computable.

    Inputs: the answers to the compelling event of the deal, and to the control points of the vendor.
    """
    given = parameters.likelihood
    inside = np.where((points[:, INSIDE] == NO) & (given.gate_inside < 1), given.gate_inside, 1.0)
    listed = np.where((points[:, TOP_THREE] == NO) & (given.gate_top_three < 1), given.gate_top_three, 1.0)
    closed = np.where(listed < 1, NOT_TOP_THREE, np.where(inside < 1, NO_INSIDE, OPEN))
    without = (event == NO) & (given.gate_event > 0)
    return np.where(without, NO_EVENT, closed), np.where(without, np.nan, inside * listed)


def gated_field(raw: Floats, place: int, factor: float) -> Floats:
    """A field with one vendor gated: entries are vendors, the phantom, then no decision; they sum to 1."""
    if np.isnan(factor):
        return np.full(len(raw), np.nan)
    found = raw.copy()
    found[place] = raw[place] * factor
    removed = raw[place] - found[place]
    others = np.ones(len(raw), dtype=bool)
    others[[place, -1]] = False
    total = float(raw[others].sum())
    if total > 0:
        found[others] += removed * raw[others] / total
    else:
        found[-1] += removed
    return found
