"""Win likelihood: how probable it is that a vendor wins a deal, from the structure of the deal alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.likelihood_explanation import explain_likelihood
from scoring.machinery.arrays import Flags, expand, sums
from scoring.machinery.attribution import GROUPS, Attribution, attribution, intervals
from scoring.machinery.chain import PERSON
from scoring.machinery.contenders import Contenders, contenders_of
from scoring.machinery.evidence import known_share
from scoring.machinery.gates import GATES, gated_field, gates_of
from scoring.machinery.people import people_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import NO_DECISION, NOBODY, OPPORTUNITY, PHANTOM, Floats, Ints, ScoreFrame, Vendor

KIND = "likelihood"
FACTORS = ("need", "shortlist", "person", "rivals", "fit", "incumbency", "price", "control")
PERSON_PART = FACTORS.index("person")
GROUP_OF = tuple(GROUPS.index("people" if factor == "person" else factor) for factor in FACTORS)
WORDS: dict[int, int | str] = {PHANTOM: "unknown", NO_DECISION: "none"}
"""What stands in a told field for who is no company."""
PRIOR = "prior"
"""The label of a likelihood that no history of this installation has moved."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of all rows: first person parts, then the groups, ordered by row and factor."""

    indptr: Ints
    factor: np.ndarray[tuple[int], np.dtype[np.int8]]
    subject: Ints
    value: Floats
    effect: Floats
    points: Floats


def score(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    *,
    scopes: Ints | None = None,
    subjects: Ints | None = None,
    vendor: Vendor | None = None,
) -> ScoreFrame:
    """The likelihood that each vendor in the field wins each opportunity.

    Model: ``U_v = 3.0 S_v + 2.0 Fit_v + .8 Inc_v + .5 dPrice_v + .25 (control points held)``;
    ``P_v = P_go c_v E_B[e^{U_v}/(e^{U_v} + sum_{k != v} B_k e^{U_k})]``, ``B_k ~ Bernoulli(c_k)``, over us, all
    rivals that compete and a phantom rival (S 0, the segment's mean fit, c = 1 - belief that the field is
    complete); see machinery.incumbency (Inc), machinery.decision (P_go), machinery.presence (c),
    machinery.control_points, machinery.contest. What
    moves P away from its reference is told by exact Shapley values over eight groups
    (machinery.attribution); a person's part of the people group is ``g I_j (s_j - s_j0)``, ``g = phi/(S - S0)``,
    s_j0 the mean stance of the segment towards us or, for a rival, towards rivals.
    Inputs: a snapshot, the Reference, the parameters; ``scopes`` (opportunity keys, default all open ones),
    ``subjects`` the same by another name for the registry, ``vendor`` one vendor key.
    Returns: a frame on the logit link, a row per opportunity and vendor in its field, of P in 0..1 (``raw``);
    columns ``gate`` (place in `GATES`) and ``gated`` (NaN: not computable), ``go`` (P_go), ``base_points``, and
    ``n``, the closed deals behind the base rate. `beside` tells the field, whose ``raw`` sums to 1.
    Properties: logit of the clipped score = base + effects; 100 P = base_points + points; the field sums to
    1; P rises with own stances, fit, price advantage and control points, and falls with rivals'.
    Limits: whose strongest two rivals change may gain or lose the control point of value; the likelihood is a
    structural prior until a history has been fitted.
    References: domain.md section 6; McFadden (1974); machinery.shapley.
    """
    found = contenders_of(snapshot, reference, parameters, scopes if scopes is not None else subjects)
    measured = found.measures
    case = np.flatnonzero(_asked(found, vendor))
    told = attribution(found, case, parameters)
    parts = _parts(snapshot, found, case, told, parameters)
    p10, p90 = intervals(found, case, parameters)
    raw, deal = found.probability[found.player[case]], found.deal[case]
    bounds, vendors, shared = _fields(found, case)
    gate, factor = gates_of(found.event[deal], found.points.answer[case], parameters)
    frame = ScoreFrame(
        kind=KIND,
        link="logit",
        subject=measured.opportunity[case],
        vendor=measured.vendor[case],
        scope_type=np.full(len(case), OPPORTUNITY),
        scope=measured.opportunity[case],
        score=raw,
        p10=p10,
        p90=p90,
        completeness=_completeness(found, parameters)[case],
        base=told.base,
        factors=FACTORS,
        indptr=parts.indptr,
        factor=parts.factor,
        subject_of_part=parts.subject,
        value=parts.value,
        effect=parts.effect,
        columns={
            "gate": gate.astype(np.float64),
            "factor": factor,
            "gated": raw * factor,
            "go": found.decision.chance[deal],
            "base_points": told.base_points,
            "n": found.decision.base.closed[deal, -1].astype(np.float64),
        },
        explainer=lambda i: explain_likelihood(
            frame, i, snapshot, reference, parameters, found, int(case[i]), float(told.slope[i])
        ),
        points=parts.points,
        field_indptr=bounds,
        field_vendor=vendors,
        field_raw=shared,
    )
    return frame


def _asked(found: Contenders, vendor: Vendor | None) -> Flags:
    """Which cases are of the vendor asked for; one may be asked for per scope."""
    if vendor is None:
        return np.ones(len(found.deal), dtype=bool)
    measured = found.measures
    scopes = len(measured.standings.chains.scopes)
    wanted: Flags = measured.vendor == np.broadcast_to(np.asarray(vendor, dtype=np.int64), scopes)[measured.place]
    return wanted


def beside(frame: ScoreFrame, i: int) -> dict[str, Any]:
    """What a row of a likelihood tells beside its score: raw, gate, gated, base in points, label, n and the field.

    Entries of the field have the vendor's key, or a word for who is no company.
    """
    at = slice(int(frame.field_indptr[i]), int(frame.field_indptr[i + 1]))
    vendors, raw = frame.field_vendor[at], frame.field_raw[at]
    after = gated_field(raw, int(np.flatnonzero(vendors == frame.vendor[i])[0]), float(frame.columns["factor"][i]))
    return {
        "raw": float(frame.score[i]),
        "gate": GATES[int(frame.columns["gate"][i])],
        "gated": _number(frame.columns["gated"][i]),
        "base_points": float(frame.columns["base_points"][i]),
        "label": PRIOR,
        "n": int(frame.columns["n"][i]),
        "field": [
            {"vendor": WORDS.get(int(vendor), int(vendor)), "raw": float(each), "gated": _number(shown)}
            for vendor, each, shown in zip(vendors, raw, after, strict=True)
        ],
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _fields(found: Contenders, case: Ints) -> tuple[Ints, Ints, Floats]:
    """The field of each row: its bounds, vendors and probabilities, then the phantom's and no decision's."""
    players, number = found.players, len(found.key)
    deal = np.append(players.deal, np.arange(number))
    vendor = np.where(players.case >= 0, found.measures.vendor[players.case], PHANTOM)
    order = np.argsort(deal, kind="stable")
    listed = np.append(vendor, np.full(number, NO_DECISION))[order]
    raw = np.append(found.probability, found.nobody)[order]
    size = np.bincount(deal, minlength=number)
    start = np.cumsum(size) - size
    own = found.deal[case]
    _, at = expand(start[own], size[own])
    return np.append(0, np.cumsum(size[own])), listed[at], raw[at]


def _parts(snapshot: Snapshot, found: Contenders, case: Ints, told: Attribution, parameters: Parameters) -> _Parts:
    """A part per member of the chain, and one per other group, by row and factor."""
    measured, chains = found.measures, found.measures.standings.chains
    row_of = np.full(len(found.deal), -1, dtype=np.int64)
    row_of[case] = np.arange(len(case))
    kept = np.flatnonzero(row_of[measured.case] >= 0)
    rows, row = measured.rows[kept], row_of[measured.case[kept]]
    member = measured.standings.member[rows]
    stance = measured.standings.stance[rows]
    moved = chains.influence[member] * (stance - found.mean_stance[measured.case[kept]])
    person = chains.placeholder[member] == PERSON
    who = np.full(len(rows), NOBODY, dtype=np.int64)
    who[person] = people_of(snapshot).key[chains.person[member[person]]]
    size, others = len(case), [place for place in range(len(FACTORS)) if place != PERSON_PART]
    values = _values(found, case)
    group = np.repeat([GROUP_OF[place] for place in others], size)
    every = np.tile(np.arange(size), len(others))
    factor = np.concatenate([np.full(len(rows), PERSON_PART), np.repeat(others, size)])
    at = np.concatenate([row, every])
    order = np.lexsort((factor, at))
    return _Parts(
        indptr=np.searchsorted(at[order], np.arange(size + 1)),
        factor=factor[order].astype(np.int8),
        subject=np.concatenate([who, np.full(len(every), NOBODY)])[order],
        value=np.concatenate([stance, *(values[FACTORS[place]] for place in others)])[order],
        effect=np.concatenate([told.slope[row] * moved, told.effect[group, every]])[order],
        points=np.concatenate([told.slope_points[row] * moved, told.points[group, every]])[order],
    )


def _values(found: Contenders, case: Ints) -> dict[str, Floats]:
    """What each group's part shows: P_go, c, the rivals' chance of being chosen at all, and own quantities."""
    measured, deal = found.measures, found.deal[case]
    total = sums(found.players.deal, found.probability, len(found.key))
    return {
        "need": found.decision.chance[deal],
        "shortlist": found.presence.chance[case],
        "rivals": total[deal] - found.probability[found.player[case]],
        "fit": measured.fit[case],
        "incumbency": measured.incumbency[case],
        "price": measured.price[case],
        "control": found.points.held[case],
    }


def _completeness(found: Contenders, parameters: Parameters) -> Floats:
    """``sum weight q/sum weight`` of funds, event, stances by influence, fit and incumbency; by case."""
    measured, standings = found.measures, found.measures.standings
    influence = standings.chains.influence[standings.member[measured.rows]]
    stances = sums(measured.case, influence * standings.known_stance(parameters)[measured.rows], len(measured.fit))
    given, select = parameters.likelihood, parameters.selection
    funds, event = (known_share(each.evidence, parameters) for each in (found.decision.funds, found.decision.event))
    met = given.funds * funds[found.deal] + given.event * event[found.deal] + select.stance * stances
    met = met + select.fit * known_share(measured.fit_evidence, parameters)
    met = met + select.incumbency * known_share(measured.incumbency_evidence, parameters)
    total = given.funds + given.event + select.stance + select.fit + select.incumbency
    found_: Floats = np.clip(met / max(total, 1e-300), 0.0, 1.0)
    return found_
