"""Adds the texts of one language to trials of parameters, their sensitivity, and evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue
from brm.services.rendering import NOTICED, vendor_name
from scoring.sensitivity import MOSTLY_STABLE, STABLE


def trial(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A trial with a sentence for each kind, vendors' names, and a notice where one is due."""
    return {**shape, "kinds": [_tried(each, texts) for each in shape["kinds"]]}


def _tried(each: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    kind = texts.text(f"kind.{each['kind']}")
    if not each["moved"]:
        text = texts.text("params.unmoved", kind=kind, number=each["number"])
    else:
        text = texts.text("params.moved", label=kind, **_numbers(each))
    items = [
        {**item, "vendor": item["vendor"] and {**item["vendor"], "name": vendor_name(item["vendor"], texts)}}
        for item in each["items"]
    ]
    about_people = any(item["subject"]["type"] == "person" for item in items)
    notice = {"notice": texts.text(f"notice.{each['kind']}")} if each["kind"] in NOTICED and about_people else {}
    return {**each, "items": items, "text": text, **notice}


def robustness(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A sensitivity report with a sentence for each kind, and how it was made."""
    kinds = [
        {**each, "text": texts.text(f"params.{each['stability']}", label=texts.text(f"kind.{each['kind']}"),
                                    **_numbers(each))}
        for each in shape["kinds"]
    ]  # fmt: skip
    method = texts.text("params.method", stable=(1 + STABLE) / 2, mostly=(1 + MOSTLY_STABLE) / 2)
    return {**shape, "kinds": kinds, "method": method}


def _numbers(each: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: each.get(name) for name in ("number", "moved", "top", "of", "move")}
    return {**shown, "tau": "—" if each["tau"] is None else f"{each['tau']:.2f}"}


def evaluation(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """An evaluation of ties with what was compared, its limits, and how the intervals were made."""
    items = [
        {
            **each,
            "text": texts.text(f"evaluate.ties.{each['measure']}", **{n: each[n] for n in ("people", "pairs", "said")}),
            "limits": texts.text("evaluate.sampled" if each["sampled"] else "evaluate.limits"),
        }
        for each in shape["items"]
    ]
    method = texts.text("evaluate.method", replicates=shape["replicates"], seed=shape["seed"])
    return {**shape, "items": items, "method": method}
