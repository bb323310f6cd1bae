"""What the operations on deals answer: questions and criteria."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.answers import Answer, Named, ParametersUsed, Vendor
from api.models import Dated, Id, Money, ReceiptBody

Word = Literal["yes", "no", "unknown"]
Side = Literal["deal", "vendor", "us"]


class QuestionTold(Answer):
    """One of the four questions: the mean belief of its criteria by weight."""

    id: Literal["opportunity", "compete", "win", "worth"]
    belief: float
    answer: Word
    waits_for: list[str] = Field(description="Criteria without which it cannot be yes, and that are not yes")
    text: str


class EvidenceItem(Answer):
    """One item of evidence: its answer 0..1 and what it weighs today."""

    evidence: Named
    value: float
    reliability: float
    age: int = Field(description="Days; 0 for what still holds")
    weight: float


class Prior(Answer):
    """What is believed without evidence, and how much evidence that weighs as much as."""

    mean: float
    strength: float


class CriterionTold(Answer):
    """One of the twenty criteria: the belief, what it rests on, and beside it what somebody claims."""

    id: str
    question: str
    side: Side = Field(description="deal: the same for all vendors; us: the graph holds evidence for us alone")
    weight: float
    prior: Prior
    belief: float
    n: float = Field(description="Effective number of items of evidence")
    answer: Word
    claim: float | None = Field(description="Latest opinion of a person")
    items: list[EvidenceItem]
    items_hidden: int = Field(description="How many more the reader may not see")
    text: str
    ask: str


class ControlPoint(Answer):
    """One of the four control points, as the likelihood counts it."""

    point: str
    answer: Word
    text: str


class BlindSpot(Answer):
    """A criterion that nobody can answer yet."""

    criterion: str
    weight: float


class VendorQuestions(Answer):
    """How the questions stand for one vendor."""

    vendor: Vendor
    questions: list[QuestionTold]
    criteria: list[CriterionTold]
    control_points: list[ControlPoint]
    blind_spots: list[BlindSpot] = Field(description="The weightiest first")


class FitShare(Answer):
    """Fit 0..1, and the evidence it rests on."""

    value: float
    n: float


class Closeness(Answer):
    """Warmth of the chain weighted by influence, 0..1, and how much of it is known."""

    value: float
    completeness: float


class InnerVendor(Answer):
    """Fit and closeness of us or of one of the two most dangerous rivals."""

    vendor: Vendor
    fit: FitShare
    closeness: Closeness
    threat: float | None = Field(description="Competitor score of a rival")


class Stood(Answer):
    """How a question or criterion stood on a day."""

    belief: float
    answer: Word


class VendorStood(Answer):
    """How all of them stood for one vendor."""

    vendor: Vendor
    questions: dict[str, Stood]
    criteria: dict[str, Stood]


class WeekStood(Answer):
    """One day of the history; without vendors where the deal was not there yet."""

    as_of: str
    vendors: list[VendorStood]


class Questions(Answer):
    """Four questions and twenty criteria of a deal: us, then each rival."""

    subject: Named
    as_of: str = Field(description="Local day that was looked at")
    vendors: list[VendorQuestions]
    inner_four: list[InnerVendor]
    history: list[WeekStood] = Field(description="Week by week, the last day last")
    parameters: ParametersUsed
    revision: int


class AnswersBody(BaseModel):
    """A person's answers about a deal: each counts as one opinion, beside the evidence."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[
        dict[str, Literal["yes", "no"]],
        Field(min_length=1, max_length=20, description="Criterion and answer", examples=[{"profit": "yes"}]),
    ]
    vendor: Id | None = Field(default=None, description="Whom they are about; default us", examples=["us"])
    note: str | None = Field(default=None, max_length=2_000, description="Why")
    at: Dated | None = Field(default=None, description="When they were given; default now")


class Answered(ReceiptBody):
    """What recording the answers did."""

    ids: list[str] = Field(description="Ids of the observations written")


class Stay(Answer):
    """A stay of a deal in a stage: from which day until which."""

    stage: str
    since: str | None
    until: str | None
    days: int | None


class Dwell(Answer):
    """How long the current stay has lasted beside what is usual."""

    days: int | None
    usual_days: float
    n: int = Field(description="Stays that the usual one is the median of")
    basis: Literal["stage", "account", "assumed"] = Field(
        description="The account's stays in this stage, in all stages, or what is assumed"
    )
    stuck: bool


class ExpectedClose(Answer):
    """The day the decision is expected, how far it was moved later, and how long it is past."""

    day: str | None
    moved_days: int
    passed_days: int


class CheckTold(Answer):
    """A check of a stage or of the project."""

    id: str
    answer: Word
    belief: float
    n: float
    evidence: list[str]
    evidence_hidden: int
    text: str


class StageChecks(Answer):
    """What must be there to enter the stage, and to leave it."""

    entry: list[CheckTold]
    exit: list[CheckTold]


class TierTold(Answer):
    """The tier on record beside the one proposed, and the route that follows."""

    recorded: str | None
    proposed: str | None
    route: Literal["full", "fast", "partner"]
    amount: Money | None
    size: Literal["large", "medium", "small"] | None
    strategic: Word
    partner: Named | None
    text: str


class Step(Answer):
    """One of the five steps of winning: how far it is taken, 0..1."""

    id: str
    value: float
    taken: bool
    text: str


class Member(Answer):
    """Somebody who looks after the deal."""

    person: Named
    role: str | None
    part: str | None
    backup: bool


class OpenWork(Answer):
    """A request or promise that is not done."""

    action: Named
    kind: Literal["promise", "request"]
    owner: Named | None
    promised_to: Named | None
    due: str | None
    days_late: int | None


class PartnerTie(Answer):
    """Whom of the chain somebody of the partner knows."""

    partner_person: Named
    person: Named
    kind: str | None


class Partner(Answer):
    """A company that works on the deal for a vendor; without one, for us."""

    company: Named
    role: str | None
    vendor: Named | None
    ties: list[PartnerTie]


class Paper(Named):
    """A contract, delivery, payment or ticket of the deal."""

    days_late: int


class AfterAward(Answer):
    """What follows the award, and the account's next open deals."""

    contracts: list[Paper]
    deliveries: list[Paper]
    payments: list[Paper]
    tickets: list[Paper]
    next_needs: list[Named]


class Process(Answer):
    """Where a deal stands in its process. Checks, tier and steps are about us; without us there are none."""

    subject: Named
    as_of: str = Field(description="Local day that was looked at")
    status: str
    stage: str | None = Field(description="null where the deal is closed or no stage is known")
    stays: list[Stay]
    dwell: Dwell | None
    expected_close: ExpectedClose
    checks: StageChecks | None
    tier: TierTold | None
    steps: list[Step]
    project_checks: list[CheckTold]
    team: list[Member]
    open_work: list[OpenWork]
    partners: list[Partner]
    after_award: AfterAward
    parameters: ParametersUsed
    revision: int


class Happened(Answer):
    """A stage entered, the close, or a touchpoint with the people who took part."""

    kind: Literal["stage", "closed", "touchpoint"]
    day: str
    at: str
    id: str | None = Field(description="Id of the interaction")
    text: str


class Timeline(Answer):
    """What happened in a deal, the latest first."""

    subject: Named
    items: list[Happened]
    next: str | None = Field(description="Cursor of the next page; null at the end")
    revision: int
