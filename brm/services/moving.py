"""What changed since a day: scores with their causes, beside the facts that are new, gone or revised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services import moments, news
from brm.services.assets import holdings_of
from brm.services.changing import change_parts
from brm.services.heat import changed, earlier_day, heat_of, worth_unit
from brm.services.scores import band
from brm.services.shapes import named
from brm.services.subjects import Subject, find_subject
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from scoring.change import Changes, State, changes
from scoring.duties import duties_of
from scoring.holdings import Holdings, holdings
from scoring.machinery.people import people_of
from scoring.machinery.scopes import is_open
from scoring.registry import SCORERS
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US, Ints

DAYS = 7
MOST_MOVERS = 10
LEAST = 0.05
"""A score that moved by less is not news."""
ACCOUNT_KINDS = ("customer", "our_company")


@dataclass(frozen=True, slots=True)
class Window:
    """Two moments and the states that scores are read in at each."""

    old: State
    new: State
    earlier: When
    when: When
    revision: int

    @property
    def snapshots(self) -> tuple[Snapshot, Snapshot]:
        """The graph at both moments."""
        return self.old.snapshot, self.new.snapshot

    @property
    def moments(self) -> tuple[When, When]:
        """Both moments."""
        return self.earlier, self.when


def moves(
    workspace: Workspace, principal: Principal, id_: str | None = None, *, since: str | None = None, when: When = NOW
) -> dict[str, Any]:
    """What changed since a day (default a week ago) for an account, a person, a colleague, or all of us.

    Of an account: its cells, the causes behind its scores, the people and deals that moved most, and facts.
    Of a person: their scores in each account. Of a colleague: what their relationships are worth, and the
    accounts they look after. Without an id: the accounts and colleagues that moved most.
    """
    principal.require("read")
    if id_ is None:
        return _company(workspace, principal, since, when)
    subject = find_subject(workspace, principal, id_, when)
    key = workspace.store.keys([subject.id])[subject.id]
    if subject.type == "person":
        found = workspace.snapshot(None, when)
        people = people_of(found)
        if people.colleague[people.rows(np.array([key]))].any():
            return _colleague(workspace, principal, subject, key, since, when)
        return _person(workspace, principal, subject, key, since, when)
    return _account(workspace, principal, subject, key, since, when)


def _window(workspace: Workspace, accounts: Sequence[str] | None, since: str | None, when: When) -> Window:
    revision = workspace.store.revision()
    after = workspace.snapshot(accounts, when)
    moment = workspace.moment(when, after)
    earlier = earlier_day(workspace, moment, since, DAYS)
    before = workspace.snapshot(accounts, earlier)
    parameters = workspace.parameters
    return Window(
        State(before, workspace.reference(earlier), parameters),
        State(after, workspace.reference(when), parameters),
        earlier,
        moment,
        revision,
    )


def _head(workspace: Workspace, window: Window, subject: Subject | None) -> dict[str, Any]:
    zone = workspace.settings.zone
    return {
        "subject": None if subject is None else named(subject),
        "from": moments.local_day(window.earlier.as_of or 0, zone).isoformat(),
        "to": moments.local_day(window.when.as_of or 0, zone).isoformat(),
        "revision": window.revision,
    }


def _account(
    workspace: Workspace, principal: Principal, subject: Subject, key: int, since: str | None, when: When
) -> dict[str, Any]:
    window = _window(workspace, list(subject.accounts), since, when)
    scopes = np.array([key])
    kinds = ACCOUNT_KINDS if subject.type == "company" else ("decision_chain", "our_company")
    listed = [changes(SCORERS[kind], window.old, window.new, scopes=scopes, vendor=US) for kind in kinds]
    people = changes(SCORERS["key_person"], window.old, window.new, scopes=scopes, vendor=US)
    deals = _deals(window, key) if subject.type == "company" else None
    names = _named(workspace, [*listed, people, *([deals] if deals else [])], window.when)
    return {
        **_head(workspace, window, subject),
        "scores": [_scored(workspace, kind, one, names) for kind, one in zip(kinds, listed, strict=True)],
        "people": _movers(workspace, "key_person", people, names),
        "deals": [] if deals is None else _movers(workspace, "decision_chain", deals, names),
        "facts": news.facts(workspace, principal, window.snapshots, window.moments, None),
    }


def _deals(window: Window, account: int) -> Changes | None:
    """The deals of an account that were open at either moment."""
    found = window.new.snapshot.edges["for"]
    deals = np.unique(found.source[found.target == account])
    still = [each.nodes["opportunity"].key[is_open(each)] for each in window.snapshots]
    deals = deals[np.isin(deals, np.concatenate(still))]
    if not len(deals):
        return None
    return changes(SCORERS["decision_chain"], window.old, window.new, scopes=deals, vendor=US)


def _person(
    workspace: Workspace, principal: Principal, subject: Subject, key: int, since: str | None, when: When
) -> dict[str, Any]:
    window = _window(workspace, list(subject.accounts), since, when)
    found = changes(SCORERS["key_person"], window.old, window.new, subjects=np.array([key]), vendor=US)
    names = _named(workspace, [found], window.when)
    return {
        **_head(workspace, window, subject),
        "scores": [_shape(workspace, "key_person", found, at, names) for at in _by_size(found)],
        "people": [],
        "deals": [],
        "facts": news.facts(workspace, principal, window.snapshots, window.moments, key),
    }


def _colleague(
    workspace: Workspace, principal: Principal, subject: Subject, key: int, since: str | None, when: When
) -> dict[str, Any]:
    window = _window(workspace, None, since, when)
    found = changes(SCORERS["employee"], window.old, window.new, subjects=np.array([key]))
    mine = duties_of(window.new.snapshot).owned_by(key)
    names = _named(workspace, [found], window.when)
    return {
        **_head(workspace, window, subject),
        "scores": [_shape(workspace, "employee", found, at, names) for at in _by_size(found)],
        "accounts": _accounts(workspace, window, when, mine),
        "colleagues": _colleagues(workspace, window, when, np.array([key])),
        "facts": news.facts(workspace, principal, window.snapshots, window.moments, key),
    }


def _company(workspace: Workspace, principal: Principal, since: str | None, when: When) -> dict[str, Any]:
    window = _window(workspace, None, since, when)
    return {
        **_head(workspace, window, None),
        "accounts": _accounts(workspace, window, when, None),
        "colleagues": _colleagues(workspace, window, when, None),
        "facts": news.facts(workspace, principal, window.snapshots, window.moments, None),
    }


def _accounts(workspace: Workspace, window: Window, when: When, only: Ints | None) -> list[dict[str, Any]]:
    """The accounts whose customer score moved most, each with the moves of all its cells."""
    now, before = heat_of(workspace, when), heat_of(workspace, window.earlier)
    moved = changed(now, before)
    size = np.abs(np.nan_to_num(moved["customer"]))
    rows = np.flatnonzero(size >= LEAST)
    if only is not None:
        rows = rows[np.isin(now.account[rows], only)]
    rows = rows[np.lexsort((now.account[rows], -size[rows]))][:MOST_MOVERS]
    names = workspace.store.names(now.account[rows].tolist(), window.when)
    return [
        {
            "account": named(names[int(now.account[at])]),
            "cells": {
                kind: None
                if np.isnan(moved[kind][at])
                else _totals(workspace, float(cells.score[at] - moved[kind][at]), float(cells.score[at]))
                for kind, cells in now.cells.items()
            },
        }
        for at in rows.tolist()
    ]


def _colleagues(workspace: Workspace, window: Window, when: When, only: Ints | None) -> list[dict[str, Any]]:
    """The colleagues whose relationship capital moved most."""
    then = window.old
    new = holdings_of(workspace.frames(when))
    old = workspace.past("holdings", window.earlier, lambda: holdings(then.snapshot, then.reference, then.parameters))
    keys = np.union1d(new.colleague, old.colleague)
    keys = keys if only is None else np.intersect1d(keys, only)
    after, before = (_capital(each, keys) for each in (new, old))
    order = np.lexsort((keys, -np.abs(after - before)))
    order = order[np.abs(after - before)[order] > 0][:MOST_MOVERS]
    names = workspace.store.names(keys[order].tolist(), window.when)
    unit = worth_unit(window.new.reference, window.new.parameters)
    return [
        {
            "colleague": named(names[int(keys[at])]),
            "capital": {"before": float(before[at]), "after": float(after[at]), "unit": unit},
        }
        for at in order.tolist()
    ]


def _capital(held: Holdings, keys: Ints) -> np.ndarray[Any, np.dtype[np.float64]]:
    found = np.zeros(len(keys))
    at = np.searchsorted(keys, held.colleague)
    inside = np.isin(held.colleague, keys)
    found[at[inside]] = held.capital[inside]
    return found


def _named(workspace: Workspace, listed: Sequence[Changes], when: When) -> dict[int, Names]:
    keys = {int(key) for each in listed for column in (each.subject, each.scope) for key in column}
    return workspace.store.names(keys - {NOBODY}, when)


def _by_size(found: Changes) -> list[int]:
    return [int(at) for at in np.lexsort((found.scope, found.subject, -np.abs(found.total)))]


def _movers(workspace: Workspace, kind: str, found: Changes, names: Mapping[int, Names]) -> list[dict[str, Any]]:
    moved = [at for at in _by_size(found) if abs(found.total[at]) >= LEAST]
    return [_shape(workspace, kind, found, at, names) for at in moved[:MOST_MOVERS]]


def _scored(workspace: Workspace, kind: str, found: Changes, names: Mapping[int, Names]) -> dict[str, Any]:
    return _shape(workspace, kind, found, 0, names) if len(found) else {"kind": kind, "total": None}


def _shape(workspace: Workspace, kind: str, found: Changes, at: int, names: Mapping[int, Names]) -> dict[str, Any]:
    return {
        "kind": kind,
        "subject": named(names[int(found.subject[at])]),
        "scope": named(names[int(found.scope[at])]),
        **_totals(workspace, float(found.before[at]), float(found.after[at])),
        "parts": change_parts(found, at),
    }


def _totals(workspace: Workspace, before: float, after: float) -> dict[str, Any]:
    bands = band(before, workspace.parameters), band(after, workspace.parameters)
    return {"before": before, "after": after, "total": after - before, "bands": list(bands)}
