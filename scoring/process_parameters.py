"""Parameters of stages, tiers and steps of a deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated as A

from scoring.parameter_markers import Number


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessParameters:
    """How long a stay usually is, which tier is proposed, and what checks and steps need."""

    stage_days: A[float, Number("Days in a stage, before the account has a history", "days", 1, 3650)] = 30.0
    stage_least: A[float, Number("Stays in a stage that make a history", "stays", 1, 100)] = 3.0
    history_deals: A[
        float, Number("Closed deals of the account that its history is of, the last ones", "deals", 1, 100)
    ] = 12.0
    check: A[float, Number("Belief in a project check before evidence")] = 0.5
    check_strength: A[float, Number("Evidence that this belief weighs as much as", "items", 0.1, 100)] = 1.0
    tier_large: A[float, Number("Amount from which a deal is large", "currency", 0, 1e12)] = 3e6
    tier_medium: A[float, Number("Amount from which a deal is of middle size", "currency", 0, 1e12)] = 1e6
    step_done: A[float, Number("Share from which a step of winning counts as taken")] = 0.6
    wide: A[float, Number("Colleagues with an active tie that make a contact wide", "people", 1, 50)] = 2.0
