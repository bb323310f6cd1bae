"""Scores over time: the change since some days ago taken apart by cause, and weekly series."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services import moments, scores
from brm.services.trends import WEEKS, earlier_weeks, periods
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from graph_schema.values import datetime_of, instant_from
from scoring.causes import CAUSES
from scoring.change import Changes, State, changes
from scoring.over_time import ScoreKey
from scoring.types import ScoreFrame

SINCE = (30, 90)
"""Days over which the change of an explained score is told; the first is its ``change``."""


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
    scope: str | None = None, weeks: int = WEEKS, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """One score week by week up to the moment, read against one yardstick: the Reference of its last day.

    A week in which the subject had no such score has null. ``periods`` are the runs of one band with the days
    from and to which it was seen. NotComputable when it has no score at the end.
    """
    found, row = _found(workspace, principal, kind, id_, vendor, scope, when)
    points = _points(workspace, found, row, when, weeks)
    shape = scores.row_shape(workspace, found, row)
    named = {name: shape[name] for name in ("kind", "subject", "vendor", "scope", "link", "revision")}
    runs = periods([each["as_of"] for each in points], [each["band"] for each in points])
    bands = None if shape["link"] == "logit" else scores.band_limits(workspace.parameters)
    return {**named, "weeks": weeks, "bands": bands, "periods": runs, "items": points, "next": None}


def _points(workspace: Workspace, found: scores.Scored, row: int, when: When, weeks: int) -> list[dict[str, Any]]:
    earlier = earlier_weeks(found.when, weeks)
    rows = [*_rows(workspace, found, row, when, earlier), (found.frame, row)]
    zone = workspace.settings.zone
    days = [moments.local_day(moment.as_of or 0, zone).isoformat() for moment in (*earlier, found.when)]
    return [{"as_of": day, **_numbers(*each, workspace)} for day, each in zip(days, rows, strict=True)]


def _rows(
    workspace: Workspace, found: scores.Scored, row: int, when: When, earlier: Sequence[When]
) -> list[tuple[ScoreFrame, int]]:
    """Frame and row of the score at each of the moments, -1 where it has none."""
    reference, parameters = workspace.reference(when), workspace.parameters
    wanted = scores.scorer(found.frame.kind)
    key = ScoreKey(*(int(getattr(found.frame, name)[row]) for name in ("subject", "vendor", "scope")))
    if found.accounts is None:
        snapshots = (workspace.snapshot(None, moment) for moment in earlier)
        return [key.scored(wanted, snapshot, reference, parameters) for snapshot in snapshots]
    series = workspace.store.series(found.accounts, earlier)
    return key.scored_over(wanted, series, reference, parameters)


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
