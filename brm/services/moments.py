"""Days and moments as people give them, in the installation's zone."""

from __future__ import annotations

import re
import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from brm.errors import InvalidInput
from brm.store.protocol import NOW, When
from graph_schema.values import ValueProblem, datetime_of, instant_from, parse_instant

EPOCH = date(1970, 1, 1)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def now() -> int:
    """The present moment."""
    return time.time_ns() // 1_000


def start_of_day(day: date, zone: str) -> int:
    """The first moment of a local day."""
    return instant_from(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)))


def end_of_day(day: date, zone: str) -> int:
    """The last moment of a local day."""
    return start_of_day(day + timedelta(days=1), zone) - 1


def local_day(instant: int, zone: str) -> date:
    """The local day that a moment falls on."""
    return datetime_of(instant).astimezone(ZoneInfo(zone)).date()


def day_number(instant: int, zone: str) -> int:
    """The local day that a moment falls on, in days since 1970, as days are stored."""
    return (local_day(instant, zone) - EPOCH).days


def end_of(day: int, zone: str) -> int:
    """The last moment of a stored day."""
    return end_of_day(EPOCH + timedelta(days=day), zone)


def parse_moment(text: str, zone: str, field: str, *, end: bool = False) -> int:
    """A day (its first moment, or its last with ``end``) or an ISO 8601 moment with offset."""
    try:
        if _DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return end_of_day(day, zone) if end else start_of_day(day, zone)
        return parse_instant(text)
    except (ValueProblem, ValueError, OverflowError):
        raise InvalidInput(
            f"{field}: {text!r} is neither a day nor a moment",
            remedy="write 2026-06-30, or 2026-06-30T09:00:00+08:00",
            field=field,
            value=text,
        ) from None


def back_at(moment: When, instant: int) -> When:
    """An earlier instant, with the knowledge of that time, or today's where the moment asked for that."""
    return When(instant, instant if moment.known_at == moment.as_of else moment.known_at)


def when(as_of: str | None, known_at: str | None, zone: str) -> When:
    """The moment a read looks at; a day is taken as its end."""
    if as_of is None and known_at is None:
        return NOW
    return When(
        None if as_of is None else parse_moment(as_of, zone, "as_of", end=True),
        now()
        if known_at == "now"
        else None
        if known_at is None
        else parse_moment(known_at, zone, "known_at", end=True),
    )
