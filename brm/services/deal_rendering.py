"""Adds the texts of one language to what is told of deals; the numbers stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brm.i18n import Catalogue
from brm.services.rendering import change, check_text, score, vendor_name
from brm.services.rendering import series as plain_series


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
    return _touched(each["channel"], each["ours"], each["theirs"], texts)


def _touched(
    channel: str, ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]], texts: Catalogue
) -> str:
    sides = {
        side: texts.listed([one["name"] for one in people]) or "—"
        for side, people in (("ours", ours), ("theirs", theirs))
    }
    return texts.text("timeline.touchpoint", channel=texts.word("channel", channel), **sides)


def review(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """An explained likelihood with what changed since last week and where the deal stands, in words."""
    rendered = score(shape, texts)
    if shape.get("week") is not None:
        rendered["week"] = moved(shape["week"], texts)
    tier = shape["process"]["tier"]
    told = None if tier is None else {**tier, "text": texts.text(f"route.{tier['route']}")}
    return {**rendered, "process": {**shape["process"], "tier": told}}


def moved(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """How a score moved, with a text for each cause and fact."""
    facts = [{**each, "toward": [_named(one, texts) for one in each["toward"]]} for each in shape["facts"]]
    return {**change(shape, texts), "facts": [{**each, "text": _fact(each, texts)} for each in facts]}


def _fact(each: Mapping[str, Any], texts: Catalogue) -> str:
    """What entered, in one line: what it is about, and whether it ended or was revised."""
    text = _entered(each, texts)
    if each["change"] == "gone":
        return texts.text("moved.gone", fact=text)
    if each["change"] == "revised" and each["fields"]:
        fields = texts.listed([texts.text(f"property.{name}") for name in each["fields"]])
        return texts.text("moved.fields", fact=text, fields=fields)
    return texts.text("moved.revised", fact=text) if each["change"] == "revised" else text


def _entered(each: Mapping[str, Any], texts: Catalogue) -> str:
    about = texts.listed([one["name"] for one in each["about"]])
    if each["type"] == "interaction":
        return _touched(each["channel"], each["ours"], each["about"], texts)
    if each["type"] == "observation":
        return _observed(each, about, texts)
    if each["deal"]:
        return texts.text("moved.deal")
    if each["role"] is not None:
        return texts.text("moved.role", about=about, role=texts.word("buying_role", each["role"]))
    return texts.text("moved.other", type=texts.text(f"type.{each['type']}"), about=about)


def _observed(each: Mapping[str, Any], about: str, texts: Catalogue) -> str:
    kind, value = each["kind"], each["value"]
    what = texts.text("moved.evidence") if kind is None else _kind(kind, texts)
    vendor = texts.listed([one["name"] for one in each["toward"]])
    if about and vendor:
        fact = texts.text("moved.toward", what=what, about=about, vendor=vendor)
    else:
        fact = " · ".join(part for part in (what, about or vendor) if part)
    if value is None or kind in (None, "tie"):
        return fact
    if kind == "stance":
        return texts.text("moved.signed", fact=fact, value=value)
    return texts.text("moved.size" if kind == "depth" else "moved.share", fact=fact, value=value)


def _kind(kind: str, texts: Catalogue) -> str:
    """What an observation observes."""
    head, _, id_ = kind.partition(":")
    if head == "state" and id_:
        return texts.word("state_kind", id_)
    return check_text(kind, texts) if id_ else texts.word("observation_kind", head)


def series(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A series with the vendor's name, and what moved a likelihood in words."""
    rendered = plain_series(shape, texts)
    return {**rendered, "moves": [moved(each, texts) for each in shape["moves"]]} if "moves" in shape else rendered
