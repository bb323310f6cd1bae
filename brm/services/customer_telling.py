"""Adds the texts of one language to grades, lists, focus profiles and portraits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue
from scoring.grading.profiles import SHIPPED

Shape = Mapping[str, Any]


def customers(shape: Shape, texts: Catalogue, currency: str) -> dict[str, Any]:
    """A page of accounts with the profile's label and a sentence for each reason."""
    told = [{**each, "why": [reason(why, texts) for why in each["why"]]} for each in shape["items"]]
    return {**shape, "focus": focus(shape["focus"], texts), "items": told, "currency": currency}


def grade(shape: Shape, texts: Catalogue, currency: str) -> dict[str, Any]:
    """A grade with a sentence for each part and reason."""
    parts = [
        {**each, "label": texts.text(f"grade.part.{each['factor']}"), "text": _part(each, texts, currency)}
        for each in shape["contributions"]
    ]
    return {
        **shape,
        "focus": focus(shape["focus"], texts),
        "contributions": parts,
        "why": [reason(why, texts) for why in shape["why"]],
        "currency": currency,
    }


def focus(shape: Shape, texts: Catalogue) -> dict[str, Any]:
    """A profile with its label: a shipped one's is translated, another's is its name."""
    label = texts.text(f"focus.name.{shape['name']}") if shape["name"] in SHIPPED else shape["name"]
    return {**shape, "label": label}


def profiles(shape: Shape, texts: Catalogue) -> dict[str, Any]:
    """All profiles with their labels."""
    return {**shape, "items": [focus(each, texts) for each in shape["items"]]}


def switch(shape: Shape, texts: Catalogue) -> dict[str, Any]:
    """A preview with labels, and a sentence for everybody who moves."""
    told = [{**each, "text": _moved(each, texts)} for each in shape["items"]]
    return {**shape, "from": focus(shape["from"], texts), "to": focus(shape["to"], texts), "items": told}


def sensitivity(shape: Shape, texts: Catalogue) -> dict[str, Any]:
    """A sensitivity report with the labels of profile and parts."""
    told = [{**each, "label": texts.text(f"grade.part.{each['part']}")} for each in shape["items"]]
    return {**shape, "focus": focus(shape["focus"], texts), "items": told}


def concentration(shape: Shape, texts: Catalogue, currency: str) -> dict[str, Any]:
    """The view of eighty of twenty with its sentence."""
    told = {name: shape["reached"][name] for name in ("accounts", "share")}
    gini = "—" if shape["gini"] is None else f"{shape['gini']:.2f}"
    told |= {"most": shape["most"], "of": shape["total"], "gini": gini}
    text = texts.text("segments.reached", **told) if told["accounts"] else texts.text("segments.no_value")
    return {**shape, "focus": focus(shape["focus"], texts), "text": text, "currency": currency}


def reason(each: Shape, texts: Catalogue) -> dict[str, Any]:
    """A reason with its sentence."""
    value = each["value"]
    if each["code"] == "lifecycle":
        value = texts.word("lifecycle", value)
    return {**each, "text": texts.text(f"list.why.{each['code']}", value=value, threshold=each["threshold"])}


def grade_word(name: str | None, texts: Catalogue) -> str:
    """The label of a grade; a dash where there is none."""
    return "—" if name is None else texts.word("grade", name)


def _moved(each: Shape, texts: Catalogue) -> str:
    if not each["parts"]:
        return texts.text("focus.not_seen")
    told = []
    for part in each["parts"][:2]:
        name, effect = (texts.text(f"grade.part.{part['part']}"), texts.text("focus.effect", effect=part["effect"]))
        told.append(f"{name} {effect}")
    return " · ".join(told)


def _part(each: Shape, texts: Catalogue, currency: str) -> str:
    given, part = each["inputs"], each["factor"]

    def amount(name: str) -> str:
        return "" if given.get(name) is None else texts.money(given[name], currency)

    if part == "relationship":
        return texts.text("grade.told.relationship", score=given["customer_score"])
    if each["observed"] is None:
        return texts.text("grade.told.unknown")
    if part == "risk":
        worst, name = max((value or 0.0, name) for name, value in given.items())
        told = texts.text(f"grade.risk.{name}")
        return texts.text("grade.told.risk", risk=told, worst=worst) if worst else texts.text("grade.told.no_risk")
    if part == "strategic":
        return texts.text("grade.told.strategic", observed=each["observed"])
    if part == "cost":
        cost = texts.money(given["hours"] * given["hourly_cost"], currency)
        return texts.text("grade.told.cost", hours=given["hours"], cost=cost, value=amount("value"))
    basis = texts.text(f"value.basis.{given['basis']}") if part == "value" else texts.text("grade.told.yearly")
    return texts.text("grade.told.amount", basis=basis, amount=amount("amount"), typical=amount("typical"))
