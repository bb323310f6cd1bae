"""Who the customers are: grade, lifecycle and list of every account, filtered, sorted and paged."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from brm.errors import InvalidInput
from brm.principal import Principal
from brm.services import focus_profiles, moments
from brm.services.heat import After, money
from brm.services.reading import check_limit, check_word
from brm.services.scoreboard import Scoreboard
from brm.services.shapes import named
from brm.services.subjects import find_subject
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from graph_schema.values import iso_day
from graph_schema.vocabulary import VOCABULARIES
from scoring.duties import duties_of
from scoring.grading.grades import GRADES, UNSEEN, Graded, Grades, graded, grades
from scoring.grading.lifecycle import ALWAYS, STATES, Lifecycles, lifecycles
from scoring.grading.lists import LISTS, Condition, Listed, listed
from scoring.grading.priors import BASES
from scoring.machinery.arrays import Flags
from scoring.snapshot import category_code
from scoring.types import NOBODY, Floats, Ints

SORTS = ("-value", "-score", "name")
"""By what accounts may be sorted; those without a value or score come last."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which accounts are listed: all conditions must hold."""

    segment: str | None = None
    list: str | None = None
    grade: str | None = None
    lifecycle: str | None = None
    owner: str | None = None

    @property
    def given(self) -> dict[str, str]:
        """The conditions that were named."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) is not None}


@dataclass(frozen=True, slots=True)
class Book:
    """All customers at a moment: the parts of their grades, lifecycles and lists; the same under every profile."""

    board: Scoreboard
    graded: Graded
    lifecycles: Lifecycles
    listed: Listed
    names: Mapping[int, Names]

    @property
    def value(self) -> Floats:
        """What each account brought in the window, by the basis of value; NaN: not known."""
        found: Floats = self.graded.measures.sold[:, BASES.index(self.basis)]
        return found

    @property
    def basis(self) -> str:
        """What value is of."""
        return self.board.reference.grading.basis

    def id(self, at: int) -> str:
        """The id of the account at a row."""
        return self.names[int(self.graded.account[at])].id


def book_of(workspace: Workspace, when: When = NOW) -> Book:
    """All customers at a moment, made once per board."""
    return workspace.frames(when).derived("customers", lambda board: _book(workspace, board, when))


def _book(workspace: Workspace, board: Scoreboard, when: When) -> Book:
    found = graded(board.snapshot, board.reference, board.parameters, board["customer"])
    lives = lifecycles(board.snapshot, found.account, board.parameters)
    names = workspace.store.names(found.account.tolist(), when)
    return Book(board, found, lives, listed(board.snapshot, found, lives, board.parameters), names)


def page(
    workspace: Workspace, principal: Principal, *, when: When = NOW, filters: Filters | None = None,
    focus: str | None = None, sort: str = "-value", after: After | None = None, limit: int | None = 50,
) -> dict[str, Any]:  # fmt: skip
    """A page of all accounts with grade, lifecycle, list and value; by default the most valuable first.

    ``focus`` is the profile to grade by, default the one that rules at the moment. ``next`` is what ``after`` of the
    next page is, None at the end.
    """
    principal.require("read")
    if sort not in SORTS:
        raise InvalidInput(f"accounts are not sorted by {sort!r}", remedy=f"use {', '.join(SORTS)}", field="sort")
    check_limit(limit)
    revision = workspace.store.revision()
    book = book_of(workspace, when)
    moment = workspace.moment(when, book.board.snapshot)
    found = grades(book.graded, focus_profiles.named(workspace, focus, moment), book.board.parameters)
    column = _column(book, found, sort)
    order = sorted(range(len(column)), key=lambda at: _key(column[at], book.id(at)))
    kept = _kept(workspace, principal, book, found, filters or Filters(), moment)
    rows = [at for at in order if kept[at]]
    begin = 0 if after is None else _begin(book, column, rows, after, sort)
    shown = rows[begin : None if limit is None else begin + limit]
    more = begin + len(shown) < len(rows)
    return {
        **head(workspace, book, found, moment),
        "lists": counted(workspace, book),
        "items": items(workspace, book, found, shown, moment),
        "next": [_plain(column[shown[-1]]), book.id(shown[-1])] if more and shown else None,
        "total": len(rows),
        "revision": revision,
    }


def head(workspace: Workspace, book: Book, found: Grades, moment: When) -> dict[str, Any]:
    """What grades are of: the day, the profile, the basis of value, the parameters."""
    return {
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "focus": focus_profiles.head(found.focus),
        "basis": book.basis,
        "parameters": workspace.parameter_set.named,
    }


def counted(workspace: Workspace, book: Book) -> list[dict[str, Any]]:
    """How many accounts each list has, and what they bring."""
    currency = workspace.parameters.employee.currency
    told = []
    for place, name in enumerate(LISTS):
        own = book.listed.place == place
        total = float(np.nansum(book.value[own]))
        told.append({"list": name, "number": int(own.sum()), "value": money(total, book.basis, currency)})
    return told


def items(workspace: Workspace, book: Book, found: Grades, rows: Sequence[int], moment: When) -> list[dict[str, Any]]:
    """Accounts as lists show them."""
    snapshot, currency = book.board.snapshot, workspace.parameters.employee.currency
    keys = book.graded.account[list(rows)] if rows else np.empty(0, dtype=np.int64)
    owners = duties_of(snapshot).owner(keys)
    people = workspace.store.names({int(key) for key in owners if key != NOBODY}, moment)
    states = workspace.store.fetch([book.id(at) for at in rows], moment)
    made = []
    for at, owner in zip(rows, owners.tolist(), strict=True):
        said = states[book.id(at)].properties if book.id(at) in states else {}
        made.append({
            "account": named(book.names[int(book.graded.account[at])]),
            "owner": None if owner == NOBODY else named(people[owner]),
            "segment": said.get("industry"),
            "class": said.get("klass"),
            "grade": word(GRADES, int(found.grade[at])),
            "recorded_grade": said.get("grade"),
            "score": None if found.grade[at] == UNSEEN else float(found.score[at]),
            "completeness": float(found.completeness[at]),
            "lifecycle": STATES[int(book.lifecycles.now[at])],
            "since": day(int(book.lifecycles.since[at])),
            "recorded_lifecycle": said.get("lifecycle"),
            "list": word(LISTS, int(book.listed.place[at])),
            "why": [condition(each) for each in book.listed.why(at, book.board.parameters)],
            "value": money(float(book.value[at]), book.basis, currency),
        })  # fmt: skip
    return made


def condition(each: Condition) -> dict[str, Any]:
    """A reason as every surface shows it."""
    return {"code": each.code, "value": each.value, "threshold": each.threshold}


def word(words: Sequence[str], place: int) -> str | None:
    """The word at a place; None for none."""
    return None if place < 0 else words[place]


def day(number: int) -> str | None:
    """A day; None where it is before anything that is dated."""
    return None if number == ALWAYS else iso_day(number)


def _kept(
    workspace: Workspace, principal: Principal, book: Book, found: Grades, filters: Filters, moment: When
) -> Flags:
    keep: Flags = np.ones(len(book.graded), dtype=bool)
    if filters.segment is not None:
        companies = book.board.snapshot.nodes["company"]
        keep &= companies["industry"][companies.rows(book.graded.account)] == category_code(filters.segment)
    if filters.owner is not None:
        person = find_subject(workspace, principal, filters.owner, moment)
        key = workspace.store.keys([person.id])[person.id]
        keep &= np.isin(book.graded.account, duties_of(book.board.snapshot).owned_by(key))
    columns: dict[str, tuple[Sequence[str], Ints]] = {
        "list": (LISTS, book.listed.place),
        "grade": (GRADES, found.grade),
        "lifecycle": (VOCABULARIES["lifecycle"], book.lifecycles.now),
    }
    for name, (words, column) in columns.items():
        if name in filters.given:
            keep &= column == _place(name, words, filters.given[name])
    return keep


def _place(name: str, words: Sequence[str], value: str) -> int:
    check_word(name, value, words)
    return words.index(value)


def _column(book: Book, found: Grades, sort: str) -> Sequence[Any]:
    """What accounts are sorted by, ascending."""
    if sort == "name":
        return [book.names[int(key)].name.casefold() for key in book.graded.account]
    column = -book.value if sort == "-value" else np.where(found.grade == UNSEEN, np.nan, -found.score)
    ordered: list[float] = column.tolist()
    return ordered


def _plain(value: float | str) -> float | str | None:
    return None if value != value else value


def _key(value: float | str | None, id_: str) -> tuple[Any, ...]:
    known = value is not None and value == value
    return (not known, value if known else 0, id_)


def _begin(book: Book, column: Sequence[Any], rows: list[int], after: After, sort: str) -> int:
    """How many of the sorted rows stand at or before a place."""
    if not (after.value is None or isinstance(after.value, str if sort == "name" else int | float)):
        raise InvalidInput("the cursor is of another order", remedy="start again without a cursor", field="cursor")
    return bisect_right(rows, _key(*after), key=lambda at: _key(column[at], book.id(at)))
