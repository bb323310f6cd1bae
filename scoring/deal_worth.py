"""What winning one deal is worth today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.affiliations import amounts
from scoring.parameters import Parameters
from scoring.snapshot import MISSING, Snapshot

MARGIN, RATE, UNKNOWN = "margin", "rate", "unknown"
YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Worth:
    """Margin in the scoring currency (None: not known) and where it is from; the amount; years to the decision."""

    margin: float | None
    basis: str
    rate: float | None
    years: float
    dated: bool
    discount: float
    amount: float | None

    @property
    def value(self) -> float | None:
        """The margin as of today."""
        return None if self.margin is None else self.margin * (1 + self.discount) ** -self.years


def worth_of(snapshot: Snapshot, everything: Snapshot, deal: int, parameters: Parameters) -> Worth:
    """What a deal brings if it is won.

    Model: ``margin (1 + r)^(-years)``; the margin recorded on the deal, else the median of margin/amount over all
    deals that record both, times the deal's amount (the contract's, else quoted, else the seller's). Years to the
    recorded day, 0 once it has passed, else ``actions.close_days``.
    Inputs: the snapshot of the deal, that of everything, the deal's key, the parameters.
    Returns: the worth; without margin and rate or amount, none.
    References: domain.md section 6.
    """
    given, table = parameters.actions, snapshot.nodes["opportunity"]
    row = int(table.rows(np.array([deal]))[0])
    currency = parameters.employee.currency

    def money(name: str) -> float:
        return float(amounts(table[name][row : row + 1], table[f"{name}_currency"][row : row + 1], currency)[0])

    day = int(table["expected_close_on"][row])
    dated = day != MISSING
    years = max(0, day - snapshot.today) / YEAR if dated else given.close_days / YEAR
    margin, rate = money("margin"), _rate(everything, currency)
    amount = next((each for name in ("contract_amount", "quoted", "amount") if (each := money(name)) > 0), None)
    if not np.isnan(margin):
        return Worth(margin, MARGIN, None, years, dated, given.discount, amount)
    if rate is None or amount is None:
        return Worth(None, UNKNOWN, None, years, dated, given.discount, amount)
    return Worth(rate * amount, RATE, rate, years, dated, given.discount, amount)


def _rate(snapshot: Snapshot, currency: str) -> float | None:
    def median(each: Snapshot) -> float | None:
        table = each.nodes["opportunity"]
        margin = amounts(table["margin"], table["margin_currency"], currency)
        amount = amounts(table["amount"], table["amount_currency"], currency)
        both = ~np.isnan(margin) & (amount > 0)
        return float(np.median(margin[both] / amount[both])) if both.any() else None

    return snapshot.derived(("margin rate", currency), median)
