"""The answer about the next best actions of a deal."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.answers import Answer, Named, Route


class Money(Answer):
    """An amount in one currency; a decimal string."""

    amount: str
    currency: str


class BeforeAfter(Answer):
    """Our likelihood now, and once the action has succeeded or its answer is known (expected)."""

    before: float
    after: float


class Why(Answer):
    """What the action rests on: the numbers read from the graph, and codes."""

    numbers: dict[str, float]
    words: dict[str, str]
    text: str


class Assumption(Answer):
    """What the gain takes for granted."""

    code: str
    numbers: dict[str, Any]
    text: str


class NextAction(Answer):
    """Who should do what by when, through whom, and what it gains."""

    action: str
    text: str
    person: Named | None
    requirement: Named | None
    role: str | None
    owner: Named | None
    severity: Literal["high", "medium", "low"]
    due: str
    path: Route | None
    gain: Money | None = Field(description="Expected, net of cost; null where no margin is known")
    points: float = Field(description="Expected points of likelihood")
    likelihood: BeforeAfter
    success: float
    hours: float
    cost: Money
    basis: Literal["model_based"]
    why: Why
    assumptions: list[Assumption]


class Hours(Answer):
    """Hours that there are, and hours that the chosen actions take."""

    available: float
    used: float


class DealWorth(Answer):
    """What winning brings, and where that is from."""

    margin: Money | None
    value: Money | None = Field(description="The margin as of today, discounted")
    basis: Literal["margin", "rate", "unknown"]
    rate: float | None = Field(description="Median margin by amount, where the deal records no margin")
    years: float
    discount: float


class JointLikelihood(Answer):
    """Our likelihood now, expected after the set, and once all of it that changes something has succeeded."""

    before: float
    expected: float
    after: float


class Joint(Answer):
    """What the chosen actions gain together."""

    gain: Money | None
    points: float
    likelihood: JointLikelihood


class ParameterVersion(Answer):
    """The parameters behind the numbers."""

    version: str
    digest: str


class Guidance(Answer):
    """The next best actions of a deal, the greatest gain first."""

    subject: Named
    as_of: str
    basis: Literal["model_based"]
    basis_text: str
    hours: Hours
    likelihood: float
    worth: DealWorth
    together: Joint
    candidates: int = Field(description="Actions that were weighed")
    items: list[NextAction]
    next: str | None
    revision: int
    parameters: ParameterVersion
