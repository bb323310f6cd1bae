"""The explanation of one customer score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scoring.chain_explanation import member_told
from scoring.frames import explained
from scoring.machinery.gathering import Items
from scoring.machinery.partner_key import partners_told
from scoring.machinery.parts import COMMERCIAL, HOW, ORGANISATION, PARTS, RISK, SERVICE, Parts
from scoring.machinery.standings import Standings
from scoring.machinery.told import cells_told, chain_told, items_told
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import NOBODY, US, Contribution, EdgeRef, Explanation, Floats, Ints, ScoreFrame

if TYPE_CHECKING:
    from collections.abc import Mapping

Evidence = tuple[int | EdgeRef, ...]


def explain_customer(
    frame: ScoreFrame,
    i: int,
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    standings: Standings,
    scope: int,
    observed: tuple[Floats, Parts, int],
) -> Explanation:
    """Row ``i`` of the frame, about the account at a place of the chains' scopes."""
    members = people_told(snapshot, standings, scope, parameters)
    cells = cells_told(snapshot, standings, scope, parameters)
    made = [
        _key(frame, i, members, parameters),
        _partner_key(frame, i, snapshot, standings, scope, parameters),
        _coverage(frame, i, cells, members, parameters),
        *(_part(frame, i, snapshot, name, observed, parameters) for name in PARTS),
        _clip(frame, i),
    ]
    return explained(frame, i, made, chain_told(snapshot, standings.chains, scope), parameters, reference)


def people_told(snapshot: Snapshot, standings: Standings, scope: int, parameters: Parameters) -> list[dict[str, Any]]:
    """Everyone in the scope's chain as they stand towards us, without placeholders."""
    case = np.flatnonzero((standings.cases.scope == scope) & (standings.cases.vendor == US))
    rows: Ints = np.arange(int(standings.cases.start[case[0]]), int(standings.cases.start[case[0] + 1]))
    told = (member_told(snapshot, standings, int(row), parameters) for row in rows)
    return [each for each in told if each["person"] != NOBODY]


def evidence_of(members: list[dict[str, Any]], *factors: str) -> Evidence:
    """The evidence of some factors of all members, each once."""
    listed = [key for each in members for factor in factors for key in each["evidence"].get(factor, ())]
    return tuple(dict.fromkeys(listed))


def without_evidence(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Members as inputs: evidence is told beside them."""
    return [{name: value for name, value in member.items() if name != "evidence"} for member in members]


def _place(frame: ScoreFrame, i: int, factor: str) -> int:
    return int(frame.indptr[i]) + frame.factors.index(factor)


def contribution(
    frame: ScoreFrame,
    i: int,
    factor: str,
    *,
    weight: float,
    prior: float = 0.0,
    evidence: Evidence = (),
    inputs: Mapping[str, Any] | None = None,
) -> Contribution:
    """One part of a row in which every factor stands once."""
    place = _place(frame, i, factor)
    return Contribution(
        factor=factor,
        value=float(frame.value[place]),
        unit="1",
        prior=prior,
        weight=weight,
        effect=float(frame.effect[place]),
        code=f"{frame.kind}.{factor}",
        subject=int(frame.subject[i]),
        evidence=evidence,
        inputs=inputs or {},
    )


def _key(frame: ScoreFrame, i: int, members: list[dict[str, Any]], parameters: Parameters) -> Contribution:
    given = parameters.key_person
    weights = {name: getattr(given, name) for name in ("tie", "reciprocity", "depth", "duration", "breadth")}
    return contribution(
        frame,
        i,
        "key",
        weight=100 * parameters.customer.key,
        evidence=evidence_of(members, "stance", "depth", "tie"),
        inputs={"people": without_evidence(members), "weights": weights},
    )


def _partner_key(
    frame: ScoreFrame, i: int, snapshot: Snapshot, standings: Standings, scope: int, parameters: Parameters
) -> Contribution:
    people, evidence = partners_told(snapshot, standings, scope, parameters)
    tie = parameters.tie
    return contribution(
        frame,
        i,
        "partner_key",
        weight=100 * parameters.customer.key,
        evidence=evidence,
        inputs={
            "people": people,
            "share": parameters.customer.partner,
            "weight": parameters.key_person.tie,
            "scale": tie.scale,
            "half_life": tie.half_life_account,
            "text_cap": tie.text_cap,
            "unanswered_cap": tie.unanswered_cap,
            "observed_tie": tie.observed_tie,
        },
    )


def _coverage(
    frame: ScoreFrame, i: int, cells: list[dict[str, Any]], members: list[dict[str, Any]], parameters: Parameters
) -> Contribution:
    return contribution(
        frame,
        i,
        "coverage",
        weight=100 * parameters.customer.general,
        evidence=evidence_of(members, "tie"),
        inputs={"cells": cells, "covered": parameters.coverage.covered},
    )


def _part(
    frame: ScoreFrame,
    i: int,
    snapshot: Snapshot,
    name: str,
    observed: tuple[Floats, Parts, int],
    parameters: Parameters,
) -> Contribution:
    priors, parts, row = observed
    column = PARTS.index(name)
    items: Items = HOW[name].gather(snapshot, frame.subject[i : i + 1], parameters)
    value = float(parts.observed[row, column])
    inputs = {
        "observed": None if np.isnan(value) else value,
        "evidence": float(parts.evidence[row, column]),
        "shrinkage": parameters.evidence.shrinkage,
        "half_life": parameters.evidence.half_life,
        "items": items_told(items),
        **_constants(name, parameters),
    }
    return contribution(
        frame,
        i,
        name,
        weight=_weight(name, parameters),
        prior=float(priors[column]),
        evidence=tuple(dict.fromkeys(items.entity.tolist())),
        inputs=inputs,
    )


def _weight(name: str, parameters: Parameters) -> float:
    given = parameters.customer
    if name in RISK:
        return -given.risk
    groups = ((ORGANISATION, given.organisation), (COMMERCIAL, given.commercial), (SERVICE, given.service))
    return next(100 * weight / len(group) for group, weight in groups if name in group)


def _constants(name: str, parameters: Parameters) -> dict[str, float]:
    given = parameters.customer
    if name in ORGANISATION:
        return {"organisation_half_life": given.organisation_half_life}
    return {
        "tenure": {"tenure_years": given.tenure_years, "year_days": parameters.key_person.year_days},
        "trend": {"trend_days": given.trend_days, "trend_clip": given.trend_clip},
        "complaints": {"severity_top": given.severity_top},
        "acceptance": {"acceptance_days": given.acceptance_days},
        "fading": {"fading_days": given.fading_days},
        "overdue": {"overdue_days": given.overdue_days},
    }.get(name, {})


def _clip(frame: ScoreFrame, i: int) -> Contribution:
    return contribution(frame, i, "clip", weight=1.0)
