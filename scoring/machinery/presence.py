"""Whether a vendor is still there when the customer chooses: ``c = prod_mandatory P(met) x shortlist belief``.

P(met) is a belief with a prior of its own, moved by every MEETS edge of the vendor with weight
``proof * 2^(-age/180)`` towards the share met. The shortlist belief is Beta(1, 1), moved by ``shortlist``
observations towards the vendor and by what COMPETES says; it is 1 where there is none of either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.machinery.arrays import Grouping, sums
from scoring.machinery.beliefs import UNIFORM, Beliefs, Items, Prior, beliefs_of, believed, items_about, joined
from scoring.machinery.evidence import reliability_of
from scoring.machinery.fit import Judged, judged
from scoring.machinery.incumbency import edge_ages, offers
from scoring.machinery.people import current
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Presence:
    """By case: c, c without evidence, variance of c; and the requirements and shortlist beliefs behind it.

    ``requirement_case`` and ``requirement`` list the mandatory requirements, ``met`` the belief of each, whose
    items are MEETS edges of them; ``named`` are the COMPETES rows of the shortlist's last items.
    """

    chance: Floats
    reference: Floats
    variance: Floats
    requirement_case: Ints
    requirement: Ints
    met: Beliefs
    shortlist: Beliefs
    named: Ints


def presence_of(snapshot: Snapshot, deal: Ints, vendor: Ints, parameters: Parameters) -> Presence:
    """The presence of each vendor in its deal."""
    given, size = parameters.likelihood, len(deal)
    case, requirement = _mandatory(snapshot, deal)
    prior = Prior(given.met, given.met_strength)
    found = judged(snapshot, deal, vendor, parameters)
    met = believed(_proofs(found, case, requirement, vendor, parameters), len(case), prior)
    shortlist, named = _shortlist(snapshot, deal, vendor, parameters)
    listed = np.where(shortlist.evidence > 0, shortlist.mean, 1.0)
    all_met, expected = np.ones(size), np.ones(size)
    np.multiply.at(all_met, case, met.mean)
    np.multiply.at(expected, case, np.full(len(case), given.met))
    relative = sums(case, met.variance / np.maximum(met.mean, 1e-12) ** 2, size)
    relative += np.where(shortlist.evidence > 0, shortlist.variance / np.maximum(listed, 1e-12) ** 2, 0.0)
    chance = all_met * listed
    return Presence(chance, expected, relative * chance**2, case, requirement, met, shortlist, named)


def _mandatory(snapshot: Snapshot, deal: Ints) -> tuple[Ints, Ints]:
    """Case and key of every mandatory requirement."""
    requires, holds = current(snapshot, "requires")
    nodes = snapshot.nodes["requirement"]
    at = nodes.rows(requires.target)
    rows = np.flatnonzero(holds & (at >= 0))
    rows = rows[nodes["mandatory"][at[rows]] == 1]
    case, row = Grouping.of(requires.source[rows]).join(deal)
    return case, requires.target[rows][row]


def _proofs(found: Judged, case: Ints, requirement: Ints, vendor: Ints, parameters: Parameters) -> Items:
    """What is proven of each mandatory requirement, as items of evidence."""
    base = int(max(requirement.max(initial=0), found.requirement.max(initial=0))) + 1
    row, at = Grouping.of(found.place * base + found.requirement).join(case * base + requirement)
    proof, age = found.proof[at], found.age[at]
    weight = proof * np.exp2(-age / parameters.evidence.half_life)
    return Items(row, requirement[row], found.met[at], proof, age, weight)


def _shortlist(snapshot: Snapshot, deal: Ints, vendor: Ints, parameters: Parameters) -> tuple[Beliefs, Ints]:
    competes = snapshot.edges["competes"]
    case, edge = offers(snapshot, deal, vendor)
    said = competes["shortlisted"][edge] >= 0
    case, edge = case[said], edge[said]
    rho = reliability_of(competes["source_class"][edge].astype(np.int64), competes["confidence"][edge], parameters)
    age = edge_ages(snapshot, competes.valid_from[edge])
    weight = rho * np.exp2(-age / parameters.evidence.half_life)
    listed = competes["shortlisted"][edge].astype(np.float64)
    named = Items(case, competes.source[edge], listed, rho, age, weight)
    items = joined(items_about(snapshot, "shortlist", deal, vendor, parameters), named)
    return believed(items, len(deal), UNIFORM), edge


def completeness_of(snapshot: Snapshot, deal: Ints, parameters: Parameters) -> Beliefs:
    """Belief that all rivals in a deal are known: ``criterion:field_complete``."""
    given = parameters.likelihood
    prior = Prior(given.complete, given.complete_strength)
    return beliefs_of(snapshot, "criterion:field_complete", deal, None, parameters, prior)


def presence_told(presence: Presence, case: int) -> dict[str, Any]:
    """One vendor's presence as plain values."""
    items = presence.met.items
    return {
        "chance": float(presence.chance[case]),
        "requirements": [
            {
                "requirement": int(presence.requirement[at]),
                "items": [
                    {
                        "met": float(items.value[each]),
                        "proof": float(items.reliability[each]),
                        "age": int(items.age[each]),
                    }
                    for each in items.of(int(at))
                ],
            }
            for at in np.flatnonzero(presence.requirement_case == case)
        ],
    }
