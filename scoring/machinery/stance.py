"""Stance and depth of contact of persons towards vendors, from observations.

Stance: ``(kappa * s0 + sum rho * 2^(-age/180) * e) / (kappa + sum rho * 2^(-age/180))``. In an
opportunity's scope the items that concern it count and ``s0`` is the general stance; the account
scope is that general stance: items of the account that concern no opportunity, with ``s0 = 0``.
With opinions alone behind it the stance stays within ``opinion_cap``. A value that is no step of the
stance scale counts as given.

Depth: each behavioural (observed) item holds its rung and loses one per ``rung_days``; the highest
of them counts. An interaction face to face, by telephone or at an event proves that we have met.
Nothing behavioural: 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import Flags, sums
from scoring.machinery.concerns import concerns_of
from scoring.machinery.contact import NEVER
from scoring.machinery.evidence import OBSERVED, OPINION, observations_of
from scoring.machinery.people import people_of
from scoring.machinery.ties import Places
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import OPPORTUNITY, Floats, Ints


@dataclass(frozen=True, slots=True)
class Stances:
    """Stance by row, with the weight of evidence behind it."""

    value: Floats
    general: Floats
    evidence: Floats
    backed: Flags
    """Something better than an opinion supports it."""


@dataclass(frozen=True, slots=True)
class StanceTerms:
    """Which stance observations enter: row of `Places`, observation row, own scope or general."""

    owner: Ints
    row: Ints
    own: Flags


def stance_terms(snapshot: Snapshot, places: Places, vendor: Ints, parameters: Parameters) -> StanceTerms:
    """The stance observations of each person towards a vendor that count in the place."""
    seen = observations_of(snapshot, "stance", parameters)
    concerns = concerns_of(snapshot, "observation")
    owner, row = seen.of(places.person, vendor, people_of(snapshot).base)
    item = seen.item[row]
    deal = places.scope_type[owner] == OPPORTUNITY
    own = deal & concerns.opportunity.read(item, places.scope[owner])[1]
    keep = ~np.isnan(seen.value[row]) & (own | concerns.general(item, places.account[owner]))
    return StanceTerms(owner[keep], row[keep], own[keep])


def stances(snapshot: Snapshot, places: Places, vendor: Ints, parameters: Parameters) -> Stances:
    """The stance of each person in a place towards a vendor, -1..1."""
    terms = stance_terms(snapshot, places, vendor, parameters)
    seen = observations_of(snapshot, "stance", parameters)
    value, weight = seen.value[terms.row], seen.weight[terms.row]
    better = seen.source_class[terms.row] != OPINION
    size, kappa, cap = len(places), parameters.stance.kappa, parameters.stance.opinion_cap

    def pooled(chosen: Flags, start: Floats) -> tuple[Floats, Floats, Flags]:
        owner = terms.owner[chosen]
        total = sums(owner, weight[chosen], size)
        moved = sums(owner, weight[chosen] * value[chosen], size)
        backed = sums(owner[better[chosen]], np.ones(int(better[chosen].sum())), size) > 0
        return (kappa * start + moved) / (kappa + total), total, backed

    general, general_weight, general_backed = pooled(~terms.own, np.zeros(size))
    general = np.where(general_backed, general, np.clip(general, -cap, cap))
    own, own_weight, own_backed = pooled(terms.own, general)
    backed = own_backed | general_backed
    return Stances(
        value=np.where(backed, own, np.clip(own, -cap, cap)),
        general=general,
        evidence=own_weight + general_weight,
        backed=backed,
    )


@dataclass(frozen=True, slots=True)
class Depths:
    """Depth by row, with the weight of behavioural evidence behind it."""

    value: Floats
    evidence: Floats


def depth_terms(snapshot: Snapshot, places: Places, vendor: Ints, parameters: Parameters) -> tuple[Ints, Ints]:
    """Row of `Places` and observation row of the behavioural evidence of depth."""
    seen = observations_of(snapshot, "depth", parameters)
    owner, row = seen.of(places.person, vendor, people_of(snapshot).base)
    keep = (seen.source_class[row] == OBSERVED) & ~np.isnan(seen.value[row])
    keep &= places.counted(concerns_of(snapshot, "observation"), owner, seen.item[row])
    return owner[keep], row[keep]


def depths(snapshot: Snapshot, places: Places, vendor: Ints, since_met: Ints, parameters: Parameters) -> Depths:
    """The depth of contact of each person with a vendor, 0..5, on the date of the snapshot."""
    owner, row = depth_terms(snapshot, places, vendor, parameters)
    seen = observations_of(snapshot, "depth", parameters)
    held = rung(seen.value[row], seen.age[row], parameters)
    depth = np.zeros(len(places))
    met = since_met != NEVER
    depth[met] = rung(np.full(int(met.sum()), parameters.depth.met), since_met[met], parameters)
    np.maximum.at(depth, owner, held)
    return Depths(depth, sums(owner, seen.weight[row], len(places)))


def rung(level: Floats, age: Ints, parameters: Parameters) -> Floats:
    """The rung that evidence of an age still holds."""
    held: Floats = np.clip(level - np.floor(age / parameters.depth.rung_days), 0, parameters.depth.top)
    return held
