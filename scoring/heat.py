"""The heat table: the six relationships of every account side by side, read off the frames of the six scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scoring.frames import account_rows, picked
from scoring.machinery.affiliations import amounts
from scoring.machinery.arrays import lookup, sums, with_means
from scoring.machinery.concerns import customer_of
from scoring.machinery.scopes import is_open
from scoring.machinery.shares import segment_of
from scoring.machinery.values import BASES, account_values
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.registry import RELATIONSHIPS
from scoring.snapshot import Snapshot
from scoring.types import COMPANY, NOBODY, US, Floats, Ints, ScoreFrame

KINDS = RELATIONSHIPS
"""The columns of the table."""
READ_FROM = ("customer", "decision_chain", "our_company", "competitor")
"""The kinds of score whose frames the cells are read from."""
DEAL_AMOUNTS = ("amount", "quoted", "budget")
"""What weighs a deal: the first of these that is known."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A kind's cells, by account; NaN where the account has no subject of the kind."""

    score: Floats
    p10: Floats
    p90: Floats
    completeness: Floats


@dataclass(frozen=True, slots=True)
class Heat:
    """Accounts, ascending by key, and their cells by kind.

    ``rival`` is the vendor of the `competitor` cell, `NOBODY` where there is none; ``value`` the account's
    worth by the Reference's ``basis`` in the currency that scoring works in, NaN where it is not known.
    """

    account: Ints
    cells: Mapping[str, Cells]
    rival: Ints
    value: Floats
    basis: str

    def __len__(self) -> int:
        return len(self.account)


def heat(snapshot: Snapshot, reference: Reference, parameters: Parameters, frames: Mapping[str, ScoreFrame]) -> Heat:
    """The six cells of every account that has a `customer` score.

    Model: ``key_person`` 100 Key; ``decision_chain`` the mean of C over open deals, weighted by amount (of a
    deal without any amount: the mean of the account's others), its interval the weighted mean of the deals'
    bounds, as the same people stand behind all of them; ``customer`` A; ``employee`` resilience
    100 (1 - max Dep); ``our_company`` O; ``competitor`` F of the strongest rival, of equal ones the one with
    the smallest key, a threat: the higher, the worse for us.
    Inputs: the snapshot that the frames of `READ_FROM` were scored on, with its Reference and parameters.
    Returns: cells of 0..100 with interval and completeness, NaN where an account has no subject of the kind.
    References: domain.md section 5.
    """
    customer = frames["customer"]
    accounts = np.sort(customer.scope)
    worth = account_values(snapshot, accounts, reference.win_rate(segment_of(snapshot, accounts)), parameters)
    rival, threat = _threat(frames["competitor"], accounts)
    ours = account_rows(frames["our_company"], accounts)
    cells = {
        "key_person": _columns(customer, account_rows(customer, accounts), "key", factor=100.0),
        "decision_chain": _chains(snapshot, frames["decision_chain"], accounts, parameters),
        "customer": _cells(customer, account_rows(customer, accounts)),
        "employee": _columns(frames["our_company"], ours, "resilience"),
        "our_company": _cells(frames["our_company"], ours),
        "competitor": threat,
    }
    return Heat(accounts, cells, rival, worth[:, BASES.index(reference.basis)], reference.basis)


def _cells(frame: ScoreFrame, rows: Ints) -> Cells:
    return Cells(*(picked(column, rows) for column in (frame.score, frame.p10, frame.p90, frame.completeness)))


def _columns(frame: ScoreFrame, rows: Ints, name: str, factor: float = 1.0) -> Cells:
    """A cell that the frame carries beside its score."""
    beside = (f"{name}_p10", f"{name}_p90", f"{name}_completeness")
    score, p10, p90, completeness = (picked(frame.columns[each], rows) for each in (name, *beside))
    return Cells(factor * score, p10, p90, completeness)


def _chains(snapshot: Snapshot, frame: ScoreFrame, accounts: Ints, parameters: Parameters) -> Cells:
    deals = snapshot.nodes["opportunity"]
    row = np.flatnonzero(frame.vendor == US)
    at = deals.rows(frame.scope[row])
    place = lookup(accounts, customer_of(snapshot, frame.scope[row]))
    keep = (place >= 0) & is_open(snapshot)[at]
    row, at, place = row[keep], at[keep], place[keep]
    weight = _amounts(snapshot, parameters)[at]
    size = len(accounts)
    weight = with_means(place, weight, ~np.isnan(weight), size)
    total = sums(place, weight, size)
    # deals that are all worth nothing count alike
    weight = np.where(total[place] > 0, weight, 1.0)
    total = sums(place, weight, size)

    def averaged(column: Floats) -> Floats:
        found: Floats = np.divide(
            sums(place, weight * column[row], size), total, out=np.full(size, np.nan), where=total > 0
        )
        return found

    return Cells(*(averaged(column) for column in (frame.score, frame.p10, frame.p90, frame.completeness)))


def _amounts(snapshot: Snapshot, parameters: Parameters) -> Floats:
    """What each deal weighs: the first amount that is known, NaN for none."""
    deals = snapshot.nodes["opportunity"]
    found = np.full(len(deals), np.nan)
    for name in DEAL_AMOUNTS:
        amount = amounts(deals[name], deals[f"{name}_currency"], parameters.employee.currency)
        found = np.where(np.isnan(found), amount, found)
    return found


def _threat(frame: ScoreFrame, accounts: Ints) -> tuple[Ints, Cells]:
    """The strongest rival of each account."""
    rows = np.flatnonzero((frame.scope_type == COMPANY) & (frame.vendor != US))
    place = lookup(accounts, frame.scope[rows])
    rows, place = rows[place >= 0], place[place >= 0]
    order = np.lexsort((-frame.vendor[rows], frame.score[rows], place))
    strongest = np.full(len(accounts), -1, dtype=np.int64)
    # the last of an account's rows is written last
    strongest[place[order]] = rows[order]
    vendor = np.where(strongest >= 0, frame.vendor[strongest] if len(frame) else NOBODY, NOBODY)
    return vendor.astype(np.int64), _cells(frame, strongest)
