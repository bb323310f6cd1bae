"""Key-person score: how good a vendor's relationship with one customer person is."""

from __future__ import annotations

import numpy as np

from scoring.machinery.closeness import DEPTH, WARMTH, Warmth, all_warmth, known_warmth, spread, weights
from scoring.machinery.evidence import interval, known_share
from scoring.machinery.people import people_of
from scoring.machinery.raw import person_inputs
from scoring.machinery.standings import Standings, standings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import SCOPE_TYPES, Contribution, Explanation, Floats, Interval, Ints, ScoreFrame, Vendor

KIND = "key_person"
FACTORS = (*WARMTH, "stance")
UNITS = ("1", "1", "rung", "1", "1", "1")
HALF = 50.0
"""Points per unit of warmth; the other half is warmth times stance."""


def score_of(warmth: Warmth, stance: Floats, parameters: Parameters) -> tuple[Floats, Floats]:
    """Warmth W and score K, both 0..100, of the given shares and stances."""
    total = 100 * warmth.total(parameters)
    return total, total * (1 + stance) / 2


def score(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    *,
    scopes: Ints | None = None,
    subjects: Ints | None = None,
    vendor: Vendor | None = None,
) -> ScoreFrame:
    """Score each person of each chain towards us and every rival there.

    Model: ``W = 100(.30 T + .15 R + .35 D/5 + .10 L + .10 B)``, ``K = W (1 + s)/2``. T strongest tie,
    R reciprocity ``2 min(in, out)/(in + out)``, D depth, L years since the first interaction / 5 and B
    active ties / 3, both at most 1, s stance. For a rival T comes from observations, KNOWS edges and
    its installed share; R is 0, as its interactions are not on record.
    Inputs: a snapshot, the Reference, the parameters; ``scopes`` and ``subjects`` keys restrict the
    rows (default: all accounts and open opportunities, all persons), ``vendor`` names one vendor key.
    Rivals have rows in the opportunities they compete in; in an account one is asked for by ``vendor``.
    Returns: a frame of K in 0..100, a row per person, vendor and scope; columns ``warmth`` (0..100)
    and ``stance`` (-1..1); six parts per row: W's at half weight, then stance ``W s/2``.
    Properties: parts sum to the score; a better stance, tie or depth never lowers it; T never rises
    without a new event. Incoming is what the person started (``from``, ``organiser``), outgoing what a
    colleague started, over the last 365 days; a tie is active from strength .1.
    Limits: only what was recorded counts; silence widens the interval upwards.
    References: domain.md section 5.1; machinery.ties, machinery.contact, machinery.stance.
    """
    standings = standings_of(snapshot, reference, parameters, scopes, vendor)
    rows = standings.person_rows
    chains = standings.chains
    keys = people_of(snapshot).key[chains.person[standings.member[rows]]]
    chosen = None if subjects is None else np.flatnonzero(np.isin(keys, subjects))
    if chosen is not None:
        rows, keys = rows[chosen], keys[chosen]
    warmth = all_warmth(standings, parameters) if chosen is None else all_warmth(standings, parameters).take(chosen)
    stance = standings.stance[rows]
    effects = np.empty((len(rows), len(FACTORS)))
    for at, (share, weight) in enumerate(zip(warmth.shares, HALF * weights(parameters), strict=True)):
        np.multiply(share, weight, out=effects[:, at])
    half = effects[:, :-1].sum(axis=1)
    effects[:, -1] = half * stance
    total = half + effects[:, -1]
    p10, p90 = interval(total, *person_spread(standings, rows, warmth, parameters), parameters)
    place = chains.scope[standings.member[rows]]
    values = np.empty_like(effects)
    for at, column in enumerate((*warmth.shares, stance)):
        values[:, at] = column
    values[:, DEPTH] = standings.depth[rows]
    frame = ScoreFrame(
        kind=KIND,
        link="identity",
        subject=keys,
        vendor=standings.vendor[rows],
        scope_type=chains.scopes.type[place],
        scope=chains.scopes.key[place],
        score=np.clip(total, 0.0, 100.0),
        p10=p10,
        p90=p90,
        completeness=known_person(standings, rows, parameters),
        base=np.zeros(len(rows)),
        factors=FACTORS,
        indptr=np.arange(len(rows) + 1, dtype=np.int64) * len(FACTORS),
        factor=np.tile(np.arange(len(FACTORS), dtype=np.int8), len(rows)),
        subject_of_part=np.empty(0, dtype=np.int64),
        value=values.ravel(),
        effect=effects.ravel(),
        columns={"warmth": 2 * half, "stance": stance},
        explainer=lambda i: _explain(frame, i, int(rows[i]), snapshot, reference, parameters, standings),
    )
    return frame


def known_person(standings: Standings, rows: Ints, parameters: Parameters) -> Floats:
    """Completeness ``sum weight q / sum weight``: warmth at one half, stance at the other."""
    warmth = known_warmth(standings, rows, parameters)
    stance = known_share(standings.stance_evidence[rows], parameters)
    total = weights(parameters).sum()
    found: Floats = (total * warmth + stance) / (total + 1)
    return found


def person_spread(standings: Standings, rows: Ints, warmth: Warmth, parameters: Parameters) -> tuple[Floats, Floats]:
    """Variance of K, in points squared, from evidence, and upward from what was not seen."""
    variance, upward = spread(standings, rows, warmth, parameters)
    half = HALF * warmth.total(parameters)
    lever = (HALF * (1 + standings.stance[rows])) ** 2
    return lever * variance + half**2 * standings.stance_variance(parameters)[rows], lever * upward


def _explain(
    frame: ScoreFrame,
    i: int,
    row: int,
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    standings: Standings,
) -> Explanation:
    inputs, evidence = person_inputs(snapshot, standings, row, parameters)
    points = np.append(HALF * weights(parameters), HALF)
    points[DEPTH] /= parameters.depth.top
    priors = {"tie": float(standings.tie_prior[row])}
    parts = []
    for at in range(len(FACTORS)):
        factor = FACTORS[at]
        place = int(frame.indptr[i]) + at
        parts.append(
            Contribution(
                factor=factor,
                value=float(frame.value[place]),
                unit=UNITS[at],
                prior=priors.get(factor, 0.0),
                weight=float(points[at]),
                effect=float(frame.effect[place]),
                code=f"{KIND}.{factor}",
                subject=int(frame.subject[i]),
                evidence=evidence.get(factor, ()),
                inputs=inputs[factor],
            )
        )
    return Explanation(
        kind=KIND,
        subject=int(frame.subject[i]),
        vendor=int(frame.vendor[i]),
        scope_type=SCOPE_TYPES[int(frame.scope_type[i])],
        scope=int(frame.scope[i]),
        score=float(frame.score[i]),
        interval=Interval(float(frame.p10[i]), float(frame.p90[i])),
        completeness=float(frame.completeness[i]),
        link="identity",
        base=0.0,
        contributions=tuple(parts),
        inputs={"warmth": float(frame.columns["warmth"][i]), "half": HALF},
        parameters=parameters.digest,
        reference=reference.digest,
    )
