"""The answer about the next best actions of a deal."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.answers import Answer, Named, Route
from api.models import Id


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


class Effects(Answer):
    """What an action is expected to move; null: no effect of it is modelled."""

    likelihood: float = Field(description="Points of likelihood")
    amount: Money | None
    days: float | None = Field(description="Days to the decision")


class NextAction(Answer):
    """Who should do what by when, through whom, and what it gains."""

    key: str = Field(description="What the action is accepted by")
    action: str
    text: str
    person: Named | None
    other: Named | None = Field(description="Whom the person is in conflict with, where the action reconciles them")
    requirement: Named | None
    role: str | None
    owner: Named | None
    severity: Literal["high", "medium", "low"]
    due: str
    path: Route | None
    gain: Money | None = Field(description="Expected, net of cost; null where no margin is known")
    points: float = Field(description="Expected points of likelihood")
    effects: Effects
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
    amount: Money | None = Field(description="As recorded")
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
    effects_text: str
    hours: Hours
    likelihood: float
    worth: DealWorth
    together: Joint
    candidates: int = Field(description="Actions that were weighed")
    items: list[NextAction]
    next: str | None
    revision: int
    parameters: ParameterVersion


class AcceptBody(BaseModel):
    """Which next action is taken, by whom and by when."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(
        min_length=1, max_length=700, description="Of the action, from the guidance", examples=["ask_event"]
    )
    owner: Id | None = Field(default=None, description="A person or unit of ours; default who was advised")
    due: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$", description="Default the day advised")


class Accepted(Answer):
    """The action of the plan that a next action has become."""

    action: Named
    play: str | None
    status: str
    owners: list[Named]
    due: str | None
    hours: float | None
    expected_effect: float | None = Field(description="Points of likelihood when it was advised")
    created: bool = Field(description="False where the action was open already, and nothing was changed")
    revision: int
