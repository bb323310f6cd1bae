"""The parameters of deals: who would be chosen, and how likely it is. Part of the one parameter file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated as A

from scoring.parameter_markers import Number


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionParameters:
    """Coefficients of a vendor's utility in the selection, and of proof in fit."""

    stance: A[float, Number("Weighted stance S", "logit", 0, 20)] = 3.0
    fit: A[float, Number("Fit", "logit", 0, 20)] = 2.0
    incumbency: A[float, Number("Incumbency", "logit", 0, 20)] = 0.8
    price: A[float, Number("Each step that the price is below the median", "logit", 0, 20)] = 0.5
    control_point: A[float, Number("Each control point held", "logit", 0, 20)] = 0.25
    award: A[
        float, Number("Evidence of who supplies today that an earlier award of the account is; 0: none", "items", 0, 10)
    ] = 0.0
    price_step: A[float, Number("Share of the median that is one step", "1", 0.01, 1)] = 0.1
    price_clip: A[float, Number("Most steps that count", "steps", 0, 20)] = 2.0
    delivered: A[float, Number("Proof: delivered reference")] = 1.0
    tested: A[float, Number("Proof: tested")] = 0.8
    documented: A[float, Number("Proof: documented")] = 0.6
    claimed: A[float, Number("Proof: claimed")] = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodParameters:
    """Beliefs, base rates, control points, gates and sampling of the win likelihood."""

    yes: A[float, Number("A belief above is a yes, with enough evidence")] = 0.65
    yes_evidence: A[float, Number("Evidence that a yes needs", "items", 0, 100)] = 2.0
    no: A[float, Number("A belief below is a no")] = 0.35
    decided: A[float, Number("Share of closed deals that end in a decision, before any is known")] = 0.5
    decided_deals: A[float, Number("Deals that each step of the base rate weighs as much as", "deals", 0, 1000)] = 3.0
    funds: A[float, Number("Weight of 2f - 1, f the belief that funds are there", "logit", 0, 20)] = 1.0
    event: A[float, Number("Weight of 2e - 1, e the belief in a compelling event", "logit", 0, 20)] = 1.0
    approver: A[float, Number("Weight of 2a - 1, a the approver reached by anybody", "logit", 0, 20)] = 0.5
    met: A[float, Number("Belief that a mandatory requirement is met, before evidence")] = 0.8
    met_strength: A[float, Number("Evidence that this belief weighs as much as", "items", 0, 100)] = 1.0
    complete: A[float, Number("Belief that all rivals are known, before evidence")] = 0.7
    complete_strength: A[float, Number("Evidence that this belief weighs as much as", "items", 0, 100)] = 2.0
    inside_depth: A[float, Number("Depth of contact from which somebody is an inside source", "rung", 0, 5)] = 3.0
    value_margin: A[float, Number("Fit above the strongest rivals' that beats them")] = 0.1
    value_rivals: A[float, Number("Strongest rivals that the value proposition must beat", "rivals", 1, 10)] = 2.0
    gate_event: A[float, Number("1: without a compelling event not computable; 0: switched off")] = 1.0
    gate_inside: A[float, Number("Factor where there is no inside source; 1 switches it off")] = 0.7
    gate_top_three: A[float, Number("Factor where not in the top three; 1 switches it off")] = 0.0
    clip: A[float, Number("Least and most probability on the logit scale", "1", 1e-6, 0.1)] = 0.001
    enumerated: A[float, Number("Uncertain vendors up to which every subset is enumerated", "vendors", 1, 16)] = 12.0
    draws: A[float, Number("Draws behind an interval", "draws", 16, 4096)] = 128.0
    seed: A[float, Number("Seed of the draws", "1", 0, 1e9)] = 20260630.0
