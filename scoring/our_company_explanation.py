"""The explanation of one our-company score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scoring.customer_explanation import contribution, evidence_of, people_told, without_evidence
from scoring.frames import explained
from scoring.machinery.arrays import lookup
from scoring.machinery.closeness import WARMTH, closeness_of, weights
from scoring.machinery.dependence import dependence_of
from scoring.machinery.fit import Fit, requirements_told
from scoring.machinery.levels import LevelMatch, person_levels
from scoring.machinery.people import people_of
from scoring.machinery.standings import Standings
from scoring.machinery.told import cells_told, chain_told, encounters_told
from scoring.machinery.touches import meetings_of
from scoring.parameters import Parameters
from scoring.reference import Reference
from scoring.snapshot import Snapshot
from scoring.types import US, Contribution, Explanation, ScoreFrame

if TYPE_CHECKING:
    from scoring.our_company import Firm

Told = list[dict[str, Any]]


def explain_our_company(
    frame: ScoreFrame,
    i: int,
    snapshot: Snapshot,
    reference: Reference,
    parameters: Parameters,
    standings: Standings,
    scope: int,
    found: tuple[Firm, Fit, LevelMatch],
) -> Explanation:
    """Row ``i`` of the frame, about the scope at a place of the chains' scopes."""
    firm, fit, levels = found
    members = people_told(snapshot, standings, scope, parameters)
    close = closeness_of(standings, parameters)
    for member, place in zip(members, np.flatnonzero(close.scope == scope), strict=True):
        member["encounters"] = encounters_told(snapshot, standings, int(place))
        member["level"], member["key"] = int(levels.level[place]) or None, bool(levels.key[place])
    made = [
        _tie(frame, i, members, parameters),
        _level(frame, i, snapshot, members, scope, levels, firm.level_prior[i], parameters),
        _redundancy(frame, i, snapshot, standings, scope, members, parameters),
        _fit(frame, i, snapshot, fit, float(firm.fit_prior[i]), parameters),
    ]
    return explained(frame, i, made, chain_told(snapshot, standings.chains, scope), parameters, reference)


def _tie(frame: ScoreFrame, i: int, members: Told, parameters: Parameters) -> Contribution:
    return contribution(
        frame,
        i,
        "tie",
        weight=100 * parameters.our_company.tie,
        evidence=evidence_of(members, "tie"),
        inputs={"people": without_evidence(members), "carried": parameters.employee.carried},
    )


def _level(
    frame: ScoreFrame,
    i: int,
    snapshot: Snapshot,
    members: Told,
    scope: int,
    levels: LevelMatch,
    prior: float,
    parameters: Parameters,
) -> Contribution:
    people, colleagues = people_of(snapshot), meetings_of(snapshot).colleagues
    named = [each["colleague"] for member in members for each in member["inputs"]["tie"].get("colleagues", ())]
    ours = np.intersect1d(colleagues, np.array(named, dtype=np.int64))
    their_levels = person_levels(people)[lookup(people.key, ours)]
    inputs = {
        "key_levels": np.flatnonzero(levels.key_levels[scope]).tolist(),
        "met": np.flatnonzero(levels.met[scope]).tolist(),
        "people": [{"person": m["person"], "level": m["level"], "key": m["key"]} for m in members],
        "ours": [
            {"colleague": int(key), "level": int(level) or None} for key, level in zip(ours, their_levels, strict=True)
        ],
        "evidence": float(levels.evidence[scope]),
        "shrinkage": parameters.evidence.shrinkage,
        "covered": parameters.coverage.covered,
        "key_share": parameters.coverage.key_share,
    }
    weight = 100 * parameters.our_company.level
    return contribution(frame, i, "level", weight=weight, prior=float(prior), inputs=inputs)


def _redundancy(
    frame: ScoreFrame,
    i: int,
    snapshot: Snapshot,
    standings: Standings,
    scope: int,
    members: Told,
    parameters: Parameters,
) -> Contribution:
    found = dependence_of(snapshot, standings, parameters)
    colleagues = meetings_of(snapshot).colleagues
    rows = np.flatnonzero(found.scope == scope)
    rows = rows[np.lexsort((found.colleague[rows], -found.value[rows]))]
    inputs = {
        "dependence": [
            {"colleague": int(colleagues[found.colleague[at]]), "value": float(found.value[at])} for at in rows
        ],
        "cells": cells_told(snapshot, standings, scope, parameters),
        "weights": dict(zip(WARMTH, weights(parameters).tolist(), strict=True)),
        "reached": parameters.our_company.reached,
    }
    return contribution(
        frame,
        i,
        "redundancy",
        weight=100 * parameters.our_company.redundancy,
        evidence=evidence_of(members, "tie", "depth"),
        inputs=inputs,
    )


def _fit(frame: ScoreFrame, i: int, snapshot: Snapshot, fit: Fit, prior: float, parameters: Parameters) -> Contribution:
    told = requirements_told(snapshot, fit, i, US, parameters)
    return contribution(
        frame,
        i,
        "fit",
        weight=100 * parameters.our_company.fit,
        prior=prior,
        evidence=tuple(each["requirement"] for deal in told for each in deal["requirements"]),
        inputs={
            "deals": told,
            "shrinkage": parameters.evidence.shrinkage,
            "half_life": parameters.evidence.half_life,
        },
    )
