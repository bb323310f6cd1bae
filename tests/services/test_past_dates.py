"""A score at a past date is the score of a store that holds only what was known by then."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brm.demo import Size, generate
from brm.services import scores
from brm.services.moments import end_of_day
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.protocol import When
from graph_schema.changes import Change, ChangeSet
from scoring.registry import SCORERS

ANCHOR = date(2026, 6, 30)
SMALL = Size(accounts=12, closed_deals=12, open_deals=12, interactions=400)


@cache
def changes() -> list[Change]:
    return generate(ANCHOR, size=SMALL)


def _workspace(url: str, changes: list[Change]) -> Workspace:
    workspace = Workspace.open(Settings(store=url, tz="UTC", lang="en"))
    workspace.store.apply(ChangeSet(actor="test", source="test", changes=tuple(changes)))
    return workspace


def _scores(
    workspace: Workspace, kind: str, when: When
) -> dict[tuple[str, str, str], tuple[float, float, float, float]]:
    snapshot = workspace.snapshot(None, when)
    frame = SCORERS[kind].score(snapshot, workspace.reference(when), workspace.parameters)
    keys = np.unique(np.concatenate([frame.subject, frame.scope, frame.vendor]))
    ids = {key: name.id for key, name in workspace.store.names([int(k) for k in keys if k > 0], when).items()}
    columns = zip(
        frame.subject, frame.vendor, frame.scope, frame.score, frame.p10, frame.p90, frame.completeness, strict=True
    )
    return {
        (ids[int(s)], ids.get(int(v), "us"), ids[int(c)]): (float(x), float(a), float(b), float(q))
        for s, v, c, x, a, b, q in columns
    }


@pytest.mark.parametrize("engine", ["memory", "sqlite"])
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=st.integers(60, 700))
def test_a_past_date_needs_only_what_was_known_by_then(
    engine: str, day: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("past")
    urls = ["memory://", "memory://"] if engine == "memory" else [_file(folder, "all"), _file(folder, "known")]
    then = end_of_day(date.fromordinal(ANCHOR.toordinal() - day), "UTC")
    everything = _workspace(urls[0], changes())
    known = _workspace(urls[1], [change for change in changes() if (change.recorded_at or 0) <= then])
    try:
        for kind in SCORERS:
            expected = _scores(known, kind, When(then, then))
            of_deals = ("decision_chain", "competitor", "likelihood")
            assert expected or kind in of_deals, "there are people from the first day on"
            found = _scores(everything, kind, When(then, then))
            assert found.keys() == expected.keys()
            for subject, numbers in expected.items():
                assert found[subject] == pytest.approx(numbers, abs=1e-9, nan_ok=True), (kind, subject)
    finally:
        everything.close()
        known.close()


def _file(folder: Path, name: str) -> str:
    return f"sqlite:///{folder / f'{name}.sqlite'}"


def test_an_account_alone_scores_as_within_everything() -> None:
    """The partition of an account holds all that its scores need."""
    workspace = _workspace("memory://", changes())
    moment = When(end_of_day(ANCHOR, "UTC"))
    principal = workspace.local_principal()
    for kind, scorer in SCORERS.items():
        if scorer.whole:
            continue
        whole = _scores(workspace, kind, moment)
        assert whole
        accounts = sorted({scope for _, _, scope in whole if scope.startswith("demo:company/")}) or [
            f"demo:company/{number}" for number in range(5, 17)
        ]
        for account in accounts:
            found = scores.score(workspace, principal, kind, [account], when=moment)
            for shape in scores.shapes(workspace, found):
                key = (shape["subject"]["id"], shape["vendor"]["id"], shape["scope"]["id"])
                interval = (shape["interval"]["p10"], shape["interval"]["p90"])
                assert (shape["score"], *interval, shape["completeness"]) == pytest.approx(whole[key], abs=1e-9), key
