"""Contact quantities of a person towards us: encounters, reciprocity, duration, captured share.

Choices: incoming is an interaction that the person started (``from`` or ``organiser``), outgoing one
that a colleague started; what a third person started, or nobody is known to have started, is
neither. Both are counted over the last ``key_person.reciprocity_days``. Duration runs from the first
encounter in scope. A colleague's record reaches a scope when they touched a person of it or cover it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import chunks, counts, expand, lookup, sums
from scoring.machinery.concerns import Concerns
from scoring.machinery.people import current, people_of
from scoring.machinery.ties import PairTies, Places, half_lives
from scoring.machinery.touches import Meetings, meetings_of
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
    meetings = meetings_of(snapshot)
    logged = meetings.captured_from <= meetings.captured_to
    return CapturedSpans(meetings.colleagues[logged], meetings.captured_from[logged], meetings.captured_to[logged])


def contacts(meetings: Meetings, concerns: Concerns, places: Places, today: int, parameters: Parameters) -> Contact:
    """Encounters of the persons in the places; ages are `NEVER` where there was none."""
    size = len(places)
    incoming, outgoing = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    evidence = np.zeros(size)
    first, met = np.zeros(size, dtype=np.int64) - 1, np.full(size, NEVER)
    encounters = meetings.encounters
    start, number = encounters.start[places.person], np.diff(encounters.start)[places.person]
    for part in chunks(number):
        chosen, width = places.take(part), part.stop - part.start
        owner, row = expand(start[part], number[part])
        keep = chosen.counted(concerns, owner, encounters.item[row])
        owner, row = owner[keep], row[keep]
        age = np.maximum(today - encounters.day[row].astype(np.int64), 0)
        recent = age < parameters.key_person.reciprocity_days
        incoming[part] = counts(owner[recent & encounters.incoming[row]], width)
        outgoing[part] = counts(owner[recent & encounters.outgoing[row]], width)
        evidence[part] = sums(owner, np.exp2(-age / parameters.evidence.half_life), width)
        np.maximum.at(first[part], owner, age)
        seen = encounters.met[row]
        np.minimum.at(met[part], owner[seen], age[seen])
    return Contact(incoming, outgoing, evidence, np.where(first < 0, NEVER, first), met)


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
