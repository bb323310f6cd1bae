"""Adds the texts of one language to trials of parameters, their sensitivity, and evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue
from brm.services.proposing import ENDING
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


def win_evaluation(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """An evaluation of likelihoods with what was compared, what each gain says, a verdict and its limits."""
    names = {each["forecast"]: texts.text(f"evaluate.win.is.{each['forecast']}") for each in shape["items"]}
    gains = [
        {
            **each,
            "text": texts.text(
                f"evaluate.win.{each['verdict']}",
                baseline=names[each["baseline"]],
                gain=each["log_loss"]["value"],
                number=each["deals"],
                **each["log_loss"]["interval"],
            ),
        }
        for each in shape["gains"]
    ]
    counted = {name: shape[name] for name in ("deals", "bids", "first", "last")}
    rejected = {"rejected": shape.get("rejected", 0), "undated": shape["undated"]}
    return {
        **shape,
        "text": texts.text("evaluate.win.of", **counted),
        "items": [{**each, "text": names[each["forecast"]]} for each in shape["items"]],
        "gains": gains,
        "verdict_text": texts.text(f"evaluate.win.verdict.{shape['verdict']}", baseline=names[shape["baseline"]]),
        "left_out_text": texts.text("evaluate.win.left_out", **shape["left_out"], **rejected),
        "limits": texts.text("evaluate.win.limits"),
        "method": texts.text("evaluate.win.method", replicates=shape["replicates"], seed=shape["seed"]),
    }


def proposal(what: str, given: Mapping[str, Any], names: Mapping[str, str], texts: Catalogue) -> str:
    """One line that says what a proposal of a draft is."""

    def name(field: str) -> str:
        return ", ".join(names.get(str(each), str(each)) for each in _several(given.get(field)))

    filled = {each: name(each) for each in ("person", "other", "position", "requirement", "people", "colleagues")}
    filled["vendor"] = name("vendor") if given.get("vendor") else texts.text("vendor.us")
    filled["name"] = str(given.get("name") or "")
    filled["role"] = texts.word("buying_role", given["role"]) if given.get("role") else ""
    filled["kind"] = texts.word("knows_kind", given["kind"]) if given.get("kind") else ""
    numbers = {each: float(given[each]) for each in ("value", "met") if each in given}
    amount = {"amount": f"{given['amount']} {given.get('currency') or ''}".strip()} if given.get("amount") else {}
    ends = given.get("remove") and what in ENDING
    return texts.text(f"whatif.{what}_ends" if ends else f"whatif.{what}", **filled, **numbers, **amount)


def _several(given: Any) -> list[Any]:
    return [] if given is None else list(given) if isinstance(given, list | tuple) else [given]


def draft(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A draft with a line for each proposal."""
    return {**shape, "items": [_proposed(each, shape["names"], texts) for each in shape["items"]]}


def _proposed(each: Mapping[str, Any], names: Mapping[str, str], texts: Catalogue) -> dict[str, Any]:
    hidden = texts.text("whatif.hidden")
    return {**each, "text": hidden if each["hidden"] else proposal(each["what"], each["given"], names, texts)}


def draft_effect(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """The effect of a draft with the texts of its proposals, vendors' names, and a notice where one is due."""
    scores = [{**each, "vendor": {**each["vendor"], "name": vendor_name(each["vendor"], texts)}}
              for each in shape["scores"]]  # fmt: skip
    kinds = {each["kind"] for each in scores if each["kind"] in NOTICED}
    return {
        **draft(shape, texts),
        "scores": scores,
        "notices": [texts.text(f"notice.{kind}") for kind in sorted(kinds)],
    }


def review(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A review with vendors' names."""
    scores = [{**each, "vendor": {**each["vendor"], "name": vendor_name(each["vendor"], texts)}}
              for each in shape["scores"]]  # fmt: skip
    return {**shape, "scores": scores}


def follow_up(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A review with vendors' names, and a text for each part of a change."""
    said = {each["id"]: each["text"] for each in shape["commitments"]}

    def text(part: Mapping[str, Any]) -> str:
        if part["part"] == "commitment":
            return str(said[part["commitment"]])
        return texts.text("review.late") if part["part"] == "late" else texts.text(f"cause.{part['part']}")

    scores = [
        {
            **each,
            "vendor": {**each["vendor"], "name": vendor_name(each["vendor"], texts)},
            "parts": [{**part, "text": text(part)} for part in each.get("parts", ())],
        }
        for each in shape["scores"]
    ]
    return {**shape, "scores": scores}
