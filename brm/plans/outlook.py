"""Forecast against actual, by quarter: what an account's deals were expected to bring, and what they brought."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from brm.services.moments import back_at, end_of
from brm.services.shapes import amount
from brm.services.workspace import Workspace
from brm.store.protocol import Names, When
from graph_schema.values import to_json
from scoring.deal_outlook import Outlook, first_day, open_outlook, quarter_of, won_outlook
from scoring.grading.grades import GRADES, UNSEEN, graded, grades
from scoring.grading.profiles import Focus
from scoring.registry import SCORERS
from scoring.snapshot import MISSING, Snapshot
from scoring.types import US

Money = Callable[[float], dict[str, str]]
QUARTERS_BACK = 4


@dataclass(frozen=True, slots=True)
class Quarters:
    """The running quarter and those before it, counted as `quarter_of` does, each as it stood before it began."""

    number: range
    begun: tuple[Snapshot, ...]

    @property
    def running(self) -> int:
        """The quarter of the day looked at."""
        return self.number[-1]


def quarters_of(workspace: Workspace, account: str, today: int, when: When) -> Quarters:
    """The running quarter and the `QUARTERS_BACK` before it, read at once."""
    running = int(quarter_of(np.array([today]))[0])
    numbers = range(running - QUARTERS_BACK, running + 1)
    read = workspace.store.series([account], [_before(workspace, each, when) for each in numbers])
    return Quarters(numbers, tuple(read.at(place) for place in range(len(numbers))))


def grades_by_quarter(workspace: Workspace, quarters: Quarters, account: int, focus: Focus, when: When) -> list[Any]:
    """The grade at the beginning of each quarter under one profile, read against today's Reference.

    Null where the company was no account then.
    """
    reference, parameters = workspace.reference(when), workspace.parameters
    told = []
    for number, snapshot in zip(quarters.number, quarters.begun, strict=True):
        frame = SCORERS["customer"].score(snapshot, reference, parameters, scopes=np.array([account]), vendor=US)
        made = graded(snapshot, reference, parameters, frame)
        found = grades(made, focus, parameters)
        at = np.flatnonzero(made.account == account)
        known = len(at) > 0 and found.grade[at[0]] != UNSEEN
        told.append({
            "quarter": text_of(number),
            "grade": GRADES[int(found.grade[at[0]])] if known else None,
            "score": float(found.score[at[0]]) if known else None,
        })  # fmt: skip
    return told


def outlook(workspace: Workspace, snapshot: Snapshot, quarters: Quarters, account: int, when: When) -> dict[str, Any]:
    """The account's forecast by quarter, and the last quarters' forecasts against what was won.

    The forecast of a quarter is the sum of likelihood times amount over the deals expected to be decided in it;
    that of a past quarter is as it stood on the day before it began, read against today's Reference. Deals whose
    expected day has passed count in the current quarter and are ``late``; those without a day or without an
    amount are counted apart. Where no amount of a past quarter's deals is known, neither is the sum.
    """
    reference, parameters = workspace.reference(when), workspace.parameters
    now = open_outlook(snapshot, reference, parameters, account)
    won = won_outlook(snapshot, parameters, account)
    names = workspace.store.names(now.deal.tolist(), when)
    then = [open_outlook(each, reference, parameters, account) for each in quarters.begun]
    current = quarters.running
    money = functools.partial(amount, currency=parameters.employee.currency)
    listed = [
        {
            "quarter": text_of(quarter),
            "forecast": _known(money, made.expected[quarter_of(made.day) == quarter]),
            "actual": _known(money, won.amount[quarter_of(won.day) == quarter]),
            "running": quarter == current,
        }
        for quarter, made in zip(quarters.number, then, strict=True)
    ]
    return {"deals": _deals(money, now, names, snapshot.today), "quarters": listed, **_ahead(money, now, current)}


def _before(workspace: Workspace, quarter: int, when: When) -> When:
    """The end of the day before a quarter begins."""
    return back_at(when, end_of(first_day(quarter) - 1, workspace.settings.zone))


def _ahead(money: Money, now: Outlook, current: int) -> dict[str, Any]:
    quarter = np.maximum(quarter_of(now.day), current)
    dated = now.day != MISSING
    known = ~np.isnan(now.expected)
    listed = sorted({int(each) for each in quarter[dated & known]})
    return {
        "ahead": [
            {"quarter": text_of(each), "forecast": money(_sum(now.expected[dated & (quarter == each)])),
             "deals": int((dated & known & (quarter == each)).sum())}
            for each in listed
        ],
        "undated": money(_sum(now.expected[~dated])),
        "forecast": money(_sum(now.expected)),
        "unknown_amounts": int(np.isnan(now.amount).sum()),
    }  # fmt: skip


def _deals(money: Money, now: Outlook, names: dict[int, Names], today: int) -> list[dict[str, Any]]:
    """The open deals, those that are expected to bring most first."""
    order = np.lexsort((now.deal, -np.nan_to_num(now.expected, nan=-1.0)))
    return [
        {
            "type": "opportunity", "id": names[int(now.deal[at])].id, "name": names[int(now.deal[at])].name,
            "likelihood": None if np.isnan(now.likelihood[at]) else float(now.likelihood[at]),
            "amount": None if np.isnan(now.amount[at]) else money(float(now.amount[at])),
            "expected": None if np.isnan(now.expected[at]) else money(float(now.expected[at])),
            "closes_on": None if now.day[at] == MISSING else to_json("day", int(now.day[at])),
            "late": bool(now.day[at] != MISSING and now.day[at] < today),
        }
        for at in order.tolist()
    ]  # fmt: skip


def _sum(values: np.ndarray[Any, Any]) -> float:
    return float(np.nansum(values))


def _known(money: Money, values: np.ndarray[Any, Any]) -> dict[str, str] | None:
    """The sum of the known amounts; None where there are some, and none is known."""
    return None if len(values) and np.isnan(values).all() else money(_sum(values))


def text_of(quarter: int) -> str:
    """A quarter as people write it."""
    return f"{1970 + quarter // 4}-Q{quarter % 4 + 1}"
