"""Network operation: what is due in our relationships, and a colleague's day."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.days import Day, DueList
from api.dependencies import ItemId, Moment, Reader, ScoringSpace, Texts
from api.paging import Cursor, Limit, numbers, paged
from api.problems import PROBLEMS
from brm.network import day, due, telling
from brm.services import reading

router = APIRouter(tags=["days"], responses=PROBLEMS)
Owner = Annotated[str | None, Query(max_length=200, description="Only what this colleague is to do")]
Account = Annotated[str | None, Query(max_length=200, description="Only what is at this account")]
Kind = Annotated[str | None, Query(max_length=60, description="Only touch, tie, judgement, promise, action, occasion")]
DayKind = Annotated[str | None, Query(max_length=60, description="Only this kind; finding and next_action as well")]
Whose = Annotated[str | None, Query(max_length=200, description="Colleague, where the reader is no person")]
Most = Annotated[int | None, Query(ge=1, le=reading.MOST_ITEMS, description="Most items; default all")]


@router.get("/due", operation_id="list_due", response_model=DueList, response_model_exclude_unset=True)
def list_due(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment,
    owner: Owner = None, account: Account = None, kind: Kind = None, limit: Limit = 50, cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """What is late or comes due: touches, fading ties, judgements to confirm, promises, actions, occasions."""
    found = due.due(
        space, principal, owner=owner, account=account, kind=kind, limit=limit, after=numbers(cursor, due.PLACE),
        when=when,
    )  # fmt: skip
    return telling.due(paged(found), texts)


@router.get("/me/day", operation_id="read_my_day", response_model=Day, response_model_exclude_unset=True)
def read_my_day(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment,
    person: Whose = None, kind: DayKind = None, limit: Most = None,
) -> dict[str, Any]:  # fmt: skip
    """What the person behind the token does today, in one order."""
    wanted = principal.person_id or person
    return telling.day(day.day(space, principal, wanted, kind=kind, limit=limit, when=when), texts)


@router.get("/people/{id}/day", operation_id="read_day", response_model=Day, response_model_exclude_unset=True)
def read_day(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId,
    kind: DayKind = None, limit: Most = None,
) -> dict[str, Any]:  # fmt: skip
    """What one colleague does today, in one order."""
    return telling.day(day.day(space, principal, id, kind=kind, limit=limit, when=when), texts)
