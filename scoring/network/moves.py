"""Who changed jobs: known people who now sit in another company, rose, or left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import lookup, run_starts
from scoring.machinery.people import company_of, current, people_of
from scoring.parameters import Parameters
from scoring.snapshot import ALWAYS, MISSING, Snapshot
from scoring.ties import colleague_ties
from scoring.types import NOBODY, Floats, Ints

KINDS = ("joined", "alumnus", "to_rival", "promoted", "left")
JOINED, ALUMNUS, TO_RIVAL, PROMOTED, LEFT = range(len(KINDS))
"""Into another customer, from us into a customer, to a rival, higher where they were, out of sight."""


@dataclass(frozen=True, slots=True)
class Tenures:
    """Persons, the companies that they sit in and the highest level there (NaN unknown), by person and company.

    ``since`` is the local day from which they do, `MISSING` where that is not dated.
    """

    person: Ints
    company: Ints
    level: Floats
    since: Ints


@dataclass(frozen=True, slots=True)
class Past:
    """What of an earlier moment tells who moved: tenures, our people, and the best tie that we had with each person."""

    tenures: Tenures
    ours: Ints
    person: Ints
    colleague: Ints
    tie: Floats


@dataclass(frozen=True, slots=True)
class Moves:
    """Changes of job, by person: kind (place in `KINDS`), companies before and after (`NOBODY`: none known).

    ``day`` is when the new seat was taken, `MISSING` where it is not dated or there is none. ``colleague`` had the
    strongest ``tie`` with them before (`NOBODY`, 0: nobody had), and is still with us.
    """

    person: Ints
    kind: Ints
    before: Ints
    after: Ints
    level_before: Floats
    level_after: Floats
    day: Ints
    colleague: Ints
    tie: Floats

    def __len__(self) -> int:
        return len(self.person)


def tenures_of(snapshot: Snapshot) -> Tenures:
    """Who sits where at the snapshot's date, in every company."""
    people = people_of(snapshot)
    holds, held = current(snapshot, "holds")
    seats, seated = current(snapshot, "seat_in")
    order = np.argsort(seats.source[seated], kind="stable")
    at = lookup(seats.source[seated][order], holds.target[held])
    company = company_of(snapshot, seats.target[seated])[order]
    employer = np.where(at >= 0, company[at] if len(company) else NOBODY, NOBODY)
    start = holds.valid_from[held]
    days = snapshot.local_days.of(np.where(start == ALWAYS, 0, start))
    day = np.where(start == ALWAYS, MISSING, days)
    person = holds.source[held]
    newest = np.lexsort((day, employer, person))
    ends = np.append(run_starts(person[newest], employer[newest])[1:], len(newest)) - 1 if len(newest) else newest
    code = person[newest][ends] * people.base + employer[newest][ends]
    wanted = people.key[people.seat_person] * people.base + people.seat_company
    row = lookup(code, wanted)
    since = np.where(row >= 0, day[newest][ends][row] if len(code) else MISSING, MISSING)
    return Tenures(people.key[people.seat_person], people.seat_company, people.seat_level, since)


def past_of(snapshot: Snapshot, parameters: Parameters) -> Past:
    """What of an earlier snapshot is compared with a later one."""
    colleague, person, tie = colleague_ties(snapshot, parameters)
    order = np.lexsort((colleague, -tie, person))
    first = order[run_starts(person[order])]
    return Past(tenures_of(snapshot), people_of(snapshot).ours, person[first], colleague[first], tie[first])


def moves(past: Past, snapshot: Snapshot) -> Moves:
    """Who changed jobs between an earlier moment and the snapshot's.

    Model: somebody who sat somewhere then and sits in a company now where they did not is *joined* (a customer),
    *alumnus* (a customer, and they were one of ours) or *to_rival*; who sits on a higher level of the same company is
    *promoted*; who no longer sits in a company that is not ours, nor in any new one, is *left*.
    Inputs: what `past_of` kept of the earlier snapshot, and the later one.
    Returns: `Moves`; nobody who was not known to sit anywhere before, and nobody who joined us.
    Properties: the same snapshot twice gives none; relabelling changes nothing.
    Limits: what happened and was undone between the two does not show; a level not known then or now is no rise.
    References: domain.md section 7.
    """
    then, now, people = past.tenures, tenures_of(snapshot), people_of(snapshot)
    base = people.base
    before, after = then.person * base + then.company, now.person * base + now.company
    kept = lookup(before, after)
    firm = ~np.isin(now.company, people.ours)
    new = np.flatnonzero((kept < 0) & firm & np.isin(now.person, then.person))
    rose = np.flatnonzero((kept >= 0) & firm)
    rose = rose[now.level[rose] > then.level[kept[rose]]]
    gone = np.flatnonzero((lookup(after, before) < 0) & ~np.isin(then.company, people.ours))
    gone = gone[~np.isin(then.person[gone], now.person[new])]
    first = lookup(then.person, now.person[new])
    from_us = np.isin(then.company[first], past.ours)
    rival = np.isin(now.company[new], people.rivals)
    kind = np.where(rival, TO_RIVAL, np.where(from_us, ALUMNUS, JOINED))
    return _with_ties(
        past, snapshot,
        np.concatenate([now.person[new], now.person[rose], then.person[gone]]),
        np.concatenate([kind, np.full(len(rose), PROMOTED), np.full(len(gone), LEFT)]),
        np.concatenate([then.company[first], now.company[rose], then.company[gone]]),
        np.concatenate([now.company[new], now.company[rose], np.full(len(gone), NOBODY)]),
        np.concatenate([then.level[first], then.level[kept[rose]], then.level[gone]]),
        np.concatenate([now.level[new], now.level[rose], np.full(len(gone), np.nan)]),
        np.concatenate([now.since[new], now.since[rose], np.full(len(gone), MISSING)]),
    )  # fmt: skip


def _with_ties(past: Past, snapshot: Snapshot, person: Ints, kind: Ints, *others: Ints | Floats) -> Moves:
    people = people_of(snapshot)
    at = lookup(past.person, person)
    with_us = people.key[people.colleague]
    colleague = np.where(at >= 0, past.colleague[at] if len(past.person) else NOBODY, NOBODY)
    here = np.isin(colleague, with_us)
    tie = np.where(here, past.tie[at] if len(past.person) else 0.0, 0.0)
    order = np.lexsort((others[1], others[0], kind, person))
    columns = (person, kind, *others, np.where(here, colleague, NOBODY), tie)
    return Moves(*(column[order] for column in columns))  # type: ignore[arg-type]
