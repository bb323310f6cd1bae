"""Adds the texts of one language to what is told of deals; the numbers stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue
from brm.services.rendering import check_text, listed, vendor_name


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
        "control_points": [
            {**each, "text": texts.text(f"control.{each['point']}")} for each in shape["control_points"]
        ],
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


def process(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """The process of a deal with the wording of checks, steps and route."""
    rendered = dict(shape)
    if shape["checks"] is not None:
        rendered["checks"] = {way: [check(each, texts) for each in rows] for way, rows in shape["checks"].items()}
    if shape["tier"] is not None:
        rendered["tier"] = {**shape["tier"], "text": texts.text(f"route.{shape['tier']['route']}")}
    rendered["steps"] = [{**each, "text": texts.text(f"step.{each['id']}")} for each in shape["steps"]]
    rendered["project_checks"] = [check(each, texts) for each in shape["project_checks"]]
    return rendered


def check(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A check with what it asks."""
    return {**shape, "text": check_text(shape["id"], texts)}


def timeline(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A timeline with a text for each item."""
    return {**shape, "items": [{**each, "text": _happened(each, texts)} for each in shape["items"]]}


def _happened(each: Mapping[str, Any], texts: Catalogue) -> str:
    if each["kind"] == "stage":
        return texts.text("timeline.stage", stage=texts.word("stage", each["stage"]))
    if each["kind"] == "closed":
        return texts.text("timeline.closed", status=texts.word("opportunity_status", each["status"]))
    sides = {side: listed([one["name"] for one in each[side]], texts) or "—" for side in ("ours", "theirs")}
    return texts.text("timeline.touchpoint", channel=texts.word("channel", each["channel"]), **sides)
