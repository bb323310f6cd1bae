"""One score at several moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import Scorer
from scoring.series import SnapshotSeries
from scoring.snapshot import Snapshot
from scoring.types import US, Ints, ScoreFrame


@dataclass(frozen=True, slots=True)
class ScoreKey:
    """Whose score towards whom, and where."""

    subject: int
    vendor: int
    scope: int

    def scored(
        self, scorer: Scorer, snapshot: Snapshot, reference: Reference, parameters: Parameters
    ) -> tuple[ScoreFrame, int]:
        """Frame and row at one moment, -1 where there is no such score."""
        subject, scope = (np.array([key], dtype=np.int64) for key in (self.subject, self.scope))
        frame = scorer.score(snapshot, reference, parameters, scopes=scope, subjects=subject, vendor=self.vendor)
        rows = frame.rows(self.subject, self.vendor, self.scope)
        return frame, int(rows[0]) if len(rows) else -1

    def scored_over(
        self, scorer: Scorer, series: SnapshotSeries, reference: Reference, parameters: Parameters
    ) -> list[tuple[ScoreFrame, int]]:
        """Frame and row at every moment of a series, all read against one Reference.

        Properties: the numbers are those of each moment scored by itself.
        """
        snapshot, place = series.laid_out(), np.arange(len(series.moments))
        subject, scope, vendor = (series.own(place, np.full(len(place), key)) for key in self._keys)
        frame = scorer.score(
            snapshot, series.reference(reference), parameters, scopes=_known(snapshot, scope),
            subjects=_known(snapshot, subject), vendor=US if self.vendor == US else None,
        )  # fmt: skip
        rows = _rows(frame, subject, vendor, scope)
        if self.vendor == US:
            return [(frame, row) for row in rows]
        # asked by name, a rival has a score where it does not compete as well
        return [
            (frame, row) if row >= 0 else self.scored(scorer, series.at(at), reference, parameters)
            for at, row in enumerate(rows)
        ]

    @property
    def _keys(self) -> tuple[int, int, int]:
        return self.subject, self.scope, self.vendor


def _known(snapshot: Snapshot, keys: Ints) -> Ints:
    """The keys of entities that are there."""
    held = [table.key for table in snapshot.nodes.values()]
    found: Ints = keys[np.isin(keys, np.concatenate(held))]
    return found


def _rows(frame: ScoreFrame, subject: Ints, vendor: Ints, scope: Ints) -> list[int]:
    """The row of each score in the frame, -1 for none."""
    held = {each: row for row, each in enumerate(zip(*_columns(frame), strict=True))}
    wanted = zip(subject.tolist(), vendor.tolist(), scope.tolist(), strict=True)
    return [held.get(each, -1) for each in wanted]


def _columns(frame: ScoreFrame) -> tuple[list[int], list[int], list[int]]:
    return frame.subject.tolist(), frame.vendor.tolist(), frame.scope.tolist()
