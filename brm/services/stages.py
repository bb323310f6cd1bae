"""The course of a deal through its stages, from the versions of the opportunity, against its account's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from brm.services.moments import local_day
from brm.services.workspace import Workspace
from brm.store.protocol import Version, When
from graph_schema.values import day_from
from scoring.machinery.concerns import customer_of
from scoring.machinery.scopes import is_open
from scoring.parameters import Parameters
from scoring.snapshot import MISSING, Snapshot
from scoring.types import NOBODY


@dataclass(frozen=True, slots=True)
class Stay:
    """A deal's stay in one stage: local days since and until (None: since always, until now), and their number."""

    stage: str
    since: int | None
    until: int | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Usual:
    """How long a stay usually is: the median in days, of how many stays, and whose.

    ``basis`` is the account's stays in this stage, its stays in all stages, or ``assumed``.
    """

    days: float
    n: int
    basis: str


@dataclass(frozen=True, slots=True)
class Course:
    """A deal's way so far: its stays, its status, the days it was expected to close, first to last."""

    stays: tuple[Stay, ...]
    status: str | None
    expected: tuple[int, ...]
    closed_on: int | None

    @property
    def now(self) -> Stay | None:
        """The stay it is in, None where it is closed or no stage is known."""
        running = self.status in (None, "open") and self.stays and self.stays[-1].until is None
        return self.stays[-1] if running else None

    @property
    def moved(self) -> int:
        """Days that the expected close moved later, at most since any day it was expected on before."""
        return max((self.expected[-1] - each for each in self.expected), default=0)


def values_over_time(versions: Sequence[Version], when: When) -> list[tuple[int | None, dict[str, Any]]]:
    """Every state that held up to a moment, as known at it: from when, and the properties; oldest first.

    Of versions that overlap the one recorded later holds, of equally late ones the later commit's.
    """
    as_of, known = when.as_of or 0, when.known_at or when.as_of or 0
    seen = [
        each for each in versions
        if each.void_revision is None and each.recorded_at <= known
        and (each.superseded_at is None or known < each.superseded_at)
    ]  # fmt: skip
    edges = {each.valid_from for each in seen} | {each.valid_to for each in seen if each.valid_to is not None}
    starts = sorted((each for each in edges if each is None or each <= as_of), key=lambda each: each or -(2**63))
    found: list[tuple[int | None, dict[str, Any]]] = []
    for start in starts:
        holding = [each for each in seen if _holds(each, start)]
        if holding:
            latest = max(holding, key=lambda each: (each.recorded_at, each.revision))
            found.append((start, dict(latest.properties)))
    return found


def _holds(version: Version, start: int | None) -> bool:
    begun = version.valid_from is None or (start is not None and version.valid_from <= start)
    return begun and (version.valid_to is None or start is None or start < version.valid_to)


def course_of(versions: Sequence[Version], when: When, zone: str) -> Course:
    """The course of one deal up to a moment; a stage that is left and entered again has two stays."""
    states = values_over_time(versions, when)
    last = states[-1][1] if states else {}
    today = _day(when.as_of or 0, zone)
    closed = last.get("closed_on")
    end = closed if closed is not None and last.get("status") not in (None, "open") else None
    begun: list[tuple[str, int | None]] = []
    for start, values in states:
        stage = values.get("stage")
        if stage is not None and (not begun or begun[-1][0] != stage):
            begun.append((stage, values.get("opened_on") if start is None else _day(start, zone)))
    stays = []
    for at, (stage, since) in enumerate(begun):
        until = begun[at + 1][1] if at + 1 < len(begun) else end
        days = None if since is None else max((today if until is None else until) - since, 0)
        stays.append(Stay(stage, since, until, days))
    expected: list[int] = []
    for _, values in states:
        day = values.get("expected_close_on")
        if day is not None and expected[-1:] != [day]:
            expected.append(day)
    return Course(tuple(stays), last.get("status"), tuple(expected), end)


def _day(moment: int, zone: str) -> int:
    return day_from(local_day(moment, zone))


def past_stays(workspace: Workspace, snapshot: Snapshot, deal: int, when: When, parameters: Parameters) -> list[Stay]:
    """The stays of the account's closed deals, the last ``process.history_deals`` of them, without this one's."""
    account = int(customer_of(snapshot, np.array([deal]))[0])
    deals = snapshot.nodes["opportunity"]
    past = (deals["closed_on"] != MISSING) & (deals["closed_on"] <= snapshot.today) & ~is_open(snapshot)
    rows = np.flatnonzero(past & (customer_of(snapshot, deals.key) == account) & (deals.key != deal))
    if account == NOBODY or not len(rows):
        return []
    rows = rows[np.lexsort((deals.key[rows], -deals["closed_on"][rows]))][: int(parameters.process.history_deals)]
    names = workspace.store.names(deals.key[rows].tolist(), when)
    courses = (
        course_of(workspace.store.history(names[int(key)].id), when, workspace.settings.zone) for key in deals.key[rows]
    )
    return [stay for course in courses for stay in course.stays if stay.days is not None]


def usual_stay(stage: str, past: Sequence[Stay], parameters: Parameters) -> Usual:
    """How long the account's closed deals stayed in a stage; where too few did, in any; else what is assumed."""
    given = parameters.process
    for basis, stays in (("stage", [s for s in past if s.stage == stage]), ("account", list(past))):
        if len(stays) >= given.stage_least:
            return Usual(float(median(s.days or 0 for s in stays)), len(stays), basis)
    return Usual(given.stage_days, 0, "assumed")
