"""Deals under review: questions and criteria, process, timeline."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.brief import Brief
from api.deals import Answered, AnswersBody, Process, Questions, Timeline
from api.dependencies import (
    ItemId,
    Moment,
    Reader,
    ScoringSpace,
    Space,
    Texts,
    Writer,
    WriteTerms,
)
from api.paging import Cursor, Limit, paged, place_after
from api.pictures import PAGE, PageFormat, page, workbook
from api.problems import PROBLEMS
from brm.guidance.brief import brief
from brm.pictures.brief_book import brief_xlsx
from brm.pictures.brief_md import brief_md
from brm.services import brief_rendering, deal_rendering, process, questions, shapes, timeline

router = APIRouter(responses=PROBLEMS, tags=["opportunities"])
Weeks = Annotated[int, Query(ge=0, le=questions.MOST_WEEKS, description="Weeks of history")]


@router.get(
    "/opportunities/{id}/questions",
    operation_id="questions_of_opportunity",
    response_model=Questions,
    response_model_exclude_unset=True,
)
def read_questions(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId, weeks: Weeks = questions.WEEKS
) -> dict[str, Any]:
    """Four questions and twenty criteria: us and each rival, with evidence, claims, blind spots and history."""
    return deal_rendering.questions(questions.questions(space, principal, id, weeks=weeks, when=when), texts)


@router.post("/opportunities/{id}/questions", operation_id="answer_questions_of_opportunity", response_model=Answered)
def answer_questions(
    space: Space, principal: Writer, terms: WriteTerms, id: ItemId, body: AnswersBody
) -> dict[str, Any]:
    """Record answers of the reader to criteria of a deal, each as one opinion."""
    ids, receipt = questions.answer(
        space, principal, id, body.answers, vendor=body.vendor, note=body.note, at=body.at, terms=terms
    )
    return {"id": None, "ids": ids, **shapes.receipt(receipt)}


@router.get(
    "/opportunities/{id}/process",
    operation_id="process_of_opportunity",
    response_model=Process,
    response_model_exclude_unset=True,
)
def read_process(space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId) -> dict[str, Any]:
    """Stage and its checks, dwell, tier, five steps, team, open work, partners, what follows the award."""
    return deal_rendering.process(process.process(space, principal, id, when=when), texts)


@router.get(
    "/opportunities/{id}/timeline",
    operation_id="timeline_of_opportunity",
    response_model=Timeline,
    response_model_exclude_unset=True,
)
def read_timeline(
    space: Space, principal: Reader, texts: Texts, when: Moment, id: ItemId,
    limit: Limit = 50, cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """Stages, the close and touchpoints of a deal, the latest first."""
    found = timeline.timeline(space, principal, id, limit=limit, after=place_after(cursor), when=when)
    return deal_rendering.timeline(paged(found), texts)


@router.get(
    "/opportunities/{id}/brief",
    operation_id="brief_of_opportunity",
    response_model=Brief,
    response_model_exclude_unset=True,
    responses=PAGE,
)
def read_brief(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId, format: PageFormat = "json"
) -> dict[str, Any] | Response:
    """The deal on one page: likelihood and reasons, field, questions, standing, last week's change, next actions."""
    shape = brief_rendering.brief(brief(space, principal, id, when=when), texts)
    if format == "md":
        return page(brief_md(shape, texts))
    return workbook(brief_xlsx(shape, texts), "brief") if format == "xlsx" else shape
