"""The five steps of winning, and the tier that a deal should have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graph_schema.vocabulary import VOCABULARIES, code_number
from scoring.criteria.answers import Answers
from scoring.criteria.catalogue import IDS
from scoring.criteria.ground import Ground
from scoring.machinery.beliefs import YES
from scoring.machinery.people import current, people_of
from scoring.parameters import Parameters
from scoring.process.checks import PROJECT_CHECKS, Check
from scoring.types import NOBODY, US

STEPS = ("build_trust", "widen_network", "guide_demand", "carry_value", "control_project")
ROUTES = {"A": "full", "B": "full", "C": "fast", "D": "fast", "E": "partner"}
GUIDED = ("business_understood", "formal_criteria")
CARRIED = ("solution_fit", "unique_value", "political_alignment")
LED = tuple(code_number("partner_role", role) for role in ("prime", "reseller"))


def steps_of(ground: Ground, answers: Answers, checks: Mapping[str, Check], row: int) -> dict[str, float]:
    """How far each step of winning is taken, 0..1.

    Model: trust is ``sum I_p T_p`` of our ties in the chain; the network the influence of those whom
    ``process.wide`` colleagues or more know; demand and value the mean belief of their criteria; control the
    share of the six project checks that are yes.
    """
    standings, mine = ground.standings, np.flatnonzero(ground.case == row)
    member = ground.member[mine]
    influence = standings.chains.influence[standings.member[member]]
    wide = standings.breadth[member] >= ground.parameters.process.wide
    return {
        "build_trust": float((influence * standings.tie[member]).sum()),
        "widen_network": float((influence * wide).sum()),
        "guide_demand": _mean(answers, row, GUIDED),
        "carry_value": _mean(answers, row, CARRIED),
        "control_project": float(np.mean([checks[f"project_check:{each}"].answer == YES for each in PROJECT_CHECKS])),
    }


def _mean(answers: Answers, row: int, ids: tuple[str, ...]) -> float:
    return float(answers.belief[row, [IDS.index(each) for each in ids]].mean())


@dataclass(frozen=True, slots=True)
class Tier:
    """The tier proposed, None where too little is known, with what it rests on.

    ``size`` is large, medium or small, ``strategic`` the answer to the strategic value, ``partner`` the key of
    the company that leads for us.
    """

    proposed: str | None
    amount: float | None
    size: str | None
    strategic: int
    partner: int | None


def recorded_tier(ground: Ground, row: int) -> str | None:
    """The tier on record."""
    code = int(ground.column("tier", np.array([row]))[0])
    return None if code < 0 else VOCABULARIES["deal_tier"][code]


def tier_of(ground: Ground, answers: Answers, row: int) -> Tier:
    """The tier a deal should have: led by a partner, E; large and strategic, A; either with size, B; then C, D.

    Model: E where a prime or reseller partners the deal for us; else A large and strategic, B large, or of middle
    size and strategic, C of middle size, or small and strategic, D small. Without an amount only E is proposed.
    """
    parameters = ground.parameters
    amount = float(ground.money("amount", np.array([row]))[0])
    strategic = int(answers.answer[row, IDS.index("strategic_value")])
    partner = _leader(ground, row)
    size = None if np.isnan(amount) else _size(amount, parameters)
    if partner is not None:
        proposed: str | None = "E"
    elif size is None:
        proposed = None
    else:
        rank = ("large", "medium", "small").index(size) + (strategic != YES)
        proposed = "ABCD"[rank]
    return Tier(proposed, None if np.isnan(amount) else amount, size, strategic, partner)


def _size(amount: float, parameters: Parameters) -> str:
    given = parameters.process
    return "large" if amount >= given.tier_large else "medium" if amount >= given.tier_medium else "small"


def _leader(ground: Ground, row: int) -> int | None:
    """The company that leads the deal for us: of several the one with the lowest key."""
    partners, holds = current(ground.snapshot, "partners")
    vendor = people_of(ground.snapshot).vendor(partners["vendor"])
    ours = (vendor == US) | (partners["vendor"] == NOBODY)
    rows = np.flatnonzero(holds & (partners.target == ground.deal[row]) & np.isin(partners["role"], LED) & ours)
    return int(partners.source[rows].min()) if len(rows) else None
