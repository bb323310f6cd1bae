"""Where a deal stands in its process: stage, checks, dwell, tier, steps, team, partners, what follows the award."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services import deal_work, moments
from brm.services.questions import find_deal
from brm.services.shapes import amount, named
from brm.services.stages import Course, Stay, Usual, course_of, past_stays, usual_stay
from brm.services.subjects import Subject
from brm.services.visibility import hidden_ids
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from graph_schema.values import iso_day
from scoring.criteria.answers import Answers, answers_on
from scoring.criteria.ground import Ground, ground_of
from scoring.machinery.beliefs import NO, YES
from scoring.process.checks import PROJECT_CHECKS, Check, answered_checks, asked, our_row
from scoring.process.steps import ROUTES, STEPS, recorded_tier, steps_of, tier_of
from scoring.snapshot import Snapshot

WORDS = {YES: "yes", NO: "no"}


@dataclass(frozen=True, slots=True)
class Progress:
    """A deal's course with what its current stay is measured by."""

    course: Course
    usual: Usual | None
    close_passed: int
    """Days since the day it was expected to close, 0 where that is not past or the deal is closed."""

    @property
    def stay(self) -> Stay | None:
        """The stay the deal is in."""
        return self.course.now


def progress_of(workspace: Workspace, deal: Subject, key: int, snapshot: Snapshot, when: When) -> Progress:
    """The course of a deal at a moment."""
    zone, parameters = workspace.settings.zone, workspace.parameters
    course = course_of(workspace.store.history(deal.id), when, zone)
    past = past_stays(workspace, snapshot, key, when, parameters)
    usual = None if course.now is None else usual_stay(course.now.stage, past, parameters)
    running = course.status in (None, "open") and course.expected
    passed = max(snapshot.today - course.expected[-1], 0) if running else 0
    return Progress(course, usual, passed)


def process(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> dict[str, Any]:
    """Everything about a deal's process in one shape.

    Without a company of ours there are no checks, steps and tier, which are about us.
    """
    principal.require("read")
    deal = find_deal(workspace, principal, id_, when)
    revision = workspace.store.revision()
    snapshot = workspace.snapshot(list(deal.accounts) or None, when)
    moment = workspace.moment(when, snapshot)
    key = workspace.store.keys([deal.id])[deal.id]
    with workspace.timing("process"):
        progress = progress_of(workspace, deal, key, snapshot, moment)
        work = deal_work.work_of(workspace, principal, [deal.id], moment)
        ours = _ours(workspace, principal, key, snapshot, progress, when, moment)
    members = [] if ours is None else ours.pop("members")
    later = [] if progress.course.closed_on is None else deal_work.next_needs(snapshot, key, progress.course.closed_on)
    names = workspace.store.names(later, moment)
    return {
        "subject": {"type": deal.type, "id": deal.id, "name": deal.name},
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "status": progress.course.status or "open",
        **stage_shape(progress, workspace.parameters.guidance.stuck),
        **(ours or {"checks": None, "tier": None, "steps": [], "project_checks": []}),
        "team": deal_work.team_shape(work, deal.id),
        "open_work": deal_work.open_work(work, snapshot.today),
        "partners": deal_work.partner_shapes(workspace, principal, work, snapshot, members, moment),
        "after_award": {
            **deal_work.after_award(work, snapshot.today),
            "next_needs": [named(names[each]) for each in later],
        },
        "parameters": workspace.parameter_set.named,
        "revision": revision,
    }


def stage_shape(progress: Progress, stuck: float) -> dict[str, Any]:
    """The stays of a deal, how long the current one is beside what is usual, and how the close was moved."""
    stay, usual, expected = progress.stay, progress.usual, progress.course.expected
    days = None if stay is None else stay.days
    return {
        "stage": None if stay is None else stay.stage,
        "stays": [
            {"stage": s.stage, "since": _day(s.since), "until": _day(s.until), "days": s.days}
            for s in progress.course.stays
        ],
        "dwell": None
        if usual is None
        else {
            "days": days,
            "usual_days": usual.days,
            "n": usual.n,
            "basis": usual.basis,
            "stuck": days is not None and days > stuck * usual.days,
        },
        "expected_close": {
            "day": _day(expected[-1]) if expected else None,
            "moved_days": progress.course.moved,
            "passed_days": progress.close_passed,
        },
    }


def _day(day: int | None) -> str | None:
    return None if day is None else iso_day(day)


def _ours(
    workspace: Workspace,
    principal: Principal,
    key: int,
    snapshot: Snapshot,
    progress: Progress,
    when: When,
    moment: When,
) -> dict[str, Any] | None:
    """What is about us: checks of the stage, tier, steps; None where there is no us."""
    parameters = workspace.parameters
    ground = ground_of(snapshot, workspace.reference(when), parameters, np.array([key]))
    row = our_row(ground, key)
    if row is None:
        return None
    answers = answers_on(ground)
    checks = answered_checks(ground, answers, row)
    tier = tier_of(ground, answers, row)
    recorded = recorded_tier(ground, row)
    route = ROUTES.get(recorded or tier.proposed or "", "full")
    behind = {each for check in checks.values() for each in check.evidence}
    names = workspace.store.names(behind | ({tier.partner} if tier.partner is not None else set()), moment)
    hidden = hidden_ids(workspace.store, principal, [names[each].id for each in behind], moment)
    told = _Told(checks, names, hidden)
    stage = None if progress.stay is None else progress.stay.stage
    entry, leaving = asked(stage, route != "fast") if stage is not None else ((), ())
    return {
        "members": ground.person[ground.case == row].tolist(),
        "checks": None
        if stage is None
        else {"entry": [told.of(each) for each in entry], "exit": [told.of(each) for each in leaving]},
        "tier": {
            "recorded": recorded,
            "proposed": tier.proposed,
            "route": route,
            "amount": None if tier.amount is None else amount(tier.amount, parameters.employee.currency),
            "size": tier.size,
            "strategic": WORDS.get(tier.strategic, "unknown"),
            "partner": None if tier.partner is None else named(names[tier.partner]),
        },
        "steps": _steps(ground, answers, checks, row),
        "project_checks": [told.of(f"project_check:{each}") for each in PROJECT_CHECKS],
    }


def _steps(ground: Ground, answers: Answers, checks: dict[str, Check], row: int) -> list[dict[str, Any]]:
    reached = steps_of(ground, answers, checks, row)
    done = ground.parameters.process.step_done
    return [{"id": each, "value": reached[each], "taken": reached[each] >= done} for each in STEPS]


@dataclass(frozen=True, slots=True)
class _Told:
    """The checks as shapes, without evidence that the reader may not see, which is counted."""

    checks: dict[str, Check]
    names: dict[int, Names]
    hidden: set[str]

    def of(self, id_: str) -> dict[str, Any]:
        check = self.checks[id_]
        ids = [self.names[each].id for each in check.evidence]
        shown = [each for each in ids if each not in self.hidden]
        return {
            "id": id_,
            "answer": WORDS.get(check.answer, "unknown"),
            "belief": check.belief,
            "n": check.n,
            "evidence": shown,
            "evidence_hidden": len(ids) - len(shown),
        }
