"""How often whom to touch: days between touches by grade, the last touch, and when the next one is due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.grading.grades import GRADES, UNSEEN
from scoring.machinery.arrays import expand, lookup
from scoring.machinery.concerns import concerns_of
from scoring.machinery.touches import encounters_of
from scoring.network.members import Members, members_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, Ints

NEVER_TOUCHED = -(1 << 40)
"""The day of the last touch of whom nobody touched, and of their due date: before all days."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """Accounts and their key people: one row per account (``person`` `NOBODY`) and per key person of it.

    ``wanted`` are the days between touches, ``last`` the day of the last one, ``due`` that of the next
    (`NEVER_TOUCHED` for both where there was none). ``row`` is that of `Members`, -1 for an account.
    """

    account: Ints
    person: Ints
    row: Ints
    grade: Ints
    wanted: Ints
    last: Ints
    due: Ints

    def __len__(self) -> int:
        return len(self.account)


def wanted_days(grade: Ints, parameters: Parameters) -> Ints:
    """Days between touches of each grade; one that the focus profile does not look at is touched like the last."""
    days = np.array([getattr(parameters.network, name) for name in GRADES])
    found: Ints = np.round(days[np.where(grade == UNSEEN, len(GRADES) - 1, grade)]).astype(np.int64)
    return found


def last_touches(snapshot: Snapshot, members: Members) -> Ints:
    """The day on which somebody of ours and each person of an account last had contact, `NEVER_TOUCHED` for none.

    A touch is what both took part in at the same time (a meeting, visit, workshop, call, video or event), or what the
    person wrote or started; a text of ours that nobody answered is none.
    """
    met, places = encounters_of(snapshot), members.places
    owner, row = expand(met.start[places.person], met.start[places.person + 1] - met.start[places.person])
    keep = met.met[row] | met.incoming[row]
    owner, row = owner[keep], row[keep]
    keep = places.counted(concerns_of(snapshot, "interaction"), owner, met.item[row])
    found = np.full(len(members), NEVER_TOUCHED, dtype=np.int64)
    np.maximum.at(found, owner[keep], met.day[row[keep]].astype(np.int64))
    return found


def cadence(snapshot: Snapshot, reference: Reference, accounts: Ints, grade: Ints, parameters: Parameters) -> Cadence:
    """When every account and every key person of it is to be touched next.

    Model: ``due = last touch + days of the grade``; for a key person ``network.person`` times as many. An account
    is touched by touching anybody of it.
    Inputs: a snapshot, the Reference, account keys ascending with the grade of each (place in `GRADES`, `UNSEEN`).
    Returns: `Cadence`, ordered by account, the account before its people.
    Properties: for a given grade and with no new event a due date stays where it is; a touch never moves one earlier.
    Limits: a grade is given, not foreseen: an account that falls to a lower one is due later.
    References: domain.md section 7.
    """
    members = members_of(snapshot, reference, parameters)
    touched = last_touches(snapshot, members)
    place = lookup(accounts, members.account)
    known = place >= 0
    latest = np.full(len(accounts), NEVER_TOUCHED, dtype=np.int64)
    np.maximum.at(latest, place[known], touched[known])
    people = np.flatnonzero(known & members.key)
    days = wanted_days(grade, parameters)
    account = np.concatenate([accounts, members.account[people]])
    person = np.concatenate([np.full(len(accounts), NOBODY), members.person[people]])
    row = np.concatenate([np.full(len(accounts), -1), people])
    of_grade = np.concatenate([grade, grade[place[people]]])
    each = np.round(days[place[people]] * parameters.network.person).astype(np.int64)
    wanted = np.concatenate([days, each])
    last = np.concatenate([latest, touched[people]])
    order = np.lexsort((person, account))
    due = np.where(last == NEVER_TOUCHED, NEVER_TOUCHED, last + wanted)
    return Cadence(*(column[order] for column in (account, person, row, of_grade, wanted, last, due)))
