"""The journey of a customer, and the tickets that are raised on it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import ItemId, Moment, Reader, ScoringSpace, Space, Texts, Writer, WriteTerms, receipted
from api.journeys import Journey
from api.models import Id, ReceiptBody
from api.paging import Cursor, Limit, paged, place_after
from api.problems import PROBLEMS
from brm.services import journey, journey_rendering, tickets

router = APIRouter(tags=["journeys"], responses=PROBLEMS)
Channel = Annotated[str | None, Query(max_length=60, description="Only contacts by this channel")]
Purpose = Annotated[str | None, Query(max_length=60, description="Only contacts of this purpose")]
Kind = Annotated[str | None, Query(max_length=60, description="Only these items, e.g. touchpoint or lifecycle")]


class NewTicket(BaseModel):
    """What was raised in the contact."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S", examples=["Pump fails at night"])]
    account: Id | None = Field(default=None, description="Account or deal; default what the contact concerns")
    severity: int | None = Field(default=None, ge=1, le=5, description="1 slight to 5 grave")
    complaint: bool = False
    owner: Id | None = Field(default=None, description="Who handles it")


class Handled(BaseModel):
    """How the ticket was closed."""

    model_config = ConfigDict(extra="forbid")

    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = Field(default=None, description="Default today")
    satisfaction: float | None = Field(default=None, ge=0, le=1)


@router.get(
    "/accounts/{id}/journey", operation_id="read_journey", response_model=Journey, response_model_exclude_unset=True
)
def read_journey(
    space: ScoringSpace, principal: Reader, texts: Texts, when: Moment, id: ItemId,
    kind: Kind = None, channel: Channel = None, purpose: Purpose = None,
    limit: Limit = 50, cursor: Cursor = None,
) -> dict[str, Any]:  # fmt: skip
    """Touchpoints, lifecycle, deals, papers and promises of an account, the latest first, and what is open."""
    found = journey.journey(
        space, principal, id, kind=kind, channel=channel, purpose=purpose, limit=limit, after=place_after(cursor),
        when=when,
    )  # fmt: skip
    return journey_rendering.journey(paged(found), texts)


@router.post("/interactions/{id}/ticket", status_code=201, operation_id="open_ticket")
def open_ticket(
    space: Space, principal: Writer, terms: WriteTerms, id: ItemId, body: NewTicket, response: Response
) -> ReceiptBody:
    """Open a ticket that was raised in a contact; its handling feeds the customer's score."""
    identity, receipt = tickets.open_ticket(
        space, principal, id, body.name, account=body.account, severity=body.severity, complaint=body.complaint,
        owner=body.owner, terms=terms,
    )  # fmt: skip
    return receipted(response, identity, receipt)


@router.post("/tickets/{id}/close", operation_id="close_ticket")
def close_ticket(
    space: Space, principal: Writer, terms: WriteTerms, id: ItemId, body: Handled, response: Response
) -> ReceiptBody:
    """The ticket was handled."""
    receipt = tickets.close_ticket(space, principal, id, on=body.on, satisfaction=body.satisfaction, terms=terms)
    return receipted(response, id, receipt)
