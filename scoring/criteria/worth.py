"""Evidence of the fourth question, is it worth winning. Profit, risk and strategic value are ours alone."""

from __future__ import annotations

import numpy as np

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.criteria.ground import Ground, all_of, between, items, of_accounts, stated
from scoring.machinery.affiliations import amounts
from scoring.machinery.arrays import Grouping, lookup, sums
from scoring.machinery.beliefs import Items
from scoring.machinery.concerns import customer_of
from scoring.machinery.gathering import deliveries, payments, state
from scoring.machinery.people import current
from scoring.machinery.scopes import is_open
from scoring.snapshot import MISSING
from scoring.types import Floats, Ints

LOWEST_PRICE = code_number("award_rule", "lowest_price")
CANCELLED = tuple(code_number("work_status", word) for word in ("ignored", "cancelled"))
CLASS_VALUE = {"target": 1.0, "potential": 0.5, "partner": 1.0, "not_now": 0.0}
GRADE_VALUE = {"key": 1.0, "first": 0.75, "second": 0.5, "third": 0.25}


def short_term_revenue(ground: Ground) -> Items:
    """Amount, budget, quote and needs against what is enough, and whether the decision is near."""
    given, rows = ground.parameters.criteria, ground.every
    found = []
    for name in ("amount", "budget", "quoted"):
        value = between(ground.money(name, rows), given.revenue_low, given.revenue_good)
        found.append(stated(ground, rows, value, ~np.isnan(value)))
    needed = between(_needed(ground), given.revenue_low, given.revenue_good)
    day = ground.column("expected_close_on", rows)
    near = (day <= ground.snapshot.today + given.soon_days).astype(np.float64)
    return all_of(*found, stated(ground, rows, needed, ~np.isnan(needed)), stated(ground, rows, near, day != MISSING))


def _needed(ground: Ground) -> Floats:
    """The amount of all offerings needed, NaN where none is known."""
    needs, holds = current(ground.snapshot, "needs")
    amount = amounts(needs["amount"], needs["amount_currency"], ground.parameters.employee.currency)
    rows = np.flatnonzero(holds & ~np.isnan(amount))
    case, row = Grouping.of(needs.source[rows]).join(ground.deal)
    number = sums(case, np.ones(len(case)), len(ground))
    return np.where(number > 0, sums(case, amount[rows[row]], len(ground)), np.nan)


def future_revenue(ground: Ground) -> Items:
    """The account's potential, as stated and as the sum over its offerings, its growth."""
    snapshot, given, rows = ground.snapshot, ground.parameters.criteria, ground.every
    firms, currency = snapshot.nodes["company"], ground.parameters.employee.currency
    at = firms.rows(ground.account)
    potential = np.where(at >= 0, _potential(ground, currency)[at], np.nan)
    low, good = given.potential_low, given.potential_good
    told = between(potential, low, good)
    grid = between(_grid(ground, currency), low, good)
    known = ~np.isnan(grid)
    return all_of(
        stated(ground, rows, told, ~np.isnan(told)),
        items(ground, rows[known], ground.account[known], grid[known]),
        of_accounts(ground, state("growth"), rows),
    )


def _potential(ground: Ground, currency: str) -> Floats:
    firms = ground.snapshot.nodes["company"]
    return amounts(firms["potential"], firms["potential_currency"], currency)


def _grid(ground: Ground, currency: str) -> Floats:
    """The sum of the potentials of the account's offerings, each vendor's share of it counted once; NaN: unknown."""
    buys, holds = current(ground.snapshot, "buys")
    amount = amounts(buys["potential"], buys["potential_currency"], currency)
    rows = np.flatnonzero(holds & ~np.isnan(amount))
    accounts = np.unique(buys.source[rows])
    total = sums(lookup(accounts, buys.source[rows]), amount[rows], len(accounts))
    at = lookup(accounts, ground.account)
    return np.where(at >= 0, total[at] if len(total) else np.nan, np.nan)


def profit(ground: Ground) -> Items:
    """Our margin in the deal and in what the account decided before, and how much the price alone decides."""
    given, ours = ground.parameters.criteria, ground.ours
    amount, margin = ground.money("amount", ours), ground.money("margin", ours)
    share = np.divide(margin, amount, out=np.full(len(ours), np.nan), where=amount > 0)
    value = between(share, given.margin_low, given.margin_good)
    price = 1 - ground.column("price_weight", ours)
    rule = ground.column("award_rule", ours)
    known = ~np.isnan(value)
    return all_of(
        items(ground, ours[known], ground.deal[ours[known]], value[known]),
        _margins_before(ground, ours),
        stated(ground, ours, price, ~np.isnan(price)),
        stated(ground, ours, 0.0, rule == LOWEST_PRICE),
    )


def _margins_before(ground: Ground, rows: Ints) -> Items:
    """The margins of the deals of each account that are closed."""
    snapshot, given = ground.snapshot, ground.parameters.criteria
    deals, currency = snapshot.nodes["opportunity"], ground.parameters.employee.currency
    amount = amounts(deals["amount"], deals["amount_currency"], currency)
    margin = amounts(deals["margin"], deals["margin_currency"], currency)
    past = (deals["closed_on"] != MISSING) & (deals["closed_on"] <= snapshot.day("opportunity")) & ~is_open(snapshot)
    chosen = np.flatnonzero(past & (amount > 0) & ~np.isnan(margin))
    case, at = Grouping.of(customer_of(snapshot, deals.key[chosen])).join(ground.account[rows])
    at = chosen[at]
    value = between(margin[at] / amount[at], given.margin_low, given.margin_good)
    age = np.maximum(snapshot.today - deals["closed_on"][at], 0)
    other = deals.key[at] != ground.deal[rows[case]]
    return items(ground, rows[case][other], deals.key[at][other], value[other], 1.0, age[other])


def risk(ground: Ground) -> Items:
    """That it is bearable: payments and deliveries in time, no distress, no restructuring, no frozen budget."""
    ours = ground.ours
    bad = [
        of_accounts(ground, gather, ours, good=False)
        for gather in (payments, state("distress"), state("restructuring"), state("budget_freeze"))
    ]
    return all_of(of_accounts(ground, deliveries, ours), *bad)


def strategic_value(ground: Ground) -> Items:
    """The customer's class and grade, which we set, and our objectives for the account or the deal."""
    ours, firms = ground.ours, ground.snapshot.nodes["company"]
    at = firms.rows(ground.account[ours])
    found = []
    for column, vocabulary, values in (("klass", "class", CLASS_VALUE), ("grade", "grade", GRADE_VALUE)):
        scale = np.array([values[word] for word in VOCABULARIES[vocabulary]])
        code = np.where(at >= 0, firms[column][at], -1) if len(firms) else np.full(len(ours), -1)
        known = np.flatnonzero(code >= 0)
        found.append(items(ground, ours[known], ground.account[ours[known]], scale[code[known]]))
    return all_of(*found, _objectives(ground, ours))


def _objectives(ground: Ground, rows: Ints) -> Items:
    belongs, holds = current(ground.snapshot, "belongs_to")
    nodes = ground.snapshot.nodes["objective"]
    grouping = Grouping.of(belongs.target[holds])
    cases, aims = [], []
    for place in (ground.deal, ground.account):
        case, row = grouping.join(place[rows])
        at = nodes.rows(belongs.source[holds][row])
        kept = at >= 0
        kept[kept] = ~np.isin(nodes["status"][at[kept]], CANCELLED)
        cases.append(rows[case[kept]])
        aims.append(nodes.key[at[kept]])
    return items(ground, np.concatenate(cases), np.concatenate(aims), 1.0)
