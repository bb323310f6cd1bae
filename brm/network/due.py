"""The due list: touches, fading ties, judgements to confirm, promises, actions and occasions, the earliest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from brm.errors import InvalidInput
from brm.network.book import JUDGEMENT, KINDS, OCCASION, Network, network_of
from brm.network.items import head, items_of
from brm.network.open_actions import UNDATED
from brm.principal import Principal
from brm.services.reading import check_limit, check_word
from brm.services.subjects import find_subject
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from scoring.machinery.arrays import Flags
from scoring.types import Ints

PLACE = 8
"""A place in the order: day, weight, kind, account, person, owner, item and what tells rows about them apart."""


def due(
    workspace: Workspace, principal: Principal, *, owner: str | None = None, account: str | None = None,
    kind: str | None = None, limit: int | None = 50, after: tuple[float, ...] | None = None, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """A page of what is late or comes due within ``network.horizon_days``, the earliest first, then by weight.

    Who was never touched comes first, what has no day last. ``owner``, ``account`` and ``kind`` keep some of it.
    ``hidden`` counts what a reader without the scope admin is not shown.
    """
    principal.require("read")
    check_limit(limit)
    check_word("kind", kind, KINDS)
    revision = workspace.store.revision()
    network = network_of(workspace, when)
    moment = workspace.moment(when, network.board.snapshot)
    keep = soon(network)
    if kind is not None:
        keep &= network.rows.kind == KINDS.index(kind)
    for name, id_, column in (("owner", owner, network.rows.owner), ("account", account, network.rows.account)):
        if id_ is not None:
            keep &= column == _key(workspace, principal, name, id_, moment)
    admin = principal.allows("admin")
    shown = visible(network, admin=admin)
    rows = ordered(network, np.flatnonzero(keep & shown))
    begin = 0 if after is None else _begin(network, rows, after)
    page = rows[begin : None if limit is None else begin + limit]
    more = begin + len(page) < len(rows)
    counts = np.bincount(network.rows.kind[rows], minlength=len(KINDS))
    return {
        **head(workspace, network, moment),
        "counts": {name: int(number) for name, number in zip(KINDS, counts, strict=True)},
        "items": items_of(workspace, network, page, moment, admin=admin),
        "hidden": int((keep & ~shown & ~network.rows.unsaid).sum()),
        "next": [float(column[page[-1]]) for column in network.rows.order()] if more and len(page) else None,
        "total": len(rows),
        "revision": revision,
    }


def soon(network: Network) -> Flags:
    """The rows that are late, come due within the horizon, or have no day; a judgement has one."""
    rows = network.rows
    until = network.board.snapshot.today + network.board.parameters.network.horizon_days
    # an occasion ahead is one within days of its own
    found: Flags = (rows.due <= until) | (rows.kind == OCCASION) | ((rows.due == UNDATED) & (rows.kind != JUDGEMENT))
    return found


def visible(network: Network, *, admin: bool) -> Flags:
    """The rows that a reader is shown: without the scope admin nothing of restricted people, and no birthdays."""
    return np.ones(len(network.rows), dtype=bool) if admin else ~network.rows.closed


def ordered(network: Network, rows: Ints) -> Ints:
    """Some rows in the order of the list."""
    columns = [column[rows] for column in network.rows.order()]
    found: Ints = rows[np.lexsort(columns[::-1])]
    return found


def _begin(network: Network, rows: Ints, after: tuple[float, ...]) -> int:
    """How many of the ordered rows stand at or before a place."""
    passed = np.zeros(len(rows), dtype=bool)
    level = np.ones(len(rows), dtype=bool)
    for column, value in zip(network.rows.order(), after, strict=True):
        passed |= level & (column[rows] < value)
        level &= column[rows] == value
    return int((passed | level).sum())


def _key(workspace: Workspace, principal: Principal, name: str, id_: str, moment: When) -> int:
    subject = find_subject(workspace, principal, id_, moment)
    wanted: Mapping[str, str] = {"owner": "person", "account": "company"}
    if subject.type != wanted[name]:
        raise InvalidInput(
            f"{id_} is a {subject.type}", remedy=f"give the id of a {wanted[name]}", field=name, value=id_
        )
    return workspace.store.keys([subject.id])[subject.id]
