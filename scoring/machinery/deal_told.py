"""What one vendor's place in a contest rests on, told as plain values with the evidence behind."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoring.machinery.awards import earlier_awards
from scoring.machinery.beliefs import NO, YES, Beliefs, belief_told
from scoring.machinery.chain import PERSON
from scoring.machinery.contact import NEVER
from scoring.machinery.contenders import Contenders
from scoring.machinery.control_points import POINTS
from scoring.machinery.fit import judged
from scoring.machinery.incumbency import offers, shares_told, stated_told
from scoring.machinery.people import people_of
from scoring.machinery.raw import person_inputs, stance_told
from scoring.parameters import Parameters
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, EdgeRef, Ints

Told = dict[str, Any]
Evidence = tuple[int | EdgeRef, ...]
WORDS = {YES: "yes", NO: "no"}


def decision_told(snapshot: Snapshot, found: Contenders, deal: int, parameters: Parameters) -> tuple[Told, Evidence]:
    """What the chance of a decision rests on."""
    given, base, row = parameters.likelihood, found.decision.base, int(found.decision.approver_row[deal])
    approver, reached = (None, ()) if row < 0 else _approver(snapshot, found, row, parameters)
    told = {
        "decided": given.decided,
        "deals": given.decided_deals,
        "steps": [
            {"closed": int(closed), "decided": int(decided)}
            for closed, decided in zip(base.closed[deal], base.decided[deal], strict=True)
        ],
        "funds": belief_told(found.decision.funds, deal),
        "event": belief_told(found.decision.event, deal),
        "approver": approver,
        "weights": {"funds": given.funds, "event": given.event, "approver": given.approver},
    }
    money = _items(found.decision.funds, deal) + _items(found.decision.event, deal)
    return told, tuple(dict.fromkeys([*money, *reached]))


def _items(beliefs: Beliefs, row: int) -> list[int]:
    """The entities behind a belief."""
    return [int(beliefs.items.observation[at]) for at in beliefs.items.of(row)]


def _approver(snapshot: Snapshot, found: Contenders, row: int, parameters: Parameters) -> tuple[Told, Evidence]:
    """The strongest tie with a holder of the approver's role, and whose it is."""
    standings = found.measures.standings
    member = int(standings.member[row])
    inputs, evidence = person_inputs(snapshot, standings, row, parameters)
    told = {
        "person": int(people_of(snapshot).key[standings.chains.person[member]]),
        "vendor": int(standings.vendor[row]),
        "tie": inputs["tie"],
    }
    return told, evidence["tie"]


def stances_told(snapshot: Snapshot, found: Contenders, case: int, parameters: Parameters) -> list[Told]:
    """Each member's stance towards the vendor, in the order of the chain."""
    standings, told = found.measures.standings, []
    for row in found.measures.rows[found.measures.case == case]:
        member = standings.member[row : row + 1]
        known = standings.chains.placeholder[member[0]] == PERSON
        inputs: Told = {}
        if known:
            places = standings.chains.places(member)
            inputs, _ = stance_told(snapshot, places, standings.vendor[row : row + 1], parameters)
        told.append({
            "person": int(people_of(snapshot).key[standings.chains.person[member[0]]]) if known else NOBODY,
            "stance": float(standings.stance[row]),
            "inputs": inputs,
        })  # fmt: skip
    return told


def _self(found: Contenders, case: int) -> tuple[Ints, Ints]:
    """The deal and the vendor of a case, as arrays of one."""
    return found.measures.opportunity[case : case + 1], found.measures.vendor[case : case + 1]


def fit_told(snapshot: Snapshot, found: Contenders, case: int, parameters: Parameters) -> Told:
    """Every requirement judged, and what fit is shrunk to."""
    judgement = judged(snapshot, *_self(found, case), parameters)
    return {
        "requirements": [
            {
                "requirement": int(judgement.requirement[at]),
                "weight": float(judgement.weight[at]),
                "met": float(judgement.met[at]),
                "proof": float(judgement.proof[at]),
                "age": int(judgement.age[at]),
            }
            for at in range(len(judgement.place))
        ],
        "prior": float(found.measures.fit_prior[case]),
    }


def incumbency_told(snapshot: Snapshot, found: Contenders, case: int, parameters: Parameters) -> Told:
    """Installed shares and what COMPETES says, else earlier awards, and what that is shrunk to."""
    shares = shares_told(snapshot, found.measures.supply, case)
    stated = stated_told(snapshot, found.measures.supply, case)
    return {
        "shares": shares,
        "stated": stated,
        "awards": [] if shares or stated else _awards(snapshot, found, case, parameters),
        "prior": float(found.measures.incumbency_prior[case]),
    }


def _awards(snapshot: Snapshot, found: Contenders, case: int, parameters: Parameters) -> list[Told]:
    if parameters.selection.award == 0:
        return []
    (deal, vendor), account = _self(found, case), found.measures.account[case : case + 1]
    awards = earlier_awards(snapshot, deal, account, vendor, parameters)
    columns = (each.tolist() for each in (awards.deal, awards.won, awards.age, awards.weight))
    return [
        {"opportunity": deal, "won": won, "age": age, "weight": weight}
        for deal, won, age, weight in zip(*columns, strict=True)
    ]


def price_told(found: Contenders, case: int) -> Told:
    """Own price and the median of the known ones, where two are known in one currency."""
    own, median = (float(each[case]) for each in (found.measures.own_price, found.measures.median_price))
    known = not np.isnan(median)
    return {"own": own if known else None, "median": median if known else None}


def control_told(found: Contenders, case: int, parameters: Parameters) -> Told:
    """The four control points: each answer, and what it rests on beyond what is told already."""
    given, standings, points = parameters.likelihood, found.measures.standings, found.points
    rows = found.measures.rows[found.measures.case == case]
    rows = rows[standings.chains.placeholder[standings.member[rows]] == PERSON]
    met = (standings.depth_evidence[rows] > 0) | (standings.since_met[rows] != NEVER)
    rests: dict[str, Told] = {
        "event": {"known": belief_told(points.event_known, case)},
        "inside": {
            "deepest": float(standings.depth[rows].max(initial=0.0)),
            "known": bool(met.any()),
            "least": given.inside_depth,
        },
        "top_three": {},
        "value": {
            "margin": given.value_margin,
            "rivals": given.value_rivals,
            "unique": belief_told(points.unique_value, case),
        },
    }
    return {
        name: {"answer": WORDS.get(int(answer), "unknown"), **rests[name]}
        for name, answer in zip(POINTS, points.answer[case], strict=True)
    }


def offer_evidence(snapshot: Snapshot, found: Contenders, case: int) -> Evidence:
    """The COMPETES edges of a vendor in its deal."""
    competes = snapshot.edges["competes"]
    _, edge = offers(snapshot, *_self(found, case))
    return tuple(("competes", int(competes.source[row]), int(competes.target[row])) for row in edge)


def presence_evidence(snapshot: Snapshot, found: Contenders, case: int) -> Evidence:
    """The mandatory requirements, and the shortlist's items: observations, then COMPETES edges."""
    presence, competes = found.presence, snapshot.edges["competes"]
    rows = presence.shortlist.items.of(case)
    said = len(presence.shortlist.items.row) - len(presence.named)
    evidence: list[int | EdgeRef] = presence.requirement[presence.requirement_case == case].tolist()
    for at in rows:
        edge = int(presence.named[at - said]) if at >= said else -1
        evidence.append(
            ("competes", int(competes.source[edge]), int(competes.target[edge]))
            if edge >= 0
            else int(presence.shortlist.items.observation[at])
        )
    return tuple(dict.fromkeys(evidence))


def control_evidence(snapshot: Snapshot, found: Contenders, case: int, parameters: Parameters) -> Evidence:
    """The observations and the inside sources behind a vendor's control points."""
    standings, measured, deal = found.measures.standings, found.measures, int(found.deal[case])
    evidence: list[int | EdgeRef] = [
        *_items(found.decision.event, deal),
        *_items(found.points.event_known, case),
        *_items(found.points.unique_value, case),
    ]
    rows = measured.rows[measured.case == case]
    member = standings.member[rows]
    deep = (standings.depth[rows] >= parameters.likelihood.inside_depth) & (
        standings.chains.placeholder[member] == PERSON
    )
    evidence += people_of(snapshot).key[standings.chains.person[member[deep]]].tolist()
    return tuple(dict.fromkeys(evidence))
