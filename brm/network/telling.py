"""Adds the texts of one language to what is due and to a day; the numbers stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue
from brm.services import advising, rendering

NAMED = ("account", "person", "deal", "item", "owner", "meet")
"""What of an item its sentence may name."""


def due(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """The due list with a sentence for each item."""
    return {**shape, "items": [item(each, texts) for each in shape["items"]]}


def day(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A day with a sentence for each item, why it is there, and how the list is ordered."""
    return {
        **shape,
        "order_text": texts.text("day.order"),
        "items": [_of_day(each, texts) for each in shape["items"]],
    }


def _of_day(each: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    if each["kind"] not in ("finding", "next_action"):
        told = item(each, texts)
        told["also"] = [{**one, "text": _sentence({**each, **one}, texts)} for one in each["also"]]
        told["waits_text"] = None if each["waits"] is None else texts.text("day.waits", name=each["waits"]["name"])
        return told
    told = dict(each)
    if each["kind"] == "finding":
        finding = rendering.finding(told.pop("finding"), texts)
        told |= {
            "text": finding["advice"]["text"],
            "reason": texts.text("day.reason.finding", **{each: finding[each] for each in ("title", "why")}),
        }
    else:
        action = advising.item(told.pop("action"), texts)
        told |= {"text": action["text"], "reason": action["why"]["text"]}
    path = each["path"]
    told["path"] = None if path is None else rendering.path_item(path, texts)
    told["asks"] = [{**one, "text": ask(one, texts)} for one in each["asks"]]
    return {**told, "waits_text": None, "introduces_text": None}


def item(each: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """One item of what is due, with what to do and why."""
    people = texts.listed([one["name"] for one in each["introduces"]])
    introduces = texts.text("day.introduces", people=people) if people else None
    return {**each, "text": _sentence(each, texts), "reason": _reason(each, texts), "introduces_text": introduces}


def ask(each: Mapping[str, Any], texts: Catalogue) -> str:
    """Who asks whom for what."""
    words = {side: each[side]["name"] for side in ("by", "asked", "about")}
    how = texts.word("knows_kind", each["how"]) if each["code"] == "knows" else ""
    return texts.text(f"day.ask.{each['code']}", how=how, **words)


def _sentence(each: Mapping[str, Any], texts: Catalogue) -> str:
    why = each["why"]
    numbers, words = dict(why["numbers"]), dict(why["words"])
    names = {
        side: (each[side] or {}).get("name") or "—" for side in ("account", "person", "deal", "item", "owner", "meet")
    }
    code = why["code"]
    if code.startswith("judgement."):
        words["word"] = _word(code.removeprefix("judgement."), words["word"], texts)
    return texts.text(f"day.{code}", **names, **numbers, **words)


def _word(kind: str, word: str | None, texts: Catalogue) -> str:
    if word is None:
        return ""
    return texts.text(f"criterion.{word}") if kind == "criterion" else texts.word(kind, word)


def _reason(each: Mapping[str, Any], texts: Catalogue) -> str | None:
    why = each["why"]
    numbers, words = why["numbers"], why["words"]
    match each["kind"]:
        case "touch":
            grade = texts.word("grade", words["grade"])
            told = {"grade": grade, "wanted": numbers["wanted"]}
            if words["last"] is None:
                return texts.text("day.reason.never", **told)
            return texts.text("day.reason.last", last=words["last"], **told)
        case "tie":
            return texts.text("day.reason.strongest" if words["strongest"] else "day.reason.not_strongest", **numbers)
        case "judgement":
            days = numbers["days"]
            return texts.text(f"day.reason.{words['reason']}", days=days, evidence=numbers["evidence"])
        case _:
            return None
