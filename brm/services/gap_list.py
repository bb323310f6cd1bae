"""Gaps in our coverage, ranked by the value at stake, each with who is nearest to closing it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brm.errors import InvalidInput
from brm.principal import Principal
from brm.services.heat import money
from brm.services.reading import check_limit
from brm.services.shapes import named
from brm.services.subjects import find_subject
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from scoring.duties import duties_of
from scoring.gaps import CELL, KINDS, ROLE, SINGLE, Gaps, gaps
from scoring.machinery.scopes import BUYING_ROLES
from scoring.snapshot import Snapshot
from scoring.types import NOBODY

PLACE = 7
Place = tuple[float, ...]
"""Where a gap stands in the list, `PLACE` numbers: value and share downwards, account, kind, level, role, subject."""


def page(
    workspace: Workspace, principal: Principal, *, when: When = NOW, owner: str | None = None,
    kind: str | None = None, after: Place | None = None, limit: int | None = 50,
) -> dict[str, Any]:  # fmt: skip
    """The gaps of all accounts, what is most at stake first; ``owner`` keeps the accounts that somebody owns.

    ``next`` is what ``after`` of the next page is, None at the end.
    """
    principal.require("read")
    if kind is not None and kind not in KINDS:
        raise InvalidInput(f"there is no gap {kind!r}", remedy=f"use one of {', '.join(KINDS)}", field="kind")
    check_limit(limit)
    revision = workspace.store.revision()
    board = workspace.frames(when)
    found = board.derived("gaps", lambda each: gaps(board.snapshot, board.reference, board.parameters))
    keep = np.ones(len(found), dtype=bool)
    if kind is not None:
        keep &= found.kind == KINDS.index(kind)
    if owner is not None:
        person = find_subject(workspace, principal, owner, when)
        key = workspace.store.keys([person.id])[person.id]
        keep &= np.isin(found.account, duties_of(board.snapshot).owned_by(key))
    rows = np.flatnonzero(keep).tolist()
    begin = 0 if after is None else bisect_right(rows, after, key=lambda at: _place(found, at))
    shown = rows[begin : None if limit is None else begin + limit]
    names = workspace.store.names(keys_in(board.snapshot, found, shown), when)
    more = begin + len(shown) < len(rows)
    return {
        "items": shapes(workspace, board.snapshot, found, shown, names),
        "next": list(_place(found, shown[-1])) if more and shown else None,
        "total": len(rows),
        "basis": found.basis,
        "revision": revision,
    }


def _place(found: Gaps, at: int) -> Place:
    keys = (found.account, found.kind, found.level, found.role, found.subject)
    return (-float(found.value[at]), -float(found.share[at]), *(int(column[at]) for column in keys))


def keys_in(snapshot: Snapshot, found: Gaps, rows: Iterable[int]) -> set[int]:
    """The snapshot keys that the shapes of some gaps name."""
    listed = list(rows)
    owners = duties_of(snapshot).owner(found.account[listed]) if listed else np.empty(0, dtype=np.int64)
    keys = {int(key) for column in (found.account, found.subject, found.colleague) for key in column[listed]}
    keys |= {int(key) for at in listed for key in found.person[found.start[at] : found.start[at + 1]]}
    return (keys | {int(key) for key in owners}) - {NOBODY}


def shapes(
    workspace: Workspace, snapshot: Snapshot, found: Gaps, rows: Iterable[int], names: Mapping[int, Names]
) -> list[dict[str, Any]]:
    """Gaps as every surface shows them."""
    duties, currency = duties_of(snapshot), workspace.parameters.employee.currency
    made = []
    for at in rows:
        kind, colleague = int(found.kind[at]), int(found.colleague[at])
        owner = int(duties.owner(found.account[at : at + 1])[0])
        subject = int(found.subject[at])
        made.append({
            "kind": KINDS[kind],
            "account": named(names[int(found.account[at])]),
            "subject": None if subject == NOBODY else named(names[subject]),
            "level": int(found.level[at]) or None if kind == CELL else None,
            "role": BUYING_ROLES[int(found.role[at])] if kind == ROLE else None,
            "people": [named(names[int(key)]) for key in found.person[found.start[at] : found.start[at + 1]]],
            "share": float(found.share[at]),
            "value": money(float(found.value[at]), found.basis, currency),
            "assumed": bool(found.assumed[at]),
            "owner": None if owner == NOBODY else named(names[owner]),
            "colleague": None if colleague == NOBODY else named(names[colleague]),
            "tie": float(found.tie[at]) if kind != SINGLE else None,
        })  # fmt: skip
    return made
