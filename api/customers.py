"""What the operations about customers answer: grades, lists, concentration."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.answers import Answer, Interval, Named, ParametersUsed
from api.tables import Amount

Grade = Literal["key", "first", "second", "third"]
Lifecycle = Literal["potential", "evaluating", "bought", "repeat", "advocate", "dormant", "lost"]
ListName = Literal["win", "keep", "develop", "release"]
Part = Literal["value", "potential", "strategic", "relationship", "cost", "risk"]
Rule = Literal["fee", "volume", "leads"]


class Focus(Answer):
    """A point of view to grade from: each part's share of the weight, and the kinds of company looked at."""

    name: str
    label: str
    shipped: bool
    weights: dict[Part, float]
    kinds: list[str] = Field(description="None: every account")


class Reason(Answer):
    """A condition that put an account on its list."""

    code: str
    value: float | str
    threshold: float | None
    text: str


class ListedAccount(Answer):
    """An account with grade, lifecycle and list; what people recorded stands beside and is never overwritten."""

    account: Named
    owner: Named | None
    segment: str | None
    class_: str | None = Field(alias="class")
    grade: Grade | None = Field(description="Null where the focus profile does not look at it")
    recorded_grade: Grade | None
    score: float | None
    completeness: float
    lifecycle: Lifecycle
    since: str | None = Field(description="First day in it; null: before anything that is dated")
    recorded_lifecycle: Lifecycle | None
    list_: ListName | None = Field(alias="list")
    why: list[Reason]
    value: Amount | None = Field(description="Of twelve months, by the basis; null where it is not known")


class CustomersHead(Answer):
    """Of when, by which profile and with which parameters."""

    as_of: str
    focus: Focus
    basis: Literal["margin", "volume"]
    currency: str
    parameters: ParametersUsed
    revision: int


class ListCount(Answer):
    """How many accounts a list has, and what they bring."""

    list_: ListName = Field(alias="list")
    number: int
    value: Amount | None


class AccountPage(CustomersHead):
    """A page of accounts."""

    lists: list[ListCount]
    items: list[ListedAccount]
    next: str | None
    total: int


class GradePart(Answer):
    """One part of a grade: more is better, of cost and risk too; ``effect`` is in points."""

    factor: Part
    label: str
    value: float
    observed: float | None
    prior: float
    known: float = Field(description="How much of it its own evidence carries, 0 to 1")
    weight: float
    effect: float
    inputs: dict[str, float | str | None]
    evidence: list[str]
    evidence_hidden: int
    text: str


class EntryRule(Answer):
    """What a grade asks for beside the score."""

    grade: Grade
    rule: Rule
    needed: float
    have: float | None = Field(description="Null where it is not known")
    met: bool


class MissingRule(Answer):
    """An entry rule of the next grade that does not hold."""

    rule: Rule
    needed: float
    have: float | None
    missing: float


class Step(Answer):
    """By how much a part is to rise in the cheapest way to the next grade."""

    part: Part
    points: float
    rise: float
    hours: float


class NextGrade(Answer):
    """How far the next grade is."""

    grade: Grade
    points: float
    entry: list[MissingRule]
    steps: list[Step]
    hours: float
    reachable: bool


class Transition(Answer):
    """A state of an account's life with us, and when it began and ended."""

    state: Lifecycle
    from_: str | None = Field(alias="from")
    to: str | None


class Entitlements(Answer):
    """What a grade may have in a year."""

    discount: float
    trainings: float
    expert_hours: float


class AccountGrade(CustomersHead, ListedAccount):
    """Who one account is."""

    grade_by_score: Grade = Field(description="The grade that the score alone would give")
    interval: Interval
    base: float = Field(description="Score with every part at its prior; base and effects sum to the score")
    contributions: list[GradePart]
    entry: list[EntryRule]
    entitlements: Entitlements
    next: NextGrade | None
    transitions: list[Transition]


class Group(Answer):
    """The accounts of a segment or grade, and their part of all value."""

    accounts: int
    value: Amount | None
    share: float
    reached: int = Field(description="How many of them bring most of their value")
    gini: float | None
    in_most: int = Field(description="How many are among those that bring most of all value")


class SegmentGroup(Group):
    """A segment."""

    segment: str | None


class GradeGroup(Group):
    """A grade; null: those that the profile does not look at."""

    grade: Grade | None


class Ranked(Answer):
    """An account by value, with the share of all up to it."""

    account: Named
    grade: Grade | None
    value: Amount | None
    share: float
    cumulative: float
    in_most: bool


class Reached(Answer):
    """How many accounts bring most of the value."""

    accounts: int
    share: float


class Segments(CustomersHead):
    """Eighty of twenty."""

    text: str
    total_value: Amount | None
    most: float
    reached: Reached
    gini: float | None
    unknown: int = Field(description="Accounts whose value is not known; they count as 0")
    segments: list[SegmentGroup]
    grades: list[GradeGroup]
    items: list[Ranked]
    next: str | None
    total: int
