"""Deals under review: questions and criteria."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deals import Answered, AnswersBody, Questions
from api.dependencies import ItemId, Moment, Reader, ScoringSpace, Space, Texts, Writer, WriteTerms
from api.problems import PROBLEMS
from brm.services import deal_rendering, questions, shapes

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
