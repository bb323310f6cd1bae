"""One line: a deal's likelihood over time with its stages, its control points, and what moved it most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from brm.errors import InvalidInput
from brm.principal import Principal
from brm.services import moved
from brm.services.workspace import Workspace
from brm.store.protocol import When
from graph_schema.vocabulary import VOCABULARIES
from scoring.change import State
from scoring.deal_course import course_over
from scoring.likelihood import KIND
from scoring.machinery.beliefs import NO, YES
from scoring.machinery.control_points import POINTS
from scoring.over_time import ScoreKey
from scoring.registry import SCORERS
from scoring.series import SnapshotSeries

MARKED = 5
"""Moves that are marked, at most."""
LEAST_MARKED = 0.5
"""Points from which on a move within a week is marked."""
ANSWERS = {YES: "yes", NO: "no"}
NOTHING: dict[str, Any] = {"stage": None, "control_points": None}
"""Of a week in which the deal has no likelihood."""


@dataclass(frozen=True, slots=True)
class Line:
    """A likelihood at several moments, and what lay around it at each, read from the store at once."""

    key: ScoreKey
    moments: tuple[When, ...]
    series: SnapshotSeries

    def course(self, workspace: Workspace, when: When) -> list[dict[str, Any]]:
        """Stage and control points of each moment."""
        reference, parameters = workspace.reference(when), workspace.parameters
        course = course_over(self.series, self.key.scope, reference, parameters, self.key.vendor)
        return [
            {
                "stage": None if stage < 0 else VOCABULARIES["stage"][stage],
                "control_points": {
                    point: ANSWERS.get(answer, "unknown") for point, answer in zip(POINTS, answers, strict=True)
                },
            }
            for stage, answers in zip(course.stage.tolist(), course.answers.tolist(), strict=True)
        ]

    def moves(
        self, workspace: Workspace, principal: Principal, values: Sequence[float | None], most: int, when: When
    ) -> list[dict[str, Any]]:
        """The steps between weeks in which it moved most, the earliest first, with what moved it.

        Both ends are read against the Reference of the last day, as the curve is, so parts sum to its steps.
        """
        reference, parameters = workspace.reference(when), workspace.parameters
        found = []
        for at in greatest(values, most):
            old, new = (State(self.series.at(place), reference, parameters) for place in (at - 1, at))
            window = moved.Window(old, new, self.moments[at - 1], self.moments[at])
            found.append(moved.move_of(SCORERS[KIND], self.key, window))
        return moved.told(workspace, principal, [each for each in found if each is not None], self.key.scope)


def greatest(values: Sequence[float | None], most: int) -> list[int]:
    """Where a probability differs most from the week before, in order; steps from or to nothing do not count."""
    steps = [
        (-abs(after - before), at)
        for at, (before, after) in enumerate(pairwise(values), 1)
        if before is not None and after is not None and 100 * abs(after - before) >= LEAST_MARKED
    ]
    return sorted(at for _, at in sorted(steps)[:most])


def check_moves(number: int) -> None:
    """InvalidInput for more moves than are marked."""
    if not 0 <= number <= MARKED:
        raise InvalidInput(
            f"{number} moves cannot be marked", remedy=f"ask for 0 to {MARKED} moves", field="moves", value=number
        )
