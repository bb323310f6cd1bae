"""Parameters of the twenty criteria: weight and prior of each, and what its evidence is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated as A

from scoring.parameter_markers import Number


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionWeightParameters:
    """Weight of each criterion in its question."""

    need_owner: A[float, Number("Owner and scope of the need", "1", 0, 10)] = 1.0
    business_understood: A[float, Number("Their business understood", "1", 0, 10)] = 0.5
    financially_able: A[float, Number("Financially able", "1", 0, 10)] = 1.0
    money_reachable: A[float, Number("Money reachable", "1", 0, 10)] = 1.5
    compelling_event: A[float, Number("Compelling event", "1", 0, 10)] = 1.5
    formal_criteria: A[float, Number("Formal criteria known", "1", 0, 10)] = 1.0
    solution_fit: A[float, Number("Solution fit", "1", 0, 10)] = 1.5
    resource_need: A[float, Number("Our resource need bearable", "1", 0, 10)] = 0.5
    current_relationship: A[float, Number("Current relationship", "1", 0, 10)] = 1.0
    unique_value: A[float, Number("Unique value", "1", 0, 10)] = 1.5
    inside_support: A[float, Number("Inside support", "1", 0, 10)] = 1.5
    executive_credibility: A[float, Number("Executive credibility", "1", 0, 10)] = 1.0
    cultural_match: A[float, Number("Cultural match", "1", 0, 10)] = 0.5
    unwritten_criteria: A[float, Number("Unwritten criteria known", "1", 0, 10)] = 1.0
    political_alignment: A[float, Number("Political alignment", "1", 0, 10)] = 1.5
    short_term_revenue: A[float, Number("Short-term revenue", "1", 0, 10)] = 1.0
    future_revenue: A[float, Number("Future revenue", "1", 0, 10)] = 1.0
    profit: A[float, Number("Profit", "1", 0, 10)] = 1.0
    risk: A[float, Number("Risk bearable", "1", 0, 10)] = 1.0
    strategic_value: A[float, Number("Strategic value", "1", 0, 10)] = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionPriorParameters:
    """Belief in each criterion before any evidence, and how much evidence it weighs as much as."""

    strength: A[float, Number("Evidence that each of these beliefs weighs as much as", "items", 0.1, 100)] = 2.0
    need_owner: A[float, Number("Owner and scope of the need")] = 0.5
    business_understood: A[float, Number("Their business understood")] = 0.5
    financially_able: A[float, Number("Financially able")] = 0.5
    money_reachable: A[float, Number("Money reachable")] = 0.5
    compelling_event: A[float, Number("Compelling event")] = 0.5
    formal_criteria: A[float, Number("Formal criteria known")] = 0.5
    solution_fit: A[float, Number("Solution fit")] = 0.5
    resource_need: A[float, Number("Our resource need bearable")] = 0.5
    current_relationship: A[float, Number("Current relationship")] = 0.5
    unique_value: A[float, Number("Unique value")] = 0.5
    inside_support: A[float, Number("Inside support")] = 0.5
    executive_credibility: A[float, Number("Executive credibility")] = 0.5
    cultural_match: A[float, Number("Cultural match")] = 0.5
    unwritten_criteria: A[float, Number("Unwritten criteria known")] = 0.5
    political_alignment: A[float, Number("Political alignment")] = 0.5
    short_term_revenue: A[float, Number("Short-term revenue")] = 0.5
    future_revenue: A[float, Number("Future revenue")] = 0.5
    profit: A[float, Number("Profit")] = 0.5
    risk: A[float, Number("Risk bearable")] = 0.5
    strategic_value: A[float, Number("Strategic value")] = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CriteriaParameters:
    """What the evidence of the criteria is measured by, and when a question counts as answered."""

    answered: A[float, Number("Share of a question's weight that must be answered for a yes or no")] = 0.5
    supporter: A[float, Number("Stance from which somebody inside supports a vendor", "1", -1, 1)] = 0.25
    executive_level: A[float, Number("Level of seat from which somebody is an executive", "level", 1, 5)] = 4.0
    fit_margin: A[float, Number("Fit by which an offer must differ from the best other to beat or trail it")] = 0.05
    revenue_low: A[float, Number("Amount up to which a deal's revenue is too little", "currency", 0, 1e12)] = 5e5
    revenue_good: A[float, Number("Amount from which a deal's revenue is enough", "currency", 1, 1e12)] = 1e6
    soon_days: A[float, Number("Days until the decision within which revenue is short-term", "days", 30, 1825)] = 365.0
    potential_low: A[float, Number("Yearly potential up to which an account has no future", "currency", 0, 1e12)] = 2e6
    potential_good: A[float, Number("Yearly potential from which it has one", "currency", 1, 1e12)] = 5e6
    margin_low: A[float, Number("Share of the amount up to which a margin is too little", "1", -1, 1)] = 0.10
    margin_good: A[float, Number("Share of the amount from which a margin is enough")] = 0.25
