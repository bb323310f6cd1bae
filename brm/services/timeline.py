"""Everything that happened in a deal on one line: stages, its close, and touchpoints, the latest first."""

from __future__ import annotations

from typing import Any

import numpy as np

from brm.principal import Principal
from brm.services import moments
from brm.services.questions import find_deal
from brm.services.reading import check_limit
from brm.services.shapes import named
from brm.services.stages import Course, course_of
from brm.services.workspace import Workspace
from brm.store.protocol import NOW, When
from graph_schema.values import iso_day, iso_instant
from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.arrays import Grouping
from scoring.machinery.concerns import concerns_of
from scoring.machinery.people import people_of
from scoring.snapshot import Ints, Snapshot

PLACE = 2
"""A place in the order: the moment and the id of the last item."""


def timeline(
    workspace: Workspace, principal: Principal, id_: str, *, limit: int | None = 50,
    after: tuple[int, str] | None = None, when: When = NOW,
) -> dict[str, Any]:  # fmt: skip
    """A page of a deal's timeline; ``after`` is the place that the page before ended at.

    A touchpoint is an interaction that concerns the deal, planned ones and cancelled ones left out.
    """
    principal.require("read")
    check_limit(limit)
    deal = find_deal(workspace, principal, id_, when)
    revision = workspace.store.revision()
    snapshot = workspace.snapshot(list(deal.accounts) or None, when)
    moment = workspace.moment(when, snapshot)
    key = workspace.store.keys([deal.id])[deal.id]
    course = course_of(workspace.store.history(deal.id), moment, workspace.settings.zone)
    rows = _touched(snapshot, key)
    keys = snapshot.nodes["interaction"].key[rows]
    items = [*_stage_items(workspace, deal.id, course), *_touch_items(workspace, snapshot, rows, keys, moment)]
    items.sort(key=lambda each: (-each["place"][0], each["place"][1]))
    if after is not None:
        items = [each for each in items if (-each["place"][0], each["place"][1]) > (-after[0], after[1])]
    shown = items if limit is None else items[:limit]
    more = len(shown) < len(items)
    return {
        "subject": {"type": deal.type, "id": deal.id, "name": deal.name},
        "items": [{name: value for name, value in each.items() if name != "place"} for each in shown],
        "next": list(shown[-1]["place"]) if more and shown else None,
        "revision": revision,
    }


def _touched(snapshot: Snapshot, deal: int) -> Ints:
    """The interactions that concern a deal and have taken place."""
    link = concerns_of(snapshot, "interaction").opportunity
    rows = np.unique(link.pairs[link.pairs % link.base == deal] // link.base)
    nodes = snapshot.nodes["interaction"]
    happened = (nodes["at"][rows] <= snapshot.moment("interaction")) & (nodes["cancelled"][rows] != 1)
    found: Ints = rows[happened]
    return found


def _stage_items(workspace: Workspace, deal: str, course: Course) -> list[dict[str, Any]]:
    zone = workspace.settings.zone
    items = [
        _of_day("stage", stay.since, f"{deal}/{stay.stage}", zone) | {"stage": stay.stage}
        for stay in course.stays
        if stay.since is not None
    ]
    if course.closed_on is not None:
        items.append(_of_day("closed", course.closed_on, f"{deal}/closed", zone) | {"status": course.status})
    return items


def _of_day(kind: str, day: int, id_: str, zone: str) -> dict[str, Any]:
    text = iso_day(day)
    at = moments.parse_moment(text, zone, "day")
    return {"kind": kind, "day": text, "at": iso_instant(at), "id": None, "place": (at, id_)}


def _touch_items(workspace: Workspace, snapshot: Snapshot, rows: Ints, keys: Ints, when: When) -> list[dict[str, Any]]:
    nodes, took = snapshot.nodes["interaction"], snapshot.edges["took_part"]
    place, edge = Grouping.of(took.target).join(keys)
    names = workspace.store.names({int(each) for each in (*keys, *took.source[edge])}, when)
    who: dict[int, list[int]] = {}
    for at, row in zip(place.tolist(), edge.tolist(), strict=True):
        who.setdefault(at, []).append(int(took.source[row]))
    colleagues = set(people_of(snapshot).key[people_of(snapshot).colleague].tolist())
    items = []
    for at, row in enumerate(rows.tolist()):
        instant = int(nodes["at"][row])
        people = who.get(at, [])
        items.append(
            {
                "kind": "touchpoint",
                "day": moments.local_day(instant, workspace.settings.zone).isoformat(),
                "at": iso_instant(instant),
                "id": names[int(keys[at])].id,
                "channel": VOCABULARIES["channel"][int(nodes["channel"][row])],
                "purpose": _word("purpose", int(nodes["purpose"][row])),
                "executive": bool(nodes["executive"][row] == 1),
                "ours": [named(names[each]) for each in people if each in colleagues],
                "theirs": [named(names[each]) for each in people if each not in colleagues],
                "place": (instant, names[int(keys[at])].id),
            }
        )
    return items


def _word(vocabulary: str, code: int) -> str | None:
    return None if code < 0 else VOCABULARIES[vocabulary][code]
