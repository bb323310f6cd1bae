"""Customer portraits: whom we look for, how many there are, and whether it told buyers from others before."""

from __future__ import annotations

import re
import secrets
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from brm.errors import InvalidInput, NotFound
from brm.principal import Principal
from brm.services import moments
from brm.services.focus_profiles import LONGEST_NOTE, NAME
from brm.services.portrait_fields import FIELDS, TEXTS, Population, checked
from brm.services.reading import check_limit
from brm.services.recording import actor_of
from brm.services.shapes import named as identified
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, RecordState, When
from graph_schema.changes import ChangeSet, RecordChange
from graph_schema.values import day_from, iso_instant
from scoring.grading.lifecycle import STATES, buys_within, is_buyer
from scoring.machinery.arrays import Flags, lookup
from scoring.types import NOBODY, Ints

PORTRAIT = "portrait"
MONTHS, MOST_MONTHS = 12, 60
JEFFREYS = 0.5
"""Successes and failures that Jeffreys' prior of a share counts."""
TYPED = re.compile(r"([A-Za-z_]+(?:\.[^\s=<>!]+)?)\s*(>=|<=|!=|=)\s*(.+)")
SIGNS = {"=": "is", "!=": "is_not", ">=": "at_least", "<=": "at_most"}


def listed(workspace: Workspace, principal: Principal, *, when: When = NOW) -> dict[str, Any]:
    """Every portrait as it was last saved, with how many accounts it holds for."""
    principal.require("read")
    population = Population(workspace, when)
    last = {each.body["name"]: each for each in _saved(workspace)}
    items = [
        {**_head(each), "count": int(population.holds(checked(each.body["predicates"])).sum())}
        for each in last.values()
    ]
    return {
        "items": items, "accounts": len(population), "fields": list(FIELDS), "revision": workspace.store.revision(),
    }  # fmt: skip


def matching(workspace: Workspace, principal: Principal, account: str, *, when: When = NOW) -> list[str]:
    """The names of the portraits that hold for an account."""
    principal.require("read")
    last = {each.body["name"]: each for each in _saved(workspace)}
    if not last:
        return []
    population = Population(workspace, when)
    at = population.account == workspace.store.keys([account]).get(account, NOBODY)
    return [name for name, each in last.items() if bool(population.holds(checked(each.body["predicates"]))[at].any())]


def shown(
    workspace: Workspace, principal: Principal, name: str, *, when: When = NOW, after: tuple[float, ...] | None = None,
    limit: int | None = 50,
) -> dict[str, Any]:  # fmt: skip
    """One portrait with the accounts that it holds for now; NotFound where there is none of the name."""
    principal.require("read")
    record = _named(workspace, name)
    found = counted(workspace, principal, record.body["predicates"], when=when, after=after, limit=limit)
    return {**_head(record), **found}


def counted(
    workspace: Workspace, principal: Principal, predicates: Sequence[Mapping[str, Any]], *, when: When = NOW,
    after: tuple[float, ...] | None = None, limit: int | None = 50,
) -> dict[str, Any]:  # fmt: skip
    """The accounts that all conditions hold for, and how many that are of how many."""
    principal.require("read")
    check_limit(limit)
    asked = checked(predicates)
    revision = workspace.store.revision()
    population = Population(workspace, when)
    rows = np.flatnonzero(population.holds(asked)).tolist()
    begin = 0 if after is None else int(np.searchsorted(population.account[rows], after[0], side="right"))
    shown_rows = rows[begin : None if limit is None else begin + limit]
    more = begin + len(shown_rows) < len(rows)
    names = workspace.store.names(population.account[shown_rows].tolist(), when)
    now = population.lifecycles.now
    return {
        "predicates": [each.shape for each in asked],
        "alone": [int(population.holds([each]).sum()) for each in asked],
        "count": len(rows),
        "accounts": len(population),
        "items": [
            {"account": identified(names[int(population.account[at])]), "lifecycle": STATES[int(now[at])]}
            for at in shown_rows
        ],
        "next": [int(population.account[shown_rows[-1]])] if more and shown_rows else None,
        "total": len(rows),
        "revision": revision,
    }


def save(
    workspace: Workspace, principal: Principal, name: str, predicates: Sequence[Mapping[str, Any]], *,
    note: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Save a portrait; one of the same name is replaced."""
    principal.require("write")
    if not NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} is no name of a portrait", remedy="use 1 to 100 characters without a slash", field="name"
        )
    if note is not None and len(note) > LONGEST_NOTE:
        raise InvalidInput(f"the note has {len(note)} characters", remedy=f"write at most {LONGEST_NOTE}", field="note")
    at = moments.now()
    body = {
        "name": name, "predicates": [each.shape for each in checked(predicates)], "author": actor_of(principal),
        "created_at": at, "note": note,
    }  # fmt: skip
    change = RecordChange(PORTRAIT, f"{at:017d}-{secrets.token_hex(4)}", body)
    workspace.store.apply(ChangeSet(actor=actor_of(principal), source=PORTRAIT, records=(change,)))
    return shown(workspace, principal, name)


def backtest(
    workspace: Workspace, principal: Principal, name: str | None = None, *,
    predicates: Sequence[Mapping[str, Any]] = (), months: int = MONTHS, at: str | None = None, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """Of the accounts that the portrait held for on an earlier day and that had not bought, how many bought then.

    Model: the conditions are read on the day ``at`` (default: ``months`` before the date looked at) with what was
    known then; bought is what `scoring.grading.lifecycle` calls so, within ``months`` after it. Shares have Beta
    intervals with Jeffreys' prior, beside the share of those that the portrait did not hold for.
    InvalidInput where the months are not over yet.
    """
    principal.require("read")
    asked = checked(predicates) if name is None else checked(_named(workspace, name).body["predicates"])
    moment = workspace.moment(when)
    zone = workspace.settings.zone
    today = moments.local_day(moment.as_of or 0, zone)
    start, end = _span(months, at, today, zone)
    then = moments.back_at(moment, moments.end_of_day(start, zone))
    before, now = Population(workspace, then), Population(workspace, when)
    held = before.holds(asked)
    buyer = is_buyer(before.lifecycles, day_from(start))
    later = buys_within(now.lifecycles, day_from(start), day_from(end))
    bought = _of(now.account, before.account, later)
    matched, others = _share(bought[held & ~buyer]), _share(bought[~held & ~buyer])
    both = matched["share"] is not None and others["share"]
    return {
        "name": name,
        "predicates": [each.shape for each in asked],
        "at": start.isoformat(),
        "until": end.isoformat(),
        "months": months,
        "matched": matched,
        "others": others,
        "lift": matched["share"] / others["share"] if both else None,
        "overlap": _overlap(matched["interval"], others["interval"]),
        "buyers": int(buyer.sum()),
        "accounts": len(before),
        "revision": workspace.store.revision(),
    }


def _span(months: int, at: str | None, today: date, zone: str) -> tuple[date, date]:
    if not 1 <= months <= MOST_MONTHS:
        raise InvalidInput(
            f"{months} months cannot be tested", remedy=f"ask for 1 to {MOST_MONTHS}", field="months", value=months
        )
    start = months_after(today, -months) if at is None else moments.local_day(
        moments.parse_moment(at, zone, "at"), zone
    )  # fmt: skip
    end = months_after(start, months)
    if end > today:
        raise InvalidInput(
            f"of the {months} months from {start} some are still to come",
            remedy=f"test from {months_after(today, -months)} or before, or fewer months",
            field="at",
            value=start.isoformat(),
        )
    return start, end


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _of(account: Ints, wanted: Ints, flags: Flags) -> Flags:
    """The flags of accounts, by the wanted ones; those that are no more have none."""
    at = lookup(account, wanted)
    found: Flags = at >= 0
    found[found] = flags[at[found]]
    return found


def _share(bought: Flags) -> dict[str, Any]:
    """How many bought of how many, the share, and its 80 % interval; null of nobody."""
    from scipy.stats import beta

    number, count = len(bought), int(bought.sum())
    told: dict[str, Any] = {"number": number, "bought": count, "share": None, "interval": None}
    if number:
        low, high = (float(beta.ppf(each, count + JEFFREYS, number - count + JEFFREYS)) for each in (0.1, 0.9))
        told |= {"share": count / number, "interval": {"p10": low, "p90": high}}
    return told


def _overlap(one: Mapping[str, float] | None, other: Mapping[str, float] | None) -> bool | None:
    """Whether two intervals have something in common; None where one is missing."""
    if one is None or other is None:
        return None
    return max(one["p10"], other["p10"]) <= min(one["p90"], other["p90"])


def parse(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Conditions as they are typed: ``industry=energy``, ``employees>=5000``."""
    found = []
    for text in texts:
        match = TYPED.fullmatch(text.strip())
        if match is None:
            raise InvalidInput(
                f"{text!r} is no condition",
                remedy="write FIELD=VALUE, FIELD!=VALUE, FIELD>=NUMBER or FIELD<=NUMBER",
                field="predicates",
                value=text,
            )
        name, sign, value = match.groups()
        found.append({"field": name, "comparison": SIGNS[sign], "value": value if name in TEXTS else _typed(value)})
    return found


def typed(predicate: Mapping[str, Any]) -> str:
    """A condition as it is typed."""
    sign = next(sign for sign, comparison in SIGNS.items() if comparison == predicate["comparison"])
    value = predicate["value"]
    return f"{predicate['field']}{sign}{f'{value:.15g}' if isinstance(value, float) else value}"


def _typed(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _saved(workspace: Workspace) -> list[RecordState]:
    return sorted(workspace.store.records(PORTRAIT), key=lambda each: (each.body["created_at"], each.revision))


def _named(workspace: Workspace, name: str) -> RecordState:
    own = [each for each in _saved(workspace) if each.body["name"] == name]
    if not own:
        raise NotFound(f"there is no portrait {name}", remedy="brm portrait list shows those that there are", id=name)
    return own[-1]


def _head(record: RecordState) -> dict[str, Any]:
    body = record.body
    return {
        "name": body["name"], "predicates": body["predicates"], "author": body["author"],
        "created_at": iso_instant(body["created_at"]), "note": body.get("note"),
    }  # fmt: skip
