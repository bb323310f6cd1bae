"""Our-company score: how firmly the firm as a whole, not one colleague, holds an account or deal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.frames import Components, Numbers, component_frame
from scoring.machinery.arrays import sums
from scoring.machinery.chain import PERSON
from scoring.machinery.closeness import closeness_of, spread
from scoring.machinery.coverage import coverage_of
from scoring.machinery.dependence import Dependence, dependence_of
from scoring.machinery.evidence import (
    contact_variance,
    interval,
    known_share,
    shrunk,
    shrunk_variance,
    unseen_variance,
)
from scoring.machinery.fit import Fit, fit_of
from scoring.machinery.levels import LevelMatch, level_match
from scoring.machinery.scopes import served
from scoring.machinery.shares import segment_of
from scoring.machinery.standings import Standings, standings_of
from scoring.our_company_explanation import explain_our_company
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import US, Floats, Ints, ScoreFrame, Vendor

KIND = "our_company"
FACTORS = ("tie", "level", "redundancy", "fit")


@dataclass(frozen=True, slots=True)
class Firm:
    """What the formula reads, by scope: the four components and the priors of level and fit, all 0..1."""

    tie: Floats
    level: Floats
    redundancy: Floats
    fit: Floats
    level_prior: Floats
    fit_prior: Floats


def redundancy_of(dependence: Floats, tie: Floats, parameters: Parameters) -> Floats:
    """``(1 - max Dep) min(1, sum I T/reached)``."""
    found: Floats = (1 - dependence) * np.minimum(1.0, tie / parameters.our_company.reached)
    return found


def score_of(firm: Firm, parameters: Parameters) -> tuple[Floats, Floats, Floats]:
    """Score, base and effects (a column per factor) of the raw formula, for many scopes at once."""
    given = parameters.our_company
    base = 100 * (given.level * firm.level_prior + given.fit * firm.fit_prior)
    effects = 100 * np.column_stack([
        given.tie * firm.tie,
        given.level * (firm.level - firm.level_prior),
        given.redundancy * firm.redundancy,
        given.fit * (firm.fit - firm.fit_prior),
    ])  # fmt: skip
    return base + effects.sum(axis=1), base, effects


def score(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    *,
    scopes: Ints | None = None,
    subjects: Ints | None = None,
    vendor: Vendor | None = None,
) -> ScoreFrame:
    """Score our company's hold on each account and opportunity.

    Model: ``O = 100(.35 sum I_p T_p + .15 LevelMatch + .15 Redundancy + .35 Fit)`` with the firm's tie
    ``T_p = 1 - prod_e(1 - .9 T_ep)``, LevelMatch the share of their key levels met by ours
    (machinery.levels), ``Redundancy = (1 - max_e Dep) min(1, sum I_p T_p/.5)`` (machinery.dependence)
    and Fit shrunk to the segment's mean fit; an account's fit is the amount-weighted mean over its open deals and
    those closed within 24 months. In a deal Gen, which dependence reads, is over the cells of its chain.
    Inputs: a snapshot, the Reference, the parameters; ``scopes`` or ``subjects`` name accounts and deals
    by key (default: all accounts and open deals). Only we have this score: another ``vendor`` has no rows.
    Returns: a frame of O in 0..100, a row per account or deal; columns ``dependence`` (max Dep, 0..1) and
    ``resilience`` (100 (1 - max Dep), the account's cell of `employee`; NaN where nobody of ours has
    anything to lose) with ``resilience_p10``, ``resilience_p90`` and ``resilience_completeness``.
    Properties: base + parts = score; a stance never moves it; a better fit never lowers it.
    Limits: what a colleague's successor inherits is not known: without a colleague, what they alone
    carried is gone.
    References: domain.md sections 4 (fit), 5.4 (dependence) and 5.5.
    """
    standings = standings_of(snapshot, reference, parameters, scopes if scopes is not None else subjects)
    rows = served(snapshot, standings.chains.scopes)
    if vendor not in (None, US) or US not in standings.cases.vendor:
        rows = rows[:0]
    given = standings.chains.scopes
    levels, dependence = level_match(snapshot, standings, parameters), dependence_of(snapshot, standings, parameters)
    fit = fit_of(snapshot, given.type[rows], given.key[rows], np.full(len(rows), US), parameters)
    firm = _firm(snapshot, reference, standings, rows, (levels, dependence, fit), parameters)
    total, base, effects = score_of(firm, parameters)
    p10, p90 = _interval(standings, rows, firm, levels, fit, total, parameters)
    most = dependence.most[rows]
    return component_frame(
        KIND,
        Numbers(
            subject=given.key[rows],
            vendor=np.full(len(rows), US),
            scope_type=given.type[rows],
            scope=given.key[rows],
            score=np.clip(total, 0.0, 100.0),
            p10=p10,
            p90=p90,
            completeness=_completeness(standings, rows, levels, fit, parameters),
            base=base,
        ),
        Components(FACTORS, np.column_stack([firm.tie, firm.level, firm.redundancy, firm.fit]), effects),
        {"dependence": most, **_resilience(snapshot, standings, rows, most, parameters)},
        lambda frame, i: explain_our_company(
            frame, i, snapshot, reference, parameters, standings, int(rows[i]), (firm, fit, levels)
        ),
    )


def _resilience(
    snapshot: Snapshot, standings: Standings, rows: Ints, most: Floats, parameters: Parameters
) -> dict[str, Floats]:
    """``100 (1 - max Dep)`` with its interval.

    Dep = lost/total; where lost and kept are independent and vary in proportion to their size,
    ``var Dep = Dep (1 - Dep) var(total)/total^2``.
    """
    close, coverage = closeness_of(standings, parameters), coverage_of(snapshot, standings, parameters)
    size = len(standings.chains.scopes)
    total = (dependence_of(snapshot, standings, parameters).close + coverage.value)[rows]
    variance, upward = spread(standings, close.rows, close.parts, parameters)
    lever = close.influence**2
    moving = most * (1 - most) * np.divide(100.0, total, out=np.zeros(len(rows)), where=total > 0) ** 2
    held = np.where(total > 0, 100 * (1 - most), np.nan)
    p10, p90 = interval(
        held,
        moving * sums(close.scope, lever * variance, size)[rows],
        moving * sums(close.scope, lever * upward, size)[rows],
        parameters,
    )
    return {
        "resilience": held,
        "resilience_p10": p10,
        "resilience_p90": p90,
        "resilience_completeness": np.clip(_known_ties(standings, rows, parameters), 0.0, 1.0),
    }


def _firm(
    snapshot: Snapshot,
    reference: Reference,
    standings: Standings,
    rows: Ints,
    found: tuple[LevelMatch, Dependence, Fit],
    parameters: Parameters,
) -> Firm:
    levels, dependence, fit = found
    close, scopes = closeness_of(standings, parameters), standings.chains.scopes
    segment = segment_of(snapshot, scopes.account[rows])
    level_prior = reference.level_priors[reference.segment_rows(segment)]
    fit_prior = reference.mean_fit(segment)
    tie = sums(close.scope, close.influence * close.firm, len(scopes))[rows]
    return Firm(
        tie=tie,
        level=shrunk(levels.value[rows], level_prior, levels.evidence[rows], parameters),
        redundancy=redundancy_of(dependence.most[rows], tie, parameters),
        fit=shrunk(fit.observed, fit_prior, fit.evidence, parameters),
        level_prior=level_prior,
        fit_prior=fit_prior,
    )


def _known_ties(standings: Standings, rows: Ints, parameters: Parameters) -> Floats:
    """Completeness of the ties, by influence; placeholders are unknown."""
    close = closeness_of(standings, parameters)
    known = standings.known_tie(parameters)[close.rows]
    found: Floats = sums(close.scope, close.influence * known, len(standings.chains.scopes))[rows]
    return found


def _completeness(standings: Standings, rows: Ints, levels: LevelMatch, fit: Fit, parameters: Parameters) -> Floats:
    """``sum weight q / sum weight``; redundancy is known as far as the ties are."""
    given, tie = parameters.our_company, _known_ties(standings, rows, parameters)
    met = (given.tie + given.redundancy) * tie
    met = met + given.level * known_share(levels.evidence[rows], parameters)
    met = met + given.fit * known_share(fit.evidence, parameters)
    total = given.tie + given.level + given.redundancy + given.fit
    found: Floats = np.clip(met / max(total, 1e-300), 0.0, 1.0)
    return found


def _interval(
    standings: Standings,
    rows: Ints,
    firm: Firm,
    levels: LevelMatch,
    fit: Fit,
    total: Floats,
    parameters: Parameters,
) -> tuple[Floats, Floats]:
    """Delta method; redundancy stands on the ties as a whole."""
    given, close, chains = parameters.our_company, closeness_of(standings, parameters), standings.chains
    size = len(chains.scopes)
    seen, known = standings.tie_evidence[close.rows], standings.known_tie(parameters)[close.rows]
    lever = (100 * given.tie * close.influence) ** 2
    variance = sums(close.scope, lever * contact_variance(close.firm, seen, parameters), size)[rows]
    upward = sums(close.scope, lever * unseen_variance(close.firm, known), size)[rows]
    gaps = np.flatnonzero(chains.placeholder != PERSON)
    upward += sums(chains.scope[gaps], (100 * given.tie * chains.influence[gaps]) ** 2 / 3, size)[rows]
    evidence = sums(close.scope, close.influence * seen, size)[rows]
    points = (100 * given.redundancy) ** 2
    variance += points * contact_variance(firm.redundancy, evidence, parameters)
    upward += points * unseen_variance(firm.redundancy, _known_ties(standings, rows, parameters))
    variance += (100 * given.level) ** 2 * shrunk_variance(firm.level, levels.evidence[rows], parameters)
    variance += (100 * given.fit) ** 2 * shrunk_variance(firm.fit, fit.evidence, parameters)
    return interval(total, variance, upward, parameters)
