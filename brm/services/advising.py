"""Adds the texts of one language to the next actions of a deal; the numbers stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue
from brm.services import rendering


def guidance(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """The next actions with what to do, why, and what the gain takes for granted, as a seller would say it."""
    return {
        **shape,
        "basis_text": texts.text("guide.basis"),
        "effects_text": texts.text("guide.effects"),
        "items": [item(each, texts) for each in shape["items"]],
    }


def item(each: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """One next action with its texts."""
    action, words = each["action"], _words(each, texts)
    return {
        **each,
        "text": texts.text(f"play.{action}", **words),
        "path": None if each["path"] is None else rendering.path_item(each["path"], texts),
        "why": {**each["why"], "text": texts.text(f"guide.why.{action}", **words)},
        "assumptions": [
            {**one, "text": texts.text(f"guide.assumption.{one['code']}", **{**words, **one["numbers"]})}
            for one in each["assumptions"]
        ],
    }


def _words(each: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    words = {**each["why"]["numbers"], **each["likelihood"]}
    words["target"] = each["person"]["name"] if each["person"] else ""
    words["others"] = each["other"]["name"] if each["other"] else ""
    words["requirement"] = each["requirement"]["name"] if each["requirement"] else ""
    words["role"] = texts.word("buying_role", each["role"]) if each["role"] else ""
    proof = each["why"]["words"].get("proof")
    words["proof"] = texts.word("proof", proof) if proof else ""
    return words
