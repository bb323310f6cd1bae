"""What an account is worth, by the bases that a store may know."""

from __future__ import annotations

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.machinery.affiliations import amounts
from scoring.machinery.arrays import lookup, sums
from scoring.machinery.concerns import customer_of
from scoring.machinery.scopes import is_open
from scoring.parameters import Parameters
from scoring.snapshot import MISSING, Snapshot
from scoring.types import Floats, Ints

BASES = ("margin", "potential", "revenue", "one")
"""From the best basis to the one that is always known: every account the same."""
WON = code_number("opportunity_status", "won")


def margins(
    snapshot: Snapshot, accounts: Ints, likelihood: Floats, parameters: Parameters
) -> tuple[Ints, Ints, Floats, Floats]:
    """Account (place), deal (row), margin and weight: 1 won within the window, the likelihood while open."""
    deals = snapshot.nodes["opportunity"]
    margin = amounts(deals["margin"], deals["margin_currency"], parameters.employee.currency)
    place = lookup(accounts, customer_of(snapshot, deals.key))
    closed = deals["closed_on"]
    past = (closed != MISSING) & (closed <= snapshot.day("opportunity"))
    age = np.where(past, snapshot.today - closed, 0)
    won = (deals["status"] == WON) & past & (age < parameters.employee.margin_days)
    opened = is_open(snapshot)
    row = np.flatnonzero((place >= 0) & ~np.isnan(margin) & (won | opened))
    weight = np.where(won[row], 1.0, likelihood[place[row]])
    return place[row], row, margin[row], weight


def account_values(snapshot: Snapshot, accounts: Ints, likelihood: Floats, parameters: Parameters) -> Floats:
    """The value of each account by each basis, a column per basis; NaN where it is not known."""
    found = np.full((len(accounts), len(BASES)), np.nan)
    place, _, margin, weight = margins(snapshot, accounts, likelihood, parameters)
    found[place, 0] = 0.0
    found[:, 0] += sums(place, margin * weight, len(accounts))
    firms = snapshot.nodes["company"]
    row = firms.rows(accounts)
    for column, name in enumerate(BASES[1:3], start=1):
        value = amounts(firms[name], firms[f"{name}_currency"], parameters.employee.currency)
        found[row >= 0, column] = value[row[row >= 0]]
    found[:, 3] = 1.0
    return found


def chosen_basis(values: Floats, parameters: Parameters) -> tuple[str, float]:
    """The first basis that is known for enough of the accounts, and its median."""
    for column, name in enumerate(BASES):
        known = values[~np.isnan(values[:, column]), column]
        if len(known) and len(known) >= parameters.employee.basis_known * len(values):
            return name, float(np.median(known))
    return BASES[-1], 1.0
