"""The one-page brief of a deal, as it is answered."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.answers import Answer, FieldEntry, Finding, Interval, Moved, Named, ParametersUsed, Vendor
from api.deals import BlindSpot, Word
from api.guidance import Hours, Joint, NextAction


class Bar(Answer):
    """A part of the waterfall in points of 100."""

    text: str
    points: float


class Waterfall(Answer):
    """From the starting point to the likelihood: base and parts sum to the total."""

    base: Bar
    parts: list[Bar] = Field(description="The greatest first; the last may be the smaller ones together")
    total: Bar


class AnswerOf(Answer):
    """What one vendor's evidence answers; a control point has no belief."""

    answer: Word
    belief: float | None = None


class BriefRow(Answer):
    """A question or control point with an answer per vendor of ``vendors``."""

    id: str
    text: str
    answers: list[AnswerOf]


class Brief(Answer):
    """All that a review of a deal needs: each part is what its own operation answers, cut to what a page holds."""

    subject: Named
    vendor: Vendor
    as_of: str = Field(description="Local day that was looked at")
    score: float = Field(description="Likelihood 0..1 before gates")
    interval: Interval
    completeness: float
    label: Literal["prior"]
    n: int = Field(description="Closed deals behind the base rate")
    gate: str | None
    gate_text: str | None
    gated: float | None
    waterfall: Waterfall
    field: list[FieldEntry] = Field(description="We, the likeliest rivals, the others together, no decision")
    vendors: list[Vendor] = Field(description="We and the rivals most likely to win")
    questions: list[BriefRow]
    control_points: list[BriefRow]
    blind_spots: list[BlindSpot] = Field(description="Ours, the weightiest first")
    process: dict[str, Any] = Field(description="Stage, dwell, tier, team and open work, as `…/process` has them")
    findings: list[Finding] = Field(description="The gravest")
    findings_more: int
    week: Moved | None = Field(description="The last seven days; null if there was no likelihood before")
    actions: list[NextAction]
    together: Joint
    hours: Hours
    basis_text: str
    parameters: ParametersUsed
    revision: int
