"""The dated items that the parts of an account are observed from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.machinery.affiliations import account_meetings, amounts, papers_of
from scoring.machinery.arrays import Flags, lookup
from scoring.machinery.concerns import customer_of
from scoring.machinery.people import current, people_of
from scoring.machinery.statements import Statements, moves_of, states_of
from scoring.parameters import Parameters
from scoring.snapshot import ALWAYS, MISSING, Snapshot
from scoring.types import US, Floats, Ints

WON = code_number("opportunity_status", "won")
OTHERS, OURS, POTENTIAL = 0, 1, 2
"""Marks of a wallet's items: bought from others, bought from us, what there could be."""


@dataclass(frozen=True, slots=True)
class Items:
    """Evidence: account (place), entity key, value, reliability, age in days, and a mark of its sort."""

    owner: Ints
    entity: Ints
    value: Floats
    reliability: Floats
    age: Ints
    mark: Ints

    def weight(self, parameters: Parameters) -> Floats:
        """``rho 2^(-age/half-life)``; what only bounds others weighs nothing."""
        found: Floats = self.reliability * np.exp2(-self.age / parameters.evidence.half_life)
        return found


Gather = Callable[[Snapshot, Ints, Parameters], Items]


def items_at(
    accounts: Ints,
    account: Ints,
    entity: Ints,
    value: Floats | float,
    age: Ints | int,
    *,
    reliability: Floats | float = 1.0,
    mark: Ints | int = 0,
    keep: Flags | None = None,
) -> Items:
    """The items of the wanted accounts among those to keep."""
    owner = lookup(accounts, account)
    chosen = owner >= 0 if keep is None else (owner >= 0) & keep
    shape = owner.shape
    return Items(
        owner=owner[chosen],
        entity=entity[chosen],
        value=np.broadcast_to(np.asarray(value, dtype=np.float64), shape)[chosen],
        reliability=np.broadcast_to(np.asarray(reliability, dtype=np.float64), shape)[chosen],
        age=np.broadcast_to(np.asarray(age, dtype=np.int64), shape)[chosen],
        mark=np.broadcast_to(np.asarray(mark, dtype=np.int64), shape)[chosen],
    )


def joined(*parts: Items) -> Items:
    names = Items.__slots__
    return Items(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def days_since(snapshot: Snapshot, type_: str, day: Ints) -> tuple[Ints, Flags]:
    """Days since each day, and which days are known and not to come where the type is read."""
    known = (day != MISSING) & (day <= snapshot.day(type_))
    return np.where(known, np.maximum(snapshot.today - np.where(known, day, 0), 0), 0), known


def _dated(snapshot: Snapshot, type_: str, name: str, rows: Ints) -> tuple[Ints, Flags]:
    """The same of a column of papers."""
    return days_since(snapshot, type_, _column(snapshot, type_, name, rows))


def _column(snapshot: Snapshot, type_: str, name: str, rows: Ints) -> Ints:
    found: Ints = snapshot.nodes[type_][name][rows]
    return found


def meetings_at(snapshot: Snapshot) -> tuple[Ints, Ints, Ints]:
    """Account, interaction row and age of every account's meetings."""
    found = account_meetings(snapshot)
    ages = snapshot.derived("ages of interactions", lambda each: each.ages(each.nodes["interaction"]["at"]))
    return found.account, found.item, ages[found.item]


def executive_meetings(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Interactions in which executives of both sides met."""
    account, item, age = meetings_at(snapshot)
    nodes = snapshot.nodes["interaction"]
    chosen = np.flatnonzero(nodes["executive"][item] == 1)
    return items_at(accounts, account[chosen], nodes.key[item[chosen]], 1.0, age[chosen])


def recent_meetings(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Interactions of the last window (mark 0) and of the one before (mark 1)."""
    account, item, age = meetings_at(snapshot)
    window = parameters.customer.fading_days
    chosen = np.flatnonzero(age < 2 * window)
    mark = (age[chosen] >= window).astype(np.int64)
    keys = snapshot.nodes["interaction"].key[item[chosen]]
    return items_at(accounts, account[chosen], keys, 1.0, age[chosen], mark=mark)


def framework_agreements(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Framework agreements; one in force until a stated end is as fresh as today."""
    papers, nodes = papers_of(snapshot, "contract"), snapshot.nodes["contract"]
    signed, known = _dated(snapshot, "contract", "signed_on", papers.row)
    end = _column(snapshot, "contract", "ends_on", papers.row)
    ended = np.maximum(snapshot.today - np.where(end == MISSING, snapshot.today, end), 0)
    age = np.where(end == MISSING, signed, ended)
    keep = known & (nodes["framework"][papers.row] == 1)
    return items_at(accounts, papers.account, nodes.key[papers.row], 1.0, age, keep=keep)


def _stated(snapshot: Snapshot, accounts: Ints, said: Statements, keep: Flags | None = None) -> Items:
    row = said.at_row
    keys = snapshot.nodes["observation"].key[said.item[row]]
    kept = None if keep is None else keep[row]
    return items_at(
        accounts, said.at_account, keys, said.value[row], said.age[row], reliability=said.reliability[row], keep=kept
    )


def state(kind: str) -> Gather:
    """Gathers the observations of a state."""

    def gather(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
        return _stated(snapshot, accounts, states_of(snapshot, kind, parameters))

    return gather


def pilots(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Pilots of rivals."""
    said = moves_of(snapshot, "pilot", parameters)
    return _stated(snapshot, accounts, said, said.vendor != US)


def wallet(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """What accounts buy now, from us and from others, and their potential."""
    buys, holds = current(snapshot, "buys")
    spent = amounts(buys["current"], buys["current_currency"], parameters.employee.currency)
    since = buys.valid_from
    age = np.where(since == ALWAYS, 0, snapshot.ages(np.where(since == ALWAYS, snapshot.as_of, since)))
    ours = people_of(snapshot).vendor(buys["vendor"]) == US
    bought = items_at(
        accounts, buys.source, buys.target, spent, age,
        mark=np.where(ours & (buys["vendor"] >= 0), OURS, OTHERS), keep=holds & ~np.isnan(spent),
    )  # fmt: skip
    firms = snapshot.nodes["company"]
    potential = amounts(firms["potential"], firms["potential_currency"], parameters.employee.currency)
    # a potential bounds the share; it says nothing about what is bought
    bound = items_at(accounts, firms.key, firms.key, potential, 0, reliability=0.0, mark=POTENTIAL,
                   keep=~np.isnan(potential))  # fmt: skip
    return joined(bought, bound)


def _won(snapshot: Snapshot, accounts: Ints) -> Items:
    deals = snapshot.nodes["opportunity"]
    age, known = days_since(snapshot, "opportunity", deals["closed_on"])
    return items_at(accounts, customer_of(snapshot, deals.key), deals.key, age.astype(np.float64), age,
                  keep=known & (deals["status"] == WON))  # fmt: skip


def payment_days(snapshot: Snapshot, rows: Ints) -> tuple[Ints, Ints]:
    """Due day, else the day paid, and amount row by row."""
    due, paid = (_column(snapshot, "payment", name, rows) for name in ("due_on", "paid_on"))
    return np.where(due == MISSING, paid, due), paid


def business(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """All that was agreed, delivered, paid and won; the value is the age."""
    found = [_won(snapshot, accounts)]
    for type_, name in (("contract", "signed_on"), ("delivery", "delivered_on"), ("payment", "")):
        papers = papers_of(snapshot, type_)
        day = _column(snapshot, type_, name, papers.row) if name else payment_days(snapshot, papers.row)[0]
        age, known = days_since(snapshot, type_, day)
        keys = snapshot.nodes[type_].key[papers.row]
        found.append(items_at(accounts, papers.account, keys, age.astype(np.float64), age, keep=known))
    return joined(*found)


def revenue(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Amounts of the last window (mark 0) and the one before (mark 1): payments, else contracts."""
    window, found = parameters.customer.trend_days, []
    for type_ in ("payment", "contract"):
        papers, nodes = papers_of(snapshot, type_), snapshot.nodes[type_]
        rows = papers.row
        day = payment_days(snapshot, rows)[0] if type_ == "payment" else _column(snapshot, type_, "signed_on", rows)
        age, known = days_since(snapshot, type_, day)
        value = amounts(nodes["amount"][rows], nodes["amount_currency"][rows], parameters.employee.currency)
        keep = known & ~np.isnan(value) & (age < 2 * window)
        mark = (age >= window).astype(np.int64)
        found.append(items_at(accounts, papers.account, nodes.key[rows], value, age, mark=mark, keep=keep))
    paid, signed = found
    alone = ~np.isin(signed.owner, paid.owner)
    rest = Items(**{name: getattr(signed, name)[alone] for name in Items.__slots__})
    return joined(paid, rest)


def deliveries(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Deliveries that were due or made: 1 on time, 0 late."""
    papers, nodes = papers_of(snapshot, "delivery"), snapshot.nodes["delivery"]
    due = _column(snapshot, "delivery", "due_on", papers.row)
    done = _column(snapshot, "delivery", "delivered_on", papers.row)
    made, delivered = days_since(snapshot, "delivery", done)
    late, passed = days_since(snapshot, "delivery", due)
    keep = (due != MISSING) & (delivered | (passed & (due < snapshot.day("delivery"))))
    value = (delivered & (done <= due)).astype(np.float64)
    age = np.where(delivered, made, late)
    return items_at(accounts, papers.account, nodes.key[papers.row], value, age, keep=keep)


def acceptances(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Deliveries made: 1 accepted, 0 where acceptance is late."""
    papers, nodes = papers_of(snapshot, "delivery"), snapshot.nodes["delivery"]
    made, delivered = _dated(snapshot, "delivery", "delivered_on", papers.row)
    since, accepted = _dated(snapshot, "delivery", "accepted_on", papers.row)
    keep = accepted | (delivered & (made > parameters.customer.acceptance_days))
    return items_at(
        accounts, papers.account, nodes.key[papers.row], accepted.astype(np.float64),
        np.where(accepted, since, made), keep=keep,
    )  # fmt: skip


def tickets(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Tickets: 1 without a complaint, else 1 - severity."""
    papers, nodes, given = papers_of(snapshot, "ticket"), snapshot.nodes["ticket"], parameters.customer
    age, known = _dated(snapshot, "ticket", "opened_on", papers.row)
    stated = nodes["severity"][papers.row]
    severity = np.clip(np.where(np.isnan(stated), given.severity, stated) / given.severity_top, 0, 1)
    value = np.where(nodes["complaint"][papers.row] == 1, 1 - severity, 1.0)
    return items_at(accounts, papers.account, nodes.key[papers.row], value, age, keep=known)


def payments(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Payments that fell due: how overdue those are that are unpaid, 0 for the others."""
    papers, nodes = papers_of(snapshot, "payment"), snapshot.nodes["payment"]
    overdue, due = _dated(snapshot, "payment", "due_on", papers.row)
    since, paid = _dated(snapshot, "payment", "paid_on", papers.row)
    value = np.where(paid, 0.0, np.minimum(overdue / parameters.customer.overdue_days, 1.0))
    return items_at(accounts, papers.account, nodes.key[papers.row], value, np.where(paid, since, 0), keep=due)
