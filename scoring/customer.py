"""Customer score: how good our relationship with one account is as a whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.customer_explanation import explain_customer
from scoring.frames import Components, Numbers, component_frame
from scoring.key_person import known_person, person_spread
from scoring.machinery.arrays import sums
from scoring.machinery.chain import PERSON
from scoring.machinery.closeness import closeness_of
from scoring.machinery.coverage import coverage_of, known_coverage
from scoring.machinery.evidence import (
    contact_variance,
    interval,
    known_share,
    shrunk,
    shrunk_variance,
    unseen_variance,
)
from scoring.machinery.partner_key import partner_held
from scoring.machinery.parts import COMMERCIAL, ORGANISATION, PARTS, RISK, SERVICE, Parts, parts_of
from scoring.machinery.scopes import accounts_among
from scoring.machinery.shares import segment_of
from scoring.machinery.standings import Standings, standings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import COMPANY, US, Floats, Ints, ScoreFrame, Vendor

KIND = "customer"
FACTORS = ("key", "partner_key", "coverage", *PARTS, "clip")
PARTNER = FACTORS.index("partner_key")


@dataclass(frozen=True, slots=True)
class Account:
    """What the formula reads, by account: Key, partners' part, Gen 0..1, and the parts 0..1 beside their priors."""

    key: Floats
    partner_key: Floats
    coverage: Floats
    parts: Floats
    priors: Floats


def part_weights(parameters: Parameters) -> Floats:
    """Points of each part at 1: a component's weight shared by its parts; risks are lost points."""
    given = parameters.customer
    return np.array([
        *(100 * given.organisation / len(ORGANISATION) for _ in ORGANISATION),
        *(100 * given.commercial / len(COMMERCIAL) for _ in COMMERCIAL),
        *(100 * given.service / len(SERVICE) for _ in SERVICE),
        *(-given.risk for _ in RISK),
    ])  # fmt: skip


def score_of(account: Account, parameters: Parameters) -> tuple[Floats, Floats, Floats]:
    """Score, base and effects (a column per factor) of the raw formula, for many accounts at once."""
    given, weights = parameters.customer, part_weights(parameters)
    base = account.priors @ weights
    own = np.column_stack([
        100 * given.key * account.key,
        100 * given.general * account.coverage,
        weights * (account.parts - account.priors),
        np.zeros(len(base)),
    ])  # fmt: skip
    held = 100 * given.key * account.partner_key
    # added last, so that without partners nothing is rounded otherwise
    total = base + own.sum(axis=1) + held
    score = np.clip(total, 0.0, 100.0)
    own[:, -1] = score - total
    return score, base, np.insert(own, PARTNER, held, axis=1)


def score(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    *,
    scopes: Ints | None = None,
    subjects: Ints | None = None,
    vendor: Vendor | None = None,
) -> ScoreFrame:
    """Score our relationship with each account.

    Model: ``A = 100(.35 (Key + PKey) + .20 Gen + .20 Org + .15 Com + .10 Svc) - 4 sum risk``, clipped to 0..100,
    the clip being a part. ``Key = sum I_p K_p/100`` with the account's influence, of what we hold ourselves;
    ``PKey = sum I_p .5 max(0, K_p' - K_p)/100`` of what partners hold beyond that, ``K_p'`` being K_p with the
    partner's tie in place of ours, so ``.5 * .30 max(0, T_p' - T_p)(1 + s_p)/2`` (machinery.partners,
    machinery.partner_key); Gen see machinery.coverage;
    Org, Com, Svc means of their parts and the risks' severities, see machinery.parts, each shrunk once to
    the segment's prior ``q x + (1 - q) prior``, ``q = n/(n + 3)``.
    Inputs: a snapshot, the Reference (priors by segment), the parameters; ``scopes`` or ``subjects`` name
    accounts by key (default: all). Only we have this score: another ``vendor`` has no rows.
    Returns: a frame of A in 0..100, a row per account; columns ``key``, ``partner_key``, ``coverage`` (0..1), ``risk``
    (points lost), and of 100 Key, the account's cell of `key_person`, the interval ``key_p10``, ``key_p90``
    and ``key_completeness``. The base has Key and Gen at 0 and every part at its prior.
    Properties: parts sum to the score; a better stance, tie or depth never lowers it; one more tie never
    lowers Gen; a tie of a partner never lowers it, nor does one of ours where a partner has one; Key + PKey is
    in 0..1; without a partner PKey is 0; without ours, or for a company that is ours or a mere rival, no row.
    Limits: that a person left is read from observations ``state:left`` about the seat or the account; a
    tenure that has ended is not in a snapshot. Amounts in other currencies than ``employee.currency`` do not count.
    Ties of partners that nobody recorded neither widen the interval nor lower completeness.
    References: domain.md section 5.3; machinery.coverage, machinery.parts, machinery.gathering.
    """
    standings = standings_of(snapshot, reference, parameters, scopes if scopes is not None else subjects)
    firms = accounts_among(snapshot, standings.chains.scopes)
    if vendor not in (None, US) or US not in standings.cases.vendor:
        firms = firms[:0]
    accounts = standings.chains.scopes.key[firms]
    parts = parts_of(snapshot, accounts, parameters)
    account = _account(snapshot, reference, standings, firms, parts, parameters)
    total, base, effects = score_of(account, parameters)
    p10, p90 = _interval(snapshot, standings, firms, account, parts, total, parameters)
    values = np.column_stack([account.key, account.partner_key, account.coverage, account.parts, effects[:, -1]])
    size = len(firms)
    return component_frame(
        KIND,
        Numbers(
            subject=accounts,
            vendor=np.full(size, US),
            scope_type=np.full(size, COMPANY),
            scope=accounts,
            score=total,
            p10=p10,
            p90=p90,
            completeness=_completeness(snapshot, standings, firms, parts, parameters),
            base=base,
        ),
        Components(FACTORS, values, effects),
        {
            "coverage": account.coverage,
            "partner_key": account.partner_key,
            "risk": parameters.customer.risk * account.parts[:, -len(RISK) :].sum(axis=1),
            **_key_columns(standings, firms, account.key, parameters),
        },
        lambda frame, i: explain_customer(
            frame, i, snapshot, reference, parameters, standings, int(firms[i]), (account.priors[i], parts, i)
        ),
    )


def _account(
    snapshot: Snapshot, reference: Reference, standings: Standings, firms: Ints, parts: Parts, parameters: Parameters
) -> Account:
    close, coverage = closeness_of(standings, parameters), coverage_of(snapshot, standings, parameters)
    scopes = standings.chains.scopes
    liking = close.warmth * (1 + standings.stance[close.rows]) / 2
    priors = reference.part_priors[reference.segment_rows(segment_of(snapshot, scopes.key[firms]))]
    return Account(
        key=sums(close.scope, close.influence * liking, len(scopes))[firms],
        partner_key=partner_held(snapshot, standings, parameters).key[firms],
        coverage=coverage.value[firms],
        parts=shrunk(parts.observed, priors, parts.evidence, parameters),
        priors=priors,
    )


def _completeness(
    snapshot: Snapshot, standings: Standings, firms: Ints, parts: Parts, parameters: Parameters
) -> Floats:
    """``sum weight q / sum weight`` over Key (by influence), Gen and all parts."""
    given = parameters.customer
    key = _known_key(standings, firms, parameters)
    general = known_coverage(standings, coverage_of(snapshot, standings, parameters), parameters)[firms]
    weights = np.abs(part_weights(parameters)) / 100
    known = known_share(parts.evidence, parameters) @ weights
    total = given.key + given.general + weights.sum()
    found: Floats = np.clip((given.key * key + given.general * general + known) / max(total, 1e-300), 0, 1)
    return found


def _known_key(standings: Standings, firms: Ints, parameters: Parameters) -> Floats:
    """Completeness of Key: of each person by influence; placeholders are unknown."""
    close = closeness_of(standings, parameters)
    known = close.influence * known_person(standings, close.rows, parameters)
    found: Floats = sums(close.scope, known, len(standings.chains.scopes))[firms]
    return found


def _key_spread(standings: Standings, firms: Ints, parameters: Parameters) -> tuple[Floats, Floats]:
    """Variance of 100 Key, and upward; what an unidentified role's holder thinks of us is unseen altogether."""
    close, chains = closeness_of(standings, parameters), standings.chains
    size = len(chains.scopes)
    spread, upward = person_spread(standings, close.rows, close.parts, parameters)
    lever = close.influence**2
    gaps = np.flatnonzero(chains.placeholder != PERSON)
    above = sums(close.scope, lever * upward, size)
    above += sums(chains.scope[gaps], (100 * chains.influence[gaps]) ** 2 / 3, size)
    return sums(close.scope, lever * spread, size)[firms], above[firms]


def _key_columns(standings: Standings, firms: Ints, key: Floats, parameters: Parameters) -> dict[str, Floats]:
    p10, p90 = interval(100 * key, *_key_spread(standings, firms, parameters), parameters)
    return {
        "key": key,
        "key_p10": p10,
        "key_p90": p90,
        "key_completeness": np.clip(_known_key(standings, firms, parameters), 0.0, 1.0),
    }


def _interval(
    snapshot: Snapshot,
    standings: Standings,
    firms: Ints,
    account: Account,
    parts: Parts,
    total: Floats,
    parameters: Parameters,
) -> tuple[Floats, Floats]:
    """Delta method, component by component."""
    given, close = parameters.customer, closeness_of(standings, parameters)
    variance, above = (given.key**2 * each for each in _key_spread(standings, firms, parameters))
    coverage = coverage_of(snapshot, standings, parameters)
    seen = sums(close.scope, standings.tie_evidence[close.rows], len(standings.chains.scopes))[firms]
    reach = (100 * given.general) ** 2
    variance += reach * contact_variance(account.coverage, seen, parameters)
    above += reach * unseen_variance(account.coverage, known_coverage(standings, coverage, parameters)[firms])
    variance += shrunk_variance(account.parts, parts.evidence, parameters) @ part_weights(parameters) ** 2
    variance += (100 * given.key) ** 2 * partner_held(snapshot, standings, parameters).variance[firms]
    return interval(total, variance, above, parameters)
