"""Where an open deal stands in its process, for the rules: its course, checks, requests and parts."""

from __future__ import annotations

import numpy as np

from brm.guidance.assembling import DONE
from brm.guidance.standing import DealStanding, Request
from brm.services.process import progress_of
from brm.services.subjects import Subject
from brm.services.workspace import Workspace
from brm.store.protocol import Expansion, When
from scoring.criteria.answers import answers_on
from scoring.criteria.ground import ground_of
from scoring.machinery.arrays import lookup
from scoring.machinery.beliefs import YES
from scoring.machinery.people import current
from scoring.process.checks import answered_checks, asked, our_row
from scoring.process.steps import ROUTES, recorded_tier, tier_of
from scoring.snapshot import MISSING, Snapshot

EARLY = frozenset({"verify", "approve"})
"""Stages in which no part need be owned yet."""


def deal_standing(
    workspace: Workspace, deal: Subject, key: int, snapshot: Snapshot, when: When, moment: When
) -> DealStanding | None:
    """The standing of an open deal; None where it is closed."""
    progress = progress_of(workspace, deal, key, snapshot, moment)
    if progress.course.status not in (None, "open"):
        return None
    stay = progress.stay
    stage = None if stay is None else stay.stage
    return DealStanding(
        stage=stage,
        days=None if stay is None else stay.days,
        usual=None if progress.usual is None else progress.usual.days,
        moved=progress.course.moved,
        passed=progress.close_passed,
        missing=() if stage is None else _missing(workspace, key, stage, snapshot, when),
        requests=_requests(snapshot, key),
        parts_owned=stage is None or stage in EARLY or _parts_owned(workspace, deal.id, moment),
    )


def _missing(workspace: Workspace, key: int, stage: str, snapshot: Snapshot, when: When) -> tuple[str, ...]:
    """The entry checks of the stage that are not answered yes, for us."""
    ground = ground_of(snapshot, workspace.reference(when), workspace.parameters, np.array([key]))
    row = our_row(ground, key)
    if row is None:
        return ()
    answers = answers_on(ground)
    checks = answered_checks(ground, answers, row)
    tier = recorded_tier(ground, row) or tier_of(ground, answers, row).proposed
    entry, _ = asked(stage, ROUTES.get(tier or "", "full") != "fast")
    return tuple(each for each in entry if checks[each].answer != YES)


def _requests(snapshot: Snapshot, deal: int) -> tuple[Request, ...]:
    """Actions of the deal that are late and promised to nobody, since promises have a rule of their own."""
    belongs, holds = current(snapshot, "belongs_to")
    nodes = snapshot.nodes["action"]
    actions = belongs.source[holds & (belongs.target == deal)]
    promised, made = current(snapshot, "promised_to")
    owned, owning = current(snapshot, "owned_by")
    owner_at = lookup(owned.source[owning], actions)
    late = []
    for action, at in zip(actions.tolist(), owner_at.tolist(), strict=True):
        row = int(nodes.rows(np.array([action]))[0])
        if row < 0 or nodes["due_on"][row] == MISSING or action in promised.source[made]:
            continue
        days = snapshot.today - int(nodes["due_on"][row])
        if days > 0 and nodes["done_on"][row] == MISSING and int(nodes["status"][row]) not in DONE:
            owner = int(owned.target[owning][at]) if at >= 0 else None
            late.append(Request(action=action, owner=owner, days_late=days))
    return tuple(late)


def _parts_owned(workspace: Workspace, deal: str, when: When) -> bool:
    asked_for = Expansion(starts=(deal,), edge_types=("covers",), direction="in", hops=1, when=when)
    return any(trail[0].properties.get("part") for trail in workspace.store.expand(asked_for))
