"""The grade of every account: six weighted parts, entry rules, and how far the next grade is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.frames import account_rows
from scoring.grading.measures import Measures, measures_of, observed_parts
from scoring.grading.priors import MEASURED
from scoring.grading.profiles import PARTS, Focus
from scoring.machinery.arrays import Flags
from scoring.machinery.evidence import interval, known_share, shrunk, shrunk_variance
from scoring.machinery.parts import PARTS as ACCOUNT_PARTS
from scoring.machinery.parts import RISK, parts_of
from scoring.machinery.shares import segment_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import Floats, Ints, ScoreFrame

GRADES = VOCABULARIES["grade"]
"""From the highest to the lowest."""
ENTRY = ("fee", "volume", "leads")
UNSEEN = -1
"""The grade of an account that the profile does not look at."""
EXACT = 9
"""Decimals of a score that count against a cut."""


@dataclass(frozen=True, slots=True)
class Graded:
    """What grades are made of, by account ascending by key; the same under every focus profile.

    ``parts`` 0..1 beside their ``priors`` have a column per part of `PARTS`, more being better; ``observed`` is NaN
    where nothing was, ``known`` 0..1 how much of a part its own evidence carries, ``below`` and ``above`` its
    variance downwards and upwards. ``entry`` holds what the account has for each of `ENTRY`, NaN: not known.
    """

    account: Ints
    kinds: Ints
    parts: Floats
    priors: Floats
    observed: Floats
    known: Floats
    below: Floats
    above: Floats
    entry: Floats
    measures: Measures
    wallet: Floats
    recorded: Ints

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True, slots=True)
class Grades:
    """Every account's grade under one focus profile (place in `GRADES`, `UNSEEN` where it does not look).

    ``base + effects.sum(axis=1)`` is the ``score``; ``effects`` has a column per part. ``by_score`` is the grade
    that the score alone would give, ``met`` which of the entry rules of each grade but the last hold.
    """

    focus: Focus
    score: Floats
    p10: Floats
    p90: Floats
    completeness: Floats
    base: Floats
    effects: Floats
    grade: Ints
    by_score: Ints
    met: Flags


def graded(snapshot: Snapshot, reference: Reference, parameters: Parameters, customer: ScoreFrame) -> Graded:
    """The parts of the grade of every account that has a customer score.

    Model: value and potential ``1 - 2^(-amount/typical)``, strategic worth, and cheapness ``value/(value + cost)``
    are observed (`scoring.grading.measures`) and shrunk once to the segment's mean, ``q x + (1 - q) prior`` with
    ``q = n/(n + 3)``; the relationship is ``A/100`` of the customer score and safety 1 minus the mean severity of
    its risks, both shrunk there.
    Inputs: a snapshot, the Reference, the parameters, and the frame of the customer score on that snapshot.
    Returns: parts of 0..1, a row per account.
    Properties: subset-consistent given the Reference; relabelling and reordering change nothing.
    Limits: the relationship holds the risks too, so a risk weighs in both; amounts in other currencies than
    ``employee.currency`` do not count.
    References: domain.md sections 2.2 and 7.
    """
    accounts = np.sort(customer.scope)
    row = account_rows(customer, accounts)
    segment = reference.segment_rows(segment_of(snapshot, accounts))
    measures = measures_of(snapshot, accounts, parameters)
    seen, evidence = observed_parts(measures, reference.grading, parameters)
    priors = reference.grading.priors[segment]
    measured = shrunk(seen, priors, evidence, parameters)
    held = parts_of(snapshot, accounts, parameters)
    risks = [ACCOUNT_PARTS.index(name) for name in RISK]
    given, dangers = reference.part_priors[segment][:, risks], held.observed[:, risks]
    severity = shrunk(dangers, given, held.evidence[:, risks], parameters)
    relation, z = customer.score[row] / 100, parameters.evidence.z
    spread = [((customer.score[row] - edge[row]) / (100 * z)) ** 2 for edge in (customer.p10, customer.p90)]
    variance = shrunk_variance(measured, evidence, parameters)
    risk_variance = shrunk_variance(severity, held.evidence[:, risks], parameters).sum(axis=1) / len(RISK) ** 2
    firms = snapshot.nodes["company"]
    at = firms.rows(accounts)
    own = np.isnan(dangers).all(axis=1)
    return Graded(
        account=accounts,
        kinds=firms["kinds"][at],
        parts=_placed(measured, relation, 1 - severity.mean(axis=1)),
        priors=_placed(priors, customer.base[row] / 100, 1 - given.mean(axis=1)),
        observed=_placed(seen, relation, np.where(own, np.nan, 1 - severity.mean(axis=1))),
        known=_placed(
            known_share(evidence, parameters),
            customer.completeness[row],
            known_share(held.evidence[:, risks], parameters).mean(axis=1),
        ),
        below=_placed(variance, spread[0], risk_variance),
        above=_placed(variance, spread[1], risk_variance),
        entry=np.column_stack([measures.fee, measures.sold[:, 1], measures.leads]),
        measures=measures,
        wallet=held.observed[:, ACCOUNT_PARTS.index("wallet_share")],
        recorded=firms["grade"][at].astype(np.int64),
    )


def _placed(measured: Floats, relationship: Floats, risk: Floats) -> Floats:
    """The columns in the order of `PARTS`."""
    columns = dict(zip(MEASURED, measured.T, strict=True)) | {"relationship": relationship, "risk": risk}
    return np.column_stack([columns[part] for part in PARTS])


def grades(given: Graded, focus: Focus, parameters: Parameters) -> Grades:
    """The grades of all accounts under a focus profile.

    Model: ``score = 100 sum w_k x_k``, w the profile's weights over their sum; base: every part at its prior. The
    grade is the highest whose cut the score reaches and whose entry rules (fee, volume and leads of twelve months)
    all hold; what is not known of an account does not meet a rule that asks for something. Completeness is
    ``sum w q``, the interval by the delta method.
    Inputs: the parts of the accounts, a profile, the parameters.
    Returns: scores of 0..100 and grades, a row per account.
    Properties: effects sum to the score; raising a part, or what an entry rule asks for, never lowers a grade; only
    the proportions of the weights count.
    References: domain.md section 7.
    """
    weight = 100 * focus.shares
    base, effects = given.priors @ weight, weight * (given.parts - given.priors)
    score = base + effects.sum(axis=1)
    variance, above = given.below @ weight**2, np.maximum(given.above - given.below, 0.0) @ weight**2
    p10, p90 = interval(score, variance, above, parameters)
    met = entry_missing(given, parameters) <= 0
    passed = reaches(score, parameters)
    looked = looked_at(given, focus)
    return Grades(
        focus=focus,
        score=score,
        p10=p10,
        p90=p90,
        completeness=np.clip(given.known @ focus.shares, 0.0, 1.0),
        base=base,
        effects=effects,
        grade=np.where(looked, _highest(passed & met.all(axis=2)), UNSEEN),
        by_score=np.where(looked, _highest(passed), UNSEEN),
        met=met,
    )


def looked_at(given: Graded, focus: Focus) -> Flags:
    """The accounts that a profile looks at."""
    if not focus.kinds:
        return np.ones(len(given), dtype=bool)
    mask = sum(1 << code_number("company_kind", kind) for kind in focus.kinds)
    found: Flags = (given.kinds & mask) > 0
    return found


def cuts(parameters: Parameters) -> Floats:
    """The score from which each grade but the last may be had."""
    return np.array([getattr(parameters.grade, name) for name in GRADES[:-1]])


def reaches(score: Floats, parameters: Parameters) -> Flags:
    """Whether each score reaches the cut of each grade but the last."""
    found: Flags = np.round(score, EXACT)[:, None] >= np.round(cuts(parameters), EXACT)
    return found


def entry_rules(parameters: Parameters) -> Floats:
    """What each grade but the last asks for, a row per grade and a column per rule of `ENTRY`."""
    return np.array([[getattr(parameters.entry, f"{grade}_{rule}") for rule in ENTRY] for grade in GRADES[:-1]])


def entry_missing(given: Graded, parameters: Parameters) -> Floats:
    """What is missing to each entry rule: by account, grade and rule; 0 where it holds."""
    missing: Floats = np.maximum(entry_rules(parameters)[None] - np.nan_to_num(given.entry)[:, None, :], 0.0)
    return missing


def _highest(passed: Flags) -> Ints:
    """The first grade that is passed, the last where none is."""
    found: Ints = np.where(passed.any(axis=1), passed.argmax(axis=1), len(GRADES) - 1).astype(np.int64)
    return found


@dataclass(frozen=True, slots=True)
class Distance:
    """How far the next grade is, by account; none (`UNSEEN`) for those of the highest grade or not looked at.

    ``points`` are missing to its cut, ``entry`` to its rules. ``steps`` are the points that each part gives in the
    cheapest way to the cut, ``hours`` their effort; ``reachable``: the parts have that much room.
    """

    target: Ints
    points: Floats
    entry: Floats
    steps: Floats
    hours: Floats
    reachable: Flags


def distance(given: Graded, found: Grades, parameters: Parameters) -> Distance:
    """What is missing to the next grade, and the cheapest way there.

    Model: minimise ``sum e_k d_k`` over ``0 <= d_k <= 1 - x_k`` with ``100 sum w_k d_k`` at least the points missing,
    e the effort of a part from 0 to 1: the parts of the least effort per point are raised first, each as far as it
    goes (a fractional knapsack, so this is the optimum).
    Returns: a row per account.
    Properties: the steps of a reachable grade sum to the points missing.
    Limits: parts are moved one by one; that more value also makes an account cheaper to serve is left out. Entry
    rules have amounts of their own and no effort.
    References: domain.md section 7; Dantzig G. (1957), Discrete-variable extremum problems, Oper. Res. 5(2):266-277.
    """
    size, weight = len(given), 100 * found.focus.shares
    target = np.where(found.grade > 0, found.grade - 1, UNSEEN)
    aim = np.maximum(target, 0)
    cut = cuts(parameters)[aim]
    short = np.where(reaches(found.score, parameters)[np.arange(size), aim], 0.0, cut - found.score)
    points = np.where(target >= 0, short, 0.0)
    entry = np.where((target >= 0)[:, None], entry_missing(given, parameters)[np.arange(size), aim], 0.0)
    effort = np.array([getattr(parameters.grade, f"{part}_effort") for part in PARTS])
    each = np.divide(effort, weight, out=np.full(len(PARTS), np.inf), where=weight > 0)
    order = np.argsort(each, kind="stable")
    room = (weight * (1 - given.parts))[:, order]
    before = np.cumsum(room, axis=1) - room
    taken = np.clip(points[:, None] - before, 0.0, room)
    steps = np.empty_like(taken)
    steps[:, order] = taken
    return Distance(
        target=target,
        points=points,
        entry=entry,
        steps=steps,
        hours=steps @ np.where(np.isfinite(each), each, 0.0),
        reachable=points <= room.sum(axis=1) + 1e-9,
    )
