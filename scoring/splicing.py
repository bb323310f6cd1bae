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

    def numbers(self, indptr: str) -> Ints:
        """How many entries each row has."""
        found: Ints = np.diff(getattr(self.frame, indptr)[self.rows.start : self.rows.stop + 1])
        return found

    def of_field(self, column: Column) -> Column:
        """What a column has of the rows' fields; all of it, which is nothing, where the kind has no field."""
        if not len(self.frame.field_indptr):
            return column
        bounds = self.frame.field_indptr[[self.rows.start, self.rows.stop]]
        return column[bounds[0] : bounds[1]]


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

    fields = len(old.field_indptr) > 0
    named = len(old.subject_of_part) or len(new.subject_of_part)

    def bounds(name: str) -> Ints:
        return np.append(0, np.cumsum(joined(lambda piece: piece.numbers(name))))

    frame = ScoreFrame(
        kind=old.kind,
        link=old.link,
        **{name: by_row(name) for name in BY_ROW},
        factors=old.factors,
        indptr=bounds("indptr"),
        **{name: by_part(name) for name in BY_PART},
        subject_of_part=by_part("subject_of_part") if named else old.subject_of_part,
        columns={name: column(name) for name in old.columns},
        explainer=lambda i: explainer(frame, i),
        points=by_part("points") if len(old.points) or len(new.points) else old.points,
        field_indptr=bounds("field_indptr") if fields else old.field_indptr,
        field_vendor=joined(lambda piece: piece.of_field(piece.frame.field_vendor)),
        field_raw=joined(lambda piece: piece.of_field(piece.frame.field_raw)),
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
