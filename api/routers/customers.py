"""Who the customers are: grades, lifecycles, lists, and what the value hangs on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from api.customers import AccountGrade, AccountPage, Segments
from api.dependencies import ItemId, Moment, Reader, ScoringSpace, Texts, foreign_cursor
from api.paging import Cursor, Limit, after, numbers, paged
from api.problems import PROBLEMS
from brm.services import customer_telling, customers, grading, heat, segments
from scoring.grading.lists import LISTS

router = APIRouter(tags=["accounts"], responses=PROBLEMS)
FocusName = Annotated[
    str | None, Query(max_length=100, description="Focus profile to grade by; default the one that rules")
]
Word = Annotated[str | None, Query(max_length=200, description="Only accounts of which it is that")]
ListName: Any = Literal[LISTS]
Sort: Any = Literal[customers.SORTS]


def _page(
    space: Any, principal: Any, texts: Any, when: Any, *, filters: customers.Filters, focus: str | None, sort: str,
    limit: int, cursor: str | None,
) -> dict[str, Any]:  # fmt: skip
    place = after(cursor, 2)
    if place is not None and not isinstance(place[1], str):
        raise foreign_cursor()
    found = customers.page(
        space, principal, when=when, filters=filters, focus=focus, sort=sort, limit=limit,
        after=None if place is None else heat.After(place[0], place[1]),
    )  # fmt: skip
    return paged(customer_telling.customers(found, texts, space.parameters.employee.currency))


@router.get("/accounts", operation_id="list_accounts", response_model=AccountPage, response_model_exclude_unset=True)
def list_accounts(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment,
    segment: Word = None, grade: Word = None, lifecycle: Word = None, owner: Word = None,
    list: Annotated[ListName | None, Query(description="Only accounts on this list")] = None,
    focus: FocusName = None, sort: Sort = "-value", limit: Limit = 50, cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """All customers with grade, lifecycle, list and value, the most valuable first."""
    filters = customers.Filters(segment=segment, list=list, grade=grade, lifecycle=lifecycle, owner=owner)
    return _page(space, principal, texts, when, filters=filters, focus=focus, sort=sort, limit=limit, cursor=cursor)


@router.get("/lists", operation_id="read_list", response_model=AccountPage, response_model_exclude_unset=True)
def read_list(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment,
    list: Annotated[ListName, Query(description="Whom to win, keep, develop or release")] = "win",
    focus: FocusName = None, limit: Limit = 50, cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """The customers to win, keep, develop or release, each with why, and how many there are on every list."""
    return _page(
        space, principal, texts, when, filters=customers.Filters(list=list), focus=focus, sort="-value", limit=limit,
        cursor=cursor,
    )  # fmt: skip


@router.get(
    "/accounts/{id}", operation_id="read_account", response_model=AccountGrade, response_model_exclude_unset=True
)
def read_account(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId, focus: FocusName = None
) -> dict[str, Any]:
    """Who one customer is: its grade and why, what it may have, how far the next grade is, its life with us."""
    found = grading.grade(space, principal, id, focus=focus, when=when)
    return customer_telling.grade(found, texts, space.parameters.employee.currency)


@router.get("/segments", operation_id="read_segments", response_model=Segments, response_model_exclude_unset=True)
def read_segments(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, focus: FocusName = None, limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """Eighty of twenty: accounts by value with the share up to each, and what segments and grades bring."""
    found = segments.segments(
        space, principal, focus=focus, when=when, limit=limit, after=numbers(cursor, segments.PLACE)
    )
    return paged(customer_telling.concentration(found, texts, space.parameters.employee.currency))
