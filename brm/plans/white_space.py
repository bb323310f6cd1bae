"""Where an account could buy more: units by offerings, whose share each cell is, and who decides there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from brm.services.reading import display_name, edges_at
from brm.services.workspace import Workspace
from brm.store.protocol import State, When
from graph_schema.markers import Money
from graph_schema.values import to_json
from scoring.machinery.people import current
from scoring.machinery.scopes import BUYING_ROLES, is_open
from scoring.snapshot import Snapshot
from scoring.types import NOBODY
from scoring.view import ChainView

DECIDING = ("approver", "decider", "economic_buyer")
MOST_DECIDERS = 2
DEEPEST = 8
"""Levels of units within units, and of companies within a group, that are followed."""


@dataclass
class _Cell:
    """What a unit buys of an offering, by vendor, and the open deals that are to bring more."""

    potential: list[Money] = field(default_factory=list)
    shares: list[tuple[str | None, State]] = field(default_factory=list)
    deals: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the grid is drawn from: the account's chain, its seats, and the units that it consists of."""

    snapshot: Snapshot
    view: ChainView
    account: str
    units: Mapping[str, str | None]
    """Each unit, and company of the group, and the one that it is part of; the account itself has none."""
    when: When


def units_of(workspace: Workspace, account: str, when: When) -> dict[str, str | None]:
    """The account, its units and the companies of its group below it, each with the one it is part of."""
    found: dict[str, str | None] = {account: None}
    starts: tuple[str, ...] = (account,)
    for _ in range(DEEPEST):
        inner = {edge.source: edge.target for _, edge in edges_at(workspace.store, starts, ("part_of",), "in", when)}
        starts = tuple(each for each in inner if each not in found)
        found |= {each: inner[each] for each in starts}
        if not starts:
            break
    return found


def white_space(workspace: Workspace, ground: Ground, deals: Mapping[str, str]) -> dict[str, Any]:
    """Units by offerings that the account buys, could buy or is in a deal about.

    A cell's ``potential`` is the largest yearly amount recorded of it, ``current`` what it buys from us,
    ``white`` what is left of the potential after all vendors (None where they are of several currencies);
    ``deals`` are the open ones that need the offering (of the account as a whole). Who decides: those who
    approve or decide in these deals, else the most influential people seated in the unit, `MOST_DECIDERS` at
    most. ``deals`` names the open deals by id.
    """
    cells, needed = _cells(workspace, ground, deals)
    vendors = {vendor for cell in cells.values() for vendor, _ in cell.shares if vendor}
    ends = {*vendors, *ground.units, *(offering for _, offering in cells)}
    states = workspace.store.fetch(sorted(ends), ground.when)
    ours = {id_ for id_ in vendors if id_ in states and "ours" in (states[id_].properties.get("kinds") or ())}
    decide = _Deciders(workspace, ground, needed)
    rows = [unit for unit in ground.units if any(unit == each for each, _ in cells)]
    columns = sorted({offering for _, offering in cells if offering in states}, key=lambda id_: _order(states, id_))
    return {
        "units": [_named(states, each) for each in rows if each in states],
        "offerings": [{**_named(states, each), "line": states[each].properties.get("line")} for each in columns],
        "cells": [
            {
                "unit": unit, "offering": offering, **_bought(cells[unit, offering], ours, states),
                "deals": [_deal(id_, deals) for id_ in cells[unit, offering].deals],
                "deciders": decide.of(unit, offering),
            }
            for unit in rows for offering in columns if (unit, offering) in cells
        ],
    }  # fmt: skip


def _deal(id_: str, deals: Mapping[str, str]) -> dict[str, Any]:
    return {"type": "opportunity", "id": id_, "name": deals[id_]}


def _order(states: Mapping[str, State], id_: str) -> tuple[str, str, str]:
    state = states[id_]
    return str(state.properties.get("line") or ""), display_name(state), id_


def _named(states: Mapping[str, State], id_: str) -> dict[str, Any]:
    return {"type": states[id_].entity.type, "id": id_, "name": display_name(states[id_])}


def _cells(
    workspace: Workspace, ground: Ground, deals: Mapping[str, str]
) -> tuple[dict[tuple[str, str], _Cell], dict[str, list[str]]]:
    """The cells that are known, and by offering the open deals that need it."""
    cells: dict[tuple[str, str], _Cell] = {}
    for state, edge in edges_at(workspace.store, ground.units, ("buys",), "out", ground.when):
        cell = cells.setdefault((edge.source, edge.target), _Cell())
        if state.properties.get("potential") is not None:
            cell.potential.append(state.properties["potential"])
        cell.shares.append((state.properties.get("vendor"), state))
    needed: dict[str, list[str]] = {}
    for _, edge in edges_at(workspace.store, sorted(deals), ("needs",), "out", ground.when):
        needed.setdefault(edge.target, []).append(edge.source)
        cells.setdefault((ground.account, edge.target), _Cell()).deals.append(edge.source)
    return cells, needed


def _bought(cell: _Cell, ours: set[str], states: Mapping[str, State]) -> dict[str, Any]:
    """Potential, what we and rivals sell, and what is white."""
    mine = [state for vendor, state in cell.shares if vendor in ours]
    others = [(vendor, state) for vendor, state in cell.shares if vendor is not None and vendor not in ours]
    currencies = {each.currency for each in cell.potential}
    potential = max(cell.potential, key=lambda each: each.ten_thousandths) if len(currencies) == 1 else None
    spent = [state.properties["current"] for _, state in cell.shares if state.properties.get("current") is not None]
    white = None
    if potential is not None and {each.currency for each in spent} <= currencies:
        left = potential.ten_thousandths - sum(each.ten_thousandths for each in spent)
        white = Money(max(left, 0), potential.currency)
    return {
        "potential": to_json("money", potential),
        "current": to_json("money", _sum(state.properties.get("current") for state in mine)),
        "installed_share": _share(mine),
        "white": to_json("money", white),
        "rivals": [
            {
                "vendor": _named(states, vendor), "current": to_json("money", state.properties.get("current")),
                "installed_share": state.properties.get("installed_share"),
            }
            for vendor, state in sorted(others, key=_by_share)
            if vendor in states
        ],
    }  # fmt: skip


def _by_share(each: tuple[str, State]) -> tuple[float, str]:
    vendor, state = each
    return -(state.properties.get("installed_share") or 0.0), vendor


def _share(states: Sequence[State]) -> float | None:
    known = [
        each.properties["installed_share"] for each in states if each.properties.get("installed_share") is not None
    ]
    return float(sum(known)) if known else None


def _sum(amounts: Iterable[Money | None]) -> Money | None:
    """The sum of the known amounts; None where none is known, or in several currencies."""
    known = [each for each in amounts if each is not None]
    if not known or len({each.currency for each in known}) > 1:
        return None
    return Money(sum(each.ten_thousandths for each in known), known[0].currency)


class _Deciders:
    """Who decides in a cell, from the chain of the account, its deals' roles and its seats."""

    def __init__(self, workspace: Workspace, ground: Ground, needed: Mapping[str, list[str]]) -> None:
        self._view = ground.view
        self._needed = needed
        people = [int(each) for each in ground.view.person if int(each) != NOBODY]
        names = workspace.store.names(people, ground.when)
        self._place = {int(key): at for at, key in enumerate(ground.view.person) if int(key) != NOBODY}
        self._names = names
        ids = sorted({*ground.units, *(deal for deals in needed.values() for deal in deals)})
        keys = workspace.store.keys(ids)
        self._units = _seated(
            ground.snapshot, {keys[each]: each for each in ground.units if each in keys}, ground.units
        )
        self._roles = _roles(ground.snapshot, {keys[each]: each for each in ids if each in keys})

    def of(self, unit: str, offering: str) -> list[dict[str, Any]]:
        """The deciders of a cell with what the chain knows of each."""
        deals = self._needed.get(offering, [])
        by_role = {person: roles for deal in deals for person, roles in self._roles.get(deal, {}).items()}
        chosen = by_role or dict.fromkeys(self._units.get(unit, ()), ())
        places = sorted(
            (self._place[each] for each in chosen if each in self._place),
            key=lambda at: (-self._view.influence[at], self._view.person[at]),
        )
        return [self._shape(at, chosen[int(self._view.person[at])]) for at in places[:MOST_DECIDERS]]

    def _shape(self, at: int, roles: Sequence[str]) -> dict[str, Any]:
        view, person = self._view, self._names[int(self._view.person[at])]
        return {
            "type": "person", "id": person.id, "name": person.name, "roles": list(roles),
            "influence": float(view.influence[at]), "tie": float(view.tie[at]),
            "stance": float(view.stance[at]) if view.stance_evidence[at] > 0 else None,
        }  # fmt: skip


def _seated(snapshot: Snapshot, units: Mapping[int, str], above: Mapping[str, str | None]) -> dict[str, set[int]]:
    """The people seated in each unit or in one inside it."""
    holds, held = current(snapshot, "holds")
    seat_in, placed = current(snapshot, "seat_in")
    unit_of = dict(zip(seat_in.source[placed].tolist(), seat_in.target[placed].tolist(), strict=True))
    found: dict[str, set[int]] = {}
    for person, seat in zip(holds.source[held].tolist(), holds.target[held].tolist(), strict=True):
        unit = units.get(unit_of.get(seat, NOBODY))
        while unit is not None:
            found.setdefault(unit, set()).add(person)
            unit = above[unit]
    return found


def _roles(snapshot: Snapshot, deals: Mapping[int, str]) -> dict[str, dict[int, tuple[str, ...]]]:
    """By deal those who approve or decide there, with these roles."""
    plays, holds = current(snapshot, "plays")
    found: dict[str, dict[int, tuple[str, ...]]] = {}
    rows = np.flatnonzero(holds & np.isin(plays.target, np.array(list(deals), dtype=np.int64)))
    for row in rows.tolist():
        role = BUYING_ROLES[int(plays["role"][row])]
        if role in DECIDING:
            people = found.setdefault(deals[int(plays.target[row])], {})
            person = int(plays.source[row])
            people[person] = (*people.get(person, ()), role)
    return found


def open_deals(workspace: Workspace, snapshot: Snapshot, account: int, when: When) -> dict[str, str]:
    """The open deals of an account, id -> name."""
    deals, (owns, holds) = snapshot.nodes["opportunity"], current(snapshot, "for")
    mine = np.isin(deals.key, owns.source[holds & (owns.target == account)])
    names = workspace.store.names(deals.key[mine & is_open(snapshot)].tolist(), when)
    return {each.id: each.name for each in sorted(names.values(), key=lambda each: (each.name, each.id))}
