"""The grade of one account taken apart: parts, entry rules, what it may have, and how far the next grade is."""

from __future__ import annotations

from typing import Any

import numpy as np

from brm.errors import NotComputable
from brm.principal import Principal
from brm.services import focus_profiles
from brm.services.customers import Book, book_of, day, head, items, word
from brm.services.subjects import find_subject
from brm.services.visibility import hidden_ids, without_hidden
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from scoring.grading.grades import ENTRY, GRADES, Distance, Grades, distance, entry_rules, grades
from scoring.grading.measures import potential_items, sales, strategic_items, won_margins
from scoring.grading.profiles import PARTS
from scoring.machinery.parts import PARTS as ACCOUNT_PARTS
from scoring.machinery.parts import RISK, parts_of
from scoring.types import Ints

ENTITLEMENTS = ("discount", "trainings", "expert_hours")


def grade(
    workspace: Workspace, principal: Principal, id_: str, *, focus: str | None = None, when: When = NOW
) -> dict[str, Any]:
    """Who one account is: its grade with parts, rules, entitlements and distance, its lifecycle, its list.

    NotComputable where the company is no account, or the profile does not look at its kind.
    """
    principal.require("read")
    subject = find_subject(workspace, principal, id_, when)
    revision = workspace.store.revision()
    book = book_of(workspace, when)
    moment = workspace.moment(when, book.board.snapshot)
    key = workspace.store.keys([subject.id])[subject.id]
    place = np.flatnonzero(book.graded.account == key)
    if not len(place):
        raise NotComputable(
            f"{id_} is no account of ours at that date",
            remedy="ask about a customer: a company, not ours or a mere rival, with people or deals",
            id=id_,
        )
    at = int(place[0])
    view = focus_profiles.named(workspace, focus, moment)
    found = grades(book.graded, view, book.board.parameters)
    if found.grade[at] < 0:
        raise NotComputable(
            f"the focus profile {view.name} does not look at companies like {id_}",
            remedy="name another profile with --focus; brm focus list shows them",
            id=id_,
            focus=view.name,
        )
    return {
        **head(workspace, book, found, moment),
        **items(workspace, book, found, [at], moment)[0],
        "grade_by_score": GRADES[int(found.by_score[at])],
        "interval": {"p10": float(found.p10[at]), "p90": float(found.p90[at])},
        "base": float(found.base[at]),
        "contributions": _contributions(workspace, principal, book, found, at, moment),
        "entry": _entry(workspace, book, found, at),
        "entitlements": entitlements(workspace, GRADES[int(found.grade[at])]),
        "next": _next(workspace, book, found, distance(book.graded, found, book.board.parameters), at),
        "transitions": _transitions(book, at),
        "revision": revision,
    }


def entitlements(workspace: Workspace, name: str) -> dict[str, float]:
    """What customers of a grade may have in a year."""
    return {each: getattr(workspace.parameters.entitlement, f"{name}_{each}") for each in ENTITLEMENTS}


def _contributions(
    workspace: Workspace, principal: Principal, book: Book, found: Grades, at: int, moment: When
) -> list[dict[str, Any]]:
    weights = 100 * found.focus.shares
    evidence = _evidence(book, at)
    keys = {int(key) for part in evidence.values() for key in part}
    names = workspace.store.names(keys, moment)
    hidden = hidden_ids(workspace.store, principal, [each.id for each in names.values()], moment)
    told = []
    for place, part in enumerate(PARTS):
        observed = float(book.graded.observed[at, place])
        told.append(
            without_hidden(
                {
                    "factor": part,
                    "value": float(book.graded.parts[at, place]),
                    "observed": None if np.isnan(observed) else observed,
                    "prior": float(book.graded.priors[at, place]),
                    "known": float(book.graded.known[at, place]),
                    "weight": float(weights[place]),
                    "effect": float(found.effects[at, place]),
                    "inputs": _inputs(book, part, at),
                    "evidence": [names[int(key)].id for key in evidence.get(part, ())],
                },
                hidden,
            )
        )
    return told


def _evidence(book: Book, at: int) -> dict[str, Ints]:
    """The entities behind each part; the relationship's and the risks' stand in the customer score."""
    snapshot, parameters = book.board.snapshot, book.board.parameters
    accounts = book.graded.account[at : at + 1]
    sold = won_margins if book.basis == "margin" else sales
    potential = np.concatenate([each.entity for each in potential_items(snapshot, accounts, parameters)])
    return {
        "value": np.unique(sold(snapshot, accounts, parameters).entity),
        "potential": np.unique(potential),
        "strategic": np.unique(strategic_items(snapshot, accounts, parameters).entity),
    }


def _inputs(book: Book, part: str, at: int) -> dict[str, Any]:
    """The raw numbers that a part was computed from."""
    measures, parameters = book.graded.measures, book.board.parameters
    typical = book.board.reference.grading.typical
    told: dict[str, Any] = {
        "value": {"amount": book.value[at], "basis": book.basis, "typical": typical[0],
                  "window_days": parameters.grade.window_days},
        "potential": {"amount": measures.potential[at], "typical": typical[1]},
        "strategic": {"evidence": measures.strategic_evidence[at]},
        "relationship": {"customer_score": 100 * book.graded.parts[at, PARTS.index("relationship")]},
        "cost": {"hours": measures.hours[at], "hourly_cost": parameters.actions.hourly_cost, "value": book.value[at]},
        "risk": _risks(book, at),
    }  # fmt: skip
    return {name: _plain(value) for name, value in told[part].items()}


def _risks(book: Book, at: int) -> dict[str, float]:
    observed = parts_of(book.board.snapshot, book.graded.account, book.board.parameters).observed[at]
    return {name: float(observed[ACCOUNT_PARTS.index(name)]) for name in RISK}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    number = float(value)
    return None if np.isnan(number) else number


def _entry(workspace: Workspace, book: Book, found: Grades, at: int) -> list[dict[str, Any]]:
    """The entry rules of each grade but the last, those that ask for something."""
    told = []
    for place, (name, needs) in enumerate(zip(GRADES, entry_rules(workspace.parameters), strict=False)):
        for column, (rule, needed) in enumerate(zip(ENTRY, needs.tolist(), strict=True)):
            if needed > 0:
                have = float(book.graded.entry[at, column])
                told.append({
                    "grade": name, "rule": rule, "needed": needed, "have": None if np.isnan(have) else have,
                    "met": bool(found.met[at, place, column]),
                })  # fmt: skip
    return told


def _next(workspace: Workspace, book: Book, found: Grades, far: Distance, at: int) -> dict[str, Any] | None:
    target = word(GRADES, int(far.target[at]))
    if target is None:
        return None
    rules = {each["rule"]: each for each in _entry(workspace, book, found, at) if each["grade"] == target}
    missing = [
        {**{n: rules[rule][n] for n in ("rule", "needed", "have")}, "missing": float(short)}
        for rule, short in zip(ENTRY, far.entry[at], strict=True)
        if short > 0
    ]
    order = [int(place) for place in np.argsort(-far.steps[at], kind="stable") if far.steps[at, place] > 0]
    effort = workspace.parameters.grade
    weights = 100 * found.focus.shares
    steps = [
        {
            "part": PARTS[place],
            "points": float(far.steps[at, place]),
            "rise": float(far.steps[at, place] / weights[place]),
            "hours": float(far.steps[at, place] / weights[place] * getattr(effort, f"{PARTS[place]}_effort")),
        }
        for place in order
    ]
    return {
        "grade": target,
        "points": float(far.points[at]),
        "entry": missing,
        "steps": steps,
        "hours": float(far.hours[at]),
        "reachable": bool(far.reachable[at]),
    }


def _transitions(book: Book, at: int) -> list[dict[str, Any]]:
    """Every state that the account was in, oldest first; ``to`` is the day on which the next one began."""
    runs = book.lifecycles.runs(at)
    ends = [first for _, first in runs[1:]]
    return [
        {"state": state, "from": day(first), "to": day(ends[place]) if place < len(ends) else None}
        for place, (state, first) in enumerate(runs)
    ]
