"""Everything that happened in a deal on one line: stages, its close, and touchpoints, the latest first."""

from __future__ import annotations

from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services.questions import find_deal
from brm.services.reading import check_limit
from brm.services.shapes import named
from brm.services.stages import Course, course_of
from brm.services.touchpoints import Place, happened, of_day, paged, touchpoints
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from scoring.machinery.concerns import concerns_of
from scoring.snapshot import Ints, Snapshot


def timeline(
    workspace: Workspace, principal: Principal, id_: str, *, limit: int | None = 50, after: Place | None = None,
    when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """A page of a deal's timeline; ``after`` is the place that the page before ended at.

    A touchpoint is an interaction that concerns the deal, planned ones and cancelled ones left out.
    """
    principal.require("read")
    check_limit(limit)
    deal = find_deal(workspace, principal, id_, when)
    revision = workspace.store.revision()
    snapshot = workspace.snapshot(list(deal.accounts) or None, when)
    moment = workspace.moment(when, snapshot)
    key = workspace.store.keys([deal.id])[deal.id]
    course = course_of(workspace.store.history(deal.id), moment, workspace.settings.zone)
    items = [
        *_stage_items(workspace, deal.id, course),
        *touchpoints(workspace, snapshot, happened(snapshot, _touched(snapshot, key)), moment),
    ]
    shown, place = paged(items, limit, after)
    return {"subject": named(deal), "items": shown, "next": place, "revision": revision}


def _touched(snapshot: Snapshot, deal: int) -> Ints:
    """The interactions that concern a deal."""
    link = concerns_of(snapshot, "interaction").opportunity
    found: Ints = np.unique(link.pairs[link.pairs % link.base == deal] // link.base)
    return found


def _stage_items(workspace: Workspace, deal: str, course: Course) -> list[dict[str, Any]]:
    zone = workspace.settings.zone
    items = [
        of_day("stage", stay.since, f"{deal}/{stay.stage}", zone) | {"stage": stay.stage}
        for stay in course.stays
        if stay.since is not None
    ]
    if course.closed_on is not None:
        items.append(of_day("closed", course.closed_on, f"{deal}/closed", zone) | {"status": course.status})
    return items
