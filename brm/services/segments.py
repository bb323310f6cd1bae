"""Eighty of twenty: which few accounts bring most of the value, and how segments and grades share it."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services import focus_profiles
from brm.services.customers import Book, book_of, head, word
from brm.services.heat import money
from brm.services.reading import check_limit
from brm.services.shapes import named
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from scoring.grading.concentration import MOST, Concentration, concentration
from scoring.grading.grades import GRADES, Grades, grades
from scoring.machinery.shares import segment_of
from scoring.snapshot import MISSING
from scoring.types import Ints

PLACE = 2
"""A place in the order: value downwards, and the account's key."""


def segments(
    workspace: Workspace, principal: Principal, *, focus: str | None = None, when: When = NOW,
    after: tuple[float, ...] | None = None, limit: int | None = 50,
) -> dict[str, Any]:  # fmt: skip
    """Accounts by value downwards with the share of all up to each, then segments and grades with their parts of it.

    Accounts whose value is not known count as 0 and are told apart in ``unknown``.
    """
    principal.require("read")
    check_limit(limit)
    revision = workspace.store.revision()
    book = book_of(workspace, when)
    moment = workspace.moment(when, book.board.snapshot)
    found = grades(book.graded, focus_profiles.named(workspace, focus, moment), book.board.parameters)
    spread = concentration(book.value)
    rows = spread.row.tolist()
    begin = 0 if after is None else bisect_right(rows, after, key=lambda at: _place(book, at))
    end = len(rows) if limit is None else min(begin + limit, len(rows))
    return {
        **head(workspace, book, found, moment),
        "total_value": _money(workspace, book, spread.total),
        "most": MOST,
        "reached": {"accounts": spread.reached, "share": spread.reached / len(rows) if rows else 0.0},
        "gini": None if np.isnan(spread.gini) else spread.gini,
        "unknown": int(np.isnan(book.value).sum()),
        "segments": _by_segment(workspace, book, spread, moment),
        "grades": _by_grade(workspace, book, found, spread),
        "items": [_item(workspace, book, found, spread, place) for place in range(begin, end)],
        "next": list(_place(book, rows[end - 1])) if begin < end < len(rows) else None,
        "total": len(rows),
        "revision": revision,
    }


def _place(book: Book, at: int) -> tuple[float, ...]:
    return (-_worth(book, at), int(book.graded.account[at]))


def _worth(book: Book, at: int) -> float:
    return max(float(np.nan_to_num(book.value[at])), 0.0)


def _money(workspace: Workspace, book: Book, amount: float) -> dict[str, str] | None:
    return money(amount, book.basis, workspace.parameters.employee.currency)


def _item(workspace: Workspace, book: Book, found: Grades, spread: Concentration, place: int) -> dict[str, Any]:
    at = int(spread.row[place])
    return {
        "account": named(book.names[int(book.graded.account[at])]),
        "grade": word(GRADES, int(found.grade[at])),
        "value": _money(workspace, book, float(book.value[at])),
        "share": _worth(book, at) / spread.total if spread.total else 0.0,
        "cumulative": float(spread.cumulative[place]),
        "in_most": place < spread.reached,
    }


def _by_segment(workspace: Workspace, book: Book, spread: Concentration, moment: When) -> list[dict[str, Any]]:
    """The most valuable segment first; an account that names none is of the segment null."""
    segment = segment_of(book.board.snapshot, book.graded.account)
    codes, first = np.unique(segment, return_index=True)
    states = workspace.store.fetch([book.id(int(at)) for at in first], moment)
    told = []
    for code, at in zip(codes.tolist(), first.tolist(), strict=True):
        state = states.get(book.id(at))
        name = None if code == MISSING or state is None else state.properties.get("industry")
        told.append({"segment": name, **_group(workspace, book, spread, np.flatnonzero(segment == code))})
    return sorted(told, key=lambda each: (-each["share"], each["segment"] or ""))


def _by_grade(workspace: Workspace, book: Book, found: Grades, spread: Concentration) -> list[dict[str, Any]]:
    groups = [(name, np.flatnonzero(found.grade == place)) for place, name in enumerate(GRADES)]
    unseen = np.flatnonzero(found.grade < 0)
    told = [{"grade": name, **_group(workspace, book, spread, rows)} for name, rows in groups]
    return [*told, *([{"grade": None, **_group(workspace, book, spread, unseen)}] if len(unseen) else [])]


def _group(workspace: Workspace, book: Book, spread: Concentration, rows: Ints) -> dict[str, Any]:
    own = concentration(book.value[rows])
    return {
        "accounts": len(rows),
        "value": _money(workspace, book, own.total),
        "share": own.total / spread.total if spread.total else 0.0,
        "reached": own.reached,
        "gini": None if np.isnan(own.gini) else own.gini,
        "in_most": int(np.isin(spread.row[: spread.reached], rows).sum()),
    }
