"""Who of both sides took part in which interaction, before anything is said of pairs.

Participants count as they stood when it happened; who declined or was absent, a cancelled
interaction and one still to come do not count. The starter is whoever has the role ``from`` or
``organiser``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from graph_schema.vocabulary import code_number
from scoring.machinery.arrays import Flags, counts, expand, order_of
from scoring.machinery.people import people_of
from scoring.snapshot import ALWAYS, OPEN, Snapshot
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
    return snapshot.derived("attendance", lambda each: attendance_in(each, _happened(each)))


def attendance_in(snapshot: Snapshot, chosen: Flags) -> Attendance:
    """The participations in some interactions, by row, of those that happened."""
    people = people_of(snapshot)
    attended = _attended(snapshot, chosen & _happened(snapshot))
    colleagues = np.flatnonzero(people.colleague)
    place = np.full(len(people.key), -1, dtype=np.int64)
    place[colleagues] = np.arange(len(colleagues))
    own, customer = (np.flatnonzero(side[attended.person]) for side in (people.colleague, people.customer))
    return Attendance(
        colleagues=people.key[colleagues],
        ours=Side(place[attended.person[own]], attended.item[own], attended.starter[own]),
        theirs=Side(attended.person[customer], attended.item[customer], attended.starter[customer]),
        day=snapshot.local_days.of(snapshot.nodes["interaction"]["at"]).astype(np.int32),
    )


def attendance_without(attendance: Attendance, place: int) -> Attendance:
    """The participations without those of one colleague, who stays one of ours."""
    ours = attendance.ours
    kept = ours.person != place
    return replace(attendance, ours=Side(ours.person[kept], ours.item[kept], ours.starter[kept]))


def participations_of(snapshot: Snapshot, persons: Ints) -> Side:
    """The participations of some persons, by ascending key, in interactions that happened, by interaction.

    ``person`` is a place among the given ones. Theirs stand side by side, so no other row is read.
    """
    table = snapshot.edges["took_part"]
    left, right = np.searchsorted(table.source, persons), np.searchsorted(table.source, persons, "right")
    rows, item = _stood(snapshot, _happened(snapshot), expand(left, right - left)[1])
    order = order_of(item)
    rows, item = rows[order], item[order]
    return Side(np.searchsorted(persons, table.source[rows]), item, np.isin(table["role"][rows], _STARTERS))


def _happened(snapshot: Snapshot) -> Flags:
    items = snapshot.nodes["interaction"]
    found: Flags = (items["cancelled"] != 1) & (items["at"] <= snapshot.moment("interaction"))
    return found


def _attended(snapshot: Snapshot, chosen: Flags) -> Side:
    """Everybody's participations in the chosen interactions, ordered by interaction."""
    rows, item = _stood(snapshot, chosen, np.arange(len(snapshot.edges["took_part"])))
    order = order_of(item)
    rows, item = rows[order], item[order]
    table = snapshot.edges["took_part"]
    person = people_of(snapshot).rows(table.source[rows])
    known = person >= 0
    return Side(person[known], item[known], np.isin(table["role"][rows], _STARTERS)[known])


def _stood(snapshot: Snapshot, chosen: Flags, rows: Ints) -> tuple[Ints, Ints]:
    """Which of the rows are participations that took place in a chosen interaction, and in which one."""
    table, items = snapshot.edges["took_part"], snapshot.nodes["interaction"]
    item = items.rows(table.target[rows])
    # the place behind the last interaction stands for none
    kept = np.append(chosen, False)[item]
    rows, item = rows[kept], item[kept]
    at = items["at"][item]
    stood = (table.valid_from[rows] <= at) & (at < table.valid_to[rows]) & ~np.isin(table["response"][rows], _AWAY)
    return rows[stood], item[stood]


def captured_days(snapshot: Snapshot) -> tuple[Ints, Ints, Ints]:
    """Colleagues' keys, first and last day before today in a log, mail or calendar source (none: first > last).

    Read from the colleagues' own participations, which stand side by side.
    """
    people, items, source = people_of(snapshot), snapshot.nodes["interaction"], snapshot.edges["took_part"].source
    colleagues = people.key[people.colleague]
    day = snapshot.local_days.of(items["at"])
    chosen = np.isin(items["capture"], _CAPTURED) & (day < snapshot.day("interaction")) & _happened(snapshot)
    left, right = np.searchsorted(source, colleagues), np.searchsorted(source, colleagues, "right")
    rows, item = _stood(snapshot, chosen, expand(left, right - left)[1])
    place = np.searchsorted(colleagues, source[rows])
    first, last = np.full(len(colleagues), OPEN), np.full(len(colleagues), ALWAYS)
    np.minimum.at(first, place, day[item])
    np.maximum.at(last, place, day[item])
    return colleagues, first, last
