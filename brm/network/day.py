"""A colleague's day: one list of what to do, from their relationships, their work, their accounts and their deals.

Order. First what has a day within ``guidance.due_high`` days and does not wait: promises, actions and occasions, the
longest late first. Then everything else by its expected gain before the cost of hours, the greatest first: of a next
action by the likelihood engine, in money; of all else points of a score times its chance times the value of the
account. For a touch, a fading tie and a judgement that is the linear part of the customer score (influence x value x
what the person's warmth gains, or what rests on it), for a finding the effect that its advice shows. What has no gain
follows by severity and weight. Equal ones stand by day, then by id, so the order is total and the same whenever it is
made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from brm.errors import InvalidInput
from brm.guidance.engine import SEVERITIES
from brm.network.around import Around
from brm.network.book import JUDGEMENT, TOUCH, Network, network_of
from brm.network.due import soon, visible
from brm.network.items import head, items_of
from brm.principal import Principal
from brm.services.reading import check_limit, check_word
from brm.services.shapes import named
from brm.services.subjects import Subject, find_subject
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, Names, When
from graph_schema.values import iso_day
from scoring.machinery.arrays import Flags
from scoring.machinery.people import people_of
from scoring.network.judgements import confirmable
from scoring.types import NOBODY, Ints

KINDS = ("touch", "tie", "judgement", "promise", "action", "occasion", "finding", "next_action")


def day(
    workspace: Workspace, principal: Principal, person: str | None = None, *, kind: str | None = None,
    limit: int | None = None, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """What a colleague does today, in one order; without ``person`` the principal's own.

    Touches that are late or due within ``guidance.due_high`` days, ties that fade, the ``network.confirmed``
    judgements that matter most, promises, actions, occasions, and the findings and next actions of the weightiest
    ``network.day_accounts`` accounts and ``network.day_deals`` open deals that they own; ``looked`` tells of how many.
    """
    principal.require("read")
    check_limit(limit)
    check_word("kind", kind, KINDS)
    wanted = _asked(principal, person)
    revision = workspace.store.revision()
    network = network_of(workspace, when)
    moment = workspace.moment(when, network.board.snapshot)
    subject, key = _colleague(workspace, principal, network, wanted, moment)
    with workspace.timing("day"):
        shown = visible(network, admin=principal.allows("admin"))
        own = (network.rows.owner == key) & _of_the_day(network, (network.rows.owner == key) & shown)
        around = Around(workspace, principal, network, key, when, moment)
        items = _items(workspace, principal, network, np.flatnonzero(own & shown), around, moment)
    kept = [each for each in items if kind is None or each["kind"] == kind]
    counts = {name: sum(each["kind"] == name for each in items) for name in KINDS}
    return {
        **head(workspace, network, moment),
        "person": named(subject),
        "own": subject.id == principal.person_id,
        "counts": counts,
        "looked": around.looked,
        "items": kept[:limit],
        "hidden": int((own & ~shown & ~network.rows.unsaid).sum()),
        "next": None,
        "total": len(kept),
        "revision": revision,
    }


def _asked(principal: Principal, person: str | None) -> str:
    """Whose day is asked for."""
    wanted = person if person is not None else principal.person_id
    if wanted is None:
        raise InvalidInput(
            f"{principal.id} is no person",
            remedy="name a colleague, or use a token that belongs to one",
            field="person",
        )
    return wanted


def _items(
    workspace: Workspace, principal: Principal, network: Network, rows: Ints, around: Around, moment: When
) -> list[dict[str, Any]]:
    """What is due of some rows, and the findings and next actions around, in the order of the day."""
    made = items_of(workspace, network, rows, moment, admin=principal.allows("admin"))
    found = [{**_with_waiting(network, each, around.names), "also": []} for each in made]
    until = iso_day(int(network.board.snapshot.today + network.board.parameters.guidance.due_high))
    order = partial(_order, until)
    return sorted([*_merged(found, order), *around.items(found)], key=order)


def _colleague(
    workspace: Workspace, principal: Principal, network: Network, id_: str, moment: When
) -> tuple[Subject, int]:
    subject = find_subject(workspace, principal, id_, moment)
    people = people_of(network.board.snapshot)
    key = workspace.store.keys([subject.id])[subject.id]
    if subject.type != "person" or key not in people.key[people.colleague]:
        raise InvalidInput(
            f"{id_} is none of our people at that date",
            remedy="name a colleague, who has a day",
            field="person",
            value=id_,
        )
    return subject, key


def _of_the_day(network: Network, mine: Flags) -> Flags:
    """Which rows a day shows: near touches, all that the due list has of other kinds, and the judgements to confirm."""
    rows, parameters = network.rows, network.board.parameters
    near = rows.due <= network.board.snapshot.today + parameters.guidance.due_high
    listed = soon(network) & (rows.kind != JUDGEMENT) & (near | (rows.kind != TOUCH))
    judged = np.flatnonzero(mine & (rows.kind == JUDGEMENT))
    ranked = confirmable(network.judgements, rows.source[judged], int(parameters.network.confirmed))
    listed[judged[np.isin(rows.source[judged], ranked)]] = True
    found: Flags = listed
    return found


def _with_waiting(network: Network, item: Mapping[str, Any], names: Mapping[int, Names]) -> dict[str, Any]:
    """An item of work with who waits for it: whom it is promised to, else who owns the deal or account it is for."""
    waits = None
    if item["kind"] == "promise":
        waits = item["person"]
    elif item["kind"] == "action":
        scope = item["deal"] or item["account"]
        owner = None if scope is None else names.get(_owner_of(network, scope["id"], names))
        waits = None if owner is None or owner.id == (item["owner"] or {}).get("id") else named(owner)
    return {**item, "waits": waits, "path": None, "asks": []}


def _owner_of(network: Network, scope: str, names: Mapping[int, Names]) -> int:
    keys = [key for key, each in names.items() if each.id == scope]
    return int(network.duties.owner(np.array(keys[:1], dtype=np.int64))[0]) if keys else NOBODY


def _merged(items: Sequence[dict[str, Any]], order: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
    """One item for all that one touch does, the rest in ``also``.

    That is a fading tie with somebody who is to be touched anyway, and the touch of an account of whose people one is.
    """
    found = {_touched(each): each for each in items if each["kind"] == "touch"}
    at_account: dict[str, dict[str, Any]] = {}
    for each in items:
        if each["kind"] == "touch" and each["person"] is not None:
            first = at_account.setdefault(each["account"]["id"], each)
            if order(each) < order(first):
                at_account[each["account"]["id"]] = each
    kept = []
    for each in items:
        host = None
        if each["kind"] == "tie":
            host = found.get(_touched(each))
        elif each["kind"] == "touch" and each["person"] is None:
            host = at_account.get(each["account"]["id"])
        if host is None:
            kept.append(each)
        else:
            host["also"].append({name: each[name] for name in ("id", "kind", "due", "days_late", "why")})
    return kept


def _touched(item: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return item["account"]["id"], None if item["person"] is None else item["person"]["id"]


def _order(until: str, item: Mapping[str, Any]) -> tuple[Any, ...]:
    dated = item["kind"] in ("promise", "action", "occasion") and item["due"] is not None and item["due"] <= until
    gain = None if item["gain"] is None else float(item["gain"]["amount"])
    points = item["points"] or 0.0
    severity = SEVERITIES.index(item["severity"]) if item.get("severity") else len(SEVERITIES)
    return (
        not dated, item["due"] if dated else "", gain is None, -(gain or 0.0), -points, severity, -item["weight"],
        item["due"] or "9999", item["id"],
    )  # fmt: skip
