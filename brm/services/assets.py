"""Relationship assets of our colleagues, and the plan for handing them over when one leaves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brm.errors import NotComputable
from brm.principal import Principal
from brm.services import moments
from brm.services.heat import worth_unit
from brm.services.reading import check_limit
from brm.services.scoreboard import Scoreboard
from brm.services.shapes import named
from brm.services.subjects import find_subject
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from scoring.duties import duties_of
from scoring.handover import KINDS, REASONS, Falls, Ties, falls_of, ties_of
from scoring.holdings import Holdings, holdings
from scoring.machinery.people import current
from scoring.snapshot import Snapshot
from scoring.types import NOBODY

PLACE = 3
Place = tuple[float, ...]
"""Where a colleague stands in the list, `PLACE` numbers: others than the reader, capital downwards, key."""


def page(
    workspace: Workspace, principal: Principal, *, when: When = NOW, after: Place | None = None,
    limit: int | None = 50,
) -> dict[str, Any]:  # fmt: skip
    """What each colleague's relationships are worth: the reader's own first, then by capital.

    A colleague whose record is too thin, or whose job role has too few colleagues, has no rank.
    """
    principal.require("read")
    check_limit(limit)
    revision = workspace.store.revision()
    board = workspace.frames(when)
    found = holdings_of(board)
    own = _own(workspace, principal)
    rows = sorted(range(len(found)), key=lambda at: _place(found, own, at))
    begin = 0 if after is None else bisect_right(rows, after, key=lambda at: _place(found, own, at))
    shown = rows[begin : None if limit is None else begin + limit]
    more = begin + len(shown) < len(rows)
    return {
        **_head(workspace, board, when),
        "items": _shapes(workspace, board, found, shown, own, when),
        "next": list(_place(found, own, shown[-1])) if more and shown else None,
        "total": len(rows),
        "revision": revision,
    }


def holdings_of(board: Scoreboard) -> Holdings:
    """What each colleague holds, made once per board."""
    return board.derived("holdings", lambda _: holdings(board.snapshot, board.reference, board.parameters))


def _head(workspace: Workspace, board: Scoreboard, when: When) -> dict[str, Any]:
    moment = workspace.moment(when, board.snapshot)
    return {
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "basis": board.reference.basis,
    }


def _own(workspace: Workspace, principal: Principal) -> int:
    """The reader's own key, `NOBODY` where the reader is nobody in the graph."""
    if principal.person_id is None:
        return NOBODY
    return workspace.store.keys([principal.person_id]).get(principal.person_id, NOBODY)


def _place(found: Holdings, own: int, at: int) -> Place:
    key = int(found.colleague[at])
    return (float(key != own), -float(found.capital[at]), float(key))


def worth(board: Scoreboard, value: float) -> dict[str, Any]:
    """An amount in the basis of value: money, or accounts where every account counts alike."""
    return {"value": value, "unit": worth_unit(board.reference, board.parameters)}


def _shapes(
    workspace: Workspace, board: Scoreboard, found: Holdings, rows: list[int], own: int, when: When
) -> list[dict[str, Any]]:
    keys = {int(key) for column in (found.colleague, found.account) for key in column[rows]} - {NOBODY}
    names = workspace.store.names(keys, when)
    roles = _job_roles(workspace, board.snapshot, found.colleague[rows].tolist(), when)
    made = []
    for at in rows:
        colleague, account = int(found.colleague[at]), int(found.account[at])
        ranked = not np.isnan(found.percent[at])
        place = {"position": int(found.position[at]), "of": int(found.ranked[at]), "percent": float(found.percent[at])}
        made.append({
            "colleague": named(names[colleague]),
            "own": colleague == own,
            "role": roles.get(colleague),
            "capital": worth(board, float(found.capital[at])),
            "alone": worth(board, float(found.alone[at])),
            "ties": int(found.ties[at]),
            "ties_alone": int(found.ties_alone[at]),
            "dependence": float(found.dependence[at]),
            "account": None if account == NOBODY else named(names[account]),
            "rank": place if ranked else None,
            "completeness": float(found.completeness[at]),
        })  # fmt: skip
    return made


def _job_roles(workspace: Workspace, snapshot: Snapshot, colleagues: Iterable[int], when: When) -> dict[int, str]:
    """Colleague -> the job role of a seat of theirs."""
    holds, held = current(snapshot, "holds")
    mine = held & np.isin(holds.source, list(colleagues))
    ids = workspace.store.names(set(holds.target[mine].tolist()), when)
    states = workspace.store.fetch([each.id for each in ids.values()], when)
    found: dict[int, str] = {}
    for person, seat in zip(holds.source[mine].tolist(), holds.target[mine].tolist(), strict=True):
        state = states.get(ids[seat].id)
        role = None if state is None else state.properties.get("function")
        if role is not None:
            found.setdefault(person, str(role))
    return found


def handover(workspace: Workspace, principal: Principal, id_: str, *, when: When = NOW) -> dict[str, Any]:
    """What a colleague would leave behind: ties by worth with a successor for each, and what accounts fall to.

    NotComputable for somebody who is none of our colleagues.
    """
    principal.require("read")
    subject = find_subject(workspace, principal, id_, when)
    key = workspace.store.keys([subject.id])[subject.id]
    revision = workspace.store.revision()
    board = workspace.frames(when)
    if key not in holdings_of(board).colleague:
        raise NotComputable(
            f"{id_} is no colleague of ours at that date",
            remedy="ask about somebody who holds a seat with us or looks after an account",
            id=id_,
        )
    given = board.snapshot, board.reference, board.parameters
    ties = ties_of(*given, key)
    duties = duties_of(board.snapshot)
    companies = board.snapshot.nodes["company"]
    owned = duties.owned_by(key)
    owned = owned[companies.rows(owned) >= 0]
    falls = falls_of(*given, key, np.union1d(ties.account, owned))
    keys = {int(k) for column in (ties.person, ties.account, ties.successor, falls.account) for k in column}
    heirs = duties.other_than(key, falls.account)
    names = workspace.store.names((keys | set(heirs.tolist())) - {NOBODY}, when)
    return {
        **_head(workspace, board, when),
        "colleague": named(subject),
        "worth": worth(board, float(ties.worth.sum())),
        "ties": [_tie(board, ties, at, names) for at in range(len(ties))],
        "accounts": [
            _fall(falls, ties, at, int(heirs[at]), bool(np.isin(falls.account[at], owned)), names)
            for at in _hardest(falls)
        ],
        "revision": revision,
    }


def _tie(board: Scoreboard, ties: Ties, at: int, names: Mapping[int, Names]) -> dict[str, Any]:
    successor = int(ties.successor[at])
    return {
        "person": named(names[int(ties.person[at])]),
        "account": named(names[int(ties.account[at])]),
        "strength": float(ties.strength[at]),
        "share": float(ties.share[at]),
        "worth": worth(board, float(ties.worth[at])),
        "left": float(ties.left[at]),
        "successor": None if successor == NOBODY else named(names[successor]),
        "reason": REASONS[int(ties.reason[at])],
        "known": float(ties.known[at]),
    }


def _hardest(falls: Falls) -> list[int]:
    """The accounts, the one that loses most first."""
    lost = sum(np.nan_to_num(falls.before[kind] - falls.after[kind]) for kind in KINDS)
    return [int(at) for at in np.lexsort((falls.account, -np.asarray(lost)))]


def _fall(falls: Falls, ties: Ties, at: int, heir: int, owned: bool, names: Mapping[int, Names]) -> dict[str, Any]:
    def told(value: float) -> float | None:
        return None if np.isnan(value) else float(value)

    return {
        "account": named(names[int(falls.account[at])]),
        "ties": int((ties.account == falls.account[at]).sum()),
        "owned": owned,
        "next_owner": None if heir == NOBODY else named(names[heir]),
        "scores": {
            kind: {"before": told(falls.before[kind][at]), "after": told(falls.after[kind][at])} for kind in KINDS
        },
    }
