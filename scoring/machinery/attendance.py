"""Who of both sides took part in which interaction, before anything is said of pairs.

Participants count as they stood when it happened; who declined or was absent, a cancelled
interaction and one still to come do not count. The starter is whoever has the role ``from`` or
``organiser``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph_schema.vocabulary import code_number
from scoring.machinery.arrays import Flags, counts, order_of
from scoring.machinery.people import people_of
from scoring.snapshot import Snapshot
from scoring.types import Ints

_STARTERS = (code_number("took_part_role", "from"), code_number("took_part_role", "organiser"))
_AWAY = (code_number("response", "declined"), code_number("response", "absent"))
_CAPTURED = tuple(code_number("capture", word) for word in ("log", "mail", "calendar"))


@dataclass(frozen=True, slots=True)
class Side:
    """Participations of one side, by interaction (row): who took part, and whether they started it.

    ``person`` is a place in `Attendance.colleagues` on our side, a person row on the customers'.
    """

    person: Ints
    item: Ints
    starter: Flags


@dataclass(frozen=True, slots=True)
class Attendance:
    """Participations that took place, our colleagues (keys), and the local day of every interaction."""

    colleagues: Ints
    ours: Side
    theirs: Side
    day: npt.NDArray[np.int32]

    def met(self) -> Flags:
        """By participation of theirs: whether a colleague of ours took part as well."""
        found: Flags = counts(self.ours.item, len(self.day))[self.theirs.item] > 0
        return found


def attendance_of(snapshot: Snapshot) -> Attendance:
    """All participations, made once per snapshot."""
    return snapshot.derived("attendance", _build)


def _build(snapshot: Snapshot) -> Attendance:
    people, items = people_of(snapshot), snapshot.nodes["interaction"]
    attended = _attended(snapshot)
    colleagues = np.flatnonzero(people.colleague)
    place = np.full(len(people.key), -1, dtype=np.int64)
    place[colleagues] = np.arange(len(colleagues))
    own, customer = people.colleague[attended.person], people.customer[attended.person]
    return Attendance(
        colleagues=people.key[colleagues],
        ours=Side(place[attended.person[own]], attended.item[own], attended.starter[own]),
        theirs=Side(attended.person[customer], attended.item[customer], attended.starter[customer]),
        day=snapshot.local_days.of(items["at"]).astype(np.int32),
    )


def _attended(snapshot: Snapshot) -> Side:
    """Everybody's participations, ordered by interaction."""
    table, items = snapshot.edges["took_part"], snapshot.nodes["interaction"]
    if not len(table) or not len(items):
        empty = np.empty(0, dtype=np.int64)
        return Side(empty, empty, np.empty(0, dtype=bool))
    item, person = items.rows(table.target), people_of(snapshot).rows(table.source)
    at = items["at"][item]
    happened = (items["cancelled"] != 1) & (items["at"] <= snapshot.moment("interaction"))
    keep = (item >= 0) & (person >= 0) & happened[item]
    keep &= (table.valid_from <= at) & (at < table.valid_to) & ~np.isin(table["response"], _AWAY)
    rows = np.flatnonzero(keep)
    rows = rows[order_of(item[rows])]
    return Side(person[rows], item[rows], np.isin(table["role"][rows], _STARTERS))


def captured_days(snapshot: Snapshot) -> tuple[Ints, Ints]:
    """Each colleague's first and last day before today in a log, mail or calendar source (none: first > last)."""
    attendance = attendance_of(snapshot)
    ours, today = attendance.ours, snapshot.day("interaction")
    capture = np.isin(snapshot.nodes["interaction"]["capture"], _CAPTURED) & (attendance.day < today)
    rows = np.flatnonzero(capture[ours.item])
    person, day = ours.person[rows], attendance.day[ours.item[rows]].astype(np.int64)
    size = len(attendance.colleagues)
    first, last = np.full(size, np.iinfo(np.int64).max), np.full(size, np.iinfo(np.int64).min)
    np.minimum.at(first, person, day)
    np.maximum.at(last, person, day)
    return first, last
