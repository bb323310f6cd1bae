"""Tickets: a request or complaint that was raised in a contact, its handling, and what the customer made of it."""

from __future__ import annotations

from typing import Any

from brm.errors import Conflict, InvalidInput
from brm.principal import Principal
from brm.services import moments
from brm.services.approving import day
from brm.services.editing import PLAIN, Terms, canonical_properties, commit, identity_of, node_spec, revised
from brm.services.reading import edges_at, entity
from brm.services.workspace import Workspace
from graph_schema.changes import Change, EdgeRef, NodeRef, Receipt


def open_ticket(
    workspace: Workspace, principal: Principal, interaction: str, name: str, *, account: str | None = None,
    severity: int | None = None, complaint: bool = False, owner: str | None = None, terms: Terms = PLAIN,
) -> tuple[str, Receipt]:  # fmt: skip
    """A ticket raised in a contact, on its day, at the account or deal that the contact concerns.

    InvalidInput where the contact concerns nothing, or several things, and no ``account`` is named.
    """
    principal.require("write")
    contact = entity(workspace.store, principal, interaction, type_="interaction")
    place = account or _concerned(workspace, contact.entity.id)
    entity(workspace.store, principal, place)
    if owner is not None:
        entity(workspace.store, principal, owner)
    at, zone = contact.properties["at"], workspace.settings.zone
    given = {"name": name.strip(), "severity": severity, "complaint": complaint, "interaction": contact.entity.id}
    known: dict[str, Any] = {each: value for each, value in given.items() if value not in (None, "")}
    values = canonical_properties(node_spec("ticket"), known) | {"opened_on": moments.day_number(at, zone)}
    identity = identity_of(terms, place)
    ends = [("belongs_to", place), *([("owned_by", owner)] if owner else [])]
    changes = (
        Change("set", NodeRef("ticket", identity), values, valid_from=at),
        *(Change("set", EdgeRef(edge, identity, to), {}, valid_from=at) for edge, to in ends),
    )
    return identity, commit(workspace.store, principal, changes, terms)


def _concerned(workspace: Workspace, interaction: str) -> str:
    places = [edge.target for _, edge in edges_at(workspace.store, [interaction], ("concerns",), "out")]
    if len(places) != 1:
        told = "nothing" if not places else f"{len(places)} accounts or deals"
        raise InvalidInput(
            f"{interaction} concerns {told}", remedy="name the account or deal of the ticket", field="account"
        )
    return places[0]


def close_ticket(
    workspace: Workspace, principal: Principal, ticket: str, *, on: str | None = None,
    satisfaction: float | None = None, terms: Terms = PLAIN,
) -> Receipt:  # fmt: skip
    """The ticket was handled, on a day (default today), and how content the customer was, 0..1."""
    principal.require("write")
    state = entity(workspace.store, principal, ticket, type_="ticket")
    closed = day("on", on) if on else moments.day_number(moments.now(), workspace.settings.zone)
    rated = {} if satisfaction is None else canonical_properties(node_spec("ticket"), {"satisfaction": satisfaction})
    values = {"closed_on": closed, **rated}
    at = revised(state, values, terms)
    if state.properties.get("closed_on") is not None and at != state.valid_from:
        raise Conflict(
            f"{ticket} is closed already", remedy="open another ticket if it came up again", code="ticket_closed",
            id=ticket,
        )  # fmt: skip
    opened = state.properties.get("opened_on")
    if opened is not None and closed < opened:
        raise InvalidInput(f"{ticket} was opened after that day", remedy="name a later day", field="on", value=on)
    change = Change("set", NodeRef("ticket", state.entity.id), values, valid_from=at)
    return commit(workspace.store, principal, (change,), terms)
