"""Who belongs to which account, and which encounters, papers and amounts are the account's.

The people of an account are those of its customers who hold a seat there or play a role in one of its
deals, open or closed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.machinery.arrays import Flags, distinct, expand, lookup
from scoring.machinery.attendance import Attendance, attendance_in, attendance_of
from scoring.machinery.concerns import concerns_of, customer_of
from scoring.machinery.people import current, people_of
from scoring.snapshot import Snapshot, category_code
from scoring.types import NOBODY, Floats, Ints

SITE_VISIT = code_number("channel", "site_visit")


@dataclass(frozen=True, slots=True)
class Affiliations:
    """Pairs of a person (row) and an account (key), ordered by person, then account."""

    person: Ints
    account: Ints
    start: Ints
    """Where each person's pairs begin."""

    def of(self, person: Ints) -> tuple[Ints, Ints]:
        """Owner (place in ``person``) and account of every pair of the persons."""
        owner, row = expand(self.start[person], self.start[person + 1] - self.start[person])
        return owner, self.account[row]


def affiliations_of(snapshot: Snapshot) -> Affiliations:
    """The people of all accounts, made once per snapshot."""
    return snapshot.derived("affiliations", _affiliations)


def _affiliations(snapshot: Snapshot) -> Affiliations:
    people = people_of(snapshot)
    seated = people.customer[people.seat_person]
    plays, holds = current(snapshot, "plays")
    player = people.rows(plays.source[holds])
    account = customer_of(snapshot, plays.target[holds])
    known = (player >= 0) & (account != NOBODY)
    known[known] = people.customer[player[known]]
    code = distinct(
        np.concatenate([
            people.seat_person[seated] * people.base + people.seat_company[seated],
            player[known] * people.base + account[known],
        ])
    )  # fmt: skip
    person = code // people.base
    return Affiliations(person, code % people.base, np.searchsorted(person, np.arange(len(people.key) + 1)))


@dataclass(frozen=True, slots=True)
class AccountMeetings:
    """Interactions that colleagues had with the people of accounts: account key and interaction row."""

    account: Ints
    item: Ints


def account_meetings(snapshot: Snapshot) -> AccountMeetings:
    """Every interaction once per account in whose scope it counts, made once per snapshot."""
    return snapshot.derived("account meetings", lambda each: _meetings(each, attendance_of(each)))


def site_visits(snapshot: Snapshot) -> AccountMeetings:
    """Those at a customer's site; found without making the others."""

    def found(snapshot: Snapshot) -> AccountMeetings:
        chosen = snapshot.nodes["interaction"]["channel"] == SITE_VISIT
        known: Attendance | None = snapshot.made("attendance")
        return _meetings(snapshot, known or attendance_in(snapshot, chosen), chosen)

    return snapshot.derived("site visits", found)


def _meetings(snapshot: Snapshot, attendance: Attendance, among: Flags | None = None) -> AccountMeetings:
    chosen, members = attendance.met(), affiliations_of(snapshot)
    if among is not None:
        chosen &= among[attendance.theirs.item]
    person, met = attendance.theirs.person[chosen], attendance.theirs.item[chosen]
    row, account = members.of(person)
    item = met[row]
    counted = concerns_of(snapshot, "interaction").in_company(item, account)
    size = max(len(snapshot.nodes["interaction"]), 1)
    code = distinct(account[counted] * size + item[counted])
    return AccountMeetings(code // size, code % size)


@dataclass(frozen=True, slots=True)
class Papers:
    """Contracts, deliveries, tickets or payments: row in their table, and account key."""

    row: Ints
    account: Ints


def papers_of(snapshot: Snapshot, type_: str) -> Papers:
    """The papers of a type with the account they belong to, directly or through a deal."""
    return snapshot.derived(("papers", type_), lambda each: _papers(each, type_))


def _papers(snapshot: Snapshot, type_: str) -> Papers:
    belongs, holds = current(snapshot, "belongs_to")
    nodes = snapshot.nodes[type_]
    row, target = nodes.rows(belongs.source), belongs.target
    keep = holds & (row >= 0)
    row, target = row[keep], target[keep]
    deal = lookup(snapshot.nodes["opportunity"].key, target) >= 0
    account = target.copy()
    account[deal] = customer_of(snapshot, target[deal])
    known = account != NOBODY
    size = max(len(nodes), 1)
    code = distinct(account[known] * size + row[known])
    return Papers(code % size, code // size)


def amounts(amount: Floats, currency: Ints, wanted: str) -> Floats:
    """The amounts in the wanted currency; NaN for all others, as there is no rate."""
    return np.where(currency == category_code(wanted), amount, np.nan)
