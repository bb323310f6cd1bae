"""Frames of scores whose rows all have the same parts, and the head of an explanation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.machinery.arrays import lookup
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.types import COMPANY, SCOPE_TYPES, Contribution, Explanation, Floats, Interval, Ints, ScoreFrame


def points(frame: ScoreFrame) -> Floats:
    """The scores of a frame in points of 100, probabilities too."""
    return 100 * frame.score if frame.link == "logit" else frame.score


def account_rows(frame: ScoreFrame, accounts: Ints) -> Ints:
    """The row of each account's own score, -1 where there is none."""
    rows = np.flatnonzero(frame.scope_type == COMPANY)
    rows = rows[np.argsort(frame.scope[rows], kind="stable")]
    at = lookup(frame.scope[rows], accounts)
    return np.where(at >= 0, rows[at] if len(rows) else -1, -1)


def picked(column: Floats, rows: Ints) -> Floats:
    """The value at each row, NaN where there is no row."""
    found = np.full(len(rows), np.nan)
    found[rows >= 0] = column[rows[rows >= 0]]
    return found


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whose scores, and what they are: all arrays by row."""

    subject: Ints
    vendor: Ints
    scope_type: Ints
    scope: Ints
    score: Floats
    p10: Floats
    p90: Floats
    completeness: Floats
    base: Floats


@dataclass(frozen=True, slots=True)
class Components:
    """Value and effect of each factor, a row per score and a column per factor."""

    factors: tuple[str, ...]
    value: Floats
    effect: Floats


def component_frame(
    kind: str,
    numbers: Numbers,
    parts: Components,
    columns: Mapping[str, Floats],
    explain: Callable[[ScoreFrame, int], Explanation],
) -> ScoreFrame:
    """A frame in which every row has every factor, about the row's own subject."""
    size, width = len(numbers.subject), len(parts.factors)
    frame = ScoreFrame(
        kind=kind,
        link="identity",
        **{name: getattr(numbers, name) for name in Numbers.__slots__},
        factors=parts.factors,
        indptr=np.arange(size + 1, dtype=np.int64) * width,
        factor=np.tile(np.arange(width, dtype=np.int8), size),
        subject_of_part=np.empty(0, dtype=np.int64),
        value=parts.value.ravel(),
        effect=parts.effect.ravel(),
        columns=columns,
        explainer=lambda i: explain(frame, i),
    )
    return frame


def explained(
    frame: ScoreFrame,
    i: int,
    contributions: Sequence[Contribution],
    inputs: Mapping[str, Any],
    parameters: Parameters,
    reference: Reference,
) -> Explanation:
    """The explanation of row ``i`` that has these contributions."""
    return Explanation(
        kind=frame.kind,
        subject=int(frame.subject[i]),
        vendor=int(frame.vendor[i]),
        scope_type=SCOPE_TYPES[int(frame.scope_type[i])],
        scope=int(frame.scope[i]),
        score=float(frame.score[i]),
        interval=Interval(float(frame.p10[i]), float(frame.p90[i])),
        completeness=float(frame.completeness[i]),
        link="identity",
        base=float(frame.base[i]),
        contributions=tuple(contributions),
        inputs=inputs,
        parameters=parameters.digest,
        reference=reference.digest,
    )
