"""Adds the texts of one language to a customer's journey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue


def journey(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A journey with a text for each item."""
    return {**shape, "items": [{**each, "text": _happened(each, texts)} for each in shape["items"]]}


def _happened(each: Mapping[str, Any], texts: Catalogue) -> str:
    match each["kind"]:
        case "touchpoint":
            sides = {side: texts.listed([one["name"] for one in each[side]]) or "—" for side in ("ours", "theirs")}
            purpose = (
                texts.text("journey.purpose", purpose=texts.word("purpose", each["purpose"])) if each["purpose"] else ""
            )
            return texts.text("timeline.touchpoint", channel=texts.word("channel", each["channel"]), **sides) + purpose
        case "lifecycle":
            before = texts.word("lifecycle", each["from"]) if each["from"] else "—"
            return texts.text("journey.lifecycle", before=before, after=texts.word("lifecycle", each["state"]))
        case "deal_closed":
            status = texts.word("opportunity_status", each["status"])
            return texts.text("journey.deal_closed", name=each["name"] or "—", status=status)
        case "promise_made" | "promise_kept":
            person = (each["promised_to"] or {}).get("name") or "—"
            return texts.text(f"journey.{each['kind']}", name=each["name"] or "—", person=person)
        case kind:
            name = each.get("name") or "—"
            if each.get("amount"):
                name = f"{name} {texts.money(float(each['amount']['amount']), each['amount']['currency'])}"
            return texts.text(f"journey.{kind}", name=name)
