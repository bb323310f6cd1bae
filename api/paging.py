"""Cursors of keyset pages: the place that the page before ended at."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from api.dependencies import decode_cursor, encode_cursor, foreign_cursor
from brm.services import reading
from brm.services.touchpoints import PLACE, Place

Limit = Annotated[int, Query(ge=1, le=reading.MOST_ITEMS)]
Cursor = Annotated[str | None, Query(max_length=2_000, description="`next` of the page before")]


def after(cursor: str | None, size: int) -> list[Any] | None:
    """Where the next page begins."""
    if cursor is None:
        return None
    place = decode_cursor(cursor).get("a")
    if not isinstance(place, list) or len(place) != size:
        raise foreign_cursor()
    return place


def numbers(cursor: str | None, size: int) -> tuple[float, ...] | None:
    """The same of an order by numbers."""
    place = after(cursor, size)
    if place is not None and not all(isinstance(each, int | float) for each in place):
        raise foreign_cursor()
    return None if place is None else tuple(place)


def place_after(cursor: str | None) -> Place | None:
    """The same of a timeline."""
    place = after(cursor, PLACE)
    if place is None:
        return None
    if not (isinstance(place[0], int) and isinstance(place[1], str)):
        raise foreign_cursor()
    return place[0], place[1]


def paged(found: dict[str, Any]) -> dict[str, Any]:
    """The page with its next place as a cursor."""
    place = found["next"]
    return {**found, "next": None if place is None else encode_cursor({"a": place, "r": found["revision"]})}
