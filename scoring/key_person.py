"""Key-person score: how good a vendor's relationship with one customer person is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.machinery.contact import NEVER
from scoring.machinery.evidence import contact_variance, interval, known_share, unseen_variance
from scoring.machinery.people import people_of
from scoring.machinery.raw import person_inputs
from scoring.machinery.standings import Standings, standings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import SCOPE_TYPES, Contribution, Explanation, Floats, Interval, Ints, ScoreFrame

KIND = "key_person"
FACTORS = ("tie", "reciprocity", "depth", "duration", "breadth", "stance")
UNITS = ("1", "1", "rung", "1", "1", "1")
HALF = 50.0
"""Points per unit of warmth; the other half is warmth times stance."""


@dataclass(frozen=True, slots=True)
class Warmth:
    """The five parts of warmth as shares 0..1, by row."""

    tie: Floats
    reciprocity: Floats
    depth: Floats
    duration: Floats
    breadth: Floats

    @property
    def shares(self) -> tuple[Floats, ...]:
        """The parts in the order of `FACTORS`."""
        return self.tie, self.reciprocity, self.depth, self.duration, self.breadth

    def parts(self, parameters: Parameters, out: Floats) -> Floats:
        """Half-weighted points of the parts, into the first columns of ``out``; returns their sum."""
        for at, (share, weight) in enumerate(zip(self.shares, _weights(parameters), strict=True)):
            np.multiply(share, weight, out=out[:, at])
        half: Floats = out[:, :5].sum(axis=1)
        return half


def _weights(parameters: Parameters) -> Floats:
    return HALF * np.array([getattr(parameters.key_person, name) for name in FACTORS[:5]])


def score_of(warmth: Warmth, stance: Floats, parameters: Parameters) -> tuple[Floats, Floats]:
    """Warmth W and score K, both 0..100, of the given shares and stances."""
    half = warmth.parts(parameters, out=np.empty((len(stance), len(FACTORS))))
    return 2 * half, half * (1 + stance)


def score(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    *,
    scopes: Ints | None = None,
    subjects: Ints | None = None,
    vendor: int | None = None,
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
    if subjects is not None:
        chosen = np.isin(keys, subjects)
        rows, keys = rows[chosen], keys[chosen]
    warmth, stance = warmth_of(standings, rows, parameters), standings.stance[rows]
    effects = np.empty((len(rows), len(FACTORS)))
    half = warmth.parts(parameters, out=effects)
    effects[:, -1] = half * stance
    total = half + effects[:, -1]
    p10, p90 = _interval(standings, rows, warmth, total, half, parameters)
    place = chains.scope[standings.member[rows]]
    values = np.empty_like(effects)
    for at, column in enumerate((*warmth.shares, stance)):
        values[:, at] = column
    values[:, 2] = standings.depth[rows]
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
        completeness=_completeness(standings, rows, parameters),
        base=0.0,
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


def warmth_of(standings: Standings, rows: Ints, parameters: Parameters) -> Warmth:
    """The parts of warmth of some standings."""
    given = parameters.key_person
    incoming, outgoing = standings.incoming[rows], standings.outgoing[rows]
    total = np.maximum(incoming + outgoing, 1)
    first = standings.since_first[rows]
    years = np.where(first == NEVER, 0, first) / given.year_days
    return Warmth(
        tie=standings.tie[rows],
        reciprocity=2 * np.minimum(incoming, outgoing) / total,
        depth=standings.depth[rows] / parameters.depth.top,
        duration=np.minimum(years / given.full_years, 1.0),
        breadth=np.minimum(standings.breadth[rows] / given.full_colleagues, 1.0),
    )


def _completeness(standings: Standings, rows: Ints, parameters: Parameters) -> Floats:
    """``sum weight q / sum weight``: contact parts at half weight, stance at the other half."""
    weights = _weights(parameters)
    tie, depth = standings.known_tie(parameters)[rows], standings.known_depth(parameters)[rows]
    stance = known_share(standings.stance_evidence[rows], parameters)
    contact = weights[[0, 1, 3, 4]].sum()
    found: Floats = (contact * tie + weights[2] * depth + HALF * stance) / (weights.sum() + HALF)
    return found


def _interval(
    standings: Standings,
    rows: Ints,
    warmth: Warmth,
    total: Floats,
    half: Floats,
    parameters: Parameters,
) -> tuple[Floats, Floats]:
    lever = (1 + standings.stance[rows])[:, None] * _weights(parameters)
    known = standings.known_tie(parameters)[rows]
    evidence = standings.tie_evidence[rows]
    variance = half**2 * standings.stance_variance(parameters)[rows]
    upward = np.zeros(len(rows))
    for at, name in enumerate(FACTORS[:5]):
        value = getattr(warmth, name)
        q = standings.known_depth(parameters)[rows] if name == "depth" else known
        n = standings.depth_evidence[rows] if name == "depth" else evidence
        variance = variance + lever[:, at] ** 2 * contact_variance(value, n, parameters)
        upward = upward + lever[:, at] ** 2 * unseen_variance(value, q)
    return interval(total, variance, upward, parameters)


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
    weights = np.append(_weights(parameters), HALF)
    weights[2] /= parameters.depth.top
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
                weight=float(weights[at]),
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
