"""Rows of what is due as items with names, numbers and the code of their text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from brm.network.book import ACTION, KINDS, OCCASION, PROMISE, RESTRICTED, TIE, TOUCH, Network, meeting_success
from brm.network.occasions import KINDS as OCCASIONS
from brm.network.open_actions import UNDATED
from brm.services import moments
from brm.services.heat import money
from brm.services.shapes import named
from brm.services.workspace import Workspace
from brm.store.protocol import Names, When
from graph_schema.values import iso_day
from graph_schema.vocabulary import VOCABULARIES
from scoring.criteria.catalogue import IDS
from scoring.grading.grades import GRADES
from scoring.network.cadence import NEVER_TOUCHED
from scoring.network.judgements import CRITERION, REASONS
from scoring.network.judgements import KINDS as JUDGED
from scoring.network.moves import ALUMNUS, JOINED
from scoring.network.ties import LEVELS
from scoring.snapshot import MISSING
from scoring.types import NOBODY, Ints

INTRODUCED = 3
"""People whom a mover could introduce us to, at most."""
BASIS = "score"
"""What a gain is of: points of a score times the account's value."""


def items_of(
    workspace: Workspace, network: Network, chosen: Ints, moment: When, *, admin: bool
) -> list[dict[str, Any]]:
    """An item for each row."""
    introduced = {int(row): _introduces(network, int(row), admin=admin) for row in chosen.tolist()}
    met = {int(row): _to_meet(network, int(row), admin=admin) for row in chosen.tolist()}
    keys = _keys(network, chosen) | {key for found in introduced.values() for key in found}
    keys |= {key for key in met.values() if key is not None}
    names = workspace.store.names(keys, moment)
    return [_item(workspace, network, row, names, met[row], introduced[row]) for row in chosen.tolist()]


def _keys(network: Network, rows: Ints) -> set[int]:
    found = network.rows
    keys = {int(key) for column in (found.account, found.person, found.owner, found.item) for key in column[rows]}
    at = found.source[rows[found.kind[rows] == OCCASION]]
    keys |= {int(key) for column in (network.occasions.before, network.occasions.after) for key in column[at]}
    at = found.source[rows[(found.kind[rows] == ACTION) | (found.kind[rows] == PROMISE)]]
    keys |= {int(key) for key in network.work.deal[at]}
    return keys - {NOBODY}


def _item(
    workspace: Workspace, network: Network, row: int, names: Mapping[int, Names], meet: int | None,
    introduced: Iterable[int],
) -> dict[str, Any]:  # fmt: skip
    rows, today = network.rows, network.board.snapshot.today
    due, kind = int(rows.due[row]), int(rows.kind[row])
    code, numbers, words = _why(network, row, names)
    scope = int(network.work.deal[rows.source[row]]) if kind in (ACTION, PROMISE) else int(rows.item[row])
    amount = float(rows.money[row])
    points = float(rows.points[row])
    currency = workspace.parameters.employee.currency
    return {
        "id": _id(network, row, names),
        "kind": KINDS[kind],
        "due": None if due in (NEVER_TOUCHED, UNDATED) else iso_day(due),
        "days_late": None if due in (NEVER_TOUCHED, UNDATED) else max(today - due, 0),
        "account": _named(names, int(rows.account[row])),
        "person": _named(names, int(rows.person[row])),
        "deal": _of_type(names, scope, "opportunity"),
        "item": _named(names, int(rows.item[row])) if kind in (ACTION, PROMISE, OCCASION) else None,
        "owner": _named(names, int(rows.owner[row])),
        "meet": None if meet is None else named(names[meet]),
        "gain": None if np.isnan(amount) else money(amount, network.book.basis, currency),
        "gain_basis": None if np.isnan(amount) else BASIS,
        "points": None if np.isnan(points) else points,
        "success": meeting_success(network.board) if kind in (TOUCH, TIE) else None,
        "weight": float(rows.weight[row]),
        "why": {"code": code, "numbers": numbers, "words": words},
        "introduces": [named(names[key]) for key in introduced],
    }


def _named(names: Mapping[int, Names], key: int) -> dict[str, Any] | None:
    return None if key not in names else named(names[key])


def _of_type(names: Mapping[int, Names], key: int, type_: str) -> dict[str, Any] | None:
    return named(names[key]) if key in names and names[key].type == type_ else None


def _id(network: Network, row: int, names: Mapping[int, Names]) -> str:
    """The same whenever it is computed again."""
    rows, kind = network.rows, int(network.rows.kind[row])
    if kind in (ACTION, PROMISE):
        return f"{KINDS[kind]}:{names[int(rows.item[row])].id}"
    keys = [rows.account[row], rows.person[row], rows.item[row]]
    if kind == TIE:
        keys.append(rows.owner[row])
    parts = [names[int(key)].id for key in keys if int(key) in names]
    return ":".join([KINDS[kind], *([] if kind == TOUCH else [_word(network, row)]), *parts])


def _word(network: Network, row: int) -> str:
    rows, at = network.rows, int(network.rows.source[row])
    match KINDS[int(rows.kind[row])]:
        case "tie":
            return LEVELS[int(network.ties.level[at])]
        case "occasion":
            return OCCASIONS[int(network.occasions.kind[at])]
        case _:
            found = network.judgements
            kind = JUDGED[int(found.kind[at])]
            return f"{kind}+{IDS[int(found.word[at])]}" if kind == "criterion" else kind


def _why(network: Network, row: int, names: Mapping[int, Names]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Code of the text, the numbers and the words behind it."""
    rows, at = network.rows, int(network.rows.source[row])
    match KINDS[int(rows.kind[row])]:
        case "touch":
            return _why_touch(network, row, at)
        case "tie":
            ties = network.ties
            numbers = {"strength": float(ties.strength[at]), "bound": float(ties.bound[at]), "days": int(ties.days[at])}
            return f"tie.{LEVELS[int(ties.level[at])]}", numbers, {"strongest": bool(ties.only[at])}
        case "judgement":
            return _why_judged(network, at)
        case "occasion":
            return _why_occasion(network, at, names)
        case kind:
            return kind, {}, {}


def _why_touch(network: Network, row: int, at: int) -> tuple[str, dict[str, Any], dict[str, Any]]:
    found = network.cadence
    last = int(found.last[at])
    words = {
        "grade": GRADES[max(int(found.grade[at]), 0)] if found.grade[at] >= 0 else GRADES[-1],
        "last": None if last == NEVER_TOUCHED else iso_day(last),
    }
    whom = "person" if network.rows.person[row] != NOBODY else "account"
    return f"touch.{whom}", {"wanted": int(found.wanted[at])}, words


def _why_judged(network: Network, at: int) -> tuple[str, dict[str, Any], dict[str, Any]]:
    found = network.judgements
    kind, word = int(found.kind[at]), int(found.word[at])
    numbers = {
        "value": float(found.value[at]), "evidence": float(found.evidence[at]), "nearness": float(found.nearness[at]),
        "days": int(found.days[at]), "needs": None if np.isnan(found.needs[at]) else float(found.needs[at]),
    }  # fmt: skip
    vocabulary = {"political_status": "political_status", "orientation": "orientation"}.get(JUDGED[kind])
    words = {
        "reason": REASONS[int(found.reason[at])],
        "word": IDS[word] if kind == CRITERION else VOCABULARIES[vocabulary][word] if vocabulary else None,
    }
    return f"judgement.{JUDGED[kind]}", numbers, words


def _why_occasion(network: Network, at: int, names: Mapping[int, Names]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    found = network.occasions
    ends = {"before": int(found.before[at]), "after": int(found.after[at])}
    words = {name: names[key].name for name, key in ends.items() if key in names}
    day = int(found.day[at])
    words["day"] = None if day == MISSING else iso_day(day)  # type: ignore[assignment]
    return f"occasion.{OCCASIONS[int(found.kind[at])]}", {"tie": float(found.tie[at])}, words


def _to_meet(network: Network, row: int, *, admin: bool) -> int | None:
    """For an account to touch: the person of it from whom a meeting gains most."""
    rows = network.rows
    if rows.kind[row] != TOUCH or rows.person[row] != NOBODY:
        return None
    at = int(network.company[rows.source[row]])
    if at < 0:
        return None
    key = int(network.members.person[at])
    return key if admin or not is_closed(network, key) else None


def is_closed(network: Network, person: int) -> bool:
    """Whether ties of a person are for admins alone."""
    people = network.board.snapshot.nodes["person"]
    at = int(people.rows(np.array([person]))[0])
    return at >= 0 and int(people["sensitivity"][at]) == RESTRICTED


def _introduces(network: Network, row: int, *, admin: bool) -> list[int]:
    """Of somebody who moved to a customer: the weightiest people there whom nobody of ours knows well."""
    rows, at = network.rows, int(network.rows.source[row])
    if rows.kind[row] != OCCASION or int(network.occasions.kind[at]) not in (JOINED, ALUMNUS):
        return []
    members, covered = network.members, network.board.parameters.coverage.covered
    there = np.flatnonzero((members.account == rows.account[row]) & (members.person != rows.person[row]))
    there = there[members.key[there] & (members.tie[there] <= covered)]
    order = there[np.lexsort((members.person[there], -members.influence[there]))]
    keys = [int(key) for key in members.person[order]]
    return [key for key in keys if admin or not is_closed(network, key)][:INTRODUCED]


def head(workspace: Workspace, network: Network, moment: When) -> dict[str, Any]:
    """The day, the basis of value and the parameters of a list."""
    return {
        "as_of": moments.local_day(moment.as_of or 0, workspace.settings.zone).isoformat(),
        "basis": network.book.basis,
        "parameters": workspace.parameter_set.named,
    }
