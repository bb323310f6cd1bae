"""What each of our colleagues holds: relationship capital, what of it nobody else holds, what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import counts, sums
from scoring.machinery.capital import capital_of, colleague_completeness, job_roles
from scoring.machinery.closeness import closeness_of
from scoring.machinery.dependence import dependence_of
from scoring.machinery.standings import standings_of
from scoring.machinery.touches import meetings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import COMPANY, NOBODY, Floats, Ints


@dataclass(frozen=True, slots=True)
class Holdings:
    """By colleague, ascending by key.

    ``capital`` is RC and ``alone`` the part of it in ties that nobody else of ours has, both in the basis
    of value; ``ties`` and ``ties_alone`` count active ties. ``dependence`` 0..1 is the most that any account
    hangs on the colleague and ``account`` which one (`NOBODY`: none). ``percent`` is the percentile within
    the job role, ``position`` the place from the top among ``ranked`` colleagues of it; NaN and 0 where the
    colleague's record is too thin or the role has too few to rank.
    """

    colleague: Ints
    role: Ints
    capital: Floats
    alone: Floats
    ties: Ints
    ties_alone: Ints
    dependence: Floats
    account: Ints
    percent: Floats
    position: Ints
    ranked: Ints
    completeness: Floats

    def __len__(self) -> int:
        return len(self.colleague)


def holdings(snapshot: Snapshot, reference: Reference, parameters: Parameters) -> Holdings:
    """The holdings of all colleagues.

    Model: ``RC_e = sum_p value_p T_p share_ep`` (machinery.capital); a tie is active from ``tie.active`` and
    held alone where it is the person's only active one.
    Inputs: a snapshot of all accounts, the Reference, the parameters.
    Properties: 0 <= alone <= capital; relabelling changes nothing.
    References: domain.md section 5.4.
    """
    standings = standings_of(snapshot, reference, parameters)
    found, close = capital_of(snapshot, reference, standings, parameters), closeness_of(standings, parameters)
    keys = meetings_of(snapshot).colleagues
    size = len(keys)
    active = found.strength >= parameters.tie.active
    number = counts(found.place[active], len(close))
    lone = active & (number[found.place] == 1)
    dependence = dependence_of(snapshot, standings, parameters)
    firms = np.flatnonzero(standings.chains.scopes.type[dependence.scope] == COMPANY)
    order = firms[np.argsort(dependence.value[firms], kind="stable")]
    most, account = np.zeros(size), np.full(size, NOBODY, dtype=np.int64)
    # the greatest is written last
    most[dependence.colleague[order]] = dependence.value[order]
    account[dependence.colleague[order]] = standings.chains.scopes.key[dependence.scope[order]]
    account[most <= 0] = NOBODY
    role = job_roles(snapshot)
    complete = colleague_completeness(snapshot, reference.captured, parameters)
    percent, ranked, position = _ranks(reference, role, found.total, complete, parameters)
    return Holdings(
        colleague=keys,
        role=role,
        capital=found.total,
        alone=sums(found.colleague[lone], found.worth[lone], size),
        ties=counts(found.colleague[active], size),
        ties_alone=counts(found.colleague[lone], size),
        dependence=most,
        account=account,
        percent=percent,
        position=position,
        ranked=ranked,
        completeness=complete,
    )


def _ranks(
    reference: Reference, role: Ints, capital: Floats, complete: Floats, parameters: Parameters
) -> tuple[Floats, Ints, Ints]:
    """Percentile, colleagues ranked in the job role, and the place from the top among those shown with a rank."""
    percent, ranked = reference.ranked(role, capital)
    told = (ranked >= parameters.employee.least_ranked) & (complete >= parameters.employee.least_complete)
    percent = np.where(told, percent, np.nan)
    position = np.zeros(len(role), dtype=np.int64)
    for each in np.unique(role[told]):
        own = np.flatnonzero(told & (role == each))
        position[own] = 1 + (capital[own][None, :] > capital[own][:, None]).sum(axis=1)
    return percent, np.where(told, ranked, 0), position


@dataclass(frozen=True, slots=True)
class HeldAt:
    """Relationship capital by colleague and account (keys), ordered by both; in the basis of value."""

    colleague: Ints
    account: Ints
    worth: Floats


def held_at(snapshot: Snapshot, reference: Reference, parameters: Parameters, accounts: Ints) -> HeldAt:
    """What each colleague holds at some accounts: their part of the capital that the employee score ranks.

    Model: ``sum_p value_p T_p share_ep`` over the people of the account (machinery.capital).
    Inputs: a snapshot with the partitions of the accounts, the Reference, the parameters, accounts by key.
    Returns: a row per colleague who holds something there.
    Properties: over all accounts the worths of a colleague sum to RC.
    References: domain.md section 5.4.
    """
    standings = standings_of(snapshot, reference, parameters)
    found, close = capital_of(snapshot, reference, standings, parameters), closeness_of(standings, parameters)
    scope = close.scope[found.place]
    account, colleague = standings.chains.scopes.key[scope], meetings_of(snapshot).colleagues[found.colleague]
    kept = np.flatnonzero((found.worth > 0) & np.isin(account, accounts))
    pairs, at = np.unique(np.column_stack([colleague, account])[kept], axis=0, return_inverse=True)
    return HeldAt(pairs[:, 0], pairs[:, 1], sums(at.ravel(), found.worth[kept], len(pairs)))
