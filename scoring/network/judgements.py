"""Which judgements fade: stance, depth, political status, orientation, and the answers that deals rest on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from graph_schema.vocabulary import VOCABULARIES
from scoring.criteria.answers import answers_of, weight_of
from scoring.criteria.catalogue import CRITERIA
from scoring.machinery.arrays import Flags, Grouping, lookup, sums
from scoring.machinery.beliefs import UNKNOWN, YES, Beliefs
from scoring.machinery.capital import values_by_scope
from scoring.machinery.concerns import concerns_of, customer_of
from scoring.machinery.contact import NEVER
from scoring.machinery.evidence import observations_of
from scoring.machinery.scopes import is_open
from scoring.machinery.stance import depth_terms, rung, stance_terms
from scoring.machinery.standings import standings_of
from scoring.network.decay import NEVER_DAYS, days_until
from scoring.network.members import Members, members_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot, category_code
from scoring.types import COMPANY, NOBODY, US, Floats, Ints

KINDS = ("stance", "depth", "political_status", "orientation", "criterion")
STANCE, DEPTH, STATUS, ORIENTATION, CRITERION = range(len(KINDS))
REASONS = ("evidence", "turns", "rung")
EVIDENCE, TURNS, RUNG = range(len(REASONS))
"""It falls because its evidence gets too old, because it no longer says the same, or because a rung is lost."""


@dataclass(frozen=True, slots=True)
class Judgements:
    """What is judged and will not hold for ever; ordered by kind, account, person or deal, criterion.

    ``row`` is that of `Members` (-1 for a criterion); ``deal`` is the deal of a criterion (`NOBODY` else), ``word``
    the place of a status, an orientation or a criterion in its vocabulary (-1 else), ``value`` what is held.
    ``evidence`` is its n_eff, ``needs`` what that must not fall under (NaN: nothing of the kind). ``days`` is in how
    many it falls, for the ``reason`` in `REASONS`; ``nearness`` 0..1 is the share of today's evidence at which it
    does. ``points`` of the account's customer score rest on it (NaN: none do). ``weight`` is influence x account
    value x nearness.
    """

    kind: Ints
    row: Ints
    account: Ints
    person: Ints
    deal: Ints
    word: Ints
    value: Floats
    evidence: Floats
    needs: Floats
    days: Ints
    reason: Ints
    nearness: Floats
    points: Floats
    weight: Floats

    def __len__(self) -> int:
        return len(self.kind)


def judgements(snapshot: Snapshot, reference: Reference, parameters: Parameters) -> Judgements:
    """Everything that we hold of people and open deals, with the day on which it falls if nobody confirms it.

    Model: evidence decays by ``d = 2^(-t/180)``. *Stance* ``S d/(kappa + W d)``, S and W the sums of ``rho e`` and
    ``rho``: a supporter or opponent turns at ``d* = kappa theta/(S - theta W)``, theta the bound; and any stance needs
    ``n_eff >= kappa``, the weight of what is assumed without it. *Depth* loses a rung when all that holds it is
    another ``depth.rung_days`` old. *Political status* and *orientation* keep their majority, as all votes fade alike,
    and need ``network.status_evidence``. *Criterion* of our open deals: ``P = (m s + S0 + S d)/(s + W0 + W d)``, S0
    and W0 of what holds as long as the graph says it; yes turns unknown where P is no longer above .65 or n_eff falls
    under 2, no where P is no longer below .35. ``nearness`` is d* (of a rung ``2^(-days/180)``).
    Inputs: a snapshot, the Reference, the parameters.
    Returns: `Judgements`; what is judged unknown, or rests on too little already, has no row.
    Properties: with no new event the day of a row stays the same, whichever day it is looked at; scored anew on that
    day the judgement no longer holds, and on the day before it does.
    Limits: stances of the account's scope; a criterion's day is read with its graph as it stands; of a share of the
    account's score that rests on a stance or rung, all other things are taken as they are.
    References: domain.md sections 2, 4, 6 and 7.
    """
    members = members_of(snapshot, reference, parameters)
    parts = (
        _stances(snapshot, members, parameters),
        _depths(snapshot, members, parameters),
        _words(snapshot, members, STATUS, "political_status", parameters),
        _words(snapshot, members, ORIENTATION, "orientation", parameters),
        _criteria(snapshot, reference, parameters),
    )
    names = [each.name for each in fields(Judgements)]
    return Judgements(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _of_members(
    members: Members, kind: int, chosen: Ints, columns: dict[str, Floats | Ints], points: Floats
) -> Judgements:
    """The judgements about some members; what is not given is as for nobody's word and no need."""
    size, nearness = len(chosen), np.asarray(columns["nearness"], dtype=np.float64)
    return Judgements(
        kind=np.full(size, kind),
        row=chosen,
        account=members.account[chosen],
        person=members.person[chosen],
        deal=np.full(size, NOBODY),
        word=np.asarray(columns.get("word", np.full(size, -1)), dtype=np.int64),
        value=np.asarray(columns["value"], dtype=np.float64),
        evidence=np.asarray(columns["evidence"], dtype=np.float64),
        needs=np.asarray(columns.get("needs", np.full(size, np.nan)), dtype=np.float64),
        days=np.asarray(columns["days"], dtype=np.int64),
        reason=np.asarray(columns["reason"], dtype=np.int64),
        nearness=nearness,
        points=points,
        weight=members.influence[chosen] * members.value[chosen] * nearness,
    )


def _stances(snapshot: Snapshot, members: Members, parameters: Parameters) -> Judgements:
    given, size = parameters.stance, len(members)
    terms = stance_terms(snapshot, members.places, np.full(size, US), parameters)
    seen = observations_of(snapshot, "stance", parameters)
    weight = seen.weight[terms.row]
    total, moved = sums(terms.owner, weight, size), sums(terms.owner, weight * seen.value[terms.row], size)
    chosen = np.flatnonzero(total >= given.kappa)
    total, moved, stance = total[chosen], moved[chosen], members.stance[chosen]
    for_us, against = stance >= parameters.guidance.supporter, stance <= parameters.guidance.opponent
    bound = np.where(for_us, parameters.guidance.supporter, parameters.guidance.opponent)
    sided = for_us | against
    slope = moved - bound * total
    turns = np.divide(given.kappa * bound, slope, out=np.zeros(len(chosen)), where=sided & (slope != 0))
    falls = given.kappa / total
    share, life = np.maximum(turns, falls), parameters.evidence.half_life
    warmth = members.warmth[chosen]
    # the account's score has K = W (1 + s)/2, so W |s|/2 of it rests on the stance
    points = 100 * parameters.customer.key * members.influence[chosen] * warmth * np.abs(stance) / 2
    columns = {
        "value": stance, "evidence": total, "needs": np.full(len(chosen), given.kappa),
        "days": days_until(share, life, at=False), "reason": np.where(turns > falls, TURNS, EVIDENCE),
        "nearness": share,
    }  # fmt: skip
    return _of_members(members, STANCE, chosen, columns, points)


def _depths(snapshot: Snapshot, members: Members, parameters: Parameters) -> Judgements:
    size, given, life = len(members), parameters.depth, parameters.evidence.half_life
    owner, row = depth_terms(snapshot, members.places, np.full(size, US), parameters)
    seen = observations_of(snapshot, "depth", parameters)
    met = np.flatnonzero(members.met != NEVER)
    holder = np.concatenate([owner, met])
    level = np.concatenate([seen.value[row], np.full(len(met), given.met)])
    age = np.concatenate([seen.age[row], members.met[met]])
    # what holds the depth of today lasts until it is another rung's time old
    holds = rung(level, age, parameters) >= members.depth[holder]
    lasts = np.ceil((np.floor(age / given.rung_days) + 1) * given.rung_days - age).astype(np.int64)
    days = np.zeros(size, dtype=np.int64)
    np.maximum.at(days, holder[holds], lasts[holds])
    chosen = np.flatnonzero((members.depth > 0) & (days > 0))
    weight = sums(owner, seen.weight[row], size)[chosen]
    lost = np.minimum(members.depth[chosen], 1.0) / given.top
    columns = {
        "value": members.depth[chosen], "evidence": weight, "days": days[chosen],
        "reason": np.full(len(chosen), RUNG), "nearness": np.exp2(-days[chosen] / life),
    }  # fmt: skip
    points = members.person_points(chosen, parameters.key_person.depth * lost, parameters)
    return _of_members(members, DEPTH, chosen, columns, points)


def _words(snapshot: Snapshot, members: Members, kind: int, name: str, parameters: Parameters) -> Judgements:
    size, words, needs = len(members), VOCABULARIES[name], parameters.network.status_evidence
    seen = observations_of(snapshot, name, parameters)
    owner, row = Grouping.of(seen.person).join(members.places.person)
    keep = concerns_of(snapshot, "observation").in_company(seen.item[row], members.account[owner])
    owner, row = owner[keep], row[keep]
    said = snapshot.nodes["observation"]["word"][seen.item[row]]
    votes = np.zeros((size, len(words)))
    for place, word in enumerate(words):
        mine = said == category_code(word)
        votes[:, place] = sums(owner[mine], seen.weight[row[mine]], size)
    total = votes.sum(axis=1)
    chosen = np.flatnonzero(total >= needs)
    share = needs / total[chosen]
    columns = {
        "word": votes[chosen].argmax(axis=1),
        "value": np.divide(votes[chosen].max(axis=1), total[chosen]),
        "evidence": total[chosen], "needs": np.full(len(chosen), needs),
        "days": days_until(share, parameters.evidence.half_life, at=False),
        "reason": np.full(len(chosen), EVIDENCE), "nearness": share,
    }  # fmt: skip
    return _of_members(members, kind, chosen, columns, np.full(len(chosen), np.nan))


def _criteria(snapshot: Snapshot, reference: Reference, parameters: Parameters) -> Judgements:
    deals = snapshot.nodes["opportunity"].key[is_open(snapshot)]
    found = answers_of(snapshot, reference, parameters, scopes=deals)
    ours = np.flatnonzero(found.vendor == US)
    scopes = standings_of(snapshot, reference, parameters).chains.scopes
    values = values_by_scope(snapshot, reference, scopes, parameters)
    firms = np.flatnonzero(scopes.type == COMPANY)
    firms = firms[np.argsort(scopes.key[firms], kind="stable")]
    account = customer_of(snapshot, found.deal[ours])
    at = lookup(scopes.key[firms], account)
    value = np.where(at >= 0, values[firms[at]] if len(firms) else np.nan, np.nan)
    parts = []
    for place, criterion in enumerate(CRITERIA):
        falls, turned = _falls(snapshot, found.beliefs[place], found.answer[:, place], parameters)
        share, turns = falls[ours], turned[ours]
        answer = found.answer[ours, place]
        chosen = np.flatnonzero((answer != UNKNOWN) & (share > 0) & (account != NOBODY))
        weights = sum(weight_of(each, parameters) for each in CRITERIA if each.question == criterion.question)
        influence = weight_of(criterion, parameters) / max(weights, 1e-300)
        size = len(chosen)
        parts.append(
            Judgements(
                kind=np.full(size, CRITERION),
                row=np.full(size, -1),
                account=account[chosen],
                person=np.full(size, NOBODY),
                deal=found.deal[ours][chosen],
                word=np.full(size, place),
                value=found.belief[ours, place][chosen],
                evidence=found.evidence[ours, place][chosen],
                needs=np.where(answer[chosen] == YES, parameters.likelihood.yes_evidence, np.nan),
                days=days_until(share[chosen], parameters.evidence.half_life, at=turns[chosen]),
                reason=np.where(turns[chosen], TURNS, EVIDENCE),
                nearness=share[chosen],
                points=np.full(size, np.nan),
                weight=np.nan_to_num(value[chosen]) * influence * share[chosen],
            )
        )
    names = [each.name for each in fields(Judgements)]
    return Judgements(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _falls(snapshot: Snapshot, beliefs: Beliefs, answer: Ints, parameters: Parameters) -> tuple[Floats, Flags]:
    """At what share of the evidence that fades each answer is lost, 0 for never; and whether P turns it."""
    given, items, size = parameters.likelihood, beliefs.items, len(answer)
    stays = (items.age == 0) & (snapshot.nodes["observation"].rows(items.observation) < 0)

    def parted(which: Flags) -> tuple[Floats, Floats]:
        weight = items.weight[which]
        return sums(items.row[which], weight, size), sums(items.row[which], weight * items.value[which], size)

    (held, held_yes), (fading, fading_yes) = parted(stays), parted(~stays)
    start, prior = beliefs.prior.mean * beliefs.prior.strength, beliefs.prior.strength

    def crossing(bound: float) -> Floats:
        """Where ``start + S0 + S d = bound (prior + W0 + W d)``."""
        rest, slope = start + held_yes - bound * (prior + held), fading_yes - bound * fading
        return np.divide(-rest, slope, out=np.zeros(size), where=slope != 0)

    few = np.divide(given.yes_evidence - held, fading, out=np.zeros(size), where=fading > 0)
    turns = np.where(answer == YES, crossing(given.yes), crossing(given.no))
    # what crossed its bound at more evidence than there is does not come to it again
    turns = np.where((answer != UNKNOWN) & (turns <= 1), np.maximum(turns, 0.0), 0.0)
    few = np.where(answer == YES, np.maximum(few, 0.0), 0.0)
    return np.maximum(turns, few), turns >= few


def confirmable(found: Judgements, among: Ints, most: int) -> Ints:
    """Those of some rows whose confirmation matters most: the greatest weight, then the sooner."""
    known = among[found.days[among] < NEVER_DAYS]
    order = np.lexsort((known, found.days[known], -found.weight[known]))
    return known[order][:most]
