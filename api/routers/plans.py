"""Account plans: read in every form, written by people, reviewed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import ItemId, Moment, Reader, ScoringSpace, Space, Texts, Writer, WriteTerms, receipted
from api.models import Dated, Id, ReceiptBody
from api.pictures import DOCUMENT, download, page
from api.plans import FrozenPlan, Plan, PlanVersionList, SharedPlan
from api.problems import PROBLEMS
from brm.plans import exporting, planning, rendering, versions
from brm.plans.planning import LONGEST_TEXT
from brm.services import moments

router = APIRouter(tags=["plans"], responses=PROBLEMS)
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"\S")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["2026-09-30"])]
ScoreKind = Literal["key_person", "decision_chain", "customer", "employee", "our_company", "competitor", "likelihood"]


class NewObjective(BaseModel):
    """An aim to add."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    kind: Literal["revenue", "development", "relationship"]
    target: float | None = Field(default=None, description="Amount, number of offerings in use, or points of the score")
    due: Day | None = None
    owner: Id | None = Field(default=None, description="Person or unit of ours")
    score_kind: ScoreKind | None = Field(default=None, description="Of a relationship aim; default customer")


class NewNote(BaseModel):
    """A note to add."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    topic: Literal["strategy", "risk", "customer_goal", "support"] = "strategy"
    restricted: bool = Field(default=False, description="For admins alone")


class NewAction(BaseModel):
    """An action to add."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    owner: Id = Field(description="Person or unit of ours")
    due: Day
    scope: Id | None = Field(default=None, description="A deal of the account; default the account itself")
    promised_to: Id | None = Field(default=None, description="Person of the customer whom it is promised to")
    hours: float | None = Field(default=None, ge=0)
    aims_at: Id | None = Field(default=None, description="Whose score it is to move")
    score_kind: ScoreKind | None = None
    expected_effect: float | None = Field(default=None, description="Points")


class Done(BaseModel):
    """When an action was done, and what came of it."""

    model_config = ConfigDict(extra="forbid")

    on: Day | None = Field(default=None, description="Default today")
    evidence: list[Id] = Field(default=[], max_length=100, description="Interactions and observations")


class Results(BaseModel):
    """What came of an action."""

    model_config = ConfigDict(extra="forbid")

    evidence: list[Id] = Field(min_length=1, max_length=100, description="Interactions and observations")


class Verdict(BaseModel):
    """A review of the plan as it stands, or stood."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["approved", "changes_asked"]
    comment: Text | None = None
    as_of: Dated | None = Field(default=None, description="Day (its end) or moment that was reviewed; default now")


@router.get(
    "/accounts/{id}/plan",
    operation_id="read_plan",
    response_model=Plan | SharedPlan,
    response_model_exclude_unset=True,
    responses=DOCUMENT,
)
def read_plan(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId,
    audience: Annotated[
        exporting.Audience, Query(description="customer: only what may be given to the customer")
    ] = "internal",
    format: Annotated[
        Literal["json", "md", "xlsx", "pptx"], Query(description="md: Markdown, xlsx: a workbook, pptx: slides")
    ] = "json",
) -> Any:  # fmt: skip
    """The plan of an account: who, coverage, white space, strategy, evaluation."""
    shape = exporting.plan_for(space, principal, id, texts, audience, when, format)
    if format == "json":
        return shape
    content = exporting.exported(shape, format, texts)
    return page(content) if isinstance(content, str) else download(content, "plan", format)


@router.post("/accounts/{id}/plan/objectives", status_code=201, operation_id="add_plan_objective")
def add_plan_objective(
    space: Space, principal: Writer, terms: WriteTerms, id: ItemId, body: NewObjective, response: Response
) -> ReceiptBody:
    """Add an aim."""
    told = planning.add_objective(
        space, principal, id, body.name, kind=body.kind, target=body.target, due=body.due, owner=body.owner,
        score_kind=body.score_kind, terms=terms,
    )  # fmt: skip
    return receipted(response, *told)


@router.post("/accounts/{id}/plan/notes", status_code=201, operation_id="add_plan_note")
def add_plan_note(
    space: Space, principal: Writer, terms: WriteTerms, id: ItemId, body: NewNote, response: Response
) -> ReceiptBody:
    """Add a note."""
    told = planning.add_note(space, principal, id, body.text, topic=body.topic, restricted=body.restricted, terms=terms)
    return receipted(response, *told)


@router.post("/accounts/{id}/plan/actions", status_code=201, operation_id="add_plan_action")
def add_plan_action(
    space: Space, principal: Writer, terms: WriteTerms, id: ItemId, body: NewAction, response: Response
) -> ReceiptBody:
    """Add an action of the account, or of one of its deals."""
    told = planning.add_action(
        space, principal, body.scope or id, body.name, owner=body.owner, due=body.due, promised_to=body.promised_to,
        hours=body.hours, aims_at=body.aims_at, score_kind=body.score_kind, effect=body.expected_effect, account=id,
        terms=terms,
    )  # fmt: skip
    return receipted(response, *told)


@router.post("/actions/{id}/done", operation_id="finish_action")
def finish_action(
    space: Space, principal: Writer, terms: WriteTerms, id: ItemId, body: Done, response: Response
) -> ReceiptBody:
    """Mark an action as done."""
    receipt = planning.finish(space, principal, id, done=body.on, evidence=body.evidence, terms=terms)
    return receipted(response, id, receipt)


@router.post("/actions/{id}/evidence", operation_id="attach_action_evidence")
def attach_action_evidence(
    space: Space, principal: Writer, terms: WriteTerms, id: ItemId, body: Results, response: Response
) -> ReceiptBody:
    """Say which facts came of an action, so that its effect is measured."""
    return receipted(response, id, planning.attach(space, principal, id, body.evidence, terms=terms))


@router.post(
    "/accounts/{id}/plan/versions", status_code=201, operation_id="review_plan", response_model=FrozenPlan,
    response_model_exclude_unset=True,
)  # fmt: skip
def review_plan(
    space: ScoringSpace, principal: Writer, texts: Texts, terms: WriteTerms, id: ItemId, body: Verdict,
    response: Response,
) -> dict[str, Any]:  # fmt: skip
    """Freeze the plan as a reviewed version."""
    when = moments.when(body.as_of, None, principal.zone)
    shape = versions.review(space, principal, id, verdict=body.verdict, comment=body.comment, when=when, terms=terms)
    return _version(space, response, shape, texts)


@router.get("/accounts/{id}/plan/versions", operation_id="list_plan_versions", response_model=PlanVersionList)
def list_plan_versions(space: Space, principal: Reader, id: ItemId) -> dict[str, Any]:
    """The reviewed versions of an account's plan, the last first."""
    items = versions.listed(space, principal, id)
    return {"items": items, "next": None, "revision": space.store.revision()}


@router.get(
    "/plan-versions/{id}", operation_id="read_plan_version", response_model=FrozenPlan,
    response_model_exclude_unset=True,
)  # fmt: skip
def read_plan_version(space: Space, principal: Reader, texts: Texts, id: ItemId, response: Response) -> dict[str, Any]:
    """A reviewed version with the plan as it was shown."""
    return _version(space, response, versions.shown(space, principal, id), texts)


def _version(space: Any, response: Response, shape: dict[str, Any], texts: Any) -> dict[str, Any]:
    response.headers["ETag"] = f'"{shape["revision"]}"'
    return {**shape, "plan": rendering.plan(shape["plan"], texts, space.parameters.employee.currency)}
