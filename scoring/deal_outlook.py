"""What an account's deals are expected to bring, and what they brought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import code_number
from scoring.likelihood import KIND as LIKELIHOOD
from scoring.machinery.affiliations import amounts
from scoring.machinery.concerns import customer_of
from scoring.machinery.scopes import is_open
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import SCORERS
from scoring.snapshot import MISSING, Snapshot
from scoring.types import US, Floats, Ints

WON = code_number("opportunity_status", "won")
OPEN_AMOUNTS = ("quoted", "amount", "budget")
WON_AMOUNTS = ("contract_amount", *OPEN_AMOUNTS)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Deals by key: amount in the scoring currency (NaN: not known), probability that we win, local day.

    The day is that of the decision, expected or past; `MISSING` where none is recorded. A deal whose field we
    are not in has no probability (NaN).
    """

    deal: Ints
    amount: Floats
    likelihood: Floats
    day: Ints

    @property
    def expected(self) -> Floats:
        """Likelihood times amount; NaN where one of them is not known."""
        return self.likelihood * self.amount


def open_outlook(snapshot: Snapshot, reference: Reference, parameters: Parameters, account: int) -> Outlook:
    """The open deals of an account.

    Model: ``likelihood`` is the structural one (raw); the amount is what is quoted, else the amount recorded, else
    the budget; the day is the one the seller expects. Sum of likelihood times amount is the forecast.
    Inputs: a snapshot that holds the account's partition, the Reference, the parameters, the account's key.
    Returns: `Outlook`, deals ascending by key.
    References: domain.md section 6.
    """
    rows = _rows(snapshot, account) & is_open(snapshot)
    keys = snapshot.nodes["opportunity"].key[rows]
    found = np.full(len(keys), np.nan)
    if len(keys):
        frame = SCORERS[LIKELIHOOD].score(snapshot, reference, parameters, scopes=keys, vendor=US)
        at = np.searchsorted(keys, frame.scope)
        found[at] = frame.score
    return Outlook(
        keys, _amount(snapshot, rows, OPEN_AMOUNTS, parameters), found,
        snapshot.nodes["opportunity"]["expected_close_on"][rows],
    )  # fmt: skip


def won_outlook(snapshot: Snapshot, parameters: Parameters, account: int) -> Outlook:
    """The deals of an account that we won: what the contract, else the offer, else the seller says, by day won."""
    deals = snapshot.nodes["opportunity"]
    rows = _rows(snapshot, account) & (deals["status"] == WON)
    keys = deals.key[rows]
    return Outlook(keys, _amount(snapshot, rows, WON_AMOUNTS, parameters), np.ones(len(keys)), deals["closed_on"][rows])


def _rows(snapshot: Snapshot, account: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(customer_of(snapshot, snapshot.nodes["opportunity"].key) == account)


def _amount(
    snapshot: Snapshot, rows: np.ndarray[tuple[int], np.dtype[np.bool_]], names: tuple[str, ...],
    parameters: Parameters,
) -> Floats:  # fmt: skip
    """The first of the amounts that is known, in the scoring currency."""
    deals, found = snapshot.nodes["opportunity"], np.full(int(rows.sum()), np.nan)
    for name in names:
        value = amounts(deals[name][rows], deals[f"{name}_currency"][rows], parameters.employee.currency)
        found = np.where(np.isnan(found), value, found)
    return found


def quarter_of(days: Ints) -> Ints:
    """The quarter of each local day, counted from 1970: ``4 (year - 1970) + quarter - 1``; `MISSING` stays."""
    known = days != MISSING
    months = np.where(known, days, 0).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.where(known, months // 3, MISSING)


def first_day(quarter: int) -> int:
    """The first local day of a quarter."""
    return int(np.datetime64(3 * quarter, "M").astype("datetime64[D]").astype(np.int64))
