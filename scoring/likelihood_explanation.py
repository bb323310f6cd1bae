"""The explanation of one likelihood: what adds up to it, and every raw input of the whole contest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from scoring.machinery.beliefs import belief_told
from scoring.machinery.contenders import Contenders
from scoring.machinery.deal_told import (
    Evidence,
    control_evidence,
    control_told,
    decision_told,
    fit_told,
    incumbency_told,
    offer_evidence,
    presence_evidence,
    price_told,
    stances_told,
)
from scoring.machinery.presence import presence_told
from scoring.machinery.told import chain_told
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, SCOPE_TYPES, Contribution, EdgeRef, Explanation, Interval, ScoreFrame

NOTHING: tuple[float, float, dict[str, Any], Evidence] = (0.0, 0.0, {}, ())


def explain_likelihood(
    frame: ScoreFrame,
    i: int,
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    found: Contenders,
    case: int,
    slope: float,
) -> Explanation:
    """Row ``i`` of the frame, which is a case of the contest; ``slope`` is what a unit of S adds."""
    inputs = _inputs(snapshot, found, case, parameters)
    return Explanation(
        kind=frame.kind,
        subject=int(frame.subject[i]),
        vendor=int(frame.vendor[i]),
        scope_type=SCOPE_TYPES[int(frame.scope_type[i])],
        scope=int(frame.scope[i]),
        score=float(frame.score[i]),
        interval=Interval(float(frame.p10[i]), float(frame.p90[i])),
        completeness=float(frame.completeness[i]),
        link=frame.link,
        base=float(frame.base[i]),
        contributions=tuple(_contributions(frame, i, snapshot, found, case, slope, inputs, parameters)),
        inputs=inputs,
        parameters=parameters.digest,
        reference=reference.digest,
    )


def _inputs(snapshot: Snapshot, found: Contenders, case: int, parameters: Parameters) -> dict[str, Any]:
    deal, given = int(found.deal[case]), parameters.likelihood
    cases = np.flatnonzero(found.deal == deal)
    players = found.players_of(deal)
    scope = int(found.measures.place[case])
    return {
        "asked": int(found.measures.vendor[case]),
        **chain_told(snapshot, found.measures.standings.chains, scope),
        "decision": decision_told(snapshot, found, deal, parameters)[0],
        "vendors": [_vendor(snapshot, found, int(each), parameters) for each in cases],
        "phantom": {
            "fit": float(found.players.utility[players[-1]].sum()) / max(parameters.selection.fit, 1e-300),
            "complete": belief_told(found.complete, deal),
        },
        "constants": {
            **{
                name: getattr(parameters.selection, name)
                for name in ("stance", "fit", "incumbency", "price", "control_point", "price_step", "price_clip")
            },
            "met": given.met,
            "met_strength": given.met_strength,
            "placeholder": parameters.stance.placeholder,
            "half_life": parameters.evidence.half_life,
            "shrinkage": parameters.evidence.shrinkage,
            "clip": given.clip,
            "yes": given.yes,
            "yes_evidence": given.yes_evidence,
            "no": given.no,
        },
    }


def _vendor(snapshot: Snapshot, found: Contenders, case: int, parameters: Parameters) -> dict[str, Any]:
    """One vendor of the contest: everything that its utility and its presence rest on."""
    return {
        "vendor": int(found.measures.vendor[case]),
        "mean_stance": float(found.mean_stance[case]),
        "stances": stances_told(snapshot, found, case, parameters),
        "fit": fit_told(snapshot, found, case, parameters),
        "incumbency": incumbency_told(snapshot, found, case, parameters),
        "price": price_told(found, case),
        "control": control_told(found, case, parameters),
        **presence_told(found.presence, case),
        "shortlist": belief_told(found.presence.shortlist, case),
        "chance_reference": float(found.presence.reference[case]),
    }


def _contributions(
    frame: ScoreFrame,
    i: int,
    snapshot: Snapshot,
    found: Contenders,
    case: int,
    slope: float,
    inputs: dict[str, Any],
    parameters: Parameters,
) -> list[Contribution]:
    mine = next(each for each in inputs["vendors"] if each["vendor"] == inputs["asked"])
    told = _told(snapshot, found, case, inputs, mine, parameters)
    made, member = [], 0
    for place, (factor, subject, value, effect) in enumerate(frame.parts(i)):
        code = f"{frame.kind}.{factor}"
        prior, weight, facts, evidence = told.get(factor, NOTHING)
        if factor == "person":
            stance, chain = mine["stances"][member], inputs["members"][member]
            prior, weight = mine["mean_stance"], slope * chain["influence"]
            facts = {**stance["inputs"], **{name: chain[name] for name in ("placeholder", "influence")}}
            evidence = tuple(each["observation"] for each in stance["inputs"].get("items", ()))
            code = f"{frame.kind}.placeholder" if subject == NOBODY else code
            member += 1
        made.append(
            Contribution(
                factor=factor,
                value=value,
                unit="1",
                prior=prior,
                weight=weight,
                effect=effect,
                code=code,
                subject=None if subject == NOBODY else subject,
                evidence=evidence,
                inputs=facts,
                points=float(frame.points[int(frame.indptr[i]) + place]),
            )
        )
    return made


def _told(
    snapshot: Snapshot,
    found: Contenders,
    case: int,
    inputs: dict[str, Any],
    mine: dict[str, Any],
    parameters: Parameters,
) -> dict[str, tuple[float, float, dict[str, Any], Evidence]]:
    """Prior, weight per unit, inputs and evidence of each part but the people's."""
    given, measured, deal = parameters.selection, found.measures, int(found.deal[case])
    rivals = [each for each in inputs["vendors"] if each is not mine]
    heard = [each["inputs"].get("items", ()) for rival in rivals for each in rival["stances"]]
    complete = [item["item"] for item in inputs["phantom"]["complete"]["items"]]
    said = [item["observation"] for items in heard for item in items] + complete
    # these groups are about every vendor of the field, so what is known of each of them stands behind
    cases = [int(each) for each in np.flatnonzero(found.deal == deal)]
    offer = _merged(offer_evidence(snapshot, found, each) for each in cases)
    needed = [each["requirement"] for vendor in inputs["vendors"] for each in vendor["fit"]["requirements"]]
    bought = [each["offering"] for vendor in inputs["vendors"] for each in vendor["incumbency"]["shares"]]
    listed = {name: mine[name] for name in ("chance", "requirements", "shortlist")}
    known = {"number": len(rivals), "phantom": 1 - float(found.complete.mean[deal])}
    _, money = decision_told(snapshot, found, deal, parameters)
    return {
        "need": (float(found.decision.base.rate[deal]), 1.0, inputs["decision"], money),
        "shortlist": (
            mine["chance_reference"],
            1.0,
            listed,
            _merged(presence_evidence(snapshot, found, each) for each in cases),
        ),
        "rivals": (0.0, 0.0, known, _merged([said])),
        "fit": (float(measured.fit_prior[case]), given.fit, mine["fit"], _merged([needed])),
        "incumbency": (
            float(measured.incumbency_prior[case]),
            given.incumbency,
            mine["incumbency"],
            _merged([offer, bought, [each["opportunity"] for each in mine["incumbency"]["awards"] if each["won"]]]),
        ),
        "price": (0.0, given.price, mine["price"], offer),
        "control": (
            0.0,
            given.control_point,
            mine["control"],
            _merged(control_evidence(snapshot, found, each, parameters) for each in cases),
        ),
    }


def _merged(listed: Iterable[Iterable[int | EdgeRef]]) -> Evidence:
    """Everything listed, each once."""
    return tuple(dict.fromkeys(each for evidence in listed for each in evidence))
