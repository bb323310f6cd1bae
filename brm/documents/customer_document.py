"""The account plan that may be given to the customer, as a document."""

from __future__ import annotations

from brm.documents import Shape
from brm.documents.document import Column, Document
from brm.i18n import Catalogue

COLUMNS = {
    "team": ("person", "role"),
    "promises": ("promise", "due", "done"),
    "deliveries": ("delivery", "due", "delivered", "accepted"),
    "requests": ("request", "opened", "closed"),
}


def customer_document(shape: Shape, texts: Catalogue) -> Document:
    """Our team, what they use of ours, promises, deliveries and service requests."""
    document = Document(texts.text("shared.title", account=shape["account"]["name"]), shape["as_of"])
    document.head.append(texts.text("shared.head", day=shape["as_of"]))
    team = document.section(texts.text("shared.team"))
    team.table(
        _columns(texts, "team"),
        [(each["name"], texts.word("team_role", each["role"])) for each in shape["team"]],
    )
    used = document.section(texts.text("shared.in_use"))
    for name in shape["in_use"]:
        used.line(name)
    promises = document.section(texts.text("shared.promises"))
    promises.table(
        _columns(texts, "promises"),
        [(each["name"], each["due"], each["done"]) for each in shape["promises"]],
    )
    deliveries = document.section(texts.text("shared.deliveries"))
    deliveries.table(
        _columns(texts, "deliveries"),
        [(each["name"], each["due_on"], each["delivered_on"], each["accepted_on"]) for each in shape["deliveries"]],
    )
    requests = document.section(texts.text("shared.requests"))
    requests.table(
        _columns(texts, "requests"),
        [(each["name"], each["opened_on"], each["closed_on"]) for each in shape["requests"]],
    )
    document.sections = [each for each in document.sections if each.blocks]
    return document


def _columns(texts: Catalogue, table: str) -> list[Column]:
    return [Column(texts.text(f"shared.column.{name}")) for name in COLUMNS[table]]
