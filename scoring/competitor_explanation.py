"""The explanation of one competitor score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scoring.frames import explained
from scoring.machinery.fit import requirements_told
from scoring.machinery.incumbency import shares_told, stated_told
from scoring.machinery.people import people_of
from scoring.machinery.raw import stance_told
from scoring.machinery.told import chain_told
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, Contribution, EdgeRef, Explanation, ScoreFrame

if TYPE_CHECKING:
    from scoring.competitor import Field

Evidence = tuple[int | EdgeRef, ...]


def explain_competitor(
    frame: ScoreFrame,
    i: int,
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    field: Field,
    case: int,
) -> Explanation:
    """Row ``i`` of the frame, which is a case of the field."""
    told = {
        "stance": _stances(snapshot, field, case, parameters),
        "incumbency": _incumbency(snapshot, field, case, parameters),
        "fit": _fit(snapshot, field, case, parameters),
        "momentum": _momentum(field, case, parameters),
    }
    scope, gap = int(field.scope[case]), float(frame.columns["gap"][i])
    inputs = chain_told(snapshot, field.chains, scope) | {
        "gap": None if np.isnan(gap) else gap,
        "placeholder": parameters.stance.placeholder,
        "itself": bool(field.vendor[case] == field.chains.scopes.account[scope]),
    }
    made = [_contribution(frame, i, place, told, field, case, parameters) for place in range(*_span(frame, i))]
    return explained(frame, i, made, inputs, parameters, reference)


def _span(frame: ScoreFrame, i: int) -> tuple[int, int]:
    return int(frame.indptr[i]), int(frame.indptr[i + 1])


def _contribution(
    frame: ScoreFrame,
    i: int,
    place: int,
    told: dict[str, Any],
    field: Field,
    case: int,
    parameters: Parameters,
) -> Contribution:
    factor, subject = frame.factors[frame.factor[place]], int(frame.subject_of_part[place])
    given, vendors = parameters.competitor, field.vendors
    inputs, evidence = told["stance"][subject] if factor == "stance" else told.get(factor, ({}, ()))
    half = 50 * given.support
    weight = {"stance": half * inputs.get("influence", 0.0), "unknown": half}
    weight |= {name: 100 * getattr(given, name) for name in ("incumbency", "fit", "momentum")}
    priors = {"incumbency": float(vendors.incumbency_prior[case]), "fit": float(vendors.fit_prior[case])}
    return Contribution(
        factor=factor,
        value=float(frame.value[place]),
        unit="1",
        prior=priors.get(factor, 0.0),
        weight=weight[factor],
        effect=float(frame.effect[place]),
        code=f"{frame.kind}.{factor}",
        subject=None if subject == NOBODY else subject,
        evidence=evidence,
        inputs=inputs,
    )


def _stances(
    snapshot: Snapshot, field: Field, case: int, parameters: Parameters
) -> dict[int, tuple[dict[str, Any], Evidence]]:
    """Inputs and evidence by person of whom a stance is known."""
    support, chains, found = field.support, field.chains, {}
    for at in np.flatnonzero(support.case == case):
        member = support.member[at : at + 1]
        inputs, evidence = stance_told(snapshot, chains.places(member), field.vendor[case : case + 1], parameters)
        person = int(people_of(snapshot).key[chains.person[member[0]]])
        found[person] = inputs | {"influence": float(support.influence[at])}, evidence
    return found


def _incumbency(snapshot: Snapshot, field: Field, case: int, parameters: Parameters) -> tuple[dict[str, Any], Evidence]:
    found, competes = field.incumbency, snapshot.edges["competes"]
    shares, offers = shares_told(snapshot, found, case), found.offer_edge[found.offer_row == case]
    inputs = {
        "shares": shares,
        "stated": stated_told(snapshot, found, case),
        "shrinkage": parameters.evidence.shrinkage,
        "half_life": parameters.evidence.half_life,
    }
    evidence: list[int | EdgeRef] = [each["offering"] for each in shares]
    evidence += [("competes", int(competes.source[edge]), int(competes.target[edge])) for edge in offers]
    return inputs, tuple(dict.fromkeys(evidence))


def _fit(snapshot: Snapshot, field: Field, case: int, parameters: Parameters) -> tuple[dict[str, Any], Evidence]:
    told = requirements_told(snapshot, field.fit, case, int(field.vendor[case]), parameters)
    inputs = {
        "deals": told,
        "shrinkage": parameters.evidence.shrinkage,
        "half_life": parameters.evidence.half_life,
    }
    return inputs, tuple(each["requirement"] for deal in told for each in deal["requirements"])


def _momentum(field: Field, case: int, parameters: Parameters) -> tuple[dict[str, Any], Evidence]:
    found = field.momentum
    rows = np.flatnonzero(found.row == case)
    inputs = {
        "items": [
            {
                "item": int(found.entity[at]),
                "weight": float(found.weight[at]),
                "age": int(found.age[at]),
                "reliability": float(found.reliability[at]),
            }
            for at in rows
        ],
        "scale": parameters.competitor.momentum_scale,
        "half_life": parameters.evidence.half_life,
    }
    return inputs, tuple(dict.fromkeys(found.entity[rows].tolist()))
