"""The parameters of network operation: cadence, what fades, occasions, and a colleague's day. Part of the one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated as A

from scoring.parameter_markers import Number


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkParameters:
    """How often customers are touched, how far ahead is looked, and how much of it a day shows."""

    key: A[float, Number("Days between touches of a key account", "days", 1, 730)] = 14.0
    first: A[float, Number("Days between touches of the first grade", "days", 1, 730)] = 30.0
    second: A[float, Number("Days between touches of the second grade", "days", 1, 730)] = 60.0
    third: A[float, Number("Days between touches of the third grade", "days", 1, 730)] = 120.0
    person: A[float, Number("Touches of the account to one of each of its key people", "1", 1, 20)] = 2.0
    horizon_days: A[float, Number("Days ahead in which something fades or comes due", "days", 1, 365)] = 30.0
    status_evidence: A[
        float, Number("Evidence that a political status or an orientation needs", "items", 0.01, 100)
    ] = 0.5
    moved_days: A[float, Number("Days back in which a change of job is an occasion", "days", 7, 1825)] = 180.0
    birthday_days: A[float, Number("Days ahead in which a birthday is an occasion", "days", 1, 365)] = 14.0
    event_days: A[float, Number("Days ahead in which a compelling event or tender is one", "days", 1, 365)] = 30.0
    contract_days: A[float, Number("Days ahead in which the end of a contract is one", "days", 1, 1095)] = 90.0
    known: A[float, Number("Strength of a tie from which somebody who moved was known to us")] = 0.3
    confirmed: A[float, Number("Judgements to confirm that a day shows", "judgements", 0, 50)] = 5.0
    day_accounts: A[float, Number("Accounts of a colleague whose findings a day looks at", "accounts", 0, 100)] = 5.0
    day_deals: A[float, Number("Deals of a colleague whose next actions a day looks at", "deals", 0, 100)] = 5.0
    day_findings: A[float, Number("Findings of an account or deal that a day shows", "findings", 0, 100)] = 3.0
