"""Adds the texts of one language to the companies around a customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue
from scoring.company_links import PART_OF, PARTNERS, SISTER


def network(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A network with a sentence for each link, and for our tie with each company."""
    told = [{**_told(each, texts), "text": link(each, texts)} for each in shape["items"]]
    return {**shape, "company": _told(shape["company"], texts), "items": told}


def _told(each: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    return {**each, "tie_text": _tie(each, texts)}


def link(each: Mapping[str, Any], texts: Catalogue) -> str:
    """What joins the two companies, with the way if it is not direct."""
    source, target = each["from"]["name"], each["to"]["name"]
    if each["relation"] == PARTNERS:
        role = texts.word("partner_role", each["role"])
        deals = texts.listed([one["name"] for one in each["deals"]])
        if each["vendor"] is None:
            return texts.text("network.partners", source=source, deals=deals, role=role)
        vendor = each["vendor"]["name"]
        return texts.text("network.partners_for", source=source, deals=deals, role=role, vendor=vendor)
    if each["relation"] in (PART_OF, SISTER):
        return texts.text(f"network.group.{each['relation']}", source=source, target=target)
    return texts.text(f"network.link.{each['relation']}", source=source, target=target)


def _tie(each: Mapping[str, Any], texts: Catalogue) -> str:
    if each["ours"]:
        return texts.text("network.ours")
    if each["tie"] is None:
        return texts.text("network.no_tie")
    tie = each["tie"]
    return texts.text(
        "network.tie", colleague=tie["colleague"]["name"], person=tie["person"]["name"], strength=tie["strength"],
        people=tie["people"],
    )  # fmt: skip
