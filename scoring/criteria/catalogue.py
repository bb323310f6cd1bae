"""The four questions and their twenty criteria, as data: id, question, whose answer it is, evidence.

Weight and prior of each stand in the parameters, so a set of them is versioned and has a digest; the texts
stand in the catalogues (``criterion.<id>``, ``question.<id>``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scoring.criteria import competing, need, winning, worth
from scoring.criteria.ground import Ground
from scoring.machinery.beliefs import Items

QUESTIONS = ("opportunity", "compete", "win", "worth")
"""Is there an opportunity, can we compete, can we win, is it worth winning."""
Side = Literal["deal", "vendor", "us"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion.

    ``side``: of the ``deal`` it is the same for every vendor, whomever an observation is towards; of a
    ``vendor`` each has evidence of its own; of ``us`` the graph holds evidence for us alone, and of a rival
    counts what was observed as ``criterion:<id>`` towards it.
    """

    id: str
    question: str
    side: Side
    query: Callable[[Ground], Items]

    @property
    def kind(self) -> str:
        """The kind of observation that answers it."""
        return f"criterion:{self.id}"


CRITERIA: tuple[Criterion, ...] = (
    Criterion("need_owner", "opportunity", "deal", need.need_owner),
    Criterion("business_understood", "opportunity", "us", need.business_understood),
    Criterion("financially_able", "opportunity", "deal", need.financially_able),
    Criterion("money_reachable", "opportunity", "deal", need.money_reachable),
    Criterion("compelling_event", "opportunity", "deal", need.compelling_event),
    Criterion("formal_criteria", "compete", "us", competing.formal_criteria),
    Criterion("solution_fit", "compete", "vendor", competing.solution_fit),
    Criterion("resource_need", "compete", "us", competing.resource_need),
    Criterion("current_relationship", "compete", "vendor", competing.current_relationship),
    Criterion("unique_value", "compete", "vendor", competing.unique_value),
    Criterion("inside_support", "win", "vendor", winning.inside_support),
    Criterion("executive_credibility", "win", "vendor", winning.executive_credibility),
    Criterion("cultural_match", "win", "vendor", winning.cultural_match),
    Criterion("unwritten_criteria", "win", "vendor", winning.unwritten_criteria),
    Criterion("political_alignment", "win", "vendor", winning.political_alignment),
    Criterion("short_term_revenue", "worth", "deal", worth.short_term_revenue),
    Criterion("future_revenue", "worth", "deal", worth.future_revenue),
    Criterion("profit", "worth", "us", worth.profit),
    Criterion("risk", "worth", "us", worth.risk),
    Criterion("strategic_value", "worth", "us", worth.strategic_value),
)
IDS = tuple(each.id for each in CRITERIA)
NEEDED = {"opportunity": ("money_reachable", "compelling_event")}
"""Criteria that must be answered yes for a question to be: no opportunity without funds and event."""
