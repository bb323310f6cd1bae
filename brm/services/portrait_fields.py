"""What a customer portrait can ask about, and which accounts a set of conditions holds for."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from brm.errors import InvalidInput
from brm.services import focus_profiles
from brm.services.customers import Book, book_of
from brm.services.heat import heat_of
from brm.services.workspace import Workspace
from brm.store.protocol import When
from graph_schema.vocabulary import VOCABULARIES
from scoring.grading.grades import GRADES, Grades, grades
from scoring.grading.lifecycle import Lifecycles, lifecycles
from scoring.grading.lists import LISTS
from scoring.heat import KINDS
from scoring.machinery.affiliations import amounts
from scoring.machinery.arrays import Flags, lookup
from scoring.machinery.scopes import scopes_of
from scoring.snapshot import Snapshot, category_code
from scoring.types import COMPANY, Floats, Ints

IS, IS_NOT, AT_LEAST, AT_MOST = COMPARISONS = ("is", "is_not", "at_least", "at_most")
NUMBERS = ("employees", "founded")
AMOUNTS = ("revenue", "potential", "fee")
TEXTS = {"industry": "industry", "segment": "industry", "region": "region", "country": "country"}
CODES = {"class": ("klass", "class"), "recorded_grade": ("grade", "grade"),
         "recorded_lifecycle": ("lifecycle", "lifecycle")}  # fmt: skip
GRADED = ("score", "value", "volume", "leads")
EXTRA = "extra."
FIELDS = (*TEXTS, *CODES, "kinds", "grade", "lifecycle", "list", *NUMBERS, *AMOUNTS, *GRADED, *KINDS)
MOST_PREDICATES = 20
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Predicate:
    """One condition on an account."""

    field: str
    comparison: str
    value: str | float

    @property
    def shape(self) -> dict[str, Any]:
        """As it is kept and shown."""
        return {"field": self.field, "comparison": self.comparison, "value": self.value}


WORDS: Mapping[str, Sequence[str]] = {
    **{name: VOCABULARIES[vocabulary] for name, (_, vocabulary) in CODES.items()},
    "kinds": VOCABULARIES["company_kind"], "grade": GRADES, "lifecycle": VOCABULARIES["lifecycle"], "list": LISTS,
}  # fmt: skip
"""Fields whose values are words of a vocabulary."""


def checked(given: Sequence[Mapping[str, Any]]) -> list[Predicate]:
    """The predicates; InvalidInput names the first that does not fit, and what would."""
    if not 1 <= len(given) <= MOST_PREDICATES:
        raise InvalidInput(
            f"a portrait has 1 to {MOST_PREDICATES} conditions, not {len(given)}",
            remedy="name what the customers have in common, e.g. industry is energy",
            field="predicates",
        )
    return [_checked(number, each) for number, each in enumerate(given, 1)]


def _checked(number: int, each: Mapping[str, Any]) -> Predicate:
    name, comparison, value = (each.get(part) for part in ("field", "comparison", "value"))
    told = f"condition {number} ({name} {comparison} {value})"

    def refused(what: str, remedy: str) -> InvalidInput:
        return InvalidInput(f"{told}: {what}", remedy=remedy, field=f"predicates[{number}]", value=value)

    extra = isinstance(name, str) and name.startswith(EXTRA) and len(name) > len(EXTRA)
    if not isinstance(name, str) or not (extra or name in FIELDS):
        raise refused(f"there is no field {name!r}", f"use {', '.join(FIELDS)}, or extra.NAME for a field of your own")
    if comparison not in COMPARISONS:
        raise refused(f"there is no comparison {comparison!r}", f"use {', '.join(COMPARISONS)}")
    numeric = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    worded = name in WORDS or name in TEXTS
    if worded and comparison in (AT_LEAST, AT_MOST):
        raise refused(f"{name} is not a number", "compare it with is or is_not")
    if worded and not isinstance(value, str):
        raise refused(f"{name} is a text", "give a text")
    if name in WORDS and value not in WORDS[name]:
        raise refused(f"there is no {name} {value!r}", f"use one of {', '.join(WORDS[name])}")
    if not worded and not numeric and (not extra or comparison in (AT_LEAST, AT_MOST) or not isinstance(value, str)):
        raise refused(f"{name} is a number" if not extra else "the value does not fit", "give a number")
    return Predicate(name, comparison, float(value) if numeric and value is not None else str(value))


class Population:
    """All accounts at a moment, with whatever of them is asked for."""

    def __init__(self, workspace: Workspace, when: When) -> None:
        self._workspace, self.when = workspace, when
        self.snapshot: Snapshot = workspace.snapshot(None, when)
        scopes = scopes_of(self.snapshot)
        self.account: Ints = scopes.key[scopes.type == COMPANY]

    def __len__(self) -> int:
        return len(self.account)

    @property
    def lifecycles(self) -> Lifecycles:
        """Their lives with us."""
        return lifecycles(self.snapshot, self.account, self._workspace.parameters)

    @functools.cached_property
    def _book(self) -> Book:
        return book_of(self._workspace, self.when)

    def holds(self, predicates: Sequence[Predicate]) -> Flags:
        """The accounts that every condition holds for; what is not known meets none."""
        found: Flags = np.ones(len(self), dtype=bool)
        for each in predicates:
            found &= self._holds(each)
        return found

    def _holds(self, each: Predicate) -> Flags:
        if each.field.startswith(EXTRA):
            return self._extra(each)
        if each.field == "kinds":
            mask = self.snapshot.nodes["company"]["kinds"][self._rows]
            inside = (mask & (1 << VOCABULARIES["company_kind"].index(str(each.value)))) > 0
            found: Flags = inside if each.comparison == IS else ~inside & (mask != 0)
            return found
        if each.field in TEXTS:
            column = self.snapshot.nodes["company"][TEXTS[each.field]][self._rows]
            return _words(column, category_code(str(each.value)), each.comparison)
        if each.field in WORDS:
            return _words(self._codes(each.field), WORDS[each.field].index(str(each.value)), each.comparison)
        return _numbers(self._number(each.field), each)

    @functools.cached_property
    def _rows(self) -> Ints:
        found: Ints = self.snapshot.nodes["company"].rows(self.account)
        return found

    def _codes(self, field: str) -> Ints:
        if field in CODES:
            found: Ints = self.snapshot.nodes["company"][CODES[field][0]][self._rows].astype(np.int64)
            return found
        if field == "lifecycle":
            return self.lifecycles.now
        if field == "list":
            return _spread(self.account, self._book.graded.account, self._book.listed.place, -1)
        return _spread(self.account, self._book.graded.account, self._grades.grade, -1)

    @functools.cached_property
    def _grades(self) -> Grades:
        focus = focus_profiles.ruling(self._workspace, self.when)
        return grades(self._book.graded, focus, self._book.board.parameters)

    def _number(self, field: str) -> Floats:
        firms, currency = self.snapshot.nodes["company"], self._workspace.parameters.employee.currency
        if field in NUMBERS:
            return np.asarray(firms[field][self._rows], dtype=np.float64)
        if field in AMOUNTS:
            return amounts(firms[field], firms[f"{field}_currency"], currency)[self._rows]
        if field in KINDS:
            heat = heat_of(self._workspace, self.when)
            return _spread(self.account, heat.account, heat.cells[field].score, np.nan)
        measured: dict[str, Callable[[], Floats]] = {
            "score": lambda: self._grades.score,
            "value": lambda: self._book.value,
            "volume": lambda: self._book.graded.entry[:, 1],
            "leads": lambda: self._book.graded.entry[:, 2],
        }
        return _spread(self.account, self._book.graded.account, measured[field](), np.nan)

    @functools.cached_property
    def _extras(self) -> list[Mapping[str, Any]]:
        names = self._workspace.store.names(self.account.tolist(), self.when)
        states = self._workspace.store.fetch([names[int(key)].id for key in self.account], self.when)
        ids = [names[int(key)].id for key in self.account]
        return [states[id_].properties.get("extra") or {} if id_ in states else {} for id_ in ids]

    def _extra(self, each: Predicate) -> Flags:
        name = each.field.removeprefix(EXTRA)
        values = [extra.get(name) for extra in self._extras]
        if isinstance(each.value, str):
            known = np.array([value is not None for value in values], dtype=bool)
            same = np.array([_text(value) == each.value for value in values], dtype=bool)
            found: Flags = known & (same if each.comparison == IS else ~same)
            return found
        plain = [
            value if isinstance(value, int | float) and not isinstance(value, bool) else np.nan for value in values
        ]
        return _numbers(np.array(plain, dtype=np.float64), each)


def _text(value: Any) -> str:
    """A value of an own field as people write it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _spread(wanted: Ints, account: Ints, column: npt.NDArray[T], missing: float) -> npt.NDArray[T]:
    """A column of some accounts, by the wanted ones."""
    at = lookup(account, wanted)
    found = np.full(len(wanted), missing, dtype=column.dtype)
    found[at >= 0] = column[at[at >= 0]]
    return found


def _words(column: Ints, code: int, comparison: str) -> Flags:
    found: Flags = column == code if comparison == IS else (column != code) & (column >= 0)
    return found


def _numbers(column: Floats, each: Predicate) -> Flags:
    value = float(each.value)
    compare: np.ufunc = _UFUNCS[each.comparison]
    found: Flags = np.asarray(compare(column, value), dtype=bool) & ~np.isnan(column)
    return found


_UFUNCS = {IS: np.equal, IS_NOT: np.not_equal, AT_LEAST: np.greater_equal, AT_MOST: np.less_equal}
