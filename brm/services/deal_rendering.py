"""Adds the texts of one language to what is told of deals; the numbers stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue
from brm.services.rendering import vendor_name


def questions(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """The questions and criteria with their wording, and vendors by name."""
    return {
        **shape,
        "vendors": [_vendor(each, texts) for each in shape["vendors"]],
        "inner_four": [{**each, "vendor": _named(each["vendor"], texts)} for each in shape["inner_four"]],
        "history": [
            {**point, "vendors": [{**each, "vendor": _named(each["vendor"], texts)} for each in point["vendors"]]}
            for point in shape["history"]
        ],
    }


def _vendor(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    return {
        **shape,
        "vendor": _named(shape["vendor"], texts),
        "questions": [{**each, "text": texts.text(f"question.{each['id']}")} for each in shape["questions"]],
        "criteria": [
            {
                **each,
                "text": texts.text(f"criterion.{each['id']}"),
                "ask": texts.text(f"criterion.{each['id']}.ask"),
            }
            for each in shape["criteria"]
        ],
    }


def _named(vendor: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    return {**vendor, "name": vendor_name(vendor, texts)}
