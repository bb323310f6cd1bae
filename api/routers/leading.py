"""The whole company's relationships: heat, coverage, assets, hand-over, and what changed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from api.dependencies import ItemId, Moment, Reader, ScoringSpace, Texts, foreign_cursor
from api.paging import Cursor, Limit, after, numbers, paged
from api.pictures import SHEET, SheetFormat, picture, workbook
from api.problems import PROBLEMS
from api.tables import AccountHeat, AssetList, Coverage, GapList, Handover, Heat, Moves
from brm.pictures.coverage import coverage_svg
from brm.pictures.coverage_book import coverage_xlsx
from brm.pictures.heat import heat_svg
from brm.pictures.heat_book import heat_xlsx
from brm.services import assets, coverage, gap_list, heat, moments, moving, rendering
from brm.store.protocol import When

router = APIRouter(responses=PROBLEMS)
Since = Annotated[
    str | None,
    Query(max_length=40, description="Day that changes count from; default 30 days before", examples=["2026-05-31"]),
]
Owner = Annotated[str | None, Query(max_length=200, description="Only accounts that this colleague owns")]
From = Annotated[
    str | None, Query(alias="from", max_length=40, description="Day to compare with; default a week before")
]
To = Annotated[str | None, Query(max_length=40, description="Day looked at; default `as_of`, else now")]
Category = Annotated[str | None, Query(max_length=200, description="Only accounts of which it is that")]


@router.get(
    "/heat",
    tags=["heat"],
    operation_id="read_heat",
    response_model=Heat,
    response_model_exclude_unset=True,
    responses=SHEET,
)
def read_heat(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment,
    owner: Owner = None, region: Category = None, industry: Category = None, segment: Category = None,
    grade: Category = None,
    sort: Annotated[str, Query(max_length=60, description="value, name, a kind, KIND.change, KIND.completeness; "
                               "with - the greatest first", examples=["customer.change"])] = "-value",
    since: Since = None, limit: Limit = 50, cursor: Cursor = None, format: SheetFormat = "json",
) -> Any:  # fmt: skip
    """All accounts by the six relationships, with their change; as a picture or workbook, of this page."""
    place = after(cursor, 2)
    if place is not None and not isinstance(place[1], str):
        raise foreign_cursor()
    found = heat.page(
        space, principal, when=when, since=since, sort=sort, limit=limit,
        filters=heat.Filters(owner=owner, region=region, industry=industry, segment=segment, grade=grade),
        after=None if place is None else heat.After(place[0], place[1]),
    )  # fmt: skip
    shape = rendering.heat(found, texts)
    if format == "svg":
        return picture(heat_svg(shape, texts))
    if format == "xlsx":
        return workbook(heat_xlsx(shape, texts), "heat")
    return paged(shape)


@router.get(
    "/heat/changes",
    tags=["heat"],
    operation_id="changes_everywhere",
    response_model=Moves,
    response_model_exclude_unset=True,
)
def changes_everywhere(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, since: From = None, to: To = None
) -> dict[str, Any]:
    """The accounts and colleagues that moved most between two days, and the new facts."""
    return rendering.moves(moving.moves(space, principal, since=since, when=_to(space, to, when)), texts)


@router.get(
    "/accounts/{id}/heat",
    tags=["accounts"],
    operation_id="heat_of_account",
    response_model=AccountHeat,
    response_model_exclude_unset=True,
)
def heat_of_account(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId, since: Since = None
) -> dict[str, Any]:
    """The six relationships of one account."""
    return rendering.heat_row(heat.row(space, principal, id, when=when, since=since), texts)


@router.get(
    "/accounts/{id}/coverage",
    tags=["accounts"],
    operation_id="coverage_of_account",
    response_model=Coverage,
    response_model_exclude_unset=True,
    responses=SHEET,
)
def coverage_of_account(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId, format: SheetFormat = "json"
) -> Any:
    """Our people by their people, departments by levels, and what is out of reach."""
    found = coverage.coverage(space, principal, id, when=when)
    shape = {**found, "gaps": [rendering.gap(each, texts) for each in found["gaps"]]}
    if format == "svg":
        return picture(coverage_svg(shape, texts))
    if format == "xlsx":
        return workbook(coverage_xlsx(shape, texts), "coverage")
    return shape


@router.get(
    "/accounts/{id}/changes",
    tags=["accounts"],
    operation_id="changes_of_account",
    response_model=Moves,
    response_model_exclude_unset=True,
)
def changes_of_account(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId, since: From = None, to: To = None
) -> dict[str, Any]:
    """What changed at an account between two days: scores with their causes, and facts."""
    return rendering.moves(moving.moves(space, principal, id, since=since, when=_to(space, to, when)), texts)


@router.get(
    "/people/{id}/changes",
    tags=["people"],
    operation_id="changes_of_person",
    response_model=Moves,
    response_model_exclude_unset=True,
)
def changes_of_person(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId, since: From = None, to: To = None
) -> dict[str, Any]:
    """What changed for a customer's person, or for a colleague and the accounts they own."""
    return rendering.moves(moving.moves(space, principal, id, since=since, when=_to(space, to, when)), texts)


@router.get(
    "/coverage",
    tags=["coverage"],
    operation_id="list_gaps",
    response_model=GapList,
    response_model_exclude_unset=True,
)
def list_gaps(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, owner: Owner = None,
    kind: Annotated[Literal["cell", "person", "role", "single"] | None, Query(description="Only these gaps")] = None,
    limit: Limit = 50, cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """The gaps of all accounts, ranked by the value at stake."""
    found = gap_list.page(
        space, principal, when=when, owner=owner, kind=kind, limit=limit, after=numbers(cursor, gap_list.PLACE)
    )
    return paged({**found, "items": [rendering.gap(each, texts) for each in found["items"]]})


@router.get(
    "/assets", tags=["people"], operation_id="list_assets", response_model=AssetList, response_model_exclude_unset=True
)
def list_assets(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """What each colleague's relationships are worth: the reader's own first."""
    found = assets.page(space, principal, when=when, limit=limit, after=numbers(cursor, assets.PLACE))
    return paged(rendering.assets(found, texts))


@router.get(
    "/people/{id}/handover",
    tags=["people"],
    operation_id="plan_handover",
    response_model=Handover,
    response_model_exclude_unset=True,
)
def plan_handover(space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId) -> dict[str, Any]:
    """The plan for a colleague's ties when they leave, and what each account falls to."""
    return rendering.handover(assets.handover(space, principal, id, when=when), texts)


def _to(space: Any, to: str | None, when: When) -> When:
    return when if to is None else moments.when(to, None, space.settings.zone)
