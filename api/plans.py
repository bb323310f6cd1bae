"""What account plans answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.answers import Answer, Named, ParametersUsed
from api.tables import Amount, Gap, Grid, HeatCells, Moves


class Who(Answer):
    """The customer as recorded, what people claim of it, and its six relationships."""

    facts: dict[str, Any]
    amounts: dict[str, Amount | None]
    kinds: list[str]
    claimed: dict[str, str | None]
    grading: Any = Field(description="As `/accounts/{id}` tells it; null where the ruling profile does not look at it")
    portraits: list[str] = Field(description="Portraits that hold for it")
    owner: Named | None
    value: Amount | None
    cells: HeatCells


class TeamMember(Answer):
    """Somebody who looks after the account."""

    person: Named | None
    role: str | None
    part: str | None
    backup: bool


class RoleCell(Answer):
    """Of a buying role at a level: people, how many we reach, and our best tie."""

    role: str
    level: int | None
    people: int
    reached: int
    tie: float


class Dependence(Named):
    """What part of our relationship would be lost with a colleague."""

    dependence: float


class PlanCoverage(Answer):
    """Whom we reach, and whom we do not."""

    team: list[TeamMember]
    matrix: list[RoleCell]
    grid: Grid
    people: list[Any]
    colleagues: list[Named]
    gaps: list[Gap]
    dependence: list[Dependence]


class RivalShare(Answer):
    """What a rival sells there."""

    vendor: Named
    current: Amount | None
    installed_share: float | None


class WhiteCell(Answer):
    """What a unit buys and could buy of an offering; ``white`` is what is left of the potential."""

    unit: str
    offering: str
    potential: Amount | None
    current: Amount | None
    installed_share: float | None
    white: Amount | None
    rivals: list[RivalShare]
    deals: list[Named]
    deciders: list[Named]


class WhiteSpace(Answer):
    """Units by offerings."""

    units: list[Named]
    offerings: list[Named]
    cells: list[WhiteCell]


class How(Answer):
    """Where the account could buy more."""

    white_space: WhiteSpace
    due: list[Any] = Field(description="Touches, fading ties, judgements and occasions, as `/due` tells them")


class PlanObjective(Answer):
    """An aim with how far it has come, in ``unit``: a currency, ``offerings`` or ``points``."""

    id: str
    name: str | None
    kind: str | None
    target: float | None
    unit: str | None
    progress: float | None
    share: float | None
    due: str | None
    status: str | None
    owner: Named | None
    revision: int


class PlanNote(Answer):
    """What somebody wrote down."""

    id: str
    topic: str | None
    text: str | None
    restricted: bool
    written: str | None
    revision: int


class MeasuredEffect(Answer):
    """The score on the day less the one without the action's evidence, or why there is none."""

    state: Literal["measured", "pending", "no_evidence", "no_score"]
    on: str
    score_kind: str
    effect: float | None


class PlanAction(Answer):
    """An action of the plan; a promise where it was promised to a person of the customer."""

    id: str
    name: str | None
    kind: Literal["promise", "action"]
    scope: str
    owner: Named | None
    promised_to: Named | None
    due: str | None
    done: str | None
    status: str | None
    closed: bool
    days_late: int | None
    expected_effect: float | None
    measured: MeasuredEffect | None
    evidence: list[str]
    evidence_hidden: int
    revision: int


class Strategy(Answer):
    """What people wrote."""

    objectives: list[PlanObjective]
    notes: list[PlanNote]
    actions: list[PlanAction]


class Outlook(Answer):
    """Forecast by quarter (likelihood times recorded amount) against what was won."""

    deals: list[Any]
    quarters: list[Any]
    ahead: list[Any]
    undated: Amount
    forecast: Amount
    unknown_amounts: int


class Adherence(Answer):
    """Of the actions that were due lately: done in time, late, still open."""

    days: int
    due: int
    kept: int
    late: int
    overdue: int
    share: float | None


class Evaluate(Answer):
    """How it goes."""

    changes: Moves
    outlook: Outlook
    grades: list[Any] = Field(description="Grade and score at the beginning of each quarter")
    adherence: Adherence


class Plan(Answer):
    """An account's plan; ``computed`` tells which parts are worked out and which are written by people."""

    audience: Literal["internal"]
    account: Named
    as_of: str
    computed: dict[str, bool]
    who: Who
    coverage: PlanCoverage
    how: How
    strategy: Strategy
    evaluate: Evaluate
    parameters: ParametersUsed
    revision: int


class SharedPlan(Answer):
    """What may be given to the customer."""

    audience: Literal["customer"]
    account: Named
    as_of: str
    team: list[Any]
    in_use: list[str]
    promises: list[Any]
    deliveries: list[Any]
    requests: list[Any]
    revision: int


class PlanVersion(Answer):
    """A reviewed version of a plan; ``frozen_at`` is the store's revision that it shows."""

    id: str
    account: Named
    as_of: str
    moment: str
    frozen_at: int
    verdict: Literal["approved", "changes_asked"]
    comment: str | None
    reviewer: str
    parameters: ParametersUsed | None
    revision: int


class FrozenPlan(PlanVersion):
    """A reviewed version with the plan as it was shown."""

    plan: Plan


class PlanVersionList(Answer):
    """Reviewed versions, the last first."""

    items: list[PlanVersion]
    next: str | None = Field(default=None)
    revision: int
