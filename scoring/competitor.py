"""Competitor score: how strong a rival is in an account or opportunity, by the same formula as we are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.competitor_explanation import explain_competitor
from scoring.machinery.arrays import lookup
from scoring.machinery.chain import Chains
from scoring.machinery.evidence import (
    contact_variance,
    interval,
    known_share,
    shrunk,
    shrunk_variance,
    unseen_variance,
)
from scoring.machinery.field import rivals_of
from scoring.machinery.fit import Fit, fit_of
from scoring.machinery.incumbency import Incumbency, incumbency_of
from scoring.machinery.momentum import Momentum, momentum_of
from scoring.machinery.people import people_of
from scoring.machinery.scopes import served
from scoring.machinery.shares import segment_of
from scoring.machinery.standings import chains_of
from scoring.machinery.support import Support, support_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US, Floats, Ints, ScoreFrame, Vendor

KIND = "competitor"
FACTORS = ("stance", "unknown", "incumbency", "fit", "momentum")
STANCE, UNKNOWN, INCUMBENCY, FIT, MOMENTUM = range(len(FACTORS))


@dataclass(frozen=True, slots=True)
class Vendors:
    """What the formula reads, by case: S -1..1, the rest 0..1, and the priors of incumbency and fit."""

    support: Floats
    incumbency: Floats
    fit: Floats
    momentum: Floats
    incumbency_prior: Floats
    fit_prior: Floats


@dataclass(frozen=True, slots=True)
class Field:
    """All cases: scope (place) and vendor, ordered by both, with everything observed of them."""

    chains: Chains
    scope: Ints
    vendor: Ints
    support: Support
    incumbency: Incumbency
    fit: Fit
    momentum: Momentum
    vendors: Vendors


def score_of(vendors: Vendors, parameters: Parameters) -> tuple[Floats, Floats]:
    """Score F and base of the raw formula, for many cases at once."""
    given = parameters.competitor
    base = 100 * (given.support / 2 + given.incumbency * vendors.incumbency_prior + given.fit * vendors.fit_prior)
    score = 100 * (
        given.support * (1 + vendors.support) / 2
        + given.incumbency * vendors.incumbency
        + given.fit * vendors.fit
        + given.momentum * vendors.momentum
    )
    return score, base


def score(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    *,
    scopes: Ints | None = None,
    subjects: Ints | None = None,
    vendor: Vendor | None = None,
) -> ScoreFrame:
    """Score every rival in each account and opportunity.

    Model: ``F_v = 100(.40 (1 + S_v)/2 + .25 Inc + .20 Fit_v + .15 Momentum)``; S_v the chain's weighted
    stance towards v (machinery.support), Inc (machinery.incumbency) and Fit shrunk once to the segment's
    installed share and mean fit, Momentum see machinery.momentum. Who is a rival: machinery.field;
    "build it themselves" is the customer's own company as vendor and always stands.
    Inputs: a snapshot, the Reference, the parameters; ``scopes`` or ``subjects`` name accounts and deals
    by key (default: all accounts and open deals); ``vendor`` one vendor key, also us.
    Returns: a frame of F in 0..100, higher is better for the rival, a row per rival and account or deal;
    columns ``support`` (-1..1), ``incumbency``, ``fit``, ``momentum`` (0..1) and ``gap``, our F less the
    rival's, NaN without ours. Base: stances of 0, incumbency and fit at their priors, no momentum.
    Properties: base + parts = score; a better stance towards the rival never lowers it, one towards us
    never changes it; moving s_j by d moves F by ``50 * .40 * I_j d``.
    Limits: rivals' meetings are on nobody's record; what was not observed counts as not there.
    References: domain.md section 5.6.
    """
    chains = chains_of(snapshot, reference, parameters, scopes if scopes is not None else subjects)
    field, rows = _field(snapshot, reference, chains, vendor, parameters)
    total, base = score_of(field.vendors, parameters)
    p10, p90 = _interval(field, total, parameters)
    indptr, factor, subject, value, effect = _parts(snapshot, field, rows, parameters)
    given, place = chains.scopes, field.scope[rows]
    frame = ScoreFrame(
        kind=KIND,
        link="identity",
        subject=given.key[place],
        vendor=field.vendor[rows],
        scope_type=given.type[place],
        scope=given.key[place],
        score=np.clip(total[rows], 0.0, 100.0),
        p10=p10[rows],
        p90=p90[rows],
        completeness=_completeness(field, parameters)[rows],
        base=base[rows],
        factors=FACTORS,
        indptr=indptr,
        factor=factor,
        subject_of_part=subject,
        value=value,
        effect=effect,
        columns={
            "support": field.support.value[rows],
            "incumbency": field.vendors.incumbency[rows],
            "fit": field.vendors.fit[rows],
            "momentum": field.momentum.value[rows],
            "gap": (_ours(snapshot, field, total) - total)[rows],
        },
        explainer=lambda i: explain_competitor(frame, i, snapshot, reference, parameters, field, int(rows[i])),
    )
    return frame


def _field(
    snapshot: Snapshot, reference: Reference, chains: Chains, vendor: Vendor | None, parameters: Parameters
) -> tuple[Field, Ints]:
    """All cases, ours among them for the gap, and the rows asked for."""
    rows, base = served(snapshot, chains.scopes), people_of(snapshot).base
    if vendor is None:
        scope, vendors = rivals_of(snapshot, chains.scopes, rows, parameters)
    else:
        scope, vendors = rows, np.broadcast_to(np.asarray(vendor, dtype=np.int64), len(chains.scopes))[rows]
    asked = scope * base + vendors
    code = asked
    if len(people_of(snapshot).ours):
        code = np.union1d(asked, rows * base + US)
    elif isinstance(vendor, int) and vendor == US:
        asked = code = asked[:0]
    scope, vendors = np.sort(code) // base, np.sort(code) % base
    given = chains.scopes
    keys = given.type[scope], given.key[scope], given.account[scope], vendors
    support = support_of(snapshot, chains, scope, vendors, parameters)
    incumbency = incumbency_of(snapshot, *keys, parameters)
    fit = fit_of(snapshot, keys[0], keys[1], vendors, parameters)
    momentum = momentum_of(snapshot, *keys, parameters)
    segment = segment_of(snapshot, keys[2])
    prior, mean_fit = reference.installed_share(segment, vendors), reference.mean_fit(segment)
    measured = Vendors(
        support=support.value,
        incumbency=shrunk(incumbency.observed, prior, incumbency.evidence, parameters),
        fit=shrunk(fit.observed, mean_fit, fit.evidence, parameters),
        momentum=momentum.value,
        incumbency_prior=prior,
        fit_prior=mean_fit,
    )
    field = Field(chains, scope, vendors, support, incumbency, fit, momentum, measured)
    return field, lookup(scope * base + vendors, np.sort(asked))


def _ours(snapshot: Snapshot, field: Field, total: Floats) -> Floats:
    """Our own score in each case's scope, NaN where there is no us."""
    base = people_of(snapshot).base
    at = lookup(field.scope * base + field.vendor, field.scope * base + US)
    return np.where(at >= 0, total[at] if len(total) else np.nan, np.nan)


def _completeness(field: Field, parameters: Parameters) -> Floats:
    """``sum weight q / sum weight``; stances count by influence."""
    given = parameters.competitor
    met = given.support * field.support.known
    met = met + given.incumbency * known_share(_known(field.incumbency.observed, field.incumbency.evidence), parameters)
    met = met + given.fit * known_share(field.fit.evidence, parameters)
    met = met + given.momentum * known_share(field.momentum.evidence, parameters)
    total = given.support + given.incumbency + given.fit + given.momentum
    found: Floats = np.clip(met / max(total, 1e-300), 0.0, 1.0)
    return found


def _known(observed: Floats, evidence: Floats) -> Floats:
    return np.where(np.isnan(observed), 0.0, evidence)


def _interval(field: Field, total: Floats, parameters: Parameters) -> tuple[Floats, Floats]:
    """Delta method, component by component."""
    given, vendors = parameters.competitor, field.vendors
    variance = (50 * given.support) ** 2 * field.support.variance
    seen = _known(field.incumbency.observed, field.incumbency.evidence)
    variance += (100 * given.incumbency) ** 2 * shrunk_variance(vendors.incumbency, seen, parameters)
    variance += (100 * given.fit) ** 2 * shrunk_variance(vendors.fit, field.fit.evidence, parameters)
    points, evidence = (100 * given.momentum) ** 2, field.momentum.evidence
    variance += points * contact_variance(vendors.momentum, evidence, parameters)
    upward = points * unseen_variance(vendors.momentum, known_share(evidence, parameters))
    return interval(total, variance, upward, parameters)


def _parts(
    snapshot: Snapshot, field: Field, rows: Ints, parameters: Parameters
) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.int8]], Ints, Floats, Floats]:
    """The parts of the rows: a stance per person of whom one is known, then the components."""
    given, vendors, support = parameters.competitor, field.vendors, field.support
    place = np.full(len(field.scope), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    known = np.flatnonzero(place[support.case] >= 0)
    half, every = 50 * given.support, np.arange(len(rows))
    keys = people_of(snapshot).key[field.chains.person[support.member[known]]]
    case = np.concatenate([place[support.case[known]], np.tile(every, 4)])
    factor = np.repeat([STANCE, UNKNOWN, INCUMBENCY, FIT, MOMENTUM], [len(known), *[len(rows)] * 4])
    value = np.concatenate([
        support.stance[known], support.placeholders[rows], vendors.incumbency[rows], vendors.fit[rows],
        vendors.momentum[rows],
    ])  # fmt: skip
    effect = np.concatenate([
        half * support.influence[known] * support.stance[known],
        half * support.placeholders[rows],
        100 * given.incumbency * (vendors.incumbency - vendors.incumbency_prior)[rows],
        100 * given.fit * (vendors.fit - vendors.fit_prior)[rows],
        100 * given.momentum * vendors.momentum[rows],
    ])  # fmt: skip
    subject = np.concatenate([keys, np.full(4 * len(rows), NOBODY)])
    order = np.lexsort((factor, case))
    indptr = np.searchsorted(case[order], np.arange(len(rows) + 1))
    return indptr, factor[order].astype(np.int8), subject[order], value[order], effect[order]
