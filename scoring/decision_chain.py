"""Decision-chain score: how well a vendor stands with those who decide an opportunity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.chain_explanation import explain_chain
from scoring.machinery.arrays import Flags, sums
from scoring.machinery.chain import PERSON
from scoring.machinery.evidence import contact_variance, interval, unseen_variance
from scoring.machinery.people import people_of
from scoring.machinery.rules import majority_rule, single_rule, veto_rule, weighted_rule
from scoring.machinery.scopes import BUYING_ROLES
from scoring.machinery.standings import Standings, opinions, standings_of
from scoring.parameters import Parameters
from scoring.reference import Reference, rule_weights
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, OPPORTUNITY, Floats, Ints, ScoreFrame, Vendor

KIND = "decision_chain"
FACTORS = ("stance", "rule", "tie", "champion", "knowledge", "veto")
STANCE, RULE, TIE, CHAMPION, KNOWLEDGE, VETO = range(len(FACTORS))
APPROVER = 1 << BUYING_ROLES.index("approver")
LEGAL_VETO = 1 << BUYING_ROLES.index("legal_veto")


@dataclass(frozen=True, slots=True)
class ChainInputs:
    """What the formula reads: members by case, and what is known of each case.

    ``case`` is ascending; ``approver`` and ``veto`` say who may veto the rule and who holds the legal
    veto; ``weights`` has a column per decision rule, ``know`` is 0..1 by case.
    """

    case: Ints
    influence: Floats
    rights: Floats
    stance: Floats
    opinion: Floats
    tie: Floats
    depth: Floats
    approver: Flags
    veto: Flags
    weights: Floats
    know: Floats


@dataclass(frozen=True, slots=True)
class ChainScores:
    """Results by case (score, S, rules, parts in points) and by member (champion, veto factor)."""

    score: Floats
    support: Floats
    rules: Floats
    rule: Floats
    tie: Floats
    champion: Floats
    know: Floats
    member_champion: Floats
    veto_effect: Floats


def score_of(inputs: ChainInputs, parameters: Parameters) -> ChainScores:
    """The raw formula of the decision-chain score, for many cases at once."""
    case, size, given = inputs.case, len(inputs.know), parameters.decision_chain
    support = sums(case, inputs.influence * inputs.stance, size)
    weighted = weighted_rule(case, inputs.rights, inputs.opinion, size)
    rules = np.column_stack([
        weighted,
        single_rule(case, inputs.rights, inputs.opinion, size),
        majority_rule(case, inputs.rights, inputs.opinion, size),
        veto_rule(case, inputs.approver | inputs.veto, inputs.opinion, weighted),
    ])  # fmt: skip
    average = (inputs.weights * rules).sum(axis=1)
    half = 100 * given.stance / 2
    tie = 100 * given.tie * sums(case, inputs.influence * inputs.tie, size)
    member_champion = _champions(inputs, parameters)
    champion = np.zeros(size)
    np.maximum.at(champion, case, member_champion)
    rule = half * (average - support)
    champion_points, know = 100 * given.champion * champion, 100 * given.knowledge * inputs.know
    total = half + half * support + rule + tie + champion_points + know
    loss = np.where(inputs.veto, given.veto * np.maximum(0.0, -inputs.opinion), 0.0)
    effect, total = _vetoes(case, loss, total)
    return ChainScores(total, support, rules, rule, tie, champion_points, know, member_champion, effect)


def _champions(inputs: ChainInputs, parameters: Parameters) -> Floats:
    greatest = np.zeros(len(inputs.know))
    np.maximum.at(greatest, inputs.case, inputs.influence)
    share = np.divide(
        inputs.influence,
        greatest[inputs.case],
        out=np.zeros(len(inputs.case)),
        where=greatest[inputs.case] > 0,
    )
    found: Floats = np.sqrt(share) * np.maximum(0.0, inputs.stance) * inputs.depth / parameters.depth.top
    return found


def _vetoes(case: Ints, loss: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Effect of each veto, one after the other in the order of members, and the score left."""
    effect, left = np.zeros(len(case)), total.copy()
    for row in np.flatnonzero(loss):
        effect[row] = -left[case[row]] * loss[row]
        left[case[row]] += effect[row]
    return effect, left


def score(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    *,
    scopes: Ints | None = None,
    subjects: Ints | None = None,
    vendor: Vendor | None = None,
) -> ScoreFrame:
    """Score each opportunity for us and for every rival in it.

    Model: ``S = sum I_j s_j``, ``y = V s``; ``C = 100[.50 (1 + R)/2 + .20 sum I_j T_j + .15 Champ +
    .15 Know] x prod_veto (1 - .5 max(0, -y_i))``; R the average of the four decision rules,
    ``Champ = max_j sqrt(I_j/I_max) max(0, s_j) D_j/5``, Know the share of expected roles identified
    with evidence.
    Inputs: a snapshot, the Reference, the parameters; ``scopes`` (opportunity keys, default all open
    ones), ``subjects`` the same by another name for the registry, ``vendor`` one vendor key.
    Returns: a frame of C in 0..100, a row per opportunity and vendor; columns ``support`` (S, -1..1),
    ``tie``, ``champion``, ``know`` (0..1) and the four rules.
    Properties: base + parts = score; a better stance towards the vendor never lowers it under the
    weighted, majority and veto rules; moving s_j by d moves S by ``I_j d``. Vetoes multiply, in the
    order of members.
    Limits: a chain without people scores its one placeholder with completeness 0.
    References: domain.md sections 4 and 5.2; machinery.influence [1], machinery.rules.
    """
    standings, rows, inputs = chain_inputs(
        snapshot, reference, parameters, scopes if scopes is not None else subjects, vendor
    )
    result = score_of(inputs, parameters)
    chains, cases = standings.chains, standings.cases
    chosen = np.flatnonzero(chains.scopes.type[cases.scope] == OPPORTUNITY)
    place = cases.scope[chosen]
    p10, p90 = _interval(standings, rows, inputs, result, parameters)
    indptr, factor, subject, value, effect = _parts(snapshot, standings, rows, inputs, result, parameters)
    known = _known(standings, rows, parameters)
    frame = ScoreFrame(
        kind=KIND,
        link="identity",
        subject=chains.scopes.key[place],
        vendor=cases.vendor[chosen],
        scope_type=chains.scopes.type[place],
        scope=chains.scopes.key[place],
        score=np.clip(result.score, 0.0, 100.0),
        p10=p10,
        p90=p90,
        completeness=_completeness(standings, rows, inputs, result, known, parameters),
        base=np.full(len(chosen), 50 * parameters.decision_chain.stance),
        factors=FACTORS,
        indptr=indptr,
        factor=factor,
        subject_of_part=subject,
        value=value,
        effect=effect,
        columns={
            "support": result.support,
            "tie": result.tie / 100 / parameters.decision_chain.tie
            if parameters.decision_chain.tie
            else np.zeros(len(chosen)),
            "know": inputs.know,
            "weighted": result.rules[:, 0],
            "single": result.rules[:, 1],
            "majority": result.rules[:, 2],
            "unopposed": result.rules[:, 3],
        },
        explainer=lambda i: explain_chain(
            frame, i, snapshot, reference, parameters, standings, rows[inputs.case == i], inputs
        ),
    )
    return frame


def chain_inputs(
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    scopes: Ints | None = None,
    vendor: Vendor | None = None,
) -> tuple[Standings, Ints, ChainInputs]:
    """Standings of all opportunities asked for, their rows, and the formula's inputs by case."""
    standings = standings_of(snapshot, reference, parameters, scopes, vendor)
    chains, cases = standings.chains, standings.cases
    deals = np.flatnonzero(chains.scopes.type == OPPORTUNITY)
    rows, opinion = opinions(standings, deals)
    chosen = np.flatnonzero(chains.scopes.type[cases.scope] == OPPORTUNITY)
    place = np.zeros(len(cases), dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    member = standings.member[rows]
    gap = chains.placeholder[member]
    roles = chains.roles[member] | np.where((gap >= 0) & (gap < len(BUYING_ROLES)), 1 << gap.clip(0), 0)
    scope = cases.scope[chosen]
    return (
        standings,
        rows,
        ChainInputs(
            case=place[standings.case[rows]],
            influence=chains.influence[member],
            rights=chains.rights[member],
            stance=standings.stance[rows],
            opinion=opinion,
            tie=standings.tie[rows],
            depth=standings.depth[rows],
            approver=(roles & APPROVER) > 0,
            veto=(roles & LEGAL_VETO) > 0,
            weights=rule_weights(reference.decided(chains.scopes.account[scope]), parameters),
            know=chains.know[scope],
        ),
    )


def _parts(
    snapshot: Snapshot,
    standings: Standings,
    rows: Ints,
    inputs: ChainInputs,
    result: ChainScores,
    parameters: Parameters,
) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.int8]], Ints, Floats, Floats]:
    """The parts of all rows: a stance per member, four components, then a part per veto."""
    size, half = len(inputs.know), 50 * parameters.decision_chain.stance
    chains, member = standings.chains, standings.member[rows]
    keys = people_of(snapshot).key
    person = chains.placeholder[member] == PERSON
    who = np.full(len(rows), NOBODY, dtype=np.int64)
    who[person] = keys[chains.person[member[person]]]
    every = np.arange(size)
    veto = np.flatnonzero(inputs.veto)
    nobody = np.full(size, NOBODY)
    average = (inputs.weights * result.rules).sum(axis=1)
    ties = sums(inputs.case, inputs.influence * inputs.tie, size)
    champions = np.zeros(size)
    np.maximum.at(champions, inputs.case, result.member_champion)
    case = np.concatenate([inputs.case, np.tile(every, 4), inputs.case[veto]])
    factor = np.concatenate([np.repeat([STANCE], len(rows)), np.repeat([RULE, TIE, CHAMPION, KNOWLEDGE], size),
                             np.repeat([VETO], len(veto))])  # fmt: skip
    subject = np.concatenate([who, np.tile(nobody, 4), who[veto]])
    value = np.concatenate([
        inputs.stance, average - result.support, ties, champions, inputs.know, inputs.opinion[veto]
    ])  # fmt: skip
    effect = np.concatenate([
        half * inputs.influence * inputs.stance, result.rule, result.tie, result.champion, result.know,
        result.veto_effect[veto],
    ])  # fmt: skip
    order = np.lexsort((factor, case))
    indptr = np.searchsorted(case[order], np.arange(size + 1))
    return indptr, factor[order].astype(np.int8), subject[order], value[order], effect[order]


def _known(standings: Standings, rows: Ints, parameters: Parameters) -> tuple[Floats, Floats, Floats]:
    """Completeness of stance, tie and depth by row; placeholders are unknown."""
    person = standings.chains.placeholder[standings.member[rows]] == PERSON
    return (
        np.where(person, standings.known_stance(parameters)[rows], 0.0),
        np.where(person, standings.known_tie(parameters)[rows], 0.0),
        np.where(person, standings.known_depth(parameters)[rows], 0.0),
    )


def _completeness(
    standings: Standings,
    rows: Ints,
    inputs: ChainInputs,
    result: ChainScores,
    known: tuple[Floats, Floats, Floats],
    parameters: Parameters,
) -> Floats:
    """``sum weight q / sum weight``: stance, tie and depth weighted by influence, roles by Know."""
    given, size = parameters.decision_chain, len(inputs.know)
    stance, tie, depth = (sums(inputs.case, inputs.influence * q, size) for q in known)
    total = given.stance + given.tie + given.champion + given.knowledge
    met = given.stance * stance + given.tie * tie + given.champion * depth + given.knowledge * inputs.know
    return np.clip(met / max(total, 1e-300), 0.0, 1.0)


def _interval(
    standings: Standings, rows: Ints, inputs: ChainInputs, result: ChainScores, parameters: Parameters
) -> tuple[Floats, Floats]:
    """Delta method: stances through S, ties through their sum, champion and roles as shares.

    All rules move with the stances about as S does, so S's gradient stands for their average; vetoes
    scale the whole.
    """
    given, size, case = parameters.decision_chain, len(inputs.know), inputs.case
    stance_variance = standings.stance_variance(parameters)[rows]
    _, known, deep = _known(standings, rows, parameters)
    lever = 50 * given.stance * inputs.influence
    variance = sums(case, lever**2 * stance_variance, size)
    reach = 100 * given.tie * inputs.influence
    evidence = standings.tie_evidence[rows]
    variance += sums(case, reach**2 * contact_variance(inputs.tie, evidence, parameters), size)
    upward = sums(case, reach**2 * unseen_variance(inputs.tie, known), size)
    champion, best = np.zeros(size), np.zeros(size)
    np.maximum.at(champion, case, result.member_champion)
    np.maximum.at(best, case, inputs.influence * (1 - deep))
    roles = np.array([int(mask).bit_count() for mask in standings.chains.expected], dtype=np.float64)
    chosen = standings.chains.scopes.type[standings.cases.scope] == OPPORTUNITY
    asked = roles[standings.cases.scope[chosen]]
    points = 100 * given.champion
    variance += points**2 * contact_variance(champion, np.zeros(size), parameters)
    upward += points**2 * unseen_variance(champion, 1 - best)
    variance += (100 * given.knowledge) ** 2 * inputs.know * (1 - inputs.know) / (asked + 1)
    before = 50 * given.stance * (1 + result.support) + result.rule + result.tie
    before = before + result.champion + result.know
    factor = np.divide(result.score, before, out=np.ones(size), where=before > 1e-12) ** 2
    return interval(result.score, variance * factor, upward * factor, parameters)
