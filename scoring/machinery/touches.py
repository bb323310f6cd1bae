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
from scoring.machinery.attendance import Attendance, Side, attendance_of, participations_of
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
    contacts, texts = _touches(snapshot, attendance, None)
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


def meetings_with(snapshot: Snapshot, persons: Ints) -> Meetings:
    """What the same interactions say of ties between customers' people and third persons, by ascending key.

    ``colleagues`` are then those persons. One who is a customer's person too is no guest of his own: he
    neither dilutes what he does nor is it the customer who starts what he starts. A text is theirs where one
    of the two wrote it to the other; one without a sender is ours.
    """
    people, every, items = people_of(snapshot), attendance_of(snapshot), snapshot.nodes["interaction"]
    theirs, own = every.theirs, participations_of(snapshot, persons)
    near = counts(own.item, len(items))[theirs.item] > 0
    around = Attendance(
        colleagues=persons,
        ours=own,
        theirs=Side(theirs.person[near], theirs.item[near], theirs.starter[near]),
        day=every.day,
    )
    rows = people.rows(persons)
    contacts, texts = (
        _cut(touches, touches.person != rows[touches.colleague])
        for touches in _touches(snapshot, around, people.customer[rows])
    )
    nothing = np.empty(0, dtype=np.int32)
    return Meetings(persons, contacts, texts, items["channel"], items["executive"] == 1, nothing, nothing)


def _touches(snapshot: Snapshot, attendance: Attendance, guest: Flags | None) -> tuple[Touches, Touches]:
    """Contacts and texts; ``guest`` tells which of `Attendance.colleagues` stand among the customers' people too."""
    items, day = snapshot.nodes["interaction"], attendance.day
    ours, theirs, size = attendance.ours, attendance.theirs, len(items)
    customers = counts(theirs.item, size)
    starters = counts(theirs.item[theirs.starter], size)
    started = starters > 0
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
    begun, present = started[item], customers[item]
    unsigned = ~begun & ~started_by_us[item]
    if guest is not None:
        own = guest[colleague]
        begun, present = starters[item] > (own & ours.starter[row]), present - own
        unsigned = np.zeros(len(item), dtype=np.bool_)
    inbound = np.where(text, theirs.starter[owner], begun)
    outbound = np.where(text, ours.starter[row] | unsigned, ~begun)
    people = len(people_of(snapshot).key)
    made = []
    for chosen in (~text, text & (inbound | outbound)):
        at = np.flatnonzero(chosen)
        if guest is None:
            # they are in the order of time already
            at = at[order_of(person[at] * max(len(attendance.colleagues), 1) + colleague[at])]
        else:
            # who started it differs by pair, so time alone does not order what one pair did at one moment
            at = at[np.lexsort((present[at], ~begun[at], items["at"][item[at]], colleague[at], person[at]))]
        made.append(
            Touches(
                start=np.searchsorted(person[at], np.arange(people + 1)),
                person=person[at],
                colleague=colleague[at].astype(np.int32),
                item=item[at].astype(np.int32),
                day=day[item[at]],
                inbound=inbound[at],
                outbound=outbound[at],
                customers=present[at].astype(np.int16),
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


def meetings_without(meetings: Meetings, place: int) -> Meetings:
    """The index without the touches of one colleague, who stays one of ours."""
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


def encounters_without(encounters: Encounters, left: Attendance) -> Encounters:
    """The encounters in which colleagues took part who are left; what two did is then the other's alone."""
    number = counts(left.ours.item, len(left.day))
    heir = np.full(len(left.day), -1, dtype=np.int64)
    heir[left.ours.item] = left.ours.person
    heir[number != 1] = -1
    person = np.repeat(np.arange(len(encounters.start) - 1), np.diff(encounters.start))
    rows = np.flatnonzero(number[encounters.item] > 0)
    alone = heir[encounters.item[rows]]
    order = order_of(person[rows] * (len(left.colleagues) + 1) + alone + 1)
    rows, alone = rows[order], alone[order]
    columns = {name: getattr(encounters, name)[rows] for name in ("item", "day", "incoming", "outgoing", "met")}
    start = np.searchsorted(person[rows], np.arange(len(encounters.start)))
    return Encounters(start=start, alone=alone.astype(np.int32), **columns)
