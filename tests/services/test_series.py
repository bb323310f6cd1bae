"""A weekly series gives, week by week, the numbers of the single dates."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brm.demo import Size, generate
from brm.errors import InvalidInput
from brm.services import changing, scores
from brm.services.moments import end_of_day
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.cutting import cut
from brm.store.protocol import When
from brm.store.spanning import side_by_side
from brm.store.tables import local_days
from graph_schema.changes import Change, ChangeSet
from scoring.over_time import ScoreKey
from scoring.parameters import Parameters
from scoring.population import reduce_reference
from scoring.registry import SCORERS
from scoring.snapshot import Snapshot
from scoring.types import US
from tests.scoring.random_worlds import random_world
from tests.worlds.builder import instant

ANCHOR = date(2026, 6, 30)
SMALL = Size(accounts=12, closed_deals=12, open_deals=12, interactions=400)
NUMBERS = ("score", "p10", "p90", "completeness", "base")
PARTIAL = [scorer for scorer in SCORERS.values() if not scorer.whole]
NOTHING = np.empty(0, dtype=np.int64)


@cache
def changes() -> tuple[Change, ...]:
    return tuple(generate(ANCHOR, size=SMALL))


@pytest.fixture(params=["memory", "sqlite"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'store'}"
    with closing(Workspace.open(Settings(store=url, tz="Europe/Berlin", lang="en"))) as opened:
        opened.store.apply(ChangeSet(actor="test", source="test", changes=changes()))
        yield opened


def test_each_week_is_the_score_of_that_date(workspace: Workspace) -> None:
    """On SQLite all weeks are read at once, in memory one by one; both equal single reads of each date."""
    principal, when = workspace.local_principal(), When(end_of_day(ANCHOR, "Europe/Berlin"))
    reference, compared = workspace.reference(when), 0
    for scorer in SCORERS.values():
        everybody = scores.score(workspace, principal, scorer.kind, when=when)
        for row in everybody.rows[:1]:
            subject = int(everybody.frame.subject[row])
            id_ = workspace.store.names([subject])[subject].id
            found = changing.series(workspace, principal, scorer.kind, id_, weeks=40, when=when)
            shown = scores.score(workspace, principal, scorer.kind, [id_], when=when)
            chosen = scores.chosen_row(workspace, shown, id_)
            key = ScoreKey(*(int(getattr(shown.frame, name)[chosen]) for name in ("subject", "vendor", "scope")))
            for back, point in list(zip(range(40, 0, -1), found["items"], strict=False))[::6]:
                moment = changing._days_before(workspace.moment(when), 7 * back)
                snapshot = workspace.store.snapshot(shown.accounts, moment)
                frame, at = key.scored(scorer, snapshot, reference, workspace.parameters)
                expected = None if at < 0 or np.isnan(frame.score[at]) else float(frame.score[at])
                if expected is None:
                    assert point["score"] is None
                    continue
                compared += 1
                interval = (frame.p10[at], frame.p90[at], frame.completeness[at])
                told = (point["interval"]["p10"], point["interval"]["p90"], point["completeness"])
                assert (point["score"], *told) == pytest.approx((expected, *interval), rel=1e-12, abs=1e-12)
    assert compared > 30


def test_a_series_holds_the_partition_of_each_moment(workspace: Workspace) -> None:
    accounts = ["demo:company/5", "demo:company/9"]
    keys = np.array(list(workspace.store.keys(accounts).values()))
    now = workspace.moment(When(end_of_day(ANCHOR, "UTC")))
    moments = [changing._days_before(now, back) for back in (600, 371, 90, 7, 0)]
    series = workspace.store.series(accounts, moments)
    for place, moment in enumerate(moments):
        expected = workspace.store.snapshot(accounts, moment)
        assert cut(series.at(place), keys, NOTHING).digest == expected.digest


def test_the_moments_of_a_series_ascend(workspace: Workspace) -> None:
    for moments in ([], [When(2), When(1)]):
        with pytest.raises(InvalidInput):
            workspace.store.series(["demo:company/5"], moments)


@settings(max_examples=12)
@given(seed=st.integers(0, 60), weeks=st.integers(1, 30), zone=st.sampled_from(["UTC", "Europe/Berlin"]))
def test_worlds_side_by_side_score_as_each_alone(seed: int, weeks: int, zone: str) -> None:
    """All kinds, subjects, vendors and scopes; worlds that differ in their dates alone."""
    parameters = Parameters()
    world = random_world(seed).snapshot()
    moments = [instant(world.today - 7 * back) for back in (40 + weeks, weeks, 0)]
    alone = [Snapshot(at, world.nodes, world.edges, local_days(zone)) for at in moments]
    reference = reduce_reference(alone[-1], parameters)
    series = side_by_side(alone)
    for scorer in PARTIAL:
        for place, snapshot in enumerate(alone):
            frame = scorer.score(snapshot, reference, parameters)
            for row in range(0, len(frame), 19):
                key = ScoreKey(int(frame.subject[row]), int(frame.vendor[row]), int(frame.scope[row]))
                found, at = key.scored_over(scorer, series, reference, parameters)[place]
                for name in NUMBERS:
                    assert getattr(found, name)[at] == pytest.approx(getattr(frame, name)[row], rel=1e-12, abs=1e-12)


def test_a_rival_has_a_score_in_weeks_in_which_it_did_not_compete() -> None:
    parameters = Parameters()
    world = random_world(3).snapshot()
    series, reference = side_by_side([world]), reduce_reference(world, parameters)
    account = int(world.edges["for"].target[0])
    rival = int(world.edges["competes"].source[0])
    person = int(SCORERS["key_person"].score(world, reference, parameters, vendor=US).subject[0])
    key = ScoreKey(person, rival, account)
    (found, at), expected = (
        key.scored_over(SCORERS["key_person"], series, reference, parameters)[0],
        key.scored(SCORERS["key_person"], world, reference, parameters),
    )
    assert found.score[at] == pytest.approx(expected[0].score[expected[1]], abs=1e-12)
