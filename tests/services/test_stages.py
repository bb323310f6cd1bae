"""A deal's course through its stages, from versions; and how long a stay usually is."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from brm.services.moments import end_of_day, start_of_day, when
from brm.services.stages import Stay, course_of, usual_stay
from brm.services.workspace import Workspace
from brm.store.protocol import Version, When
from graph_schema.changes import NodeRef
from graph_schema.values import day_from
from graph_schema.vocabulary import VOCABULARIES
from scoring.parameters import DEFAULTS

ZONE = "Asia/Shanghai"


def day(text: str) -> int:
    return day_from(date.fromisoformat(text))


def at(text: str) -> int:
    return start_of_day(date.fromisoformat(text), ZONE)


def version(start: str | None, recorded: str, stop: str | None = None, revision: int = 1, **more: Any) -> Version:
    given = {"superseded_at": None, "void_revision": None} | {k: more.pop(k) for k in tuple(more) if k.endswith("_at")}
    given |= {"void_revision": more.pop("void", None)}
    return Version(
        entity=NodeRef("opportunity", "d"), verb="set", properties=more, named=tuple(more),
        valid_from=None if start is None else at(start), valid_to=None if stop is None else at(stop),
        recorded_at=at(recorded), revision=revision, actor="a", source="s", import_id=None, **given,
    )  # fmt: skip


def seen(text: str, known: str | None = None) -> When:
    return When(end_of_day(date.fromisoformat(text), ZONE), None if known is None else at(known))


COURSE = [
    version(start, start, stop, stage=stage, status="open", expected_close_on=day(close))
    for start, stop, stage, close in (
        ("2026-01-01", "2026-02-01", "verify", "2026-05-01"),
        ("2026-02-01", "2026-03-01", "needs", "2026-06-01"),
        ("2026-03-01", "2026-03-20", "verify", "2026-05-01"),
        ("2026-03-20", None, "needs", "2026-05-20"),
    )
]


def test_every_stay_with_its_days() -> None:
    course = course_of(COURSE, seen("2026-03-30"), ZONE)
    assert [(stay.stage, stay.days) for stay in course.stays] == [
        ("verify", 31), ("needs", 28), ("verify", 19), ("needs", 10),
    ]  # fmt: skip
    assert course.now == Stay("needs", day("2026-03-20"), None, 10)


def test_the_expected_close_moved_since_its_earliest_day() -> None:
    assert course_of(COURSE, seen("2026-02-10"), ZONE).moved == 31
    assert course_of(COURSE, seen("2026-03-10"), ZONE).moved == 0
    assert course_of(COURSE, seen("2026-03-30"), ZONE).moved == 19


def test_what_was_not_known_yet_or_withdrawn_does_not_count() -> None:
    assert course_of(COURSE, seen("2026-03-30", "2026-02-15"), ZONE).now == Stay("needs", day("2026-02-01"), None, 57)
    withdrawn = [*COURSE[:1], version("2026-02-01", "2026-02-01", stage="bidding", status="open", void=7)]
    assert [stay.stage for stay in course_of(withdrawn, seen("2026-03-30"), ZONE).stays] == ["verify"]


def test_a_late_record_of_an_earlier_day_counts_from_then() -> None:
    late = [version("2026-01-01", "2026-01-01", stage="verify"), version("2026-01-10", "2026-02-20", stage="needs")]
    assert course_of(late, seen("2026-02-19"), ZONE).now == Stay("verify", day("2026-01-01"), None, 49)
    assert course_of(late, seen("2026-02-20"), ZONE).now == Stay("needs", day("2026-01-10"), None, 41)


def test_a_closed_deal_stays_nowhere() -> None:
    closed = {"stage": "needs", "status": "won", "closed_on": day("2026-04-10")}
    course = course_of([*COURSE, version("2026-04-10", "2026-04-10", revision=2, **closed)], seen("2026-05-30"), ZONE)
    assert (course.now, course.closed_on, course.stays[-1].days) == (None, day("2026-04-10"), 21)


def test_an_undated_deal_begins_when_it_was_opened() -> None:
    course = course_of(
        [version(None, "2026-01-05", stage="verify", opened_on=day("2026-01-03"))], seen("2026-01-13"), ZONE
    )
    assert course.now == Stay("verify", day("2026-01-03"), None, 10)


def test_what_is_usual_is_the_stages_then_the_accounts_then_assumed() -> None:
    def stays(stage: str, *days: int) -> list[Stay]:
        return [Stay(stage, 0, each, each) for each in days]

    needs, other = stays("needs", 10, 40, 20), stays("verify", 90, 1)
    assert usual_stay("needs", [*needs, *other], DEFAULTS) == usual_stay("needs", needs, DEFAULTS)
    found = [usual_stay("needs", past, DEFAULTS) for past in (needs, [*needs[:2], *other], needs[:2])]
    assert [(each.days, each.n, each.basis) for each in found] == [
        (20, 3, "stage"),
        (25, 4, "account"),
        (30, 0, "assumed"),
    ]


@pytest.mark.parametrize("as_of", ["2026-06-29", "2026-03-15", "2025-12-01"])
def test_the_course_is_in_the_stage_that_the_snapshot_shows(demo: Workspace, as_of: str) -> None:
    moment = when(as_of, None, ZONE)
    snapshot = demo.snapshot(None, moment)
    deals = snapshot.nodes["opportunity"]
    rows = np.flatnonzero(deals["status"] == 0)[::9]
    names = demo.store.names(deals.key[rows].tolist(), moment)
    for row in rows.tolist():
        course = course_of(demo.store.history(names[int(deals.key[row])].id), demo.moment(moment), ZONE)
        assert course.now is not None
        assert course.now.stage == VOCABULARIES["stage"][int(deals["stage"][row])]
    assert len(rows) >= 5
