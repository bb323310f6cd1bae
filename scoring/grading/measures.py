"""What the parts of a grade are measured by: business, potential, strategic worth and effort of every account.

- *Volume* is what the account contracted in the window: of its contracts, else of the deals that we won there, else
  of its payments by due day; the first of these that it has any dated amount of, ever. So 0 is known of an account
  that bought before, and an account without any record has none. *Margin* is that of the deals won in the window,
  known where any won deal records one.
- *Potential* is the stated one, else the sum of what its offerings could be.
- *Strategic worth* is the weighted mean of the class that we set, of joint plans, innovation and alliances, and of
  objectives for the account or its deals. The recorded grade does not count: it would grade itself.
- *Effort* is hours of tickets, of interactions and of actions done in the window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.criteria.worth import CANCELLED, CLASS_VALUE
from scoring.grading.priors import BASES, GradePriors
from scoring.machinery.affiliations import amounts, papers_of
from scoring.machinery.arrays import counts, lookup, sums
from scoring.machinery.concerns import customer_of
from scoring.machinery.gathering import WON, Items, days_since, items_at, joined, meetings_at, payment_days, state
from scoring.machinery.people import current
from scoring.parameters import Parameters
from scoring.snapshot import ALWAYS, MISSING, Snapshot
from scoring.types import Floats, Ints

TEXT = tuple(code_number("channel", word) for word in ("mail", "chat", "sms", "social", "web"))
STATES = ("joint_plan", "joint_innovation", "alliance")


@dataclass(frozen=True, slots=True)
class Measures:
    """By account: amounts in the scoring currency (NaN: not known), and how much evidence is behind them.

    ``sold`` and ``sold_evidence`` have a column per basis of value. ``strategic`` is 0..1, ``hours`` those of the
    window, ``leads`` the opportunities opened in it. ``wallet`` is in the parts of the customer score.
    """

    sold: Floats
    sold_evidence: Floats
    potential: Floats
    potential_evidence: Floats
    strategic: Floats
    strategic_evidence: Floats
    hours: Floats
    hours_evidence: Floats
    fee: Floats
    leads: Ints


def measures_of(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Measures:
    """The measures of accounts, whose keys are ascending; those of a set of accounts are made once."""
    given = (parameters.grade, parameters.evidence, parameters.employee.currency)
    return snapshot.derived(
        ("account measures", accounts.tobytes(), *given), lambda each: _build(each, accounts, parameters)
    )


def _build(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Measures:
    size = len(accounts)
    sold = [_sold(gather(snapshot, accounts, parameters), size, parameters) for gather in (won_margins, sales)]
    strategic, effort = (gather(snapshot, accounts, parameters) for gather in (strategic_items, effort_items))
    weight = strategic.weight(parameters)
    total = sums(strategic.owner, weight, size)
    potential, known = _potential(snapshot, accounts, parameters)
    recent = effort.age < parameters.grade.window_days
    firms = snapshot.nodes["company"]
    at = firms.rows(accounts)
    fee = amounts(firms["fee"], firms["fee_currency"], parameters.employee.currency)
    return Measures(
        sold=np.column_stack([amount for amount, _ in sold]),
        sold_evidence=np.column_stack([evidence for _, evidence in sold]),
        potential=potential,
        potential_evidence=known,
        strategic=np.divide(
            sums(strategic.owner, weight * strategic.value, size), total, out=np.full(size, np.nan), where=total > 0
        ),
        strategic_evidence=total,
        hours=sums(effort.owner[recent], effort.value[recent], size),
        hours_evidence=sums(effort.owner, effort.weight(parameters), size),
        fee=np.where(at >= 0, fee[at] if len(fee) else np.nan, np.nan),
        leads=_leads(snapshot, accounts, parameters),
    )


def _sold(items: Items, size: int, parameters: Parameters) -> tuple[Floats, Floats]:
    """The amount within the window, NaN where there never was any; and the evidence."""
    recent = items.age < parameters.grade.window_days
    known = counts(items.owner, size) > 0
    amount = np.where(known, sums(items.owner[recent], items.value[recent], size), np.nan)
    return amount, sums(items.owner, items.weight(parameters), size)


def sales(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Contracts; of accounts without any, deals won; of those without any of both, payments that fell due."""
    sources: tuple[Callable[[Snapshot, Ints, Parameters], Items], ...] = (_contracts, _won_amounts, _payments)
    taken, found = np.zeros(len(accounts), dtype=bool), []
    for gather in sources:
        items = gather(snapshot, accounts, parameters)
        rows = ~taken[items.owner]
        found.append(Items(**{name: getattr(items, name)[rows] for name in Items.__slots__}))
        taken[items.owner] = True
    return joined(*found)


def _contracts(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    papers, nodes = papers_of(snapshot, "contract"), snapshot.nodes["contract"]
    age, known = days_since(snapshot, "contract", nodes["signed_on"][papers.row])
    value = amounts(nodes["amount"], nodes["amount_currency"], parameters.employee.currency)[papers.row]
    return items_at(accounts, papers.account, nodes.key[papers.row], value, age, keep=known & ~np.isnan(value))


def _payments(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    papers, nodes = papers_of(snapshot, "payment"), snapshot.nodes["payment"]
    age, known = days_since(snapshot, "payment", payment_days(snapshot, papers.row)[0])
    value = amounts(nodes["amount"], nodes["amount_currency"], parameters.employee.currency)[papers.row]
    return items_at(accounts, papers.account, nodes.key[papers.row], value, age, keep=known & ~np.isnan(value))


def _won(snapshot: Snapshot, accounts: Ints, value: Floats) -> Items:
    deals = snapshot.nodes["opportunity"]
    age, known = days_since(snapshot, "opportunity", deals["closed_on"])
    keep = known & (deals["status"] == WON) & ~np.isnan(value)
    return items_at(accounts, customer_of(snapshot, deals.key), deals.key, value, age, keep=keep)


def _won_amounts(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    deals, currency = snapshot.nodes["opportunity"], parameters.employee.currency
    signed, said = (amounts(deals[n], deals[f"{n}_currency"], currency) for n in ("contract_amount", "amount"))
    return _won(snapshot, accounts, np.where(np.isnan(signed), said, signed))


def won_margins(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Margins of the deals that we won."""
    deals = snapshot.nodes["opportunity"]
    return _won(snapshot, accounts, amounts(deals["margin"], deals["margin_currency"], parameters.employee.currency))


def potential_items(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> tuple[Items, Items]:
    """The potential that is stated, and that of each offering and vendor."""
    firms, currency = snapshot.nodes["company"], parameters.employee.currency
    stated = amounts(firms["potential"], firms["potential_currency"], currency)
    buys, holds = current(snapshot, "buys")
    each = amounts(buys["potential"], buys["potential_currency"], currency)
    since = buys.valid_from
    age = np.where(since == ALWAYS, 0, snapshot.ages(np.where(since == ALWAYS, snapshot.as_of, since)))
    return (
        items_at(accounts, firms.key, firms.key, stated, 0, keep=~np.isnan(stated)),
        items_at(accounts, buys.source, buys.target, each, age, keep=holds & ~np.isnan(each)),
    )


def _potential(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> tuple[Floats, Floats]:
    size, (stated, offered) = len(accounts), potential_items(snapshot, accounts, parameters)
    told, grid = counts(stated.owner, size) > 0, counts(offered.owner, size) > 0
    summed = np.where(grid, sums(offered.owner, offered.value, size), np.nan)
    evidence = sum(sums(each.owner, each.weight(parameters), size) for each in (stated, offered))
    return np.where(told, sums(stated.owner, stated.value, size), summed), np.asarray(evidence)


def strategic_items(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """The class, what we do together, and objectives that were not given up."""
    firms = snapshot.nodes["company"]
    scale = np.array([CLASS_VALUE[word] for word in VOCABULARIES["class"]])
    classed = items_at(accounts, firms.key, firms.key, scale[firms["klass"]], 0, keep=firms["klass"] >= 0)
    papers, aims = papers_of(snapshot, "objective"), snapshot.nodes["objective"]
    pursued = ~np.isin(aims["status"][papers.row], CANCELLED)
    aimed = items_at(accounts, papers.account, aims.key[papers.row], 1.0, 0, keep=pursued)
    return joined(classed, *(state(kind)(snapshot, accounts, parameters) for kind in STATES), aimed)


def effort_items(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Items:
    """Hours of tickets, interactions and actions done."""
    given = parameters.grade
    papers, tickets = papers_of(snapshot, "ticket"), snapshot.nodes["ticket"]
    opened, known = days_since(snapshot, "ticket", tickets["opened_on"][papers.row])
    raised = items_at(accounts, papers.account, tickets.key[papers.row], given.ticket_hours, opened, keep=known)
    account, item, age = meetings_at(snapshot)
    nodes = snapshot.nodes["interaction"]
    usual = np.where(np.isin(nodes["channel"], TEXT), given.text_hours, given.meeting_hours)
    spent = np.where(np.isnan(nodes["duration"]), usual, nodes["duration"] / 60)
    met = items_at(accounts, account, nodes.key[item], spent[item], age)
    papers, actions = papers_of(snapshot, "action"), snapshot.nodes["action"]
    done, known = days_since(snapshot, "action", actions["done_on"][papers.row])
    hours = actions["hours"][papers.row]
    acted = items_at(accounts, papers.account, actions.key[papers.row], hours, done, keep=known & ~np.isnan(hours))
    return joined(raised, met, acted)


def _leads(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Ints:
    deals = snapshot.nodes["opportunity"]
    age, known = days_since(snapshot, "opportunity", deals["opened_on"])
    place = lookup(accounts, customer_of(snapshot, deals.key))
    rows = (place >= 0) & known & (deals["opened_on"] != MISSING) & (age < parameters.grade.window_days)
    return counts(place[rows], len(accounts))


def observed_parts(measures: Measures, known: GradePriors, parameters: Parameters) -> tuple[Floats, Floats]:
    """The measured parts 0..1 (NaN: nothing observed) and their evidence, a column per part of `priors.MEASURED`.

    Value and potential are ``1 - 2^(-amount/typical)``; cheapness to serve is ``value/(value + cost)``.
    """
    basis = BASES.index(known.basis)
    value, evidence = measures.sold[:, basis], measures.sold_evidence[:, basis]
    cost = measures.hours * parameters.actions.hourly_cost
    earned = np.maximum(value, 0.0)
    spent = np.nan_to_num(earned) + cost
    # effort that nobody recorded is not known to be none, and a value that is not known says nothing of its worth
    cheap = np.divide(earned, spent, out=np.full(len(value), np.nan), where=(spent > 0) & (measures.hours_evidence > 0))
    worth = [1 - np.exp2(-np.maximum(each, 0.0) / half) for each, half in
             zip((value, measures.potential), known.typical, strict=True)]  # fmt: skip
    observed = np.column_stack([*worth, measures.strategic, cheap])
    weight = np.column_stack([
        evidence, measures.potential_evidence, measures.strategic_evidence, measures.hours_evidence
    ])  # fmt: skip
    return observed, np.where(np.isnan(observed), 0.0, weight)
