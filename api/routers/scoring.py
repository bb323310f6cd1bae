"""Scores, explanations, findings, introduction paths and decision-chain maps."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.answers import FindingList, Likelihood, Routes, Score, ScoreList, Series, SeriesList
from api.dependencies import (
    ItemId,
    Moment,
    Reader,
    ScoringSpace,
    Space,
    Texts,
    Writer,
    decode_cursor,
    encode_cursor,
    foreign_cursor,
)
from api.guidance import AcceptBody, Accepted, Guidance
from api.maps import ChainMap
from api.pictures import PICTURE, SHEET, PictureFormat, SheetFormat, picture, workbook
from api.problems import PROBLEMS
from brm.guidance import accepting, deals, engine, next_actions, states
from brm.guidance.chain_map import chain_map
from brm.pictures.chain import chain_svg
from brm.pictures.one_line import series_svg
from brm.pictures.trend_book import trend_xlsx
from brm.pictures.waterfall import waterfall_svg
from brm.services import advising, changing, deal_rendering, one_line, paths, reading, rendering, scores, trends

router = APIRouter(responses=PROBLEMS)
KindName = Literal[
    "key_person", "decision_chain", "customer", "employee", "our_company", "competitor", "likelihood"
]  # fmt: skip
Kind = Annotated[KindName, Query(description="Which relationship, or likelihood")]
VendorQuery = Annotated[
    str | None, Query(max_length=200, description="Vendor; default us, for competitor all rivals", examples=["us"])
]
ScopeQuery = Annotated[str | None, Query(max_length=200, description="Account or opportunity")]


class FindingDecision(BaseModel):
    """What somebody decided about a finding."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["snoozed", "accepted", "assigned", "open"]
    until: datetime | None = Field(default=None, description="When the decision expires")
    reason: str | None = Field(default=None, max_length=1_000)


@router.get(
    "/scores", tags=["scores"], operation_id="list_scores", response_model=ScoreList, response_model_exclude_unset=True
)
def list_scores(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, kind: Kind,
    subject: Annotated[list[str] | None, Query(max_length=500, description="Ids; default all")] = None,
    vendor: VendorQuery = None, scope: ScopeQuery = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> dict[str, Any]:  # fmt: skip
    """Scores of a kind, best first."""
    found = scores.score(space, principal, kind, subject or (), vendor=vendor, scope=scope, when=when)
    items = [rendering.score(each, texts) for each in scores.shapes(space, found, limit)]
    return {"items": items, "next": None, "total": len(found.rows), "revision": found.revision}


@router.get(
    "/scores/series",
    tags=["scores"],
    operation_id="score_series",
    response_model=Series,
    response_model_exclude_unset=True,
    responses=SHEET,
)
def score_series(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, kind: Kind,
    subject: Annotated[str, Query(min_length=1, max_length=200, description="Person, account or opportunity")],
    vendor: VendorQuery = None, scope: ScopeQuery = None,
    weeks: Annotated[int, Query(ge=1, le=trends.MOST_WEEKS, description="Weeks back")] = trends.WEEKS,
    moves: Annotated[
        int, Query(ge=0, le=one_line.MARKED, description="Of a likelihood: weeks marked with what moved it")
    ] = one_line.MARKED,
    format: SheetFormat = "json",
) -> dict[str, Any] | Response:  # fmt: skip
    """One score week by week, read against the Reference of the last day; of a likelihood, what moved it."""
    found = changing.series(
        space, principal, kind, subject, vendor=vendor, scope=scope, weeks=weeks, moves=moves, when=when
    )
    shape = deal_rendering.series(found, texts)
    if format == "svg":
        return picture(series_svg(shape, texts))
    return workbook(trend_xlsx(shape, texts), "trend") if format == "xlsx" else shape


@router.get(
    "/scores/series/all",
    tags=["scores"],
    operation_id="all_score_series",
    response_model=SeriesList,
    response_model_exclude_unset=True,
)
def all_score_series(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, kind: Kind, vendor: VendorQuery = None,
    weeks: Annotated[int, Query(ge=1, le=trends.MOST_WEEKS, description="Weeks back")] = trends.WEEKS,
    limit: Annotated[int, Query(ge=1, le=reading.MOST_ITEMS)] = 50,
    cursor: Annotated[str | None, Query(max_length=2_000, description="`next` of the page before")] = None,
) -> dict[str, Any]:  # fmt: skip
    """The scores of all subjects of a kind week by week, with the runs of each band."""
    begin = 0 if cursor is None else decode_cursor(cursor).get("b")
    if not isinstance(begin, int) or begin < 0:
        raise foreign_cursor()
    found = trends.all_series(space, principal, kind, vendor=vendor, weeks=weeks, when=when, begin=begin, limit=limit)
    items = [rendering.series(each, texts) for each in found["items"]]
    return {**found, "items": items, "next": None if found["next"] is None else encode_cursor({"b": found["next"]})}


@router.get(
    "/scores/{kind}/{id}",
    tags=["scores"],
    operation_id="explain_score",
    response_model=Score,
    response_model_exclude_unset=True,
)
def explain_score(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId,
    kind: KindName, vendor: VendorQuery = None, scope: ScopeQuery = None,
    change: Annotated[bool, Query(description="Tell why it moved over the last 30 and 90 days")] = True,
) -> dict[str, Any]:  # fmt: skip
    """One score with all that adds up to it, its raw inputs and evidence, and why it moved."""
    shape = engine.explain(space, principal, kind, id, vendor=vendor, scope=scope, when=when, change=change)
    return rendering.score(shape, texts)


@router.get(
    "/opportunities/{id}/chain",
    tags=["opportunities"],
    operation_id="read_chain",
    response_model=ChainMap,
    response_model_exclude_unset=True,
    responses=PICTURE,
)
def read_chain(
    space: Space, principal: Reader, texts: Texts, when: Moment, id: ItemId, format: PictureFormat = "json"
) -> dict[str, Any] | Response:
    """The decision chain of an opportunity as trees along the reporting lines."""
    shape = chain_map(space, principal, id, when=when)
    return picture(chain_svg(shape, texts)) if format == "svg" else shape


@router.get(
    "/opportunities/{id}/likelihood",
    tags=["opportunities"],
    operation_id="read_likelihood",
    response_model=Likelihood,
    response_model_exclude_unset=True,
    responses=PICTURE,
)
def read_likelihood(
    space: Space, principal: Reader, texts: Texts, when: Moment, id: ItemId,
    vendor: Annotated[str | None, Query(max_length=200, description="Vendor; default us", examples=["us"])] = None,
    change: Annotated[bool, Query(description="Tell why it moved over the last 30 and 90 days")] = True,
    format: PictureFormat = "json",
) -> dict[str, Any] | Response:  # fmt: skip
    """Will the vendor win: likelihood with its reasons, field and gate, and everybody's control points."""
    found = deals.likelihood(space, principal, id, vendor=vendor, when=when, change=change)
    shape = deal_rendering.review(found, texts)
    return picture(waterfall_svg(shape, texts)) if format == "svg" else shape


@router.get(
    "/opportunities/{id}/guidance",
    tags=["opportunities"],
    operation_id="read_guidance",
    response_model=Guidance,
    response_model_exclude_unset=True,
)
def read_guidance(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId,
    hours: Annotated[
        float | None, Query(ge=0, le=next_actions.MOST_HOURS, description="Hours to spend; default a parameter")
    ] = None,
    limit: Annotated[int | None, Query(ge=1, le=5, description="Most actions; default a parameter")] = None,
) -> dict[str, Any]:  # fmt: skip
    """What to do next: the best actions within the hours, each with owner, day, path and gain."""
    found = next_actions.guidance(space, principal, id, hours=hours, limit=limit, when=when)
    return advising.guidance(found, texts)


@router.post(
    "/opportunities/{id}/guidance/accept",
    tags=["opportunities"],
    operation_id="accept_guidance",
    response_model=Accepted,
)
def accept_guidance(
    space: ScoringSpace, principal: Writer, texts: Texts, when: Moment, id: ItemId, body: AcceptBody
) -> dict[str, Any]:
    """Make a next action an open action that somebody owns; again while it is open, the same one."""
    return accepting.accept(space, principal, id, body.key, texts, owner=body.owner, due=body.due, when=when)


@router.get(
    "/accounts/{id}/map",
    tags=["accounts"],
    operation_id="read_map",
    response_model=ChainMap,
    response_model_exclude_unset=True,
    responses=PICTURE,
)
def read_map(
    space: Space, principal: Reader, texts: Texts, when: Moment, id: ItemId, format: PictureFormat = "json"
) -> dict[str, Any] | Response:
    """The people of an account as trees along the reporting lines."""
    shape = chain_map(space, principal, id, when=when)
    return picture(chain_svg(shape, texts)) if format == "svg" else shape


@router.get(
    "/accounts/{id}/findings",
    tags=["accounts"],
    operation_id="findings_of_account",
    response_model=FindingList,
    response_model_exclude_unset=True,
)
def findings_of_account(space: Space, principal: Reader, texts: Texts, when: Moment, id: ItemId) -> dict[str, Any]:
    """What needs attention at an account, and what to do."""
    return _findings(space, principal, texts, when, id)


@router.get(
    "/findings",
    tags=["findings"],
    operation_id="list_findings",
    response_model=FindingList,
    response_model_exclude_unset=True,
)
def list_findings(
    space: Space, principal: Reader, texts: Texts, when: Moment,
    subject: Annotated[str, Query(min_length=1, max_length=200, description="Person, account or opportunity")],
) -> dict[str, Any]:  # fmt: skip
    """What needs attention at a person, account or opportunity, and what to do."""
    return _findings(space, principal, texts, when, subject)


def _findings(space: Any, principal: Any, texts: Any, when: Any, subject: str) -> dict[str, Any]:
    revision = space.store.revision()
    items = [rendering.finding(each, texts) for each in engine.findings(space, principal, subject, when=when)]
    return {"items": items, "next": None, "revision": revision}


@router.patch("/findings/{id}", tags=["findings"], operation_id="decide_finding")
def decide_finding(space: Space, principal: Writer, id: ItemId, body: FindingDecision) -> dict[str, Any]:
    """Snooze, accept or assign a finding, or open it again."""
    return states.decide(space.store, principal, id, state=body.state, until=body.until, reason=body.reason)


@router.get(
    "/people/{id}/paths",
    tags=["people"],
    operation_id="paths_to_person",
    response_model=Routes,
    response_model_exclude_unset=True,
)
def paths_to_person(
    space: Space, principal: Reader, texts: Texts, when: Moment, id: ItemId,
    max_hops: Annotated[int, Query(ge=1, le=paths.FURTHEST)] = 4,
) -> dict[str, Any]:  # fmt: skip
    """Who of ours reaches this person, and how."""
    return _paths(space, principal, texts, when, id, None, max_hops)


@router.get(
    "/paths", tags=["paths"], operation_id="list_paths", response_model=Routes, response_model_exclude_unset=True
)
def list_paths(
    space: Space, principal: Reader, texts: Texts, when: Moment,
    to: Annotated[str, Query(min_length=1, max_length=200)],
    start: Annotated[str | None, Query(alias="from", max_length=200)] = None,
    max_hops: Annotated[int, Query(ge=1, le=paths.FURTHEST)] = 4,
) -> dict[str, Any]:  # fmt: skip
    """The strongest introduction paths to a person, from anybody of ours or from one."""
    return _paths(space, principal, texts, when, to, start, max_hops)


def _paths(space: Any, principal: Any, texts: Any, when: Any, to: str, start: str | None, hops: int) -> dict[str, Any]:
    found = paths.paths(space, principal, to, start=start, max_hops=hops, when=when)
    found["items"] = [rendering.path_item(each, texts) for each in found["items"]]
    return found
