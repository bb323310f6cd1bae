"""An account's plan: who it is, whom we cover, where it could buy more, what we want there, how it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from brm.errors import NotComputable
from brm.guidance.chain_map import chain_map
from brm.network.due import due
from brm.plans import outlook, strategy, white_space
from brm.principal import Principal
from brm.services import coverage as covering
from brm.services import deal_work, focus_profiles, grading, heat, moments, moving, portraits
from brm.services.reading import edges_at
from brm.services.shapes import named
from brm.services.subjects import Subject, find_account
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, State, When
from graph_schema.values import to_json
from scoring.machinery.dependence import dependence_of
from scoring.machinery.scopes import BUYING_ROLES
from scoring.machinery.standings import standings_of
from scoring.machinery.touches import meetings_of
from scoring.snapshot import Snapshot
from scoring.types import US
from scoring.view import chain_view

COMPUTED = {"who": True, "coverage": True, "how": True, "strategy": False, "evaluate": True}
"""Parts that are worked out from the graph; what people write is never overwritten by them."""
DUE_SHOWN = 10
"""So many of the things that are due at the account are told, the earliest first."""
FACTS = ("industry", "region", "country", "employees", "founded", "website")
AMOUNTS = ("revenue", "potential")
CLAIMS = ("klass", "lifecycle", "grade")


def plan(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> dict[str, Any]:
    """The plan of an account at a moment.

    InvalidInput for anything but a company; NotComputable where it is no account of ours.
    """
    principal.require("read")
    subject = find_account(workspace, principal, id_, when)
    revision = workspace.store.revision()
    snapshot = workspace.snapshot([subject.id], when)
    key = workspace.store.keys([subject.id])[subject.id]
    moment = workspace.moment(when, snapshot)
    covered = covering.coverage(workspace, principal, subject.id, when=when)
    deals = white_space.open_deals(workspace, snapshot, key, moment)
    work = deal_work.work_of(workspace, principal, [subject.id, *deals_of(workspace, subject, when)], moment)
    ground = _ground(workspace, subject, snapshot, key, moment)
    quarters = outlook.quarters_of(workspace, subject.id, snapshot.today, moment)
    focus = focus_profiles.named(workspace, None, moment)
    rows = strategy.actions(workspace, principal, work, subject.id, snapshot.today, when)
    who = _who(workspace, principal, subject, when)
    return {
        "audience": "internal",
        "account": named(subject),
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "computed": COMPUTED,
        "who": who,
        "coverage": {
            **_coverage(workspace, subject, work, covered, snapshot, key, when),
            "map": chain_map(workspace, principal, subject.id, when=when),
        },
        "how": {
            "white_space": white_space.white_space(workspace, ground, deals),
            "due": _due(workspace, principal, subject.id, when),
        },
        "strategy": {
            "objectives": strategy.objectives(workspace, work, snapshot, key, who["cells"]),
            "notes": strategy.notes(work),
            "actions": rows,
        },
        "evaluate": {
            "changes": moving.moves(workspace, principal, subject.id, when=when),
            "outlook": outlook.outlook(workspace, snapshot, quarters, key, moment),
            "grades": outlook.grades_by_quarter(workspace, quarters, key, focus, moment),
            "adherence": strategy.adherence(rows, work.of("action"), snapshot.today),
        },
        "parameters": workspace.parameter_set.named,
        "revision": revision,
    }  # fmt: skip


def _ground(workspace: Workspace, subject: Subject, snapshot: Snapshot, key: int, when: When) -> white_space.Ground:
    view = chain_view(snapshot, workspace.reference(when), workspace.parameters, key, US)
    return white_space.Ground(snapshot, view, subject.id, white_space.units_of(workspace, subject.id, when), when)


def _due(workspace: Workspace, principal: Principal, account: str, when: When) -> list[dict[str, Any]]:
    """The touches, fading ties, judgements and occasions of the account; its actions stand in the strategy."""
    found = due(workspace, principal, account=account, limit=None, when=when)
    items: list[dict[str, Any]] = [each for each in found["items"] if each["kind"] not in ("action", "promise")]
    return items[:DUE_SHOWN]


def deals_of(workspace: Workspace, subject: Subject, when: When) -> list[str]:
    """The deals of the account, open and closed: work that belongs to them is part of its plan."""
    return [edge.source for _, edge in edges_at(workspace.store, [subject.id], ("for",), "in", when)]


def _who(workspace: Workspace, principal: Principal, subject: Subject, when: When) -> dict[str, Any]:
    """What is recorded of the company, and its six cells."""
    state = workspace.store.fetch([subject.id], when)[subject.id]
    given = state.properties
    row = heat.row(workspace, principal, subject.id, when=when)
    return {
        "facts": {name: given.get(name) for name in FACTS},
        "amounts": {name: to_json("money", given.get(name)) for name in AMOUNTS},
        "kinds": list(given.get("kinds") or ()),
        "claimed": _claimed(state),
        "grading": _grading(workspace, principal, subject.id, when),
        "portraits": portraits.matching(workspace, principal, subject.id, when=when),
        **{name: row[name] for name in ("owner", "value", "cells", "bands", "since")},
    }


def _grading(workspace: Workspace, principal: Principal, account: str, when: When) -> dict[str, Any] | None:
    """Grade, lifecycle and list as they are computed; None where the ruling profile does not look at the account."""
    try:
        return grading.grade(workspace, principal, account, when=when)
    except NotComputable:
        return None


def _claimed(state: State) -> dict[str, Any]:
    """Class, lifecycle and grade as people recorded them."""
    return {name: state.properties.get(name) for name in CLAIMS}


def _coverage(
    workspace: Workspace, subject: Subject, work: deal_work.Work, found: Mapping[str, Any], snapshot: Snapshot,
    key: int, when: When,
) -> dict[str, Any]:  # fmt: skip
    """The team, whom it reaches by role and level, the gaps and what hangs on one colleague."""
    return {
        "team": deal_work.team_shape(work, subject.id),
        "matrix": _matrix(found["people"], workspace.parameters.coverage.covered),
        **{name: found[name] for name in ("grid", "people", "colleagues", "gaps")},
        "dependence": _dependence(workspace, snapshot, key, when),
    }


def _matrix(people: Sequence[Mapping[str, Any]], covered: float) -> list[dict[str, Any]]:
    """By buying role and level how many people there are, how many we reach, and the best tie."""
    cells: dict[tuple[str, int | None], list[float]] = {}
    for each in people:
        for role in each["roles"]:
            cells.setdefault((role, each["level"]), []).append(each["tie"])
    order = sorted(cells, key=lambda each: (BUYING_ROLES.index(each[0]), -(each[1] or 0)))
    return [
        {
            "role": role, "level": level, "people": len(cells[role, level]),
            "reached": sum(tie > covered for tie in cells[role, level]), "tie": max(cells[role, level]),
        }
        for role, level in order
    ]  # fmt: skip


def _dependence(workspace: Workspace, snapshot: Snapshot, key: int, when: When) -> list[dict[str, Any]]:
    """How much of what we have there would be lost with each colleague, the most first."""
    parameters = workspace.parameters
    standings = standings_of(snapshot, workspace.reference(when), parameters, np.array([key]))
    found = dependence_of(snapshot, standings, parameters)
    colleagues = meetings_of(snapshot).colleagues[found.colleague]
    order = [at for at in np.lexsort((colleagues, -found.value)).tolist() if found.value[at] > 0]
    names = workspace.store.names([int(colleagues[at]) for at in order], when)
    return [{**named(names[int(colleagues[at])]), "dependence": float(found.value[at])} for at in order]
