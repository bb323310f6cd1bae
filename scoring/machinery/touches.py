"""Interactions as touches of pairs: one row per customer person, colleague and interaction.

Who takes part and who starts is told by `scoring.machinery.attendance`. A text (mail, chat, SMS, social)
touches only its sender and each addressee; one whose sender is not recorded counts as ours, written to
everyone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.arrays import Flags, counts, expand, order_of
from scoring.machinery.attendance import Attendance, attendance_of, place_of
from scoring.machinery.people import people_of
from scoring.snapshot import Snapshot
from scoring.types import Ints

CHANNELS = VOCABULARIES["channel"]
TEXT = np.isin(CHANNELS, ("mail", "chat", "sms", "social"))
TOGETHER = np.isin(CHANNELS, ("meeting", "site_visit", "workshop", "call", "video", "event"))


@dataclass(frozen=True, slots=True)
class Touches:
    """Touches ordered by person, colleague and time; ``start`` is where each person's begin.

    ``colleague`` is a place in `Meetings.colleagues`; ``customers`` counts the customer participants.
    """

    start: Ints
    person: Ints
    colleague: npt.NDArray[np.int32]
    item: npt.NDArray[np.int32]
    day: npt.NDArray[np.int32]
    inbound: Flags
    outbound: Flags
    customers: npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Encounters:
    """One row per customer person and interaction that a colleague took part in.

    Ordered by person, then by ``alone``: the one colleague of ours (place) who took part, -1 where several
    did; ``start`` is where each person's begin.
    """

    start: Ints
    alone: npt.NDArray[np.int32]
    item: npt.NDArray[np.int32]
    day: npt.NDArray[np.int32]
    incoming: Flags
    outgoing: Flags
    met: Flags


@dataclass(frozen=True, slots=True)
class Meetings:
    """What interactions say of pairs: contacts and texts.

    ``channel`` and ``executive`` are by interaction. ``host`` and ``host_day`` list the colleagues' own
    interactions with customers.
    """

    colleagues: Ints
    contacts: Touches
    texts: Touches
    channel: npt.NDArray[np.int16]
    executive: Flags
    host: npt.NDArray[np.int32]
    host_day: npt.NDArray[np.int32]


def meetings_of(snapshot: Snapshot) -> Meetings:
    """The index of interactions, made once per snapshot."""
    return snapshot.derived("meetings", _build)


def _build(snapshot: Snapshot) -> Meetings:
    items, attendance = snapshot.nodes["interaction"], attendance_of(snapshot)
    ours, theirs, day = attendance.ours, attendance.theirs, attendance.day
    contacts, texts = _touches(snapshot, attendance)
    hosted = counts(theirs.item, len(items))[ours.item] > 0
    return Meetings(
        colleagues=attendance.colleagues,
        contacts=contacts,
        texts=texts,
        channel=items["channel"],
        executive=items["executive"] == 1,
        host=ours.person[hosted].astype(np.int32),
        host_day=day[ours.item[hosted]],
    )


def _touches(snapshot: Snapshot, attendance: Attendance) -> tuple[Touches, Touches]:
    items, day = snapshot.nodes["interaction"], attendance.day
    ours, theirs, size = attendance.ours, attendance.theirs, len(items)
    customers = counts(theirs.item, size)
    started = counts(theirs.item[theirs.starter], size) > 0
    started_by_us = counts(ours.item[ours.starter], size) > 0
    number = counts(ours.item, size)
    first = np.cumsum(number) - number
    # ties in time are broken by content, never by key
    rank = np.empty(size, dtype=np.int64)
    rank[np.lexsort((customers, ~started, items["at"]))] = np.arange(size)
    in_time = order_of(rank[theirs.item])
    owner, row = expand(first[theirs.item[in_time]], number[theirs.item[in_time]])
    owner = in_time[owner]
    item, person, colleague = theirs.item[owner], theirs.person[owner], ours.person[row]
    text = TEXT[items["channel"][item]]
    unsigned = ~started[item] & ~started_by_us[item]
    inbound = np.where(text, theirs.starter[owner], started[item])
    outbound = np.where(text, ours.starter[row] | unsigned, ~started[item])
    people = len(people_of(snapshot).key)
    made = []
    for chosen in (~text, text & (inbound | outbound)):
        at = np.flatnonzero(chosen)
        # they are in the order of time already
        at = at[order_of(person[at] * max(len(attendance.colleagues), 1) + colleague[at])]
        made.append(
            Touches(
                start=np.searchsorted(person[at], np.arange(people + 1)),
                person=person[at],
                colleague=colleague[at].astype(np.int32),
                item=item[at].astype(np.int32),
                day=day[item[at]],
                inbound=inbound[at],
                outbound=outbound[at],
                customers=customers[item[at]].astype(np.int16),
            )
        )
    return made[0], made[1]


def encounters_of(snapshot: Snapshot) -> Encounters:
    """The encounters of all persons, made once per snapshot."""
    return snapshot.derived("encounters", _encounters)


def _encounters(snapshot: Snapshot) -> Encounters:
    attendance = attendance_of(snapshot)
    items, ours, theirs = snapshot.nodes["interaction"], attendance.ours, attendance.theirs
    number = counts(ours.item, len(items))
    started_by_us = counts(ours.item[ours.starter], len(items)) > 0
    alone = np.full(len(items), -1, dtype=np.int64)
    alone[ours.item] = ours.person
    alone[number != 1] = -1
    rows = np.flatnonzero(number[theirs.item] > 0)
    width = int(alone.max(initial=0)) + 2
    rows = rows[order_of(theirs.person[rows] * width + alone[theirs.item[rows]] + 1)]
    person, item = theirs.person[rows], theirs.item[rows]
    return Encounters(
        start=np.searchsorted(person, np.arange(len(people_of(snapshot).key) + 1)),
        alone=alone[item].astype(np.int32),
        item=item.astype(np.int32),
        day=attendance.day[item],
        incoming=theirs.starter[rows],
        outgoing=started_by_us[item] & ~theirs.starter[rows],
        met=TOGETHER[items["channel"][item]],
    )


def meetings_without(meetings: Meetings, colleague: int) -> Meetings:
    """The index without a colleague, who stays one of ours: their touches are gone."""
    place = place_of(meetings.colleagues, colleague)
    hosted = meetings.host != place
    return replace(
        meetings,
        contacts=_cut(meetings.contacts, meetings.contacts.colleague != place),
        texts=_cut(meetings.texts, meetings.texts.colleague != place),
        host=meetings.host[hosted],
        host_day=meetings.host_day[hosted],
    )


def _cut(touches: Touches, keep: Flags) -> Touches:
    kept = np.append(0, np.cumsum(keep))
    columns = {name: getattr(touches, name)[keep] for name in Touches.__slots__ if name != "start"}
    return Touches(start=kept[touches.start], **columns)


def encounters_without(old: Encounters, attendance: Attendance, colleague: int) -> Encounters:
    """The encounters in which others took part, still ordered by person, then by who is alone.

    What a colleague did with one other is then that one's alone.
    """
    ours, place = attendance.ours, place_of(attendance.colleagues, colleague)
    if place < 0:
        return old
    leaver = ours.person == place
    shared = np.zeros(len(attendance.day), dtype=bool)
    shared[ours.item[leaver]] = True
    number = counts(ours.item, len(shared))
    heir = np.full(len(shared), -1, dtype=np.int64)
    heir[ours.item[~leaver]] = ours.person[~leaver]
    inherited = shared & (number == 2)
    alone = np.where(inherited[old.item], heir[old.item], old.alone)
    person = np.repeat(np.arange(len(old.start) - 1), np.diff(old.start))
    rows = np.flatnonzero(old.alone != place)
    rows = rows[order_of(person[rows] * (len(attendance.colleagues) + 1) + alone[rows] + 1)]
    columns = {name: getattr(old, name)[rows] for name in ("item", "day", "incoming", "outgoing", "met")}
    start = np.searchsorted(person[rows], np.arange(len(old.start)))
    return Encounters(start=start, alone=alone[rows].astype(np.int32), **columns)
