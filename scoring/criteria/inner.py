"""The inner four of a deal: our fit and our closeness, and the same two of the two most dangerous rivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring import competitor
from scoring.criteria.ground import ground_of
from scoring.machinery.arrays import sums
from scoring.machinery.closeness import warmth_of
from scoring.machinery.evidence import shrunk
from scoring.machinery.fit import fit_observed
from scoring.machinery.shares import segment_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import US

MOST_RIVALS = 2


@dataclass(frozen=True, slots=True)
class Inner:
    """A vendor's fit and closeness, 0..1, with what each is known by; and as a rival its threat, 0..100."""

    vendor: int
    fit: float
    fit_evidence: float
    closeness: float
    closeness_known: float
    threat: float | None


def inner_four(snapshot: Snapshot, reference: Reference, parameters: Parameters, deal: int) -> list[Inner]:
    """Us, then the two rivals of the deal that threaten us most.

    Model: fit is shrunk once to the segment's mean fit; closeness ``sum I_p W_p`` over the chain, W the warmth of
    key_person, so placeholders and whoever was never met add nothing; a rival's threat is its competitor
    score F.
    """
    asked = np.array([deal], dtype=np.int64)
    ground = ground_of(snapshot, reference, parameters, asked)
    standings, size = ground.standings, len(ground)
    fit, evidence = fit_observed(snapshot, ground.deal, ground.vendor, parameters)
    fit = shrunk(fit, reference.mean_fit(segment_of(snapshot, ground.account)), evidence, parameters)
    influence = standings.chains.influence[standings.member[ground.member]]
    close = sums(ground.case, influence * warmth_of(standings, ground.member, parameters).total(parameters), size)
    known = sums(ground.case, influence * standings.known_tie(parameters)[ground.member], size)
    rivals = competitor.score(snapshot, reference, parameters, scopes=asked)
    threat = {int(v): float(f) for v, f in zip(rivals.vendor, rivals.score, strict=True) if v != US}
    order = sorted(range(size), key=lambda at: (ground.vendor[at] != US, -threat.get(int(ground.vendor[at]), 0.0)))
    ours = sum(int(ground.vendor[at]) == US for at in order)
    return [
        Inner(
            vendor=int(ground.vendor[at]),
            fit=float(fit[at]),
            fit_evidence=float(evidence[at]),
            closeness=float(close[at]),
            closeness_known=float(known[at]),
            threat=threat.get(int(ground.vendor[at])),
        )
        for at in order[: ours + MOST_RIVALS]
    ]
