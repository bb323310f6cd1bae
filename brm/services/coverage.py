"""Whom of an account we reach: our people by their people, and departments by levels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from brm.errors import NotComputable
from brm.principal import Principal
from brm.services import gap_list, moments
from brm.services.shapes import named
from brm.services.subjects import Subject, find_subject
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from scoring.gaps import gaps
from scoring.machinery.arrays import counts, lookup
from scoring.machinery.closeness import closeness_of
from scoring.machinery.coverage import cells_of, coverage_of
from scoring.machinery.people import current
from scoring.machinery.scopes import BUYING_ROLES, accounts_among
from scoring.machinery.standings import Standings, standings_of
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US
from scoring.view import ChainView, chain_view

LEVELS = (5, 4, 3, 2, 1)


def coverage(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> dict[str, Any]:
    """Who of ours has which tie with whom at an account, its department x level grid, and its gaps.

    People stand by influence, colleagues by the sum of their ties. A cell of unknown level has null as its
    level. NotComputable where the company is no account, or there is no us.
    """
    principal.require("read")
    subject = find_subject(workspace, principal, id_, when)
    snapshot, reference = workspace.snapshot([subject.id], when), workspace.reference(when)
    key, parameters = workspace.store.keys([subject.id])[subject.id], workspace.parameters
    standings = standings_of(snapshot, reference, parameters, np.array([key]))
    if not len(accounts_among(snapshot, standings.chains.scopes)) or US not in standings.cases.vendor:
        raise not_covered(subject)
    view = chain_view(snapshot, reference, parameters, key, US)
    found = gaps(snapshot, reference, parameters, np.array([key]))
    seats = _seats(snapshot, key)
    cells = _cells(snapshot, standings, parameters)
    wanted = gap_list.keys_in(snapshot, found, range(len(found)))
    wanted |= {int(key) for key in (*view.person, *view.tie_colleague) if key != NOBODY}
    wanted |= {key for pair in seats.values() for key in pair} | {cell["department"] for cell in cells}
    names = workspace.store.names(wanted, when)
    moment = workspace.moment(when, snapshot)
    return {
        "account": named(subject),
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "colleagues": [_identity(names, each) for each in _by_ties(view)],
        "people": _people(snapshot, view, seats, names),
        "ties": [
            {"colleague": names[int(who)].id, "person": names[int(view.person[at])].id, "strength": float(strength)}
            for at, who, strength in zip(view.tie_member, view.tie_colleague, view.tie_strength, strict=True)
        ],
        "grid": _grid(cells, names),
        "gaps": gap_list.shapes(workspace, snapshot, found, range(len(found)), names),
        "revision": workspace.store.revision(),
    }


def not_covered(subject: Subject) -> NotComputable:
    """The company is no account of ours."""
    return NotComputable(
        f"{subject.id} is no account of ours at that date",
        remedy="ask about a customer: a company, not ours or a mere rival, with people or deals",
        id=subject.id,
    )


def _identity(names: dict[int, Names], key: int) -> dict[str, Any]:
    return {"id": names[key].id, "name": names[key].name}


def _by_ties(view: ChainView) -> list[int]:
    """Our colleagues with a tie there, who holds most first."""
    who, at = np.unique(view.tie_colleague, return_inverse=True)
    total = np.bincount(at, weights=view.tie_strength, minlength=len(who))
    return [int(who[place]) for place in np.lexsort((who, -total))]


def _seats(snapshot: Snapshot, account: int) -> dict[int, tuple[int, int]]:
    """Person -> seat and unit at the account, of several the highest seat."""
    holds, held = current(snapshot, "holds")
    seat_in, placed = current(snapshot, "seat_in")
    seat, unit = seat_in.source[placed], seat_in.target[placed]
    order = np.argsort(seat, kind="stable")
    seat, unit = seat[order], unit[order]
    positions = snapshot.nodes["position"]
    found: dict[int, tuple[int, int]] = {}
    people, seats = holds.source[held], holds.target[held]
    row = positions.rows(seats)
    level = np.where(row >= 0, np.nan_to_num(positions["level"][row]) if len(positions) else 0.0, 0.0)
    for place in np.lexsort((-seats, level, people)):
        at = int(lookup(seat, seats[place : place + 1])[0])
        if at >= 0:
            found[int(people[place])] = (int(seats[place]), int(unit[at]))
    return found


def _people(
    snapshot: Snapshot, view: ChainView, seats: dict[int, tuple[int, int]], names: dict[int, Names]
) -> list[dict[str, Any]]:
    positions = snapshot.nodes["position"]
    listed = []
    for at in np.lexsort((view.person, -view.influence)):
        person = int(view.person[at])
        if person == NOBODY:
            continue
        seat, unit = seats.get(person, (NOBODY, NOBODY))
        row = int(positions.rows(np.array([seat]))[0])
        level = float(positions["level"][row]) if row >= 0 else float("nan")
        listed.append({
            **_identity(names, person),
            "title": names[seat].name if seat in names else None,
            "unit": names[unit].name if unit in names else None,
            "level": None if np.isnan(level) else int(level),
            "roles": [role for place, role in enumerate(BUYING_ROLES) if int(view.roles[at]) >> place & 1],
            "influence": float(view.influence[at]),
            "tie": float(view.tie[at]),
            "depth": float(view.depth[at]),
            "stance": float(view.stance[at]) if view.stance_evidence[at] > 0 else None,
        })  # fmt: skip
    return listed


def _cells(snapshot: Snapshot, standings: Standings, parameters: Parameters) -> list[dict[str, Any]]:
    """The cells of the one account, departments as keys."""
    covered, cells = coverage_of(snapshot, standings, parameters), cells_of(snapshot)
    close = closeness_of(standings, parameters)
    strength = np.zeros(len(covered.slot_scope))
    np.maximum.at(strength, covered.sitter_slot, standings.tie[close.rows[covered.sitter]])
    people = counts(covered.sitter_slot, len(strength))
    return [
        {
            "department": int(cells.unit[cell]),
            "level": int(cells.level[cell]) or None,
            "seats": int(cells.seats[cell]),
            "people": int(people[slot]),
            "covered": bool(covered.covered[slot]),
            "strength": float(strength[slot]),
        }
        for slot, cell in enumerate(covered.slot_cell.tolist())
    ]


def _grid(cells: Iterable[dict[str, Any]], names: dict[int, Names]) -> dict[str, Any]:
    """Departments by name, levels from the top; null is an unknown level and comes last."""
    listed = list(cells)
    departments = sorted({cell["department"] for cell in listed}, key=lambda key: (names[key].name, names[key].id))
    unknown: list[int | None] = [None] if any(cell["level"] is None for cell in listed) else []
    return {
        "departments": [_identity(names, key) for key in departments],
        "levels": [*LEVELS, *unknown],
        "cells": [{**cell, "department": names[cell["department"]].id} for cell in listed],
    }
