"""Touchpoints as they are told: channel, purpose, and who was there of ours and of theirs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from brm.services import moments
from brm.services.shapes import named
from brm.services.workspace import Workspace
from brm.store.protocol import When
from graph_schema.values import iso_day, iso_instant
from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.arrays import Grouping
from scoring.machinery.people import people_of
from scoring.snapshot import Ints, Snapshot

PLACE = 2
"""A place in the order: the moment and the id of the last item."""
Place = tuple[int, str]


def happened(snapshot: Snapshot, rows: Ints) -> Ints:
    """Those of the interactions that have taken place."""
    nodes = snapshot.nodes["interaction"]
    kept = (nodes["at"][rows] <= snapshot.moment("interaction")) & (nodes["cancelled"][rows] != 1)
    found: Ints = rows[kept]
    return found


def touchpoints(workspace: Workspace, snapshot: Snapshot, rows: Ints, when: When) -> list[dict[str, Any]]:
    """An item for each interaction, with its ``place`` in the order."""
    nodes, took = snapshot.nodes["interaction"], snapshot.edges["took_part"]
    keys = nodes.key[rows]
    place, edge = Grouping.of(took.target).join(keys)
    names = workspace.store.names({int(each) for each in (*keys, *took.source[edge])}, when)
    who: dict[int, list[int]] = {}
    for at, row in zip(place.tolist(), edge.tolist(), strict=True):
        who.setdefault(at, []).append(int(took.source[row]))
    people = people_of(snapshot)
    colleagues = set(people.key[people.colleague].tolist())
    items = []
    for at, row in enumerate(rows.tolist()):
        instant, there = int(nodes["at"][row]), who.get(at, [])
        items.append({
            "kind": "touchpoint",
            "day": moments.local_day(instant, workspace.settings.zone).isoformat(),
            "at": iso_instant(instant),
            "id": names[int(keys[at])].id,
            "channel": VOCABULARIES["channel"][int(nodes["channel"][row])],
            "purpose": _word("purpose", int(nodes["purpose"][row])),
            "executive": bool(nodes["executive"][row] == 1),
            "ours": [named(names[each]) for each in there if each in colleagues],
            "theirs": [named(names[each]) for each in there if each not in colleagues],
            "place": (instant, names[int(keys[at])].id),
        })  # fmt: skip
    return items


def _word(vocabulary: str, code: int) -> str | None:
    return None if code < 0 else VOCABULARIES[vocabulary][code]


def of_day(kind: str, day: int, key: str, zone: str, id_: str | None = None) -> dict[str, Any]:
    """An item of a day; ``key`` tells it from others of that day."""
    text = iso_day(day)
    at = moments.parse_moment(text, zone, "day")
    return {"kind": kind, "day": text, "at": iso_instant(at), "id": id_, "place": (at, key)}


def paged(
    items: Sequence[dict[str, Any]], limit: int | None, after: Place | None
) -> tuple[list[dict[str, Any]], list[Any] | None]:
    """The latest items first, those after a place, and the place where the next page begins."""
    ordered = sorted(items, key=lambda each: _order(each["place"]))
    begin = 0 if after is None else bisect_right(ordered, _order(after), key=lambda each: _order(each["place"]))
    shown = ordered[begin : None if limit is None else begin + limit]
    more = begin + len(shown) < len(ordered)
    place = list(shown[-1]["place"]) if more and shown else None
    return [{name: value for name, value in each.items() if name != "place"} for each in shown], place


def _order(place: Place) -> Place:
    return -place[0], place[1]
