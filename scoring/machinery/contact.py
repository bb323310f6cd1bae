"""Contact quantities of a person towards us: encounters, reciprocity, duration, captured share.

Choices: incoming is an interaction that the person started (``from`` or ``organiser``), outgoing one
that a colleague started; what a third person started, or nobody is known to have started, is
neither. Both are counted over the last ``key_person.reciprocity_days``. Duration runs from the first
encounter in scope. A colleague's record reaches a scope when they touched a person of it or cover it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import chunks, expand, lookup, run_starts, sums
from scoring.machinery.attendance import captured_days
from scoring.machinery.concerns import Concerns
from scoring.machinery.people import current, people_of
from scoring.machinery.ties import PairTies, Places, half_lives
from scoring.machinery.touches import Encounters
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import Floats, Ints

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Contact:
    """Encounters by place: counts, evidence, and days since the first and the last meeting."""

    incoming: Ints
    outgoing: Ints
    evidence: Floats
    since_first: Ints
    since_met: Ints
    shares: ContactShares


@dataclass(frozen=True, slots=True)
class ContactShares:
    """Encounters by place and the colleague (place) who alone of ours took part, -1 for several.

    ``first`` and ``met`` are the ages of the first encounter and of the last meeting, `NEVER` for none.
    """

    owner: Ints
    colleague: Ints
    incoming: Ints
    outgoing: Ints
    first: Ints
    met: Ints


@dataclass(frozen=True, slots=True)
class CapturedSpans:
    """First and last day in a log, mail or calendar source, by colleague key ascending."""

    colleague: Ints
    first: Ints
    last: Ints

    def of(self, colleagues: Ints) -> tuple[Ints, Ints]:
        """First and last day of each colleague; first > last where nothing was captured."""
        at = lookup(self.colleague, colleagues)
        first, last = np.ones(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
        first[at >= 0], last[at >= 0] = self.first[at[at >= 0]], self.last[at[at >= 0]]
        return first, last


def captured_spans(snapshot: Snapshot) -> CapturedSpans:
    """The spans of all colleagues, from interactions before today."""
    colleagues, first, last = captured_days(snapshot)
    logged = first <= last
    return CapturedSpans(colleagues[logged], first[logged], last[logged])


def contacts(encounters: Encounters, concerns: Concerns, places: Places, today: int, parameters: Parameters) -> Contact:
    """Encounters of the persons in the places; ages are `NEVER` where there was none."""
    size = len(places)
    evidence = np.zeros(size)
    found = []
    start, number = encounters.start[places.person], np.diff(encounters.start)[places.person]
    for part in chunks(number):
        chosen, width = places.take(part), part.stop - part.start
        owner, row = expand(start[part], number[part])
        keep = chosen.counted(concerns, owner, encounters.item[row])
        owner, row = owner[keep], row[keep]
        age = np.maximum(today - encounters.day[row].astype(np.int64), 0)
        evidence[part] = sums(owner, np.exp2(-age / parameters.evidence.half_life), width)
        found.append(_shares(encounters, owner, row, age, part.start, parameters))
    shares = _joined(found)
    first, met = np.full(size, -1, dtype=np.int64), np.full(size, NEVER)
    np.maximum.at(first, shares.owner, shares.first)
    np.minimum.at(met, shares.owner, shares.met)
    return Contact(
        incoming=sums(shares.owner, shares.incoming.astype(np.float64), size).astype(np.int64),
        outgoing=sums(shares.owner, shares.outgoing.astype(np.float64), size).astype(np.int64),
        evidence=evidence,
        since_first=np.where(first < 0, NEVER, first),
        since_met=met,
        shares=shares,
    )


def _shares(
    encounters: Encounters, owner: Ints, row: Ints, age: Ints, offset: int, parameters: Parameters
) -> ContactShares:
    """Encounters are ordered by place and colleague already, so each share is a run of rows."""
    alone = encounters.alone[row].astype(np.int64)
    starts = run_starts(owner, alone)
    if not len(starts):
        return ContactShares(*(starts for _ in range(6)))
    recent = age < parameters.key_person.reciprocity_days
    met = np.where(encounters.met[row], age, NEVER)
    return ContactShares(
        owner=owner[starts] + offset,
        colleague=alone[starts],
        incoming=np.add.reduceat((recent & encounters.incoming[row]).astype(np.int64), starts),
        outgoing=np.add.reduceat((recent & encounters.outgoing[row]).astype(np.int64), starts),
        first=np.maximum.reduceat(age, starts),
        met=np.minimum.reduceat(met, starts),
    )


def _joined(parts: list[ContactShares]) -> ContactShares:
    empty = np.empty(0, dtype=np.int64)
    names = ContactShares.__slots__
    return ContactShares(*(np.concatenate([empty, *(getattr(part, name) for part in parts)]) for name in names))


def captured_share(
    snapshot: Snapshot,
    spans: CapturedSpans,
    places: Places,
    scope_at: Ints,
    ties: PairTies,
    parameters: Parameters,
) -> Floats:
    """Share of the H days before today that the record of the scope's best recorded colleague covers.

    The record of a colleague is of all their accounts, so it is a population quantity: ``spans`` comes
    from the Reference.
    """
    size = int(scope_at.max()) + 1 if len(scope_at) else 0
    lives = half_lives(places, parameters)
    life = np.ones(size)
    life[scope_at] = lives
    scopes = [scope_at[ties.owner]]
    colleagues = [ties.colleague]
    covers, holds = current(snapshot, "covers")
    keys = people_of(snapshot).key[people_of(snapshot).colleague]
    coverer = lookup(keys, covers.source[holds])
    for entity in (places.scope, places.account):
        owner_of = np.full(size, -1, dtype=np.int64)
        owner_of[scope_at] = entity
        order = np.argsort(covers.target[holds], kind="stable")
        target = covers.target[holds][order]
        left, right = np.searchsorted(target, owner_of), np.searchsorted(target, owner_of, "right")
        owner, row = expand(left, right - left)
        found = coverer[order][row]
        scopes.append(owner[found >= 0])
        colleagues.append(found[found >= 0])
    scope, colleague = np.concatenate(scopes), np.concatenate(colleagues)
    started, ended = spans.of(keys[colleague])
    first = np.maximum(started, snapshot.today - np.ceil(life[scope]).astype(np.int64))
    last = np.minimum(ended, snapshot.today - 1)
    share = np.where(started <= ended, np.maximum(last - first + 1, 0) / np.ceil(life[scope]), 0.0)
    best = np.zeros(size)
    np.maximum.at(best, scope, share)
    found_share: Floats = np.minimum(best, 1.0)[scope_at]
    return found_share
