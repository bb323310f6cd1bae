"""The brief of a deal in the texts of one language, cut to what one page holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from brm.i18n import Catalogue
from brm.services import advising, deal_rendering, rendering
from brm.services.subjects import OUR_VENDOR

PARTS, RIVALS, ENTRIES, BLIND_SPOTS, FACTS = 6, 3, 3, 5, 3
"""Parts of the waterfall, rivals beside us, vendors of the field, blind spots and facts that a page holds."""
LEAST = 0.005
"""Points below which a part is not told by itself."""


def brief(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """The page: what is left out is counted or added up, so that all sums still hold."""
    likely = deal_rendering.review(shape["likelihood"], texts)
    asked = deal_rendering.questions(shape["questions"], texts)
    guided = advising.guidance(shape["guidance"], texts)
    vendors = _vendors(asked["vendors"], likely["field"])
    told = ("subject", "vendor", "as_of", "moment", "label", "n", "completeness", "raw", "gate", "gate_text", "gated")
    week = likely["week"]
    return {
        **{name: likely[name] for name in told},
        "score": likely["score"],
        "interval": likely["interval"],
        "waterfall": _waterfall(likely, texts),
        "field": _field(likely["field"], texts),
        "vendors": [each["vendor"] for each in vendors],
        "questions": [_row(each["id"], each["text"], at, "questions", vendors)
                      for at, each in enumerate(vendors[0]["questions"])],
        "control_points": [_row(each["point"], each["text"], at, "control_points", vendors)
                           for at, each in enumerate(vendors[0]["control_points"])],
        "blind_spots": [{**each, "text": texts.text(f"criterion.{each['criterion']}")}
                        for each in vendors[0]["blind_spots"][:BLIND_SPOTS]],
        "process": likely["process"],
        "findings": [rendering.finding(each, texts) for each in shape["findings"]],
        "findings_more": shape["findings_more"],
        "week": None if week is None else _cut(week),
        **{name: guided[name] for name in ("basis_text", "hours", "together")},
        "actions": guided["items"],
        "parameters": shape["parameters"],
        "revision": shape["revision"],
    }  # fmt: skip


def _vendors(vendors: Sequence[Mapping[str, Any]], field: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Us and the rivals most likely to win, the likeliest first."""
    chance = {each["vendor"]["id"]: each["raw"] for each in field}
    ours = [each for each in vendors if each["vendor"]["id"] == OUR_VENDOR]
    rivals = [each for each in vendors if each["vendor"]["id"] != OUR_VENDOR]
    rivals.sort(key=lambda each: -chance.get(each["vendor"]["id"], 0.0))
    return [*ours, *rivals[:RIVALS]]


def _waterfall(likely: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """From the starting point to the likelihood in points of 100; base and parts sum to the total."""
    parts = sorted(likely["contributions"], key=lambda each: -abs(each["points"]))
    shown = [each for each in parts if abs(each["points"]) >= LEAST][:PARTS]
    rest = parts[len(shown) :]
    told = [{"text": each["text"], "points": each["points"]} for each in shown]
    if rest:
        points = sum(each["points"] for each in rest)
        told.append({"text": texts.text("deal.rest", count=len(rest)), "points": points})
    return {
        "base": {"text": texts.text("deal.base"), "points": likely["base_points"]},
        "parts": told,
        "total": {"text": texts.text("deal.total"), "points": 100 * likely["score"]},
    }


def _field(field: Sequence[Mapping[str, Any]], texts: Catalogue) -> list[dict[str, Any]]:
    """We, the likeliest rivals, the others together, rivals nobody knows of, and no decision."""
    known = [each for each in field if each["vendor"]["id"] not in (OUR_VENDOR, *rendering.NO_COMPANY)]
    known.sort(key=lambda each: -each["raw"])
    rest = known[ENTRIES:]
    others = []
    if rest:
        gated = None if any(each["gated"] is None for each in rest) else sum(each["gated"] for each in rest)
        name = texts.text("brief.other_rivals", number=len(rest))
        others.append({"vendor": {"id": None, "name": name}, "raw": sum(each["raw"] for each in rest), "gated": gated})
    ours = [each for each in field if each["vendor"]["id"] == OUR_VENDOR]
    last = [each for each in field if each["vendor"]["id"] in rendering.NO_COMPANY]
    return [dict(each) for each in (*ours, *known[:ENTRIES], *others, *last)]


def _row(id_: str, text: str, at: int, what: str, vendors: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One question or control point, with the answer of each vendor."""
    answers = [each[what][at] for each in vendors]
    return {
        "id": id_,
        "text": text,
        "answers": [{name: each[name] for name in ("answer", "belief") if name in each} for each in answers],
    }


def _cut(week: Mapping[str, Any]) -> dict[str, Any]:
    """What changed with no more facts than fit."""
    left = len(week["facts"][FACTS:])
    return {**week, "facts": week["facts"][:FACTS], "facts_more": week["facts_more"] + left}
