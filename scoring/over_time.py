"""One score at several moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import Flags
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
        there = _known(snapshot, scope)
        told = there if self.vendor == US else there & _known(snapshot, vendor)
        frame = scorer.score(
            snapshot, series.reference(reference), parameters, scopes=scope[told],
            subjects=subject[_known(snapshot, subject)], vendor=US if self.vendor == US else vendor[told],
        )  # fmt: skip
        found = [(frame, row) for row in _rows(frame, subject, vendor, scope)]
        # a rival that nothing tells of in a world has no key there
        for at in np.flatnonzero(there & ~told).tolist():
            found[at] = self.scored(scorer, series.at(at), reference, parameters)
        return found

    @property
    def _keys(self) -> tuple[int, int, int]:
        return self.subject, self.scope, self.vendor


def _known(snapshot: Snapshot, keys: Ints) -> Flags:
    """Which of the keys are those of entities that are there."""
    held = [table.key for table in snapshot.nodes.values()]
    found: Flags = np.isin(keys, np.concatenate(held))
    return found


def _rows(frame: ScoreFrame, subject: Ints, vendor: Ints, scope: Ints) -> list[int]:
    """The row of each score in the frame, -1 for none."""
    held = {each: row for row, each in enumerate(zip(*_columns(frame), strict=True))}
    wanted = zip(subject.tolist(), vendor.tolist(), scope.tolist(), strict=True)
    return [held.get(each, -1) for each in wanted]


def _columns(frame: ScoreFrame) -> tuple[list[int], list[int], list[int]]:
    return frame.subject.tolist(), frame.vendor.tolist(), frame.scope.tolist()
