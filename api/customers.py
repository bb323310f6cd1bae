"""What the operations about customers answer: grades, lists, concentration, focus profiles, portraits."""

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
