"""Frames in which the rows of some scopes are replaced by rows that were scored anew.

A frame lists accounts before deals, each by key, and the rows of a scope side by side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.snapshot import Column
from scoring.types import COMPANY, OPPORTUNITY, Explanation, Ints, ScoreFrame

BY_ROW = ("subject", "vendor", "scope_type", "scope", "score", "p10", "p90", "completeness", "base")
BY_PART = ("factor", "value", "effect")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Consecutive rows of a frame."""

    frame: ScoreFrame
    rows: slice

    @property
    def parts(self) -> slice:
        """Where the parts of the rows stand."""
        indptr = self.frame.indptr
        return slice(int(indptr[self.rows.start]), int(indptr[self.rows.stop]))


def spliced(
    old: ScoreFrame, new: ScoreFrame, scopes: Ints, explainer: Callable[[ScoreFrame, int], Explanation]
) -> ScoreFrame:
    """The old frame with the rows of the scopes taken from the new one, whatever either has of them.

    Inputs: two frames of one kind; keys of accounts and deals; what explains a row of the result.
    Properties: the result is ordered as a frame of everything; rows of other scopes are untouched.
    """
    pieces = _pieces(old, new, scopes)

    def joined(pick: Callable[[_Piece], Column]) -> Column:
        return np.concatenate([pick(piece) for piece in pieces])

    def by_row(name: str) -> Column:
        return joined(lambda piece: getattr(piece.frame, name)[piece.rows])

    def by_part(name: str) -> Column:
        return joined(lambda piece: getattr(piece.frame, name)[piece.parts])

    def column(name: str) -> Column:
        return joined(lambda piece: piece.frame.columns[name][piece.rows])

    named = len(old.subject_of_part) or len(new.subject_of_part)
    numbers = joined(lambda piece: np.diff(piece.frame.indptr[piece.rows.start : piece.rows.stop + 1]))
    frame = ScoreFrame(
        kind=old.kind,
        link=old.link,
        **{name: by_row(name) for name in BY_ROW},
        factors=old.factors,
        indptr=np.append(0, np.cumsum(numbers)),
        **{name: by_part(name) for name in BY_PART},
        subject_of_part=by_part("subject_of_part") if named else old.subject_of_part,
        columns={name: column(name) for name in old.columns},
        explainer=lambda i: explainer(frame, i),
    )
    return frame


def _pieces(old: ScoreFrame, new: ScoreFrame, scopes: Ints) -> list[_Piece]:
    """Runs of rows of either frame, in order; at least one, so that there is something to join."""
    span = max((int(part.max()) for part in (old.scope, new.scope, scopes) if len(part)), default=0) + 1
    wanted = np.concatenate([kind * span + np.unique(scopes) for kind in (COMPANY, OPPORTUNITY)])
    held, made = (frame.scope_type * span + frame.scope for frame in (old, new))
    pieces, at = [], 0
    for left, right, first, last in zip(*_bounds(held, wanted), *_bounds(made, wanted), strict=True):
        pieces += [_Piece(old, slice(at, left)), _Piece(new, slice(first, last))]
        at = right
    pieces.append(_Piece(old, slice(at, len(old))))
    return [piece for piece in pieces if piece.rows.start < piece.rows.stop] or pieces[:1]


def _bounds(codes: Ints, wanted: Ints) -> tuple[list[int], list[int]]:
    """Where the rows of each code begin and end."""
    return np.searchsorted(codes, wanted).tolist(), np.searchsorted(codes, wanted, "right").tolist()
