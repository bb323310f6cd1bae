"""How a deal went over several moments: its stage and which control points we held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import lookup
from scoring.machinery.beliefs import UNKNOWN
from scoring.machinery.contenders import contenders_of
from scoring.machinery.control_points import POINTS
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.series import SnapshotSeries
from scoring.types import US, Ints

NO_STAGE = -1


@dataclass(frozen=True, slots=True)
class DealCourse:
    """By moment: the number of the stage (`NO_STAGE` for none), and a column of answers per control point."""

    stage: Ints
    answers: Ints


def course_over(
    series: SnapshotSeries, deal: int, reference: Reference, parameters: Parameters, vendor: int = US
) -> DealCourse:
    """The stage of a deal and the vendor's control points at every moment of a series.

    Inputs: the key of an opportunity; the Reference that all moments are read against.
    Returns: a row per moment; where the deal or the vendor in it is not there, no stage and unknown points.
    """
    snapshot, place = series.laid_out(), np.arange(len(series.moments))
    wanted = series.own(place, np.full(len(place), deal))
    deals = snapshot.nodes["opportunity"]
    row = deals.rows(wanted)
    stage = np.where(row >= 0, deals["stage"][row] if len(deals) else NO_STAGE, NO_STAGE)
    answers = np.full((len(place), len(POINTS)), UNKNOWN, dtype=np.int64)
    if (row >= 0).any():
        found = contenders_of(snapshot, series.reference(reference), parameters, wanted[row >= 0])
        case = np.flatnonzero(series.given(found.measures.vendor) == vendor)
        at = lookup(wanted, found.measures.opportunity[case])
        answers[at] = found.points.answer[case]
    return DealCourse(stage.astype(np.int64), answers)
