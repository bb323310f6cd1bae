"""What focus profiles and customer portraits answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.answers import Answer, Interval, Named, ParametersUsed
from api.customers import Focus, Grade, Lifecycle, Part


class FocusProfile(Focus):
    """A profile, and whether it rules."""

    active: bool
    author: str | None
    created_at: str | None
    note: str | None


class FocusAnswer(FocusProfile):
    """One profile."""

    revision: int


class FocusActivated(Answer):
    """From when on a profile rules."""

    profile: str
    actor: str
    at: str
    note: str | None


class FocusList(Answer):
    """All profiles."""

    items: list[FocusProfile]
    active: str
    activations: list[FocusActivated]
    next: str | None = None
    revision: int


class Standing(Answer):
    """Grade and score under one profile; null where it does not look at the account."""

    grade: Grade | None
    score: float | None


class PartEffect(Answer):
    """The points by which a part moves a score."""

    part: Part
    effect: float


class Mover(Answer):
    """An account whose grade changes; ``total`` is the sum of the parts."""

    account: Named
    before: Standing
    after: Standing
    total: float | None
    parts: list[PartEffect]
    text: str


class Crossing(Answer):
    """How many move from one grade to another."""

    from_: Grade | None = Field(alias="from")
    to: Grade | None
    number: int


class FocusSwitch(Answer):
    """Who would move were another profile to rule."""

    as_of: str
    parameters: ParametersUsed
    from_: Focus = Field(alias="from")
    to: Focus
    accounts: int
    moved: int
    moves: list[Crossing]
    tau: float | None = Field(description="Kendall's tau-b of both orders")
    move: int = Field(description="Most ranks that an account moves")
    items: list[Mover]
    next: str | None
    total: int
    revision: int


class VariedWeight(Answer):
    """What one weight times a factor does."""

    part: Part
    label: str
    factor: float
    up: int
    down: int
    changed: int
    tau: float | None
    move: int


class FocusSensitivity(Answer):
    """How far grades depend on the weights."""

    as_of: str
    parameters: ParametersUsed
    focus: Focus
    accounts: int
    items: list[VariedWeight]
    revision: int


class PredicateShape(Answer):
    """A condition on an account."""

    field: str
    comparison: Literal["is", "is_not", "at_least", "at_most"]
    value: str | float


class PortraitHead(Answer):
    """A portrait as it was last saved."""

    name: str
    predicates: list[PredicateShape]
    author: str
    created_at: str
    note: str | None


class PortraitCount(PortraitHead):
    """A portrait and how many accounts it holds for."""

    count: int


class PortraitList(Answer):
    """All portraits, and what they can ask about."""

    items: list[PortraitCount]
    accounts: int
    fields: list[str]
    next: str | None = None
    revision: int


class Held(Answer):
    """An account that a portrait holds for."""

    account: Named
    lifecycle: Lifecycle


class Matches(Answer):
    """The accounts that all conditions hold for."""

    predicates: list[PredicateShape]
    alone: list[int] = Field(description="For how many accounts each condition holds by itself")
    count: int
    accounts: int
    items: list[Held]
    next: str | None
    total: int
    revision: int


class Portrait(PortraitHead, Matches):
    """A portrait with the accounts that it holds for."""


class Bought(Answer):
    """How many of some accounts bought."""

    number: int
    bought: int
    share: float | None
    interval: Interval | None


class Backtest(Answer):
    """Whether a portrait told on an earlier day who would buy."""

    name: str | None
    predicates: list[PredicateShape]
    at: str
    until: str
    months: int
    matched: Bought
    others: Bought
    lift: float | None = Field(description="The share of the matched by that of the others")
    overlap: bool | None = Field(
        description="Whether the intervals have something in common; null where one is missing"
    )
    buyers: int = Field(description="Accounts that had bought before; they are left out")
    accounts: int
    revision: int
