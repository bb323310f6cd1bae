"""Reduces a population to the Reference that its scores are read against.

Everything is reduced from facts up to the end of the previous local day. Of what is recorded only where it
happens (states, agreements, executive exchange) nothing recorded means none, so its prior is a rate
over all accounts; of everything else the accounts that know it count. A segment's prior is the mean
over its accounts beside ``priors.accounts`` accounts like the whole population, whose own mean stands
beside as many accounts at the parameter's value.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.deal_priors import OURS, RIVALS, DealPriors
from scoring.grading.measures import measures_of, observed_parts
from scoring.grading.priors import BASES, MEASURED, GradePriors
from scoring.machinery.arrays import lookup, run_starts, sums
from scoring.machinery.capital import capital_in, colleague_completeness, job_roles
from scoring.machinery.concerns import customer_of
from scoring.machinery.contact import captured_spans
from scoring.machinery.deal_history import decisions_of, supports_of
from scoring.machinery.firm import all_firm_ties
from scoring.machinery.fit import fit_observed
from scoring.machinery.levels import levels_met
from scoring.machinery.parts import EVENTS, PARTS, parts_of
from scoring.machinery.people import current, people_of
from scoring.machinery.scopes import is_open, scopes_of
from scoring.machinery.shares import account_shares, segment_of
from scoring.machinery.standings import chains_of
from scoring.machinery.values import account_values, chosen_basis
from scoring.parameters import Parameters
from scoring.reference import RULES, Reference
from scoring.snapshot import MISSING, Snapshot
from scoring.types import COMPANY, NOBODY, Floats, Ints

WON = code_number("opportunity_status", "won")


def day_before(snapshot: Snapshot) -> Snapshot:
    """The same facts looked at from the end of the previous local day."""
    return snapshot.seen_at(snapshot.local_days.end_of(snapshot.today - 1))


def reduce_reference(snapshot: Snapshot, parameters: Parameters, *, before: Snapshot | None = None) -> Reference:
    """The Reference of a population, from facts up to the end of the previous local day.

    ``before`` is `day_before` of the snapshot where the caller has it already, with what was derived from it.
    """
    segment, vendor, share = _shares(snapshot)
    account, counted = _rules(snapshot)
    roles = parameters.expected_roles
    expected = tuple(getattr(roles, kind) for kind in (*VOCABULARIES["opportunity_kind"], "other"))
    nothing = np.empty(0, dtype=np.int64)
    before = before or day_before(snapshot)
    accounts = scopes_of(before)
    accounts_of = accounts.key[accounts.type == COMPANY]
    segments = np.unique(segment_of(before, accounts_of))
    segments = segments[segments != MISSING]
    bare = Reference(
        expected_roles=expected,
        share_segment=segment,
        share_vendor=vendor,
        share_mean=share,
        rule_account=account,
        rule_counts=counted,
        fit_means=_fit_means(before, segments, parameters),
        captured=captured_spans(snapshot),
        segments=segments,
        part_priors=_part_priors(before, accounts_of, segments, parameters),
        level_priors=np.full(len(segments) + 1, parameters.priors.level_match),
        win_rates=_win_rates(before, segments, parameters),
        basis="one",
        basis_median=1.0,
        deals=DealPriors(*decisions_of(before), stance=np.zeros((len(segments) + 1, 2))),
        grading=_grade_priors(before, accounts_of, segments, parameters),
        rank_role=nothing,
        rank_capital=np.empty(0),
        rank_percent=np.empty(0),
        rank_number=nothing,
        digest="",
    )
    valued = _with_stances(before, _valued(before, accounts_of, bare, parameters), parameters)
    return _digested(_with_people(before, accounts_of, valued, parameters))


def _digested(reference: Reference) -> Reference:
    values = (reference.expected_roles, reference.basis, reference.basis_median)
    state = hashlib.sha256(repr(values).encode())
    captured = reference.captured
    arrays = [value for name in Reference.__slots__ if isinstance(value := getattr(reference, name), np.ndarray)]
    deals = [getattr(reference.deals, name) for name in DealPriors.__slots__]
    grading = (np.array([BASES.index(reference.grading.basis)]), reference.grading.typical, reference.grading.priors)
    for array in (*arrays, captured.colleague, captured.first, captured.last, *deals, *grading):
        state.update(f"{array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return replace(reference, digest=state.hexdigest())


def _valued(snapshot: Snapshot, accounts: Ints, reference: Reference, parameters: Parameters) -> Reference:
    likelihood = reference.win_rate(segment_of(snapshot, accounts))
    basis, median = chosen_basis(account_values(snapshot, accounts, likelihood, parameters), parameters)
    return replace(reference, basis=basis, basis_median=median)


def _with_stances(snapshot: Snapshot, reference: Reference, parameters: Parameters) -> Reference:
    """With the mean stance of the chains of open deals, towards us and towards rivals."""
    deals = snapshot.nodes["opportunity"].key[is_open(snapshot)]
    account, side, support = supports_of(snapshot, chains_of(snapshot, reference, parameters, deals), parameters)
    segment, found = segment_of(snapshot, account), np.empty_like(reference.deals.stance)
    for each in (OURS, RIVALS):
        own = side == each
        found[:, each] = _segment_means(
            support[own], np.ones(int(own.sum())), segment[own], reference.segments, 0.0, parameters
        )
    return replace(reference, deals=replace(reference.deals, stance=found))


def _with_people(snapshot: Snapshot, accounts: Ints, reference: Reference, parameters: Parameters) -> Reference:
    """With what follows from the ties of accounts: level match by segment, and the knots of the ranks."""
    if not len(people_of(snapshot).ours):
        return reference
    ties = all_firm_ties(snapshot, chains_of(snapshot, reference, parameters, accounts), parameters)
    levels = levels_met(snapshot, ties, parameters)
    known = np.flatnonzero(~np.isnan(levels.value))
    segment = segment_of(snapshot, ties.chains.scopes.key[known])
    prior = _segment_means(
        levels.value[known], np.ones(len(known)), segment, reference.segments, parameters.priors.level_match, parameters
    )
    worth = capital_in(snapshot, reference, ties, parameters).total
    complete = colleague_completeness(snapshot, reference.captured, parameters)
    ranked = complete >= parameters.employee.least_complete
    role, capital, percent, number = _knots(job_roles(snapshot)[ranked], worth[ranked])
    return replace(
        reference, level_priors=prior, rank_role=role, rank_capital=capital, rank_percent=percent, rank_number=number
    )


def _knots(role: Ints, capital: Floats) -> tuple[Ints, Floats, Floats, Ints]:
    """Job role, capital, percentile ``100 (i - 1/2)/n`` and n; equal capitals share their mean percentile."""
    order = np.lexsort((capital, role))
    role, capital = role[order], capital[order]
    starts = run_starts(role)
    number = np.diff(np.append(starts, len(role)))
    size = np.repeat(number, number)
    percent = 100 * (np.arange(len(role)) - np.repeat(starts, number) + 0.5) / np.maximum(size, 1)
    new = run_starts(role, capital.view(np.int64))
    if not len(new):
        return role, capital, percent, size
    same = np.diff(np.append(new, len(role)))
    return role[new], capital[new], np.add.reduceat(percent, new) / same, size[new]


def _segment_means(
    value: Floats, weight: Floats, segment: Ints, segments: Ints, prior: float, parameters: Parameters
) -> Floats:
    """The shrunk mean of each segment, then of all."""
    strength = parameters.priors.accounts
    overall = (strength * prior + (weight * value).sum()) / max(strength + weight.sum(), 1e-300)
    at = lookup(segments, segment)
    own = at >= 0
    total = sums(at[own], (weight * value)[own], len(segments))
    number = sums(at[own], weight[own], len(segments))
    means = (strength * overall + total) / np.maximum(strength + number, 1e-300)
    return np.append(means, overall)


def _part_priors(snapshot: Snapshot, accounts: Ints, segments: Ints, parameters: Parameters) -> Floats:
    """The priors of all parts, by segment; a single old item counts as little as it is evidence."""
    parts = parts_of(snapshot, accounts, parameters)
    segment = segment_of(snapshot, accounts)
    found = np.empty((len(segments) + 1, len(PARTS)))
    for column, name in enumerate(PARTS):
        known, value = parts.known[:, column], np.nan_to_num(parts.observed[:, column])
        if name in EVENTS:
            value, weight = value * np.minimum(parts.evidence[:, column], 1.0), np.ones(len(accounts))
        else:
            weight = known.astype(np.float64)
        prior = getattr(parameters.priors, name)
        found[:, column] = _segment_means(value, weight, segment, segments, prior, parameters)
    return found


def _grade_priors(snapshot: Snapshot, accounts: Ints, segments: Ints, parameters: Parameters) -> GradePriors:
    """The basis of value that enough accounts know, what is typical, and the mean of each measured part."""
    given, found = parameters.grade, measures_of(snapshot, accounts, parameters)
    share = (~np.isnan(found.sold)).mean(axis=0) if len(accounts) else np.zeros(len(BASES))
    basis = next((name for name, known in zip(BASES, share, strict=True) if known >= parameters.employee.basis_known),
                 BASES[-1])  # fmt: skip
    typical = [
        _typical(amount, assumed, parameters)
        for amount, assumed in (
            (found.sold[:, BASES.index(basis)], given.typical_value),
            (found.potential, given.typical_potential),
        )
    ]
    bare = GradePriors(basis, np.array(typical), np.empty((len(segments) + 1, len(MEASURED))))
    observed, _ = observed_parts(found, bare, parameters)
    segment = segment_of(snapshot, accounts)
    for column, name in enumerate(MEASURED):
        value = observed[:, column]
        known = (~np.isnan(value)).astype(np.float64)
        bare.priors[:, column] = _segment_means(
            np.nan_to_num(value), known, segment, segments, getattr(given, name), parameters
        )
    return bare


def _typical(amount: Floats, assumed: float, parameters: Parameters) -> float:
    """The geometric mean of the amounts above 0, beside ``priors.accounts`` accounts at what is assumed."""
    known, strength = amount[amount > 0], parameters.priors.accounts
    total = max(strength + len(known), 1e-300)
    return float(np.exp((strength * np.log(assumed) + np.log(known).sum()) / total))


def _win_rates(snapshot: Snapshot, segments: Ints, parameters: Parameters) -> Floats:
    """Share of the closed deals that we won, by the customer's segment."""
    deals = snapshot.nodes["opportunity"]
    closed = (deals["closed_on"] != MISSING) & (deals["closed_on"] <= snapshot.today) & ~is_open(snapshot)
    segment = segment_of(snapshot, customer_of(snapshot, deals.key[closed]))
    won = (deals["status"][closed] == WON).astype(np.float64)
    return _segment_means(won, np.ones(len(won)), segment, segments, parameters.priors.win_rate, parameters)


def _before_today(snapshot: Snapshot, valid_from: Ints) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = snapshot.local_days.of(valid_from) < snapshot.today
    return found


def _shares(snapshot: Snapshot) -> tuple[Ints, Ints, Floats]:
    buys, holds = current(snapshot, "buys")
    account, vendor, share = account_shares(snapshot, holds & _before_today(snapshot, buys.valid_from))
    segment = segment_of(snapshot, account)
    known = segment != MISSING
    account, vendor, share, segment = account[known], vendor[known], share[known], segment[known]
    order = np.lexsort((account, vendor, segment))
    segment, vendor, share = segment[order], vendor[order], share[order]
    starts = run_starts(segment, vendor)
    if not len(starts):
        return starts, starts, np.empty(0)
    number = np.diff(np.append(starts, len(segment)))
    return segment[starts], vendor[starts], np.add.reduceat(share, starts) / number


def _rules(snapshot: Snapshot) -> tuple[Ints, npt.NDArray[np.int64]]:
    deals = snapshot.nodes["opportunity"]
    closed = (deals["closed_on"] != MISSING) & (deals["closed_on"] < snapshot.today)
    says = closed & ((deals["decided_by"] >= 0) | (deals["veto_used"] == 1))
    account = customer_of(snapshot, deals.key[says])
    decided = deals["decided_by"][says]
    by_decider = np.full(len(VOCABULARIES["decided_by"]), -1)
    for word, named in (("one_person", "single"), ("several", "majority"), ("whole_chain", "weighted")):
        by_decider[code_number("decided_by", word)] = RULES.index(named)
    rule = np.where(deals["veto_used"][says] == 1, RULES.index("veto"), by_decider[decided])
    known = account != NOBODY
    keys = np.unique(account[known])
    counted = np.bincount(lookup(keys, account[known]) * len(RULES) + rule[known], minlength=len(keys) * len(RULES))
    return keys, counted.reshape(len(keys), len(RULES)).astype(np.int64)


def _fit_means(snapshot: Snapshot, segments: Ints, parameters: Parameters) -> Floats:
    """The mean fit of the vendors that compete, over the deals in which they were judged, by segment."""
    competes, holds = current(snapshot, "competes")
    deal, vendor = competes.target[holds], people_of(snapshot).vendor(competes.source[holds])
    observed, _ = fit_observed(snapshot, deal, vendor, parameters)
    judged = ~np.isnan(observed)
    segment = segment_of(snapshot, customer_of(snapshot, deal[judged]))
    weight = np.ones(int(judged.sum()))
    return _segment_means(observed[judged], weight, segment, segments, parameters.priors.fit, parameters)
