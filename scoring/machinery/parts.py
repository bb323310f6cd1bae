"""What an account's papers, states and meetings say: the parts of Org, Com, Svc and Risk.

Every part is observed from dated items and 0..1 (NaN: nothing observed); its evidence is the items'
``sum rho 2^(-age/180)``. Documents count as seen behaviour.
- ``executive_exchange`` (interactions marked executive), ``framework_agreement`` (contracts; one in
  force until its stated end is as fresh as today, without an end it ages from its signature),
  ``joint_plan``, ``joint_innovation``, ``alliance`` (states): weighted mean value, faded by the age of
  the latest item.
- ``wallet_share``: what the account buys from us of the larger of its stated potential and all it is
  known to buy. ``tenure``: years since the first contract, delivery, payment or deal won / 5.
  ``trend``: ``.5 + clip(growth, +-.5)`` of payments by due day, for an account without any of contracts
  by signature; from nothing to something is the most growth.
- ``on_time``, ``acceptance`` (deliveries), ``complaints`` (1 for a ticket without a complaint, else
  1 - severity): weighted means.
- Severities: ``left``, ``rival_pilot``, ``distress`` weighted means; ``fading`` the fall of the number of
  interactions between the last two windows; ``overdue`` the worst payment that is unpaid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.machinery import gathering
from scoring.machinery.arrays import Flags, counts, sums
from scoring.machinery.gathering import Items
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import Floats, Ints

ORGANISATION = ("executive_exchange", "framework_agreement", "joint_plan", "joint_innovation", "alliance")
COMMERCIAL = ("wallet_share", "tenure", "trend")
SERVICE = ("on_time", "complaints", "acceptance")
RISK = ("left", "fading", "rival_pilot", "overdue", "distress")
PARTS = (*ORGANISATION, *COMMERCIAL, *SERVICE, *RISK)
EVENTS = frozenset({*ORGANISATION, "left", "rival_pilot", "distress"})
"""Parts that are recorded only where they happen: for a population, nothing recorded means none."""

Combine = Callable[[Items, int, Parameters], Floats]


def _mean(items: Items, size: int, parameters: Parameters) -> Floats:
    weight = items.weight(parameters)
    total = sums(items.owner, weight, size)
    moved = sums(items.owner, weight * items.value, size)
    found: Floats = np.divide(moved, total, out=np.full(size, np.nan), where=total > 0)
    return found


def _fresh(items: Items, size: int, parameters: Parameters) -> Floats:
    youngest = np.full(size, np.inf)
    np.minimum.at(youngest, items.owner, items.age)
    faded: Floats = np.exp2(-youngest / parameters.customer.organisation_half_life)
    found: Floats = _mean(items, size, parameters) * faded
    return found


def _worst(items: Items, size: int, parameters: Parameters) -> Floats:
    worst = np.full(size, -np.inf)
    np.maximum.at(worst, items.owner, items.value)
    return np.where(np.isinf(worst), np.nan, worst)


def _halves(items: Items, size: int) -> tuple[Floats, Floats]:
    """Sums of the values marked 0 and of those marked 1."""
    late = items.mark == 0
    return (
        sums(items.owner[late], items.value[late], size),
        sums(items.owner[~late], items.value[~late], size),
    )


def _trend(items: Items, size: int, parameters: Parameters) -> Floats:
    now, before = _halves(items, size)
    clip = parameters.customer.trend_clip
    growth = np.divide(now - before, before, out=np.full(size, clip), where=before > 0)
    found: Floats = 0.5 + np.clip(growth, -clip, clip)
    return np.where(now + before > 0, found, np.nan)


def _fading(items: Items, size: int, parameters: Parameters) -> Floats:
    now, before = _halves(items, size)
    fall = np.clip(1 - np.divide(now, before, out=np.ones(size), where=before > 0), 0, 1)
    return np.where(now + before > 0, fall, np.nan)


def _tenure(items: Items, size: int, parameters: Parameters) -> Floats:
    oldest = _worst(items, size, parameters)
    years = oldest / parameters.key_person.year_days
    found: Floats = np.minimum(years / parameters.customer.tenure_years, 1.0)
    return found


def _wallet(items: Items, size: int, parameters: Parameters) -> Floats:
    bought = items.mark != gathering.POTENTIAL
    all_of_it = sums(items.owner[bought], items.value[bought], size)
    ours = items.mark == gathering.OURS
    own = sums(items.owner[ours], items.value[ours], size)
    potential = sums(items.owner[~bought], items.value[~bought], size)
    wallet = np.maximum(all_of_it, potential)
    known = (counts(items.owner[bought], size) > 0) & (wallet > 0)
    found: Floats = np.divide(own, wallet, out=np.full(size, np.nan), where=known)
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """How one part is observed: where its items come from, and how they combine."""

    gather: Callable[[Snapshot, Ints, Parameters], Items]
    combine: Combine


HOW: dict[str, Part] = {
    "executive_exchange": Part(gathering.executive_meetings, _fresh),
    "framework_agreement": Part(gathering.framework_agreements, _fresh),
    "joint_plan": Part(gathering.state("joint_plan"), _fresh),
    "joint_innovation": Part(gathering.state("joint_innovation"), _fresh),
    "alliance": Part(gathering.state("alliance"), _fresh),
    "wallet_share": Part(gathering.wallet, _wallet),
    "tenure": Part(gathering.business, _tenure),
    "trend": Part(gathering.revenue, _trend),
    "on_time": Part(gathering.deliveries, _mean),
    "complaints": Part(gathering.tickets, _mean),
    "acceptance": Part(gathering.acceptances, _mean),
    "left": Part(gathering.state("left"), _mean),
    "fading": Part(gathering.recent_meetings, _fading),
    "rival_pilot": Part(gathering.pilots, _mean),
    "overdue": Part(gathering.payments, _worst),
    "distress": Part(gathering.state("distress"), _mean),
}


@dataclass(frozen=True, slots=True)
class Parts:
    """Observed value (NaN: nothing) and evidence, a row per account and a column per part."""

    observed: Floats
    evidence: Floats

    @property
    def known(self) -> Flags:
        """Which parts were observed."""
        found: Flags = ~np.isnan(self.observed)
        return found


def parts_of(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Parts:
    """The parts of accounts, whose keys are ascending; those of a set of accounts are made once."""
    given = (parameters.evidence, parameters.customer, parameters.key_person.year_days, parameters.employee.currency)
    return snapshot.derived(
        ("account parts", accounts.tobytes(), *given), lambda each: _build(each, accounts, parameters)
    )


def _build(snapshot: Snapshot, accounts: Ints, parameters: Parameters) -> Parts:
    size = len(accounts)
    observed, evidence = np.empty((size, len(PARTS))), np.empty((size, len(PARTS)))
    for column, name in enumerate(PARTS):
        items = HOW[name].gather(snapshot, accounts, parameters)
        observed[:, column] = HOW[name].combine(items, size, parameters)
        evidence[:, column] = sums(items.owner, items.weight(parameters), size)
    evidence[np.isnan(observed)] = 0.0
    return Parts(observed, evidence)
