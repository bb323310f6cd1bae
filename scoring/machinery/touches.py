"""Interactions as touches of pairs: one row per customer person, colleague and interaction.

Participants count as they stood when it happened; who declined or was absent, a cancelled
interaction and one still to come do not count. The starter is whoever has the role ``from`` or
``organiser``. A text (mail, chat, SMS, social) touches only its sender and each addressee; one whose
sender is not recorded counts as ours, written to everyone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.machinery.arrays import Flags, counts, expand, lookup, run_starts
from scoring.machinery.people import people_of
from scoring.snapshot import Snapshot
from scoring.types import Ints

CHANNELS = VOCABULARIES["channel"]
TEXT = np.isin(CHANNELS, ("mail", "chat", "sms", "social"))
TOGETHER = np.isin(CHANNELS, ("meeting", "site_visit", "workshop", "call", "video", "event"))
_STARTERS = (code_number("took_part_role", "from"), code_number("took_part_role", "organiser"))
_AWAY = (code_number("response", "declined"), code_number("response", "absent"))
_CAPTURED = tuple(code_number("capture", word) for word in ("log", "mail", "calendar"))


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
    """All that interactions say: contacts and texts of pairs, encounters of persons, logged spans.

    ``captured_from`` and ``captured_to`` are each colleague's first and last day before today in a log,
    mail or calendar source (from > to where there is none). ``channel`` and ``executive`` are by interaction.
    ``host`` and ``host_day`` list the colleagues' own interactions with customers.
    """

    colleagues: Ints
    contacts: Touches
    texts: Touches
    encounters: Encounters
    captured_from: Ints
    captured_to: Ints
    channel: npt.NDArray[np.int16]
    executive: Flags
    host: npt.NDArray[np.int32]
    host_day: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Parts:
    person: Ints
    item: Ints
    starter: Flags


def meetings_of(snapshot: Snapshot) -> Meetings:
    """The index of interactions, made once per snapshot."""
    return snapshot.derived("meetings", _build)


def _build(snapshot: Snapshot) -> Meetings:
    people, items = people_of(snapshot), snapshot.nodes["interaction"]
    parts = _attended(snapshot)
    colleagues = np.flatnonzero(people.colleague)
    place = np.full(len(people.key), -1, dtype=np.int64)
    place[colleagues] = np.arange(len(colleagues))
    own, customer = people.colleague[parts.person], people.customer[parts.person]
    ours = _Parts(place[parts.person[own]], parts.item[own], parts.starter[own])
    theirs = _Parts(parts.person[customer], parts.item[customer], parts.starter[customer])
    day = snapshot.local_days.of(items["at"]).astype(np.int32)
    contacts, texts = _touches(snapshot, ours, theirs, day, len(colleagues))
    first, last = _captured(items["capture"], ours, day, snapshot.day("interaction"), len(colleagues))
    hosted = counts(theirs.item, len(items))[ours.item] > 0
    return Meetings(
        colleagues=people.key[colleagues],
        contacts=contacts,
        texts=texts,
        encounters=_encounters(snapshot, ours, theirs, day),
        captured_from=first,
        captured_to=last,
        channel=items["channel"],
        executive=items["executive"] == 1,
        host=ours.person[hosted].astype(np.int32),
        host_day=day[ours.item[hosted]],
    )


def _attended(snapshot: Snapshot) -> _Parts:
    """Participations that took place, ordered by interaction."""
    table, items = snapshot.edges["took_part"], snapshot.nodes["interaction"]
    if not len(table) or not len(items):
        empty = np.empty(0, dtype=np.int64)
        return _Parts(empty, empty, np.empty(0, dtype=bool))
    item, person = items.rows(table.target), people_of(snapshot).rows(table.source)
    at = items["at"][item]
    happened = (items["cancelled"] != 1) & (items["at"] <= snapshot.moment("interaction"))
    keep = (item >= 0) & (person >= 0) & happened[item]
    keep &= (table.valid_from <= at) & (at < table.valid_to) & ~np.isin(table["response"], _AWAY)
    rows = np.flatnonzero(keep)
    rows = rows[np.argsort(item[rows], kind="stable")]
    return _Parts(person[rows], item[rows], np.isin(table["role"][rows], _STARTERS))


def _touches(
    snapshot: Snapshot, ours: _Parts, theirs: _Parts, day: npt.NDArray[np.int32], colleagues: int
) -> tuple[Touches, Touches]:
    items = snapshot.nodes["interaction"]
    size = len(items)
    customers = counts(theirs.item, size)
    started = counts(theirs.item[theirs.starter], size) > 0
    started_by_us = counts(ours.item[ours.starter], size) > 0
    number = counts(ours.item, size)
    first = np.cumsum(number) - number
    owner, row = expand(first[theirs.item], number[theirs.item])
    item, person, colleague = theirs.item[owner], theirs.person[owner], ours.person[row]
    # ties in time are broken by content, never by key
    order = np.lexsort((customers, ~started, items["at"]))
    rank = np.empty(size, dtype=np.int64)
    rank[order] = np.arange(size)
    text = TEXT[items["channel"][item]]
    unsigned = ~started[item] & ~started_by_us[item]
    inbound = np.where(text, theirs.starter[owner], started[item])
    outbound = np.where(text, ours.starter[row] | unsigned, ~started[item])
    people = len(people_of(snapshot).key)
    made = []
    for chosen in (~text, text & (inbound | outbound)):
        code = (person[chosen] * max(colleagues, 1) + colleague[chosen]) * max(size, 1) + rank[item[chosen]]
        at = np.flatnonzero(chosen)[np.argsort(code, kind="stable")]
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


def _encounters(snapshot: Snapshot, ours: _Parts, theirs: _Parts, day: npt.NDArray[np.int32]) -> Encounters:
    items = snapshot.nodes["interaction"]
    number = counts(ours.item, len(items))
    started_by_us = counts(ours.item[ours.starter], len(items)) > 0
    alone = np.full(len(items), -1, dtype=np.int64)
    alone[ours.item] = ours.person
    alone[number != 1] = -1
    rows = np.flatnonzero(number[theirs.item] > 0)
    width = int(alone.max(initial=0)) + 2
    rows = rows[np.argsort(theirs.person[rows] * width + alone[theirs.item[rows]] + 1, kind="stable")]
    person, item = theirs.person[rows], theirs.item[rows]
    return Encounters(
        start=np.searchsorted(person, np.arange(len(people_of(snapshot).key) + 1)),
        alone=alone[item].astype(np.int32),
        item=item.astype(np.int32),
        day=day[item],
        incoming=theirs.starter[rows],
        outgoing=started_by_us[item] & ~theirs.starter[rows],
        met=TOGETHER[items["channel"][item]],
    )


def meetings_without(snapshot: Snapshot, meetings: Meetings, colleague: int) -> Meetings:
    """The index without a colleague, who stays one of ours: their touches are gone, and what they alone did.

    What they did with one other is then that one's alone.
    """
    place = int(lookup(meetings.colleagues, np.array([colleague]))[0])
    if place < 0:
        return meetings
    hosted = meetings.host != place
    return replace(
        meetings,
        contacts=_cut(meetings.contacts, meetings.contacts.colleague != place),
        texts=_cut(meetings.texts, meetings.texts.colleague != place),
        encounters=_left(snapshot, meetings, colleague, place),
        host=meetings.host[hosted],
        host_day=meetings.host_day[hosted],
    )


def _cut(touches: Touches, keep: Flags) -> Touches:
    kept = np.append(0, np.cumsum(keep))
    columns = {name: getattr(touches, name)[keep] for name in Touches.__slots__ if name != "start"}
    return Touches(start=kept[touches.start], **columns)


def _left(snapshot: Snapshot, meetings: Meetings, colleague: int, place: int) -> Encounters:
    """The encounters in which others took part, still ordered by person, then by who is alone."""
    people, parts, old = people_of(snapshot), _attended(snapshot), meetings.encounters
    own = people.colleague[parts.person]
    item, host = parts.item[own], parts.person[own]
    leaver = host == people.rows(np.array([colleague]))[0]
    shared = np.zeros(len(snapshot.nodes["interaction"]), dtype=bool)
    shared[item[leaver]] = True
    number = counts(item, len(shared))
    heir = np.full(len(shared), -1, dtype=np.int64)
    heir[item[~leaver]] = lookup(meetings.colleagues, people.key[host[~leaver]])
    inherited = shared & (number == 2)
    alone = np.where(inherited[old.item], heir[old.item], old.alone)
    person = np.repeat(np.arange(len(old.start) - 1), np.diff(old.start))
    rows = np.flatnonzero(old.alone != place)
    rows = rows[np.argsort(person[rows] * (len(meetings.colleagues) + 1) + alone[rows] + 1, kind="stable")]
    columns = {name: getattr(old, name)[rows] for name in ("item", "day", "incoming", "outgoing", "met")}
    start = np.searchsorted(person[rows], np.arange(len(old.start)))
    return Encounters(start=start, alone=alone[rows].astype(np.int32), **columns)


def _captured(
    capture: npt.NDArray[np.int16], ours: _Parts, day: npt.NDArray[np.int32], today: int, size: int
) -> tuple[Ints, Ints]:
    first, last = np.ones(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    rows = np.flatnonzero(np.isin(capture[ours.item], _CAPTURED) & (day[ours.item] < today))
    rows = rows[np.lexsort((day[ours.item[rows]], ours.person[rows]))]
    starts = run_starts(ours.person[rows])
    if len(starts):
        ends = np.append(starts[1:], len(rows)) - 1
        first[ours.person[rows[starts]]] = day[ours.item[rows[starts]]]
        last[ours.person[rows[ends]]] = day[ours.item[rows[ends]]]
    return first, last
