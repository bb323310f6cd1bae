"""Fit of a vendor's offer: ``sum weight * met * proof / sum weight`` over the requirements judged.

A requirement without a MEETS edge of the vendor is not judged: it lowers the evidence, not the fit. A
MEETS edge without ``met`` means met, without ``proof`` means claimed; a missing weight is 1. The fit in an
account is the mean over its open deals and those closed within ``decision_rights.closed_months`` in which
something was judged, weighted by amount; a deal without an amount weighs like the mean of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.affiliations import amounts
from scoring.machinery.arrays import Grouping, lookup, sums, with_means
from scoring.machinery.concerns import customer_of
from scoring.machinery.people import current, people_of
from scoring.machinery.scopes import recent_deals
from scoring.parameters import Parameters
from scoring.snapshot import ALWAYS, Snapshot
from scoring.types import COMPANY, Floats, Ints


@dataclass(frozen=True, slots=True)
class Judged:
    """Requirements judged, by place in the deals asked for: weight, share met, proof and age in days."""

    place: Ints
    requirement: Ints
    weight: Floats
    met: Floats
    proof: Floats
    age: Ints


def judged(snapshot: Snapshot, opportunities: Ints, vendors: Ints, parameters: Parameters) -> Judged:
    """Every requirement of the opportunities that is judged for its vendor."""
    people = people_of(snapshot)
    requires, required = current(snapshot, "requires")
    meets, met_now = current(snapshot, "meets")
    owner, row = Grouping.of(requires.source[required]).join(opportunities)
    requirement = requires.target[required][row]
    rows = np.flatnonzero(met_now)
    vendor = people.vendor(meets.source[rows])
    pair, at = Grouping.of(meets.target[rows] * people.base + vendor).join(requirement * people.base + vendors[owner])
    owner, requirement, at = owner[pair], requirement[pair], rows[at]
    nodes = snapshot.nodes["requirement"]
    place = lookup(nodes.key, requirement)
    stated = nodes["weight"][place] if len(nodes) else np.empty(0)
    proofs = np.array([getattr(parameters.selection, word) for word in VOCABULARIES["proof"]])
    since = meets.valid_from[at]
    return Judged(
        place=owner,
        requirement=requirement,
        weight=np.where((place >= 0) & ~np.isnan(stated), stated, 1.0),
        met=np.where(np.isnan(meets["met"][at]), 1.0, meets["met"][at]),
        proof=np.where(meets["proof"][at] >= 0, proofs[meets["proof"][at]], parameters.selection.claimed),
        age=np.where(since == ALWAYS, 0, snapshot.ages(np.where(since == ALWAYS, snapshot.as_of, since))),
    )


def fit_observed(
    snapshot: Snapshot, opportunities: Ints, vendors: Ints, parameters: Parameters
) -> tuple[Floats, Floats]:
    """Observed fit 0..1 of each vendor in each opportunity (NaN: nothing judged), and its evidence."""
    found, size = judged(snapshot, opportunities, vendors, parameters), len(opportunities)
    total = sums(found.place, found.weight, size)
    reached = sums(found.place, found.weight * found.met * found.proof, size)
    evidence = sums(found.place, np.exp2(-found.age / parameters.evidence.half_life), size)
    return np.divide(reached, total, out=np.full(size, np.nan), where=total > 0), evidence


@dataclass(frozen=True, slots=True)
class Fit:
    """Observed fit (NaN: nothing judged) and evidence by row; (row, deal, weight) of the deals behind it."""

    observed: Floats
    evidence: Floats
    row: Ints
    deal: Ints
    weight: Floats


def fit_of(snapshot: Snapshot, scope_type: Ints, scope: Ints, vendors: Ints, parameters: Parameters) -> Fit:
    """The fit of each row's vendor in its account or opportunity."""
    firms = np.flatnonzero(scope_type == COMPANY)
    deals = recent_deals(snapshot, parameters)
    at, place = Grouping.of(customer_of(snapshot, deals)).join(scope[firms])
    own = np.flatnonzero(scope_type != COMPANY)
    row, deal = np.concatenate([firms[at], own]), np.concatenate([deals[place], scope[own]])
    observed, evidence = fit_observed(snapshot, deal, vendors[row], parameters)
    known = ~np.isnan(observed)
    row, deal, observed, evidence = row[known], deal[known], observed[known], evidence[known]
    size = len(scope)
    weight = _amount_weights(snapshot, row, deal, size, parameters)
    total = sums(row, weight, size)
    mean = np.divide(sums(row, weight * observed, size), total, out=np.full(size, np.nan), where=total > 0)
    return Fit(mean, sums(row, evidence, size), row, deal, weight)


def _amount_weights(snapshot: Snapshot, row: Ints, deal: Ints, size: int, parameters: Parameters) -> Floats:
    """The amount of each deal; the mean of the row's others where unknown, 1 where none is known."""
    nodes = snapshot.nodes["opportunity"]
    amount = amounts(nodes["amount"], nodes["amount_currency"], parameters.employee.currency)[nodes.rows(deal)]
    return with_means(row, amount, amount > 0, size)


def requirements_told(
    snapshot: Snapshot, fit: Fit, i: int, vendor: int, parameters: Parameters
) -> list[dict[str, Any]]:
    """The deals behind row ``i``: weight, and every requirement judged."""
    mine = np.flatnonzero(fit.row == i)
    deals = fit.deal[mine]
    found = judged(snapshot, deals, np.full(len(deals), vendor), parameters)
    return [
        {
            "opportunity": int(deal),
            "weight": float(fit.weight[mine[at]]),
            "requirements": [
                {
                    "requirement": int(found.requirement[row]),
                    "weight": float(found.weight[row]),
                    "met": float(found.met[row]),
                    "proof": float(found.proof[row]),
                    "age": int(found.age[row]),
                }
                for row in np.flatnonzero(found.place == at)
            ],
        }
        for at, deal in enumerate(deals)
    ]
