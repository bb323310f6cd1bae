"""Employee score: what one colleague's relationships are worth, ranked within the job role."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.employee_explanation import explain_employee
from scoring.machinery.arrays import lookup, sums
from scoring.machinery.capital import Capital, capital_of, colleague_completeness, job_roles
from scoring.machinery.closeness import closeness_of
from scoring.machinery.dependence import Dependence, dependence_of
from scoring.machinery.evidence import contact_variance, unseen_variance
from scoring.machinery.people import people_of
from scoring.machinery.standings import Standings, standings_of
from scoring.machinery.touches import meetings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import COMPANY, NOBODY, US, Floats, Ints, ScoreFrame, Vendor

KIND = "employee"
FACTORS = ("customer",)


@dataclass(frozen=True, slots=True)
class Ranks:
    """By colleague: rank M and base M(0), interval (all NaN where unranked), and colleagues ranked."""

    score: Floats
    base: Floats
    p10: Floats
    p90: Floats
    completeness: Floats
    number: Ints


@dataclass(frozen=True, slots=True)
class Assets:
    """RC by colleague (place) and account (place of its scope), ordered by both."""

    colleague: Ints
    scope: Ints
    worth: Floats


def score(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    *,
    scopes: Ints | None = None,
    subjects: Ints | None = None,
    vendor: Vendor | None = None,
) -> ScoreFrame:
    """Score the relationships of each of our people.

    Model: relationship capital ``RC_e = sum_p value_p T_p share_ep`` (machinery.capital); the score
    ``M(RC_e)`` interpolates linearly between the Reference's knots ``(RC_i, 100 (i - .5)/n)`` of the job
    role, flat outside. Base ``M(0)``, each customer ``(M - base) RC_ec/RC_e``. ``value_p`` is I_p times
    the account's value on the one basis that the Reference chose: 12-month margin plus open margin
    weighted by likelihood, potential, revenue or 1. Until deals have a likelihood of their own it is the
    Reference's win rate of the customer's segment.
    Inputs: a snapshot of all accounts, the Reference (knots, basis, win rates), the parameters;
    ``subjects`` name colleagues by key, ``scopes`` their employers (companies of ours). Only we have this
    score: another ``vendor`` has no rows.
    Returns: a frame of M in 0..100, a row per colleague; NaN, without parts, where fewer than
    ``employee.least_ranked`` colleagues of the job role are ranked or completeness is below
    ``employee.least_complete``. Columns ``capital`` (RC) and ``dependence`` (the most that any account
    hangs on the colleague, 0..1). Knots are of colleagues complete enough to be ranked.
    Properties: base + parts = score; a stance never moves it (as a rank it may fall when others rise).
    Limits: for the colleague first, never for pay or dismissal. A colleague without a function shares one
    job role with all others without. Completeness is that of the colleague's own record.
    References: domain.md section 5.4; machinery.dependence.
    """
    standings = standings_of(snapshot, reference, parameters)
    colleagues, employer = _chosen(snapshot, scopes, subjects)
    if vendor not in (None, US):
        colleagues, employer = colleagues[:0], employer[:0]
    found = capital_of(snapshot, reference, standings, parameters)
    ranks = _ranks(snapshot, reference, standings, found, colleagues, parameters)
    assets = _assets(standings, found, parameters)
    indptr, subject, value, effect = _parts(standings, assets, ranks, found, colleagues)
    keys = meetings_of(snapshot).colleagues
    size = len(colleagues)
    frame = ScoreFrame(
        kind=KIND,
        link="identity",
        subject=keys[colleagues],
        vendor=np.full(size, US),
        scope_type=np.full(size, COMPANY),
        scope=employer,
        score=ranks.score,
        p10=ranks.p10,
        p90=ranks.p90,
        completeness=ranks.completeness,
        base=ranks.base,
        factors=FACTORS,
        indptr=indptr,
        factor=np.zeros(len(value), dtype=np.int8),
        subject_of_part=subject,
        value=value,
        effect=effect,
        columns={
            "capital": found.total[colleagues],
            "dependence": _most(dependence_of(snapshot, standings, parameters), standings, len(keys))[colleagues],
        },
        explainer=lambda i: explain_employee(
            frame, i, snapshot, reference, parameters, standings, int(colleagues[i]), int(ranks.number[i])
        ),
    )
    return frame


def _chosen(snapshot: Snapshot, scopes: Ints | None, subjects: Ints | None) -> tuple[Ints, Ints]:
    """The colleagues asked for (places in `Meetings.colleagues`), and the company of ours each is at."""
    people, keys = people_of(snapshot), meetings_of(snapshot).colleagues
    if not len(people.ours):
        return keys[:0], keys[:0]
    employer = np.full(len(people.key), people.ours[0], dtype=np.int64)
    own = np.flatnonzero(np.isin(people.seat_company, people.ours))[::-1]
    employer[people.seat_person[own]] = people.seat_company[own]
    at = employer[lookup(people.key, keys)]
    keep = np.ones(len(keys), dtype=bool)
    if subjects is not None:
        keep &= np.isin(keys, subjects)
    if scopes is not None:
        keep &= np.isin(at, scopes)
    return np.flatnonzero(keep), at[keep]


def _ranks(
    snapshot: Snapshot,
    reference: Reference,
    standings: Standings,
    found: Capital,
    colleagues: Ints,
    parameters: Parameters,
) -> Ranks:
    """Rank, base and interval; the interval is that of the capital, read through the ranks."""
    role, worth = job_roles(snapshot)[colleagues], found.total[colleagues]
    complete = colleague_completeness(snapshot, reference.captured, parameters)[colleagues]
    variance, upward = (each[colleagues] for each in _variance(standings, found, parameters))
    z = parameters.evidence.z
    score, number = reference.ranked(role, worth)
    base, _ = reference.ranked(role, np.zeros(len(role)))
    p10, _ = reference.ranked(role, worth - z * np.sqrt(variance))
    p90, _ = reference.ranked(role, worth + z * np.sqrt(variance + upward))
    few = number < parameters.employee.least_ranked
    unranked = few | (complete < parameters.employee.least_complete)
    score, base, p10, p90 = (np.where(unranked, np.nan, each) for each in (score, base, p10, p90))
    return Ranks(score, base, p10, p90, complete, number)


def _variance(standings: Standings, found: Capital, parameters: Parameters) -> tuple[Floats, Floats]:
    """Variance of each colleague's capital from the evidence of ties, and upward from what was not seen."""
    close = closeness_of(standings, parameters)
    seen, known = standings.tie_evidence[close.rows], standings.known_tie(parameters)[close.rows]
    lever = (found.value[found.place] * found.share) ** 2
    size = len(found.total)
    spread = contact_variance(close.firm, seen, parameters)[found.place]
    unseen = unseen_variance(close.firm, known)[found.place]
    return sums(found.colleague, lever * spread, size), sums(found.colleague, lever * unseen, size)


def _assets(standings: Standings, found: Capital, parameters: Parameters) -> Assets:
    scope = closeness_of(standings, parameters).scope[found.place]
    size = max(len(standings.chains.scopes), 1)
    pairs, at = np.unique(found.colleague * size + scope, return_inverse=True)
    worth = sums(at, found.worth, len(pairs))
    kept = worth > 0
    return Assets(pairs[kept] // size, pairs[kept] % size, worth[kept])


def _parts(
    standings: Standings, assets: Assets, ranks: Ranks, found: Capital, colleagues: Ints
) -> tuple[Ints, Ints, Floats, Floats]:
    """A part per customer, for the ranked colleagues."""
    place = np.full(len(found.total), NOBODY, dtype=np.int64)
    ranked = ~np.isnan(ranks.score)
    place[colleagues[ranked]] = np.flatnonzero(ranked)
    row = place[assets.colleague]
    kept = np.flatnonzero(row >= 0)
    row = row[kept]
    share = assets.worth[kept] / found.total[assets.colleague[kept]]
    effect = (ranks.score - ranks.base)[row] * share
    indptr = np.searchsorted(row, np.arange(len(colleagues) + 1))
    return indptr, standings.chains.scopes.key[assets.scope[kept]], assets.worth[kept], effect


def _most(dependence: Dependence, standings: Standings, size: int) -> Floats:
    """The most that any account hangs on each colleague."""
    firms = standings.chains.scopes.type[dependence.scope] == COMPANY
    found = np.zeros(size)
    np.maximum.at(found, dependence.colleague[firms], dependence.value[firms])
    return found
