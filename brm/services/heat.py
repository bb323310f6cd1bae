"""The heat table: accounts by the six relationships, filtered, sorted and paged."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np

from brm.errors import InvalidInput, NotComputable
from brm.principal import Principal
from brm.services import moments, shapes
from brm.services.reading import check_limit
from brm.services.scoreboard import Scoreboard
from brm.services.scores import band, band_limits
from brm.services.shapes import named
from brm.services.subjects import find_subject
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from graph_schema.vocabulary import VOCABULARIES
from scoring.duties import duties_of
from scoring.heat import KINDS, Heat, heat
from scoring.machinery.arrays import Flags, lookup
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import category_code
from scoring.types import NOBODY, US, Floats, Ints

SINCE_DAYS = 30
"""Over so many days a cell's change is told, unless another day is named."""
COLUMNS = ("value", *(f"{kind}{part}" for kind in KINDS for part in ("", ".change", ".completeness")))
SORTS = ("name", *(f"{sign}{column}" for column in COLUMNS for sign in ("", "-")))
"""By what accounts may be sorted; ``-`` puts the greatest first. Accounts without the value come last."""
ATTRIBUTES = ("industry", "region", "grade")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which accounts are listed: all conditions must hold. ``segment`` is the same as ``industry``."""

    owner: str | None = None
    region: str | None = None
    industry: str | None = None
    segment: str | None = None
    grade: str | None = None

    @property
    def given(self) -> dict[str, str]:
        """The conditions that were named."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) is not None}


class After(NamedTuple):
    """The place in the order after which a page begins: the last account's sort value and id."""

    value: float | str | None
    id: str


@dataclass(frozen=True, slots=True)
class Table:
    """The heat of a moment beside that of an earlier day, with the identities of its accounts."""

    board: Scoreboard
    now: Heat
    change: Mapping[str, Floats]
    names: Mapping[int, Names]
    when: When
    earlier: When
    revision: int


def heat_of(workspace: Workspace, when: When = NOW) -> Heat:
    """The six cells of every account at a moment."""
    if when == NOW:
        return _now(workspace.frames())
    return workspace.past("heat", when, lambda: _now(workspace.frames(when)))


def _now(board: Scoreboard) -> Heat:
    return board.derived("heat", lambda each: heat(each.snapshot, each.reference, each.parameters, each))


def earlier_day(workspace: Workspace, moment: When, since: str | None, days: int = SINCE_DAYS) -> When:
    """The end of the day that a change counts from; InvalidInput unless it is before the moment."""
    zone, as_of = workspace.settings.zone, moment.as_of or 0
    day = moments.local_day(as_of, zone) - timedelta(days=days)
    start = moments.end_of_day(day, zone) if since is None else moments.parse_moment(since, zone, "since", end=True)
    if start >= as_of:
        raise InvalidInput(
            f"since {since} is not before the date looked at",
            remedy="name an earlier day",
            field="since",
            value=since,
        )
    return moments.back_at(moment, start)


def table_of(workspace: Workspace, when: When = NOW, since: str | None = None) -> Table:
    """All accounts with their cells, and the change of each since an earlier day."""
    revision = workspace.store.revision()
    board = workspace.frames(when)
    found = heat_of(workspace, when)
    moment = workspace.moment(when, board.snapshot)
    earlier = earlier_day(workspace, moment, since)
    change = changed(found, heat_of(workspace, earlier))
    rivals = found.rival[(found.rival != NOBODY) & (found.rival != US)]
    keys = np.union1d(found.account, rivals).tolist()
    names = board.derived("names", lambda _: workspace.store.names(keys, when))
    return Table(board, found, change, names, moment, earlier, revision)


def changed(now: Heat, before: Heat) -> dict[str, Floats]:
    """Each cell less what it was, NaN where it had no subject on either day."""
    at = lookup(before.account, now.account)
    found = {}
    for kind in KINDS:
        old = np.full(len(now), np.nan)
        old[at >= 0] = before.cells[kind].score[at[at >= 0]]
        found[kind] = now.cells[kind].score - old
    return found


def page(
    workspace: Workspace, principal: Principal, *, when: When = NOW, since: str | None = None,
    filters: Filters | None = None, sort: str = "-value", after: After | None = None, limit: int | None = 50,
) -> dict[str, Any]:  # fmt: skip
    """A page of the heat table.

    The default order puts the accounts of the greatest value first. ``next`` is what ``after`` of the next
    page is, None at the end. Sorted by a cell, accounts where it has no subject come last.
    """
    principal.require("read")
    if sort not in SORTS:
        raise InvalidInput(
            f"the heat table is not sorted by {sort!r}",
            remedy="use name, value, a kind, or a kind with .change or .completeness, with - for the greatest first",
            field="sort",
            value=sort,
        )
    check_limit(limit)
    table = table_of(workspace, when, since)
    value, rows = _sorted(table, _kept(workspace, principal, table, filters or Filters()), sort)
    begin = 0 if after is None else _begin(table, value, rows, after, sort)
    shown = rows[begin : None if limit is None else begin + limit]
    more = begin + len(shown) < len(rows)
    last = int(shown[-1]) if len(shown) else -1
    return {
        **head(workspace, table),
        "items": _items(workspace, table, shown),
        "next": [_cursor_value(value, last), _id(table, last)] if more and last >= 0 else None,
        "total": len(rows),
        "revision": table.revision,
    }


def row(
    workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW, since: str | None = None
) -> dict[str, Any]:
    """The six cells of one account; NotComputable where the company is no account."""
    principal.require("read")
    subject = find_subject(workspace, principal, id_, when)
    table = table_of(workspace, when, since)
    key = workspace.store.keys([subject.id])[subject.id]
    at = np.flatnonzero(table.now.account == key)
    if not len(at):
        raise NotComputable(
            f"{id_} is no account at that date",
            remedy="ask about a customer: a company, not ours or a mere rival, with people or deals",
            id=id_,
        )
    return {**head(workspace, table), **_items(workspace, table, at)[0], "revision": table.revision}


def head(workspace: Workspace, table: Table) -> dict[str, Any]:
    """What a table is of."""
    zone = workspace.settings.zone
    return {
        "as_of": moments.local_day(table.when.as_of or 0, zone).isoformat(),
        "since": moments.local_day(table.earlier.as_of or 0, zone).isoformat(),
        "kinds": list(KINDS),
        "basis": table.now.basis,
        "bands": band_limits(workspace.parameters),
        "parameters": workspace.parameter_set.named,
    }


def _kept(workspace: Workspace, principal: Principal, table: Table, filters: Filters) -> Flags:
    """Which accounts all conditions hold for."""
    companies = table.board.snapshot.nodes["company"]
    at = companies.rows(table.now.account)
    keep: Flags = np.ones(len(table.now), dtype=bool)
    for name, value in filters.given.items():
        if name == "owner":
            person = find_subject(workspace, principal, value, table.when)
            key = workspace.store.keys([person.id])[person.id]
            keep &= np.isin(table.now.account, duties_of(table.board.snapshot).owned_by(key))
        else:
            column = "industry" if name == "segment" else name
            keep &= companies[column][at] == _code(name, value)
    return keep


def _code(name: str, value: str) -> int:
    if name != "grade":
        return category_code(value)
    if value not in VOCABULARIES["grade"]:
        raise InvalidInput(
            f"there is no grade {value!r}", remedy=f"use one of {', '.join(VOCABULARIES['grade'])}", field="grade"
        )
    return VOCABULARIES["grade"].index(value)


def _column(table: Table, sort: str) -> Sequence[Any]:
    """What the accounts are sorted by, ascending."""
    if sort == "name":
        return [table.names[int(key)].name.casefold() for key in table.now.account]
    kind, _, part = sort.removeprefix("-").partition(".")
    if kind == "value":
        column = table.now.value
    else:
        column = table.change[kind] if part == "change" else getattr(table.now.cells[kind], part or "score")
    signed: list[float] = (-column if sort.startswith("-") else column).tolist()
    return signed


def _sorted(table: Table, kept: Flags, sort: str) -> tuple[Sequence[Any], Ints]:
    """What all accounts are sorted by, and those kept in that order."""

    def ordered(_: Scoreboard) -> tuple[Sequence[Any], Ints]:
        column = _column(table, sort)
        places = range(len(column))
        order = sorted(places, key=lambda at: (column[at] != column[at], column[at], _id(table, at)))
        return column, np.array(order, dtype=np.int64)

    column, order = table.board.derived(("order", sort, table.earlier), ordered)
    return column, order[kept[order]]


def _cursor_value(column: Sequence[Any], at: int) -> float | str | None:
    value: float | str = column[at]
    return None if value != value else value


def _begin(table: Table, column: Sequence[Any], rows: Ints, after: After, sort: str) -> int:
    """How many of the sorted rows stand at or before a place."""
    if not (after.value is None or isinstance(after.value, str if sort == "name" else int | float)):
        raise InvalidInput("the cursor is of another order", remedy="start again without a cursor", field="cursor")

    def place(value: float | str | None, id_: str) -> tuple[Any, ...]:
        return (value is None, 0 if value is None else value, id_)

    return bisect_right(rows.tolist(), place(*after), key=lambda at: place(_cursor_value(column, at), _id(table, at)))


def _id(table: Table, at: int) -> str:
    return table.names[int(table.now.account[at])].id


def _items(workspace: Workspace, table: Table, rows: Ints) -> list[dict[str, Any]]:
    snapshot, when = table.board.snapshot, table.when
    owners = duties_of(snapshot).owner(table.now.account[rows])
    people = workspace.store.names({int(key) for key in owners if key != NOBODY}, when)
    states = workspace.store.fetch([_id(table, int(at)) for at in rows], when)
    currency = workspace.parameters.employee.currency
    return [
        {
            "account": named(table.names[int(table.now.account[at])]),
            "owner": named(people[int(owner)]) if owner != NOBODY else None,
            **_attributes(states, _id(table, int(at))),
            "value": money(float(table.now.value[at]), table.now.basis, currency),
            "cells": {kind: _cell(workspace, table, kind, int(at)) for kind in KINDS},
        }
        for at, owner in zip(rows.tolist(), owners.tolist(), strict=True)
    ]


def _attributes(states: Mapping[str, Any], id_: str) -> dict[str, Any]:
    values = states[id_].properties if id_ in states else {}
    return {name: values.get(name) for name in ATTRIBUTES}


def _cell(workspace: Workspace, table: Table, kind: str, at: int) -> dict[str, Any] | None:
    cells, change = table.now.cells[kind], float(table.change[kind][at])
    score = float(cells.score[at])
    if np.isnan(score):
        return None
    found: dict[str, Any] = {
        "score": score,
        "interval": {"p10": float(cells.p10[at]), "p90": float(cells.p90[at])},
        "completeness": float(cells.completeness[at]),
        "change": None if np.isnan(change) else change,
        "band": band(score, workspace.parameters),
    }
    if kind == "competitor":
        rival = int(table.now.rival[at])
        itself = {"itself": True} if rival == int(table.now.account[at]) else {}
        found["vendor"] = {**named(table.names[rival]), **itself}
    return found


def worth_unit(reference: Reference, parameters: Parameters) -> str:
    """What worth is counted in: the currency, or accounts where every account counts alike."""
    return "accounts" if reference.basis == "one" else parameters.employee.currency


def money(amount: float, basis: str, currency: str) -> dict[str, str] | None:
    """An amount of the basis of value; None where it is not known or the basis is no money."""
    if np.isnan(amount) or basis == "one":
        return None
    return shapes.amount(amount, currency)
