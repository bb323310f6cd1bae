"""What people write into an account plan: objectives with their progress, notes, and actions with their effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from brm.plans.effects import Measured, measured
from brm.principal import Principal
from brm.services.deal_work import FINISHED, Work, named
from brm.services.shapes import moment
from brm.services.visibility import hidden_ids
from brm.services.workspace import Workspace
from brm.store.protocol import State, When
from graph_schema.values import to_json
from scoring.deal_outlook import won_outlook
from scoring.machinery.people import current, people_of
from scoring.snapshot import MISSING, Snapshot
from scoring.types import US

ADHERENCE_DAYS = 90
"""Plan adherence is told of actions that were due in so many days before the date looked at."""


def objectives(
    workspace: Workspace, work: Work, snapshot: Snapshot, account: int, cells: Mapping[str, Any]
) -> list[dict[str, Any]]:  # fmt: skip
    """The aims of the plan by due day, each with how far it has come.

    Progress of a revenue aim is the amount of the account's deals won since the aim was set and by its due day;
    of a development aim, the number of our offerings in use; of a relationship aim, the account's cell of its
    kind in the heat table (default the customer relationship). ``share`` is progress over target where there is
    a target that is to be reached from below: a rival's threat has none.
    """
    rows = [_objective(workspace, work, each, snapshot, account, cells) for each in work.of("objective")]
    return sorted(rows, key=lambda each: (each["status"] in FINISHED, each["due"] or "9999", each["id"]))


def _objective(
    workspace: Workspace, work: Work, state: State, snapshot: Snapshot, account: int, cells: Mapping[str, Any]
) -> dict[str, Any]:
    given, id_ = state.properties, state.entity.id
    value, unit = _progress(workspace, state, work.since[id_], snapshot, account, cells)
    target = given.get("target")
    rises = unit != "points" or given.get("score_kind") != "competitor"
    return {
        "type": "objective", "id": id_, "name": given.get("name"), "kind": given.get("kind"),
        "target": target, "unit": unit, "score_kind": given.get("score_kind"),
        "due": to_json("day", given.get("due_on")),
        "status": given.get("status"), "owner": named(work, work.owned.get(id_)),
        "progress": value, "share": value / target if value is not None and target and rises else None,
        "revision": state.revision,
    }  # fmt: skip


def _progress(
    workspace: Workspace, state: State, since: int | None, snapshot: Snapshot, account: int, cells: Mapping[str, Any]
) -> tuple[float | None, str | None]:
    kind = state.properties.get("kind")
    if kind == "revenue":
        return _won(workspace, state, since, snapshot, account), workspace.parameters.employee.currency
    if kind == "development":
        return float(_in_use(snapshot, account)), "offerings"
    if kind == "relationship":
        cell = cells.get(state.properties.get("score_kind") or "customer")
        return (None if cell is None else cell["score"]), "points"
    return None, None


def _won(workspace: Workspace, state: State, since: int | None, snapshot: Snapshot, account: int) -> float:
    won = won_outlook(snapshot, workspace.parameters, account)
    begun = MISSING if since is None else int(snapshot.local_days.of(np.array([since]))[0])
    due = state.properties.get("due_on")
    counts = (won.day != MISSING) & (won.day >= begun) & (True if due is None else won.day <= due)
    return float(np.nansum(won.amount[counts]))


def _in_use(snapshot: Snapshot, account: int) -> int:
    buys, holds = current(snapshot, "buys")
    ours = people_of(snapshot).vendor(buys["vendor"]) == US
    used = (np.nan_to_num(buys["current"]) > 0) | (np.nan_to_num(buys["installed_share"]) > 0)
    return len(np.unique(buys.target[holds & ours & used & (buys.source == account)]))


def notes(work: Work) -> list[dict[str, Any]]:
    """What was written down, by topic, the last first."""
    rows = [
        {
            "type": "note", "id": each.entity.id, "topic": each.properties.get("topic"),
            "text": each.properties.get("text"), "restricted": each.properties.get("sensitivity") == "restricted",
            "written": moment(work.since[each.entity.id]), "revision": each.revision,
        }
        for each in work.of("note")
    ]  # fmt: skip
    rows.sort(key=lambda each: str(each["written"]), reverse=True)
    return sorted(rows, key=lambda each: str(each["topic"]))


def actions(
    workspace: Workspace, principal: Principal, work: Work, account: str, today: int, when: When
) -> list[dict[str, Any]]:
    """The actions of the plan: what is open first, the longest overdue at the top; then what is done.

    A done action that has evidence and aims at a score tells what it did to that score.
    """
    effects = measured(workspace, work, account, when)
    evidence = hidden_ids(workspace.store, principal, [id_ for found in work.results.values() for id_ in found], when)
    rows = [_action(work, each, effects, evidence, today) for each in work.of("action")]
    return sorted(rows, key=lambda each: (each["closed"], -(each["days_late"] or 0), each["due"] or "9999", each["id"]))


def _action(work: Work, state: State, effects: Mapping[str, Measured], hidden: set[str], today: int) -> dict[str, Any]:
    given, id_ = state.properties, state.entity.id
    due, results = given.get("due_on"), work.results.get(id_, ())
    closed = given.get("status") in FINISHED or given.get("done_on") is not None
    shown = [each for each in results if each not in hidden]
    return {
        "type": "action", "id": id_, "name": given.get("name"), "play": given.get("play"),
        "kind": "promise" if id_ in work.promised else "action", "scope": work.scope[id_],
        "owner": named(work, work.owned.get(id_)), "promised_to": named(work, work.promised.get(id_)),
        "due": to_json("day", due), "done": to_json("day", given.get("done_on")), "status": given.get("status"),
        "closed": closed, "days_late": None if due is None or closed else max(today - due, 0),
        "hours": given.get("hours"), "score_kind": given.get("score_kind"), "aims_at": given.get("aims_at"),
        "expected_effect": given.get("expected_effect"), "measured": effects[id_].shape if id_ in effects else None,
        "evidence": shown, "evidence_hidden": len(results) - len(shown), "revision": state.revision,
    }  # fmt: skip


def adherence(rows: Sequence[Mapping[str, Any]], states: Sequence[State], today: int) -> dict[str, Any]:
    """Of the actions due in the last `ADHERENCE_DAYS` days: how many were done by then, late, or not at all.

    ``share`` is the part done by the due day; None where none was due. Cancelled ones do not count.
    """
    due = {
        each.entity.id: each.properties["due_on"]
        for each in states
        if each.properties.get("due_on") is not None
        and today - ADHERENCE_DAYS < each.properties["due_on"] <= today
        and each.properties.get("status") != "cancelled"
    }
    done = {each.entity.id: each.properties.get("done_on") for each in states if each.entity.id in due}
    kept = [id_ for id_, day in done.items() if day is not None and day <= due[id_]]
    late = [id_ for id_, day in done.items() if day is not None and day > due[id_]]
    overdue = [each["id"] for each in rows if each["id"] in due and not each["closed"]]
    return {
        "days": ADHERENCE_DAYS, "due": len(due), "kept": len(kept), "late": len(late), "overdue": len(overdue),
        "share": len(kept) / len(due) if due else None,
    }  # fmt: skip
