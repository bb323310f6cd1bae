"""Tie energy and strength between our colleagues and customers' people.

Model: ``E = sum w * dir * dil * 2^(-age/H)``, ``T = 1 - exp(-E/scale)`` per colleague, person and scope.
- A contact counts its channel's weight; ``executive`` raises the weight face to face.
- Text counts by day: a day with a text is two-way when each side wrote within the window ending that
  day; the day's first text gives ``dir`` and ``dil``. A day with outbound text that is not two-way
  counts as unanswered, the first such day of a calendar week (from Monday). Two-way and unanswered
  text together stay under the text cap, so that text alone never passes it.
- ``dir`` counts when a customer started the interaction, ``dil = 1/sqrt(customer participants)``.
- Channel ``web`` carries no energy.

References: [1] half-life weighting as in exponential smoothing; weights are domain.md section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.arrays import Flags, chunks, expand, lookup, run_starts, run_sums
from scoring.machinery.concerns import Concerns
from scoring.machinery.touches import Meetings, Touches
from scoring.parameters import Parameters
from scoring.types import COMPANY, Floats, Ints, Rows

CONTACT, TEXT_DAY, UNANSWERED = 0, 1, 2
MONDAY = 3
"""Day 0 (1970-01-01) was a Thursday, so weeks from Monday are floor((day + 3) / 7)."""
_FACE_TO_FACE = ("meeting", "site_visit", "workshop")


@dataclass(frozen=True, slots=True)
class Places:
    """Where evidence about persons is gathered: person row, scope and its account, row by row."""

    person: Ints
    scope_type: Ints
    scope: Ints
    account: Ints

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: Ints | slice) -> Places:
        """Some of the rows."""
        return Places(self.person[rows], self.scope_type[rows], self.scope[rows], self.account[rows])

    def counted(self, concerns: Concerns, owner: Ints, item: Rows) -> Flags:
        """Whether each item counts in its owner's scope."""
        firm = self.scope_type[owner] == COMPANY
        found: Flags = np.zeros(len(owner), dtype=bool)
        if firm.any():
            found[firm] = concerns.in_company(item[firm], self.scope[owner[firm]])
        deal = ~firm
        if deal.any():
            at = owner[deal]
            found[deal] = concerns.in_opportunity(item[deal], self.scope[at], self.account[at])
        return found


@dataclass(frozen=True, slots=True)
class Terms:
    """The single summands of tie energies, ordered by place and colleague, before the caps."""

    owner: Ints
    colleague: Ints
    sort: int
    item: Ints
    weight: Floats
    direction: Floats
    customers: Ints
    age: Ints
    energy: Floats


@dataclass(frozen=True, slots=True)
class PairTies:
    """Tie strengths by place and colleague (place in `Meetings.colleagues`), ordered by both."""

    owner: Ints
    colleague: Ints
    strength: Floats


@dataclass(frozen=True, slots=True)
class PairEnergies:
    """The parts of tie energies before the caps, by place and colleague, ordered by both."""

    owner: Ints
    colleague: Ints
    contact: Floats
    two_way: Floats
    unanswered: Floats

    def total(self, parameters: Parameters) -> Floats:
        """The capped energy of each pair."""
        tie = parameters.tie
        text = np.minimum(self.two_way + np.minimum(self.unanswered, tie.unanswered_cap), tie.text_cap)
        found: Floats = self.contact + text
        return found


def half_lives(places: Places, parameters: Parameters) -> Floats:
    """The half-life of ties in each place's scope, in days."""
    tie = parameters.tie
    found: Floats = np.where(places.scope_type == COMPANY, tie.half_life_account, tie.half_life_opportunity)
    return found


def strength_of(energy: Floats, parameters: Parameters) -> Floats:
    """``1 - exp(-E/scale)``, 0..1."""
    return -np.expm1(-energy / parameters.tie.scale)


def pair_ties(meetings: Meetings, concerns: Concerns, places: Places, today: int, parameters: Parameters) -> PairTies:
    """All ties of the persons in the places."""
    found = pair_energies(meetings, concerns, places, today, parameters)
    return PairTies(found.owner, found.colleague, strength_of(found.total(parameters), parameters))


def pair_energies(
    meetings: Meetings, concerns: Concerns, places: Places, today: int, parameters: Parameters
) -> PairEnergies:
    """The energies behind all ties of the persons in the places, chunk by chunk."""
    made = []
    start = meetings.contacts.start
    load = (start[places.person + 1] - start[places.person]) + (
        meetings.texts.start[places.person + 1] - meetings.texts.start[places.person]
    )
    for part in chunks(load):
        chosen = places.take(part)
        terms = terms_of(meetings, concerns, chosen, today, parameters)
        found = _energies(terms, max(len(meetings.colleagues), 1))
        made.append((found.owner + part.start, found.colleague, found.contact, found.two_way, found.unanswered))
    if not made:
        empty, none = np.empty(0, dtype=np.int64), np.empty(0)
        return PairEnergies(empty, empty, none, none, none)
    return PairEnergies(*(np.concatenate(column) for column in zip(*made, strict=True)))


def terms_of(
    meetings: Meetings, concerns: Concerns, places: Places, today: int, parameters: Parameters
) -> tuple[Terms, Terms, Terms]:
    """The summands of contacts, of two-way text days and of unanswered weeks."""
    lives = half_lives(places, parameters)
    owner, row = _touched(meetings.contacts, concerns, places)
    weight = _channel_weights(meetings, meetings.contacts.item[row], parameters)
    contact = _terms(meetings.contacts, owner, row, CONTACT, weight, today, lives, parameters)
    owner, row = _touched(meetings.texts, concerns, places)
    two_way, unanswered = _text_days(meetings.texts, owner, row, parameters)
    tie = parameters.tie
    return (
        contact,
        _terms(meetings.texts, *two_way, TEXT_DAY, tie.text_day, today, lives, parameters),
        _terms(meetings.texts, *unanswered, UNANSWERED, tie.unanswered, today, lives, parameters),
    )


def total_energy(
    terms: tuple[Terms, Terms, Terms], colleagues: int, parameters: Parameters
) -> tuple[Ints, Ints, Floats]:
    """Place, colleague and capped energy of every pair that has any."""
    found = _energies(terms, colleagues)
    return found.owner, found.colleague, found.total(parameters)


def _energies(terms: tuple[Terms, Terms, Terms], colleagues: int) -> PairEnergies:
    """The parts of the energy of every pair that has any."""
    codes, energies = zip(*(_summed(each, colleagues) for each in terms), strict=True)
    # each part is ascending already, and a stable sort merges ascending runs in one pass
    merged = np.sort(np.concatenate(codes), kind="stable")
    pairs = merged[run_starts(merged)]
    contact, two_way, unanswered = np.zeros(len(pairs)), np.zeros(len(pairs)), np.zeros(len(pairs))
    for code, energy, column in zip(codes, energies, (contact, two_way, unanswered), strict=True):
        column[lookup(pairs, code)] = energy
    return PairEnergies(pairs // colleagues, pairs % colleagues, contact, two_way, unanswered)


def _summed(terms: Terms, colleagues: int) -> tuple[Ints, Floats]:
    code = terms.owner * colleagues + terms.colleague
    starts = run_starts(code)
    return code[starts], run_sums(terms.energy, starts)


def _touched(touches: Touches, concerns: Concerns, places: Places) -> tuple[Ints, Ints]:
    """Place and touch row of every touch that counts there, by place, colleague and time."""
    start = touches.start[places.person]
    owner, row = expand(start, touches.start[places.person + 1] - start)
    keep = places.counted(concerns, owner, touches.item[row])
    return owner[keep], row[keep]


def _terms(
    touches: Touches,
    owner: Ints,
    row: Ints,
    sort: int,
    weight: Floats | float,
    today: int,
    lives: Floats,
    parameters: Parameters,
) -> Terms:
    customers = np.maximum(touches.customers[row], 1).astype(np.int64)
    direction = np.where(touches.inbound[row], parameters.tie.customer_started, 1.0)
    weights = np.broadcast_to(np.asarray(weight, dtype=np.float64), (len(row),))
    age = np.maximum(today - touches.day[row].astype(np.int64), 0)
    energy = weights * direction / np.sqrt(customers) * np.exp2(-age / lives[owner])
    return Terms(
        owner=owner,
        colleague=touches.colleague[row].astype(np.int64),
        sort=sort,
        item=touches.item[row].astype(np.int64),
        weight=weights,
        direction=direction,
        customers=customers,
        age=age,
        energy=energy,
    )


def _channel_weights(meetings: Meetings, item: Rows, parameters: Parameters) -> Floats:
    tie = parameters.tie
    plain = np.array([getattr(tie, word, 0.0) for word in VOCABULARIES["channel"]])
    face = np.isin(VOCABULARIES["channel"], _FACE_TO_FACE)
    channel = meetings.channel[item]
    raised = meetings.executive[item] & face[channel]
    found: Floats = np.where(raised, np.maximum(plain[channel], tie.executive), plain[channel])
    return found


def _text_days(
    texts: Touches, owner: Ints, row: Ints, parameters: Parameters
) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Place and first text of every two-way day, and of every first unanswered day of a week."""
    colleague, day = texts.colleague[row].astype(np.int64), texts.day[row].astype(np.int64)
    starts = run_starts(owner, colleague, day)
    if not len(starts):
        return (starts, starts), (starts, starts)
    wrote_out = np.logical_or.reduceat(texts.outbound[row], starts)
    wrote_in = np.logical_or.reduceat(texts.inbound[row], starts)
    owner, row, colleague, day = owner[starts], row[starts], colleague[starts], day[starts]
    pair = np.zeros(len(owner), dtype=np.int64)
    pair[run_starts(owner, colleague)[1:]] = 1
    pair = np.cumsum(pair)
    window = int(parameters.tie.text_window)
    two_way = _within(wrote_out, pair, day, window) & _within(wrote_in, pair, day, window)
    alone = np.flatnonzero(wrote_out & ~two_way)
    week = (day[alone] + MONDAY) // 7
    alone = alone[run_starts(pair[alone], week)]
    return (owner[two_way], row[two_way]), (owner[alone], row[alone])


def _within(wrote: Flags, pair: Ints, day: Ints, window: int) -> Flags:
    """Whether the last day written, up to each day and within the pair, lies in its window."""
    # a pair's days start above all days of the pair before, so one running maximum serves all pairs
    shifted = day - day.min() + 1
    base = pair * (int(shifted.max()) + window + 1)
    last = np.maximum.accumulate(np.where(wrote, base + shifted, -window))
    found: Flags = (base + shifted) - last < window
    return found
