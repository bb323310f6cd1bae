"""Deal reviews: frozen scores, decisions, commitments, and what came of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.answers import Answer, Named, ParametersUsed, Score
from api.dependencies import IfMatch, ItemId, Moment, Reader, Space, Texts, Writer, expected_revision
from api.models import Dated, Id
from api.problems import PROBLEMS
from brm.services import following_up, moments, reviews, telling
from brm.services.reviews import LONGEST_TEXT

router = APIRouter(prefix="/reviews", tags=["reviews"], responses=PROBLEMS)
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"\S", examples=["The director is quiet"])]


class NewReview(BaseModel):
    """The deal to review."""

    model_config = ConfigDict(extra="forbid")

    opportunity: Id = Field(examples=["demo:opportunity/17"])
    as_of: Dated | None = Field(default=None, description="Day (its end) or moment that was reviewed; default now")


class Said(BaseModel):
    """A text to record."""

    model_config = ConfigDict(extra="forbid")

    text: Text


class NewCommitment(Said):
    """A commitment to record."""

    owner: Id = Field(description="Person or unit of ours")
    due: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="Day by which it is due", examples=["2026-07-15"])
    promised_to: Id | None = Field(default=None, description="Person of the customer whom it is promised to")


class NewEvidence(BaseModel):
    """Facts that came of a commitment."""

    model_config = ConfigDict(extra="forbid")

    commitment: Id = Field(description="Id of the commitment's action")
    ids: list[Id] = Field(min_length=1, max_length=100, description="E.g. of interactions and observations")


class Entry(Answer):
    """What somebody said or decided."""

    text: str
    by: str
    at: str


class Commitment(Entry):
    """An action that somebody committed to; ``id`` is the action's."""

    id: str
    due_on: str | None
    done_on: str | None
    status: str | None
    evidence: list[str]
    evidence_hidden: int = Field(description="How many more the reader may not see")


class ReviewHead(Answer):
    """A review without its contents; ``revision`` is its ETag, ``frozen_at`` the store's that was reviewed."""

    id: str
    opportunity: Named
    as_of: str
    moment: str
    frozen_at: int | None
    author: str
    numbers: dict[str, int]
    revision: int


class Review(ReviewHead):
    """A review as it was recorded."""

    notes: list[Entry]
    decisions: list[Entry]
    commitments: list[Commitment]
    scores: list[Score]
    parameters: ParametersUsed | None


class FollowedPart(Answer):
    """What a cause, or the evidence of a commitment, did to a score since the review."""

    part: str = Field(description="A cause, `late` (learnt late about that day) or `commitment`")
    commitment: str | None = Field(default=None, description="Id of the commitment")
    effect: float
    alone: float | None = Field(default=None, description="Today's score less the one without its evidence only")
    text: str


class FollowedScore(Score):
    """A frozen score and today's: ``total`` is the sum of the parts, both in points (of a probability, of 100)."""

    now: float | None
    total: float | None
    parts: list[FollowedPart]


class FollowUp(Review):
    """A review with what moved its scores since, those that moved most first."""

    scores: list[FollowedScore]  # type: ignore[assignment]
    now: str


class ReviewList(Answer):
    """Reviews, the last first."""

    items: list[ReviewHead]
    next: str | None
    revision: int


def _tagged(response: Response, shape: dict[str, Any]) -> dict[str, Any]:
    response.headers["ETag"] = f'"{shape["revision"]}"'
    return shape


@router.post("", status_code=201, operation_id="start_review", response_model=Review)
def start_review(space: Space, principal: Writer, texts: Texts, body: NewReview, response: Response) -> dict[str, Any]:
    """Freeze the scores of a deal, its account and its people as they stand."""
    when = moments.when(body.as_of, None, principal.zone)
    return _tagged(response, telling.review(reviews.start(space, principal, body.opportunity, when=when), texts))


@router.get("", operation_id="list_reviews", response_model=ReviewList)
def list_reviews(
    space: Space,
    principal: Reader,
    opportunity: Annotated[str | None, Query(max_length=200, description="Of this deal")] = None,
) -> dict[str, Any]:
    """All reviews, the last first."""
    items = reviews.listed(space, principal, deal=opportunity)
    return {"items": items, "next": None, "revision": space.store.revision()}


@router.get("/{id}", operation_id="read_review", response_model=FollowUp)
def read_review(
    space: Space, principal: Reader, texts: Texts, when: Moment, id: ItemId, response: Response
) -> dict[str, Any]:
    """A review, and what moved its scores since: which causes, and which commitments."""
    return _tagged(response, telling.follow_up(following_up.follow_up(space, principal, id, when=when), texts))


@router.post("/{id}/notes", operation_id="add_review_note", response_model=Review)
def add_review_note(
    space: Space, principal: Writer, texts: Texts, id: ItemId, body: Said, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """Record what was said."""
    shape = reviews.note(space, principal, id, body.text, seen=expected_revision(if_match, id).get(id))
    return _tagged(response, telling.review(shape, texts))


@router.post("/{id}/decisions", operation_id="add_review_decision", response_model=Review)
def add_review_decision(
    space: Space, principal: Writer, texts: Texts, id: ItemId, body: Said, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """Record what was decided."""
    shape = reviews.decide(space, principal, id, body.text, seen=expected_revision(if_match, id).get(id))
    return _tagged(response, telling.review(shape, texts))


@router.post("/{id}/commitments", operation_id="add_review_commitment", response_model=Review)
def add_review_commitment(
    space: Space, principal: Writer, texts: Texts, id: ItemId, body: NewCommitment, response: Response,
    if_match: IfMatch = None,
) -> dict[str, Any]:  # fmt: skip
    """Record a commitment: it becomes an action of the plan."""
    shape = reviews.commit(
        space, principal, id, body.text, owner=body.owner, due=body.due, promised_to=body.promised_to,
        seen=expected_revision(if_match, id).get(id),
    )  # fmt: skip
    return _tagged(response, telling.review(shape, texts))


@router.post("/{id}/evidence", operation_id="attach_review_evidence", response_model=Review)
def attach_review_evidence(
    space: Space, principal: Writer, texts: Texts, id: ItemId, body: NewEvidence, response: Response
) -> dict[str, Any]:
    """Say which facts came of a commitment, so that what they moved is told as its doing."""
    shape = reviews.attach(space, principal, body.commitment, body.ids, review=id)
    return _tagged(response, telling.review(shape, texts))
