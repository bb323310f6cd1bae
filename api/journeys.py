"""What a customer's journey answers."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.answers import Answer, Named
from api.tables import Amount


class JourneyItem(Answer):
    """Something that happened: a touchpoint, or a day of the lifecycle, a deal, a paper or a promise."""

    kind: str
    day: str
    at: str
    id: str | None
    text: str
    channel: str | None = None
    purpose: str | None = None
    ours: list[Named] = Field(default=[], description="Our people who took part")
    theirs: list[Named] = Field(default=[], description="Everybody else who did")
    name: str | None = None
    amount: Amount | None = None


class OpenMatters(Answer):
    """What is not finished: promises, tickets, deliveries, payments."""

    promises: list[Any]
    tickets: list[Any]
    deliveries: list[Any]
    payments: list[Any]


class Journey(Answer):
    """A page of an account's journey, the latest first."""

    subject: Named
    as_of: str
    open: OpenMatters
    items: list[JourneyItem]
    next: str | None
    total: int
    revision: int
