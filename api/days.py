"""What the due list and a colleague's day answer."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.answers import Answer, Named, ParametersUsed
from api.tables import Amount


class Why(Answer):
    """Why something is on the list: a message code, and the numbers and words behind it."""

    code: str
    numbers: dict[str, Any]
    words: dict[str, Any]


class DueItem(Answer):
    """Something to do: a touch, a fading tie, a judgement to confirm, a promise, an action or an occasion."""

    id: str = Field(description="The same whenever it is computed again")
    kind: str
    due: str | None = Field(description="None: at once for who was never touched, no day for anything else")
    days_late: int | None
    account: Named | None
    person: Named | None
    deal: Named | None
    item: Named | None = Field(description="The action, deal or contract")
    owner: Named | None = Field(description="Who is to do it")
    meet: Named | None = Field(description="Of an account to touch: from whom a meeting gains most")
    gain: Amount | None = Field(description="Expected, before the cost of hours; model-based")
    gain_basis: Literal["score", "model"] | None
    points: float | None = Field(description="Of the score, where it succeeds; of a probability in points of 100")
    success: float | None
    weight: float = Field(description="Influence times the value of the account")
    why: Why
    introduces: list[Named]
    text: str
    reason: str | None
    introduces_text: str | None


class Ask(Answer):
    """Who asks whom for what on the way to somebody."""

    code: str
    by: Named
    asked: Named
    about: Named
    how: str | None
    text: str


class DayItem(DueItem):
    """An item of a day, which may also be a finding or a next action."""

    severity: str | None = None
    play: str | None = None
    path: Any = None
    asks: list[Ask] = Field(description="Of an introduction path, in the order in which they are made")
    waits: Named | None = Field(description="Who waits for it")
    waits_text: str | None
    also: list[Any] = Field(description="What the same touch does besides")


class DueList(Answer):
    """A page of what is due, the earliest first."""

    as_of: str
    basis: str = Field(description="What the value of an account is of")
    parameters: ParametersUsed
    counts: dict[str, int]
    items: list[DueItem]
    hidden: int = Field(description="How many more the reader may not see")
    next: str | None
    total: int
    revision: int


class Day(Answer):
    """A colleague's day in one order."""

    as_of: str
    basis: str
    parameters: ParametersUsed
    person: Named
    own: bool = Field(description="Whether it is the reader's own")
    counts: dict[str, int]
    looked: dict[str, int] = Field(description="Of how many accounts and deals, and how many there are")
    items: list[DayItem]
    hidden: int
    next: str | None
    total: int
    order_text: str
    revision: int
