"""The parameters of who a customer is: grades, entry rules, entitlements, lifecycle and lists. Part of the one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated as A

from scoring.parameter_markers import Number

MONEY = "money"
POINTS = "points"


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeParameters:
    """Cuts of the grade, what its parts are measured by, and what is assumed before a population is known."""

    key: A[float, Number("Score from which a customer may be a key account", POINTS, 0, 100)] = 58.0
    first: A[float, Number("Score from which a customer may be of the first grade", POINTS, 0, 100)] = 53.0
    second: A[float, Number("Score from which a customer may be of the second grade", POINTS, 0, 100)] = 48.0
    window_days: A[float, Number("Days whose business, leads and effort count", "days", 30, 1825)] = 365.0
    typical_value: A[
        float, Number("Value that counts one half, before any is known, in the scoring currency", MONEY, 1, 1e12)
    ] = 1e6
    typical_potential: A[
        float, Number("Yearly potential that counts one half, before any is known", MONEY, 1, 1e12)
    ] = 5e6
    ticket_hours: A[float, Number("Effort of a ticket", "hours", 0, 200)] = 3.0
    meeting_hours: A[float, Number("Effort of a meeting, call or event of unknown length", "hours", 0, 200)] = 1.5
    text_hours: A[float, Number("Effort of a mail, chat or other text", "hours", 0, 200)] = 0.1
    value: A[float, Number("Value, before a population is known")] = 0.5
    potential: A[float, Number("Potential, before a population is known")] = 0.5
    strategic: A[float, Number("Strategic worth, before a population is known")] = 0.5
    cost: A[float, Number("Cheapness to serve, before a population is known")] = 0.8
    value_effort: A[float, Number("Effort of raising value from 0 to 1", "hours", 0.1, 10_000)] = 400.0
    potential_effort: A[float, Number("Effort of raising potential from 0 to 1", "hours", 0.1, 10_000)] = 800.0
    strategic_effort: A[float, Number("Effort of raising strategic worth from 0 to 1", "hours", 0.1, 10_000)] = 200.0
    relationship_effort: A[float, Number("Effort of raising the relationship from 0 to 1", "hours", 0.1, 10_000)] = (
        250.0
    )
    cost_effort: A[float, Number("Effort of making the customer cheap to serve, from 0 to 1", "hours", 0.1, 10_000)] = (
        300.0
    )
    risk_effort: A[float, Number("Effort of taking all risk away, from 0 to 1", "hours", 0.1, 10_000)] = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryParameters:
    """What a grade asks for beside the score; 0 asks for nothing."""

    key_fee: A[float, Number("Yearly programme fee of a key account, at least", MONEY, 0, 1e12)] = 0.0
    key_volume: A[float, Number("Twelve-month volume of a key account, at least", MONEY, 0, 1e12)] = 2e6
    key_leads: A[float, Number("Opportunities opened in twelve months at a key account", "deals", 0, 1000)] = 2.0
    first_fee: A[float, Number("Yearly programme fee of the first grade, at least", MONEY, 0, 1e12)] = 0.0
    first_volume: A[float, Number("Twelve-month volume of the first grade, at least", MONEY, 0, 1e12)] = 5e5
    first_leads: A[float, Number("Opportunities opened in twelve months in the first grade", "deals", 0, 1000)] = 1.0
    second_fee: A[float, Number("Yearly programme fee of the second grade, at least", MONEY, 0, 1e12)] = 0.0
    second_volume: A[float, Number("Twelve-month volume of the second grade, at least", MONEY, 0, 1e12)] = 0.0
    second_leads: A[float, Number("Opportunities opened in twelve months in the second grade", "deals", 0, 1000)] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementParameters:
    """What customers of each grade may have in a year."""

    key_discount: A[float, Number("Discount of key accounts")] = 0.12
    key_trainings: A[float, Number("Trainings of key accounts", "a year", 0, 1000)] = 6.0
    key_expert_hours: A[float, Number("Expert hours of key accounts", "hours a year", 0, 10_000)] = 120.0
    first_discount: A[float, Number("Discount of the first grade")] = 0.08
    first_trainings: A[float, Number("Trainings of the first grade", "a year", 0, 1000)] = 3.0
    first_expert_hours: A[float, Number("Expert hours of the first grade", "hours a year", 0, 10_000)] = 60.0
    second_discount: A[float, Number("Discount of the second grade")] = 0.04
    second_trainings: A[float, Number("Trainings of the second grade", "a year", 0, 1000)] = 1.0
    second_expert_hours: A[float, Number("Expert hours of the second grade", "hours a year", 0, 10_000)] = 16.0
    third_discount: A[float, Number("Discount of the third grade")] = 0.0
    third_trainings: A[float, Number("Trainings of the third grade", "a year", 0, 1000)] = 0.0
    third_expert_hours: A[float, Number("Expert hours of the third grade", "hours a year", 0, 10_000)] = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleParameters:
    """When a customer changes its place in its life with us."""

    repeat_purchases: A[float, Number("Days with a purchase that make a repeat customer", "days", 2, 100)] = 2.0
    advocate_depth: A[float, Number("Depth of contact of somebody who makes an advocate", "rung", 1, 5)] = 5.0
    advocate_days: A[float, Number("Days for which that makes one", "days", 30, 3650)] = 365.0
    dormant_days: A[float, Number("Days without contact or deal until a buyer is dormant", "days", 7, 3650)] = 180.0
    lost_days: A[float, Number("Days without contact or deal until a buyer is lost", "days", 30, 7300)] = 730.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListParameters:
    """Thresholds of the lists to win, keep, develop and release; parts are 0 to 1."""

    win_potential: A[float, Number("Win: potential of somebody who does not buy, at least")] = 0.5
    win_strategic: A[float, Number("Win: or strategic worth, at least")] = 0.85
    keep_value: A[float, Number("Keep: value of a buyer, at least")] = 0.45
    develop_potential: A[float, Number("Develop: potential of a buyer of less value, at least")] = 0.5
    develop_wallet: A[float, Number("Develop: our share of what the buyer spends, at most")] = 0.5
    release_value: A[float, Number("Release: value, at most")] = 0.35
    release_potential: A[float, Number("Release: potential, at most")] = 0.45
    release_strategic: A[float, Number("Release: strategic worth, below")] = 0.85
