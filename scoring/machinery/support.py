"""How a chain stands towards vendors: ``S = sum I_j s_j``, from those alone of whom anything is known.

Nobody's stance moves by itself: without an observation it is 0, and a placeholder's is fixed. So only the
members with an observation of the vendor are worked out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.arrays import Grouping, lookup, sums
from scoring.machinery.chain import PERSON, Chains
from scoring.machinery.evidence import known_share, observations_of
from scoring.machinery.people import people_of
from scoring.machinery.stance import stances
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Support:
    """By case: S, the part of it that placeholders hold, variance of S, and completeness.

    ``case``, ``member``, ``influence`` and ``stance`` list those of whom something is known.
    """

    value: Floats
    placeholders: Floats
    variance: Floats
    known: Floats
    case: Ints
    member: Ints
    influence: Floats
    stance: Floats


def support_of(snapshot: Snapshot, chains: Chains, scope: Ints, vendor: Ints, parameters: Parameters) -> Support:
    """The support of each vendor in its scope (place); pairs are ascending by scope, then vendor."""
    base, size, given = people_of(snapshot).base, len(scope), parameters.stance
    case, member = _observed(snapshot, chains, scope, vendor, base, parameters)
    found = stances(snapshot, chains.places(member), vendor[case], parameters)
    influence = chains.influence[member]
    gaps = np.flatnonzero(chains.placeholder != PERSON)
    total = len(chains.scopes)
    held = sums(chains.scope[gaps], chains.influence[gaps], total)[scope]
    unknown = (1 - given.placeholder**2) / (given.kappa + 1)
    spread = sums(chains.scope, chains.influence**2, total) / (given.kappa + 1)
    spread += sums(chains.scope[gaps], chains.influence[gaps] ** 2, total) * (unknown - 1 / (given.kappa + 1))
    own = (1 - found.value**2) / (given.kappa + found.evidence + 1) - 1 / (given.kappa + 1)
    variance = spread[scope] + sums(case, influence**2 * own, size)
    return Support(
        value=sums(case, influence * found.value, size) + held * given.placeholder,
        placeholders=held * given.placeholder,
        variance=np.maximum(variance, 0.0),
        known=sums(case, influence * known_share(found.evidence, parameters), size),
        case=case,
        member=member,
        influence=influence,
        stance=found.value,
    )


def _observed(
    snapshot: Snapshot, chains: Chains, scope: Ints, vendor: Ints, base: int, parameters: Parameters
) -> tuple[Ints, Ints]:
    """Case and member of everyone with a stance observation towards the case's vendor, in order."""
    pairs = observations_of(snapshot, "stance", parameters).by_vendor.codes
    persons = np.flatnonzero(chains.placeholder == PERSON)
    pair, at = Grouping.of(chains.person[persons]).join(pairs // base)
    member = persons[at]
    case = lookup(scope * base + vendor, chains.scope[member] * base + (pairs % base)[pair])
    keep = case >= 0
    case, member = case[keep], member[keep]
    order = np.lexsort((member, case))
    return case[order], member[order]
