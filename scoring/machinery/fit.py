"""Fit of a vendor's offer: ``sum weight * met * proof / sum weight`` over the requirements judged.

A requirement without a MEETS edge of the vendor is not judged: it lowers the evidence, not the fit. A
MEETS edge without ``met`` means met, without ``proof`` means claimed; a missing weight is 1.
"""

from __future__ import annotations

import numpy as np

from graph_schema.vocabulary import VOCABULARIES
from scoring.machinery.arrays import Grouping, lookup, sums
from scoring.machinery.people import current, people_of
from scoring.parameters import Parameters
from scoring.snapshot import ALWAYS, Snapshot
from scoring.types import Floats, Ints


def fit_observed(
    snapshot: Snapshot, opportunities: Ints, vendors: Ints, parameters: Parameters
) -> tuple[Floats, Floats]:
    """Observed fit 0..1 of each vendor in each opportunity (NaN: nothing judged), and its evidence."""
    people = people_of(snapshot)
    requires, required = current(snapshot, "requires")
    meets, met_now = current(snapshot, "meets")
    owner, row = Grouping.of(requires.source[required]).join(opportunities)
    requirement = requires.target[required][row]
    judged = np.flatnonzero(met_now)
    vendor = people.vendor(meets.source[judged])
    pair, at = Grouping.of(meets.target[judged] * people.base + vendor).join(requirement * people.base + vendors[owner])
    owner, requirement, at = owner[pair], requirement[pair], judged[at]
    nodes = snapshot.nodes["requirement"]
    place = lookup(nodes.key, requirement)
    stated = nodes["weight"][place] if len(nodes) else np.empty(0)
    weight = np.where((place >= 0) & ~np.isnan(stated), stated, 1.0)
    proofs = np.array([getattr(parameters.selection, word) for word in VOCABULARIES["proof"]])
    proof = np.where(meets["proof"][at] >= 0, proofs[meets["proof"][at]], parameters.selection.claimed)
    met = np.where(np.isnan(meets["met"][at]), 1.0, meets["met"][at])
    since = meets.valid_from[at]
    age = np.where(since == ALWAYS, 0, snapshot.ages(np.where(since == ALWAYS, snapshot.as_of, since)))
    size = len(opportunities)
    total = sums(owner, weight, size)
    reached = sums(owner, weight * met * proof, size)
    evidence = sums(owner, np.exp2(-age / parameters.evidence.half_life), size)
    return np.divide(reached, total, out=np.full(size, np.nan), where=total > 0), evidence
