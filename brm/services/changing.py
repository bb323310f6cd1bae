"""Scores over time: the change since some days ago taken apart by cause, and weekly series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services import moments, moved, one_line, scores
from brm.services.trends import WEEKS, earlier_weeks, periods
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from graph_schema.values import datetime_of, instant_from
from scoring.causes import CAUSES
from scoring.change import Changes, State, changes
from scoring.likelihood import KIND as LIKELIHOOD
from scoring.over_time import ScoreKey
from scoring.series import SnapshotSeries
from scoring.types import ScoreFrame

SINCE = (30, 90)
"""Days over which the change of an explained score is told; the first is its ``change``."""
WEEK = 7


def changes_of(
    workspace: Workspace, principal: Principal, kind: str, id_: str, *, vendor: str | None = None,
    scope: str | None = None, when: When = NOW,
) -> list[dict[str, Any]]:  # fmt: skip
    """The changes of one score over `SINCE`; those over which it had no score before are left out."""
    found, row = _found(workspace, principal, kind, id_, vendor, scope, when)
    told = []
    for days in SINCE:
        earlier = _days_before(found.when, days)
        change = _change(workspace, found, row, when, earlier)
        if len(change):
            told.append(_shape(workspace, change, earlier))
    return told


def week_of(
    workspace: Workspace, principal: Principal, kind: str, id_: str, *, vendor: str | None = None,
    when: When = NOW,
) -> dict[str, Any] | None:  # fmt: skip
    """How one score moved over the last seven days: parts by cause, and the facts behind them with their points.

    Each end is read against the Reference of its day. None where there was no score a week ago.
    """
    found, row = _found(workspace, principal, kind, id_, vendor, None, when)
    earlier = _days_before(found.when, WEEK)
    old = State(workspace.snapshot(found.accounts, earlier), workspace.reference(earlier), workspace.parameters)
    new = State(found.snapshot, workspace.reference(when), workspace.parameters)
    move = moved.move_of(scores.scorer(kind), _key(found.frame, row), moved.Window(old, new, earlier, found.when))
    told = moved.told(workspace, principal, [] if move is None else [move], int(found.frame.scope[row]))
    return told[0] if told else None


def _found(
    workspace: Workspace, principal: Principal, kind: str, id_: str, vendor: str | None, scope: str | None, when: When
) -> tuple[scores.Scored, int]:
    found = scores.score(workspace, principal, kind, [id_], vendor=vendor, scope=scope, when=when)
    row = scores.chosen_row(workspace, found, id_)
    if row is None:
        raise scores.no_score(kind, id_)
    return found, row


def _days_before(moment: When, days: int) -> When:
    """The moment some days earlier, with the knowledge of that time, or today's where that was asked for."""
    then = instant_from(datetime_of(moment.as_of or 0) - timedelta(days=days))
    return moments.back_at(moment, then)


def _change(workspace: Workspace, found: scores.Scored, row: int, when: When, earlier: When) -> Changes:
    frame, wanted = found.frame, scores.scorer(found.frame.kind)
    before = workspace.snapshot(found.accounts, earlier)
    old = State(before, workspace.reference(earlier), workspace.parameters)
    new = State(found.snapshot, workspace.reference(when), workspace.parameters)
    keys = frame.subject[row : row + 1], frame.scope[row : row + 1]
    return changes(wanted, old, new, subjects=keys[0], scopes=keys[1], vendor=int(frame.vendor[row]))


def _shape(workspace: Workspace, change: Changes, earlier: When) -> dict[str, Any]:
    return {
        "since": moments.local_day(earlier.as_of or 0, workspace.settings.zone).isoformat(),
        "before": float(change.before[0]),
        "total": float(change.total[0]),
        "parts": change_parts(change, 0),
    }


def change_parts(change: Changes, row: int) -> list[dict[str, Any]]:
    """What each cause did to one score."""
    effects = zip(CAUSES, change.parts[row].tolist(), strict=True)
    return [{"part": cause, "effect": effect} for cause, effect in effects]


def series(
    workspace: Workspace, principal: Principal, kind: str, id_: str, *, vendor: str | None = None,
    scope: str | None = None, weeks: int = WEEKS, moves: int = 0, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """One score week by week up to the moment, read against one yardstick: the Reference of its last day.

    A week in which the subject had no such score has null. ``periods`` are the runs of one band with the days
    from and to which it was seen. Of a likelihood, ``moves`` are the weeks in which it moved most, so many at most,
    with what moved it; they, the stages and the control points are read from the weeks that the curve is made of.
    NotComputable when it has no score at the end; InvalidInput for more moves than are marked.
    """
    one_line.check_moves(moves)
    found, row = _found(workspace, principal, kind, id_, vendor, scope, when)
    curve = _curve(workspace, found, row, when, weeks)
    points = curve.points(workspace)
    shape = scores.row_shape(workspace, found, row)
    named = {name: shape[name] for name in ("kind", "subject", "vendor", "scope", "link", "revision")}
    runs = periods([each["as_of"] for each in points], [each["band"] for each in points])
    bands = None if shape["link"] == "logit" else scores.band_limits(workspace.parameters)
    marked = {}
    if kind == LIKELIHOOD and curve.series is not None:
        line = one_line.Line(curve.key, curve.moments, curve.series)
        course = line.course(workspace, when)
        marked = {"moves": line.moves(workspace, principal, [each["score"] for each in points], moves, when)}
        points = [
            {**point, **(beside if point["score"] is not None else one_line.NOTHING)}
            for point, beside in zip(points, course, strict=True)
        ]
    return {**named, "weeks": weeks, "bands": bands, "periods": runs, "items": points, **marked, "next": None}


@dataclass(frozen=True, slots=True)
class Curve:
    """Frame and row of one score at each moment, -1 where it has none, and all that lay around it if read at once."""

    key: ScoreKey
    kind: str
    moments: tuple[When, ...]
    rows: tuple[tuple[ScoreFrame, int], ...]
    series: SnapshotSeries | None

    def points(self, workspace: Workspace) -> list[dict[str, Any]]:
        """The numbers of each moment with its day."""
        zone = workspace.settings.zone
        days = [moments.local_day(moment.as_of or 0, zone).isoformat() for moment in self.moments]
        return [{"as_of": day, **_numbers(*each, workspace)} for day, each in zip(days, self.rows, strict=True)]


def _curve(workspace: Workspace, found: scores.Scored, row: int, when: When, weeks: int) -> Curve:
    earlier = earlier_weeks(found.when, weeks)
    reference, parameters = workspace.reference(when), workspace.parameters
    wanted, key = scores.scorer(found.frame.kind), _key(found.frame, row)
    every = (*earlier, found.when)
    if found.accounts is None:
        snapshots = (workspace.snapshot(None, moment) for moment in earlier)
        rows = [key.scored(wanted, snapshot, reference, parameters) for snapshot in snapshots]
        return Curve(key, wanted.kind, every, (*rows, (found.frame, row)), None)
    series = workspace.store.series(found.accounts, every)
    rows = key.scored_over(wanted, series, reference, parameters)[:-1]
    return Curve(key, wanted.kind, every, (*rows, (found.frame, row)), series)


def _key(frame: ScoreFrame, row: int) -> ScoreKey:
    return ScoreKey(*(int(getattr(frame, name)[row]) for name in ("subject", "vendor", "scope")))


def _numbers(frame: ScoreFrame, row: int, workspace: Workspace) -> dict[str, Any]:
    if row < 0 or np.isnan(frame.score[row]):
        return {"score": None, "interval": {"p10": None, "p90": None}, "completeness": None, "band": None}
    value = float(frame.score[row])
    return {
        "score": value,
        "interval": {"p10": float(frame.p10[row]), "p90": float(frame.p90[row])},
        "completeness": float(frame.completeness[row]),
        "band": scores.banded(frame, row, workspace.parameters),
    }
