"""Adds the texts of one language to scores and findings; the numbers stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brm.i18n import Catalogue
from brm.services.subjects import OUR_VENDOR
from brm.store.protocol import Check

NOTICED = ("employee",)
"""Kinds of score that never go without saying what they are for."""
NO_COMPANY = ("none", "unknown")
"""Who stands in a deal's field and is no company: no decision, and rivals nobody knows of."""
UNNAMED_PLAYS = frozenset({"win_over", "build_champion", "executive_meeting"})


def score(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A score with the vendor's name, a text for each contribution, and a notice where one is due."""
    rendered = dict(shape)
    if shape["kind"] in NOTICED:
        rendered["notice"] = texts.text(f"notice.{shape['kind']}")
    rendered["vendor"] = {**shape["vendor"], "name": vendor_name(shape["vendor"], texts)}
    if "field" in shape:
        rendered |= _field(shape, texts)
    if "changes" in shape:
        rendered["changes"] = [change(each, texts) for each in shape["changes"]]
        rendered["change"] = rendered["changes"][0] if rendered["changes"] else None
    if "contributions" in shape:
        rendered["contributions"] = [
            {**each, "text": contribution(each, rendered["vendor"]["name"], texts)} for each in shape["contributions"]
        ]
    return rendered


def _field(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """Who may win a deal, named, and what a closed gate means."""
    gate, named = shape["gate"], []
    for each in shape["field"]:
        id_ = each["vendor"]["id"]
        name = texts.text(f"field.{id_}") if id_ in NO_COMPANY else vendor_name(each["vendor"], texts)
        named.append({**each, "vendor": {**each["vendor"], "name": name}})
    told = None if gate is None else texts.text(f"gate.{gate}", gated=shape["gated"])
    rendered = {"field": named, "gate_text": told}
    if "control_points" in shape:
        names = {each["vendor"]["id"]: each["vendor"]["name"] for each in named}
        rendered["control_points"] = [
            {**each, "vendor": {**each["vendor"], "name": names[each["vendor"]["id"]]}}
            for each in shape["control_points"]
        ]
    return rendered


def check(each: Check, texts: Catalogue) -> dict[str, Any]:
    """A check of a store with what was found, and what to do where it does not hold."""
    code = f"doctor.{each.id}.{'ok' if each.ok else 'bad'}"
    remedy = None if each.ok else texts.text(f"doctor.{each.id}.remedy", **each.found)
    return {"id": each.id, "ok": each.ok, "detail": texts.text(code, **each.found), "remedy": remedy}


def change(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A change with a text for each of its causes."""
    return {**shape, "parts": [{**each, "text": texts.text(f"cause.{each['part']}")} for each in shape["parts"]]}


def series(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A series with the vendor's name."""
    return {**shape, "vendor": {**shape["vendor"], "name": vendor_name(shape["vendor"], texts)}}


def vendor_name(vendor: Mapping[str, Any], texts: Catalogue) -> str:
    """The vendor's name; ours, and the customer itself as a vendor, in the reader's language."""
    if vendor.get("itself"):
        return texts.text("vendor.itself")
    return texts.text("vendor.us") if vendor["id"] == OUR_VENDOR else str(vendor["name"])


def contribution(each: Mapping[str, Any], vendor: str, texts: Catalogue) -> str:
    """One line that says what was observed."""
    subject = each["subject"]["name"] if each["subject"] else ""
    inputs = each["inputs"]
    code = each["code"]
    role = inputs.get("placeholder")
    if code.endswith(".placeholder") and role == "everybody":
        return texts.text(f"{code}_everybody")
    awards = inputs.get("awards", ())
    return texts.text(
        "likelihood.incumbency_awards" if awards else code,
        value=each["value"],
        prior=each["prior"],
        amount=_amount(each, texts),
        subject=subject,
        vendor=vendor,
        influence=inputs.get("influence", 0.0),
        role=texts.word("buying_role", role) if role else "",
        awards=len(awards),
        wins=sum(each["won"] for each in awards),
    )


def _amount(each: Mapping[str, Any], texts: Catalogue) -> str:
    """A value that is money, as people write it; other values as plain numbers."""
    if len(each["unit"]) == 3:
        return texts.money(each["value"], each["unit"])
    return f"{each['value']:.2f}"


def finding(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A finding with title, reason and what to do, as a seller would say it."""
    words = _words(shape, texts)
    rule = shape["rule"]
    advice = dict(shape["advice"])
    play = advice["play"]
    unnamed = shape["target"] is None and play in UNNAMED_PLAYS
    advice["text"] = texts.text(f"play.{play}_unnamed" if unnamed else f"play.{play}", **words)
    if advice["path"] is not None:
        advice["path"] = path_item(advice["path"], texts)
    return {
        **shape,
        "title": texts.text(f"finding.{rule}.title", **words),
        "why": texts.text(f"finding.{rule}.why", **words),
        "advice": advice,
    }


def _words(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    words = dict(shape["numbers"])
    if "role" in words:
        words["role"] = texts.word("buying_role", words["role"])
    if words.get("stage"):
        words["stage"] = texts.word("stage", words["stage"])
    if "missing" in words:
        words["missing"] = texts.listed([check_text(each, texts) for each in words["missing"]])
    if shape["rule"] == "deal_slipping":
        words["slip_text"] = (
            texts.text("finding.slip_passed", days=words["passed"])
            if words["passed"]
            else texts.text("finding.slip_moved", days=words["moved"])
        )
    separator = "、" if texts.language == "zh-CN" else ", "
    words["others"] = separator.join(other["name"] for other in shape["others"])
    words["target"] = shape["target"]["name"] if shape["target"] else ""
    if shape["rule"] == "no_executive_exchange":
        days = words["days"]
        never = days is None
        words["days_text"] = (
            texts.text("finding.executive_never") if never else texts.text("finding.executive_days", days=days)
        )
    if shape["rule"] == "left_seat":
        places = words["others"]
        words["now_at"] = (
            texts.text("finding.moved_to", place=places) if places else texts.text("finding.moved_unknown")
        )
    return words


def check_text(id_: str, texts: Catalogue) -> str:
    """What a check asks, in a few words."""
    kind, _, name = id_.partition(":")
    if kind == "criterion":
        return texts.text(f"criterion.{name}")
    if kind == "project_check":
        return texts.text(f"check.project.{name}")
    if kind == "role":
        return texts.text("check.role", role=texts.word("buying_role", name))
    return texts.text("check.shortlist")


def path_item(item: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A route with each hop explained and the ask that opens it."""
    people = item["people"]
    names = {person["id"]: person["name"] for person in people}
    hops = [{**hop, "text": _hop(hop, names, texts)} for hop in item["hops"]]
    first, target = people[0]["name"], people[-1]["name"]
    if len(people) == 2:
        ask = texts.text("path.ask.direct", first=first, target=target)
    elif len(people) == 3:
        ask = texts.text("path.ask.first", first=first, second=people[1]["name"], target=target)
    else:
        between = " → ".join(person["name"] for person in people[2:-1])
        ask = texts.text("path.ask.through", first=first, second=people[1]["name"], between=between, target=target)
    return {**item, "hops": hops, "ask": ask, "text": " → ".join(person["name"] for person in people)}


def _hop(hop: Mapping[str, Any], names: Mapping[str, str], texts: Catalogue) -> str:
    words: dict[str, Any] = {"strength": hop["strength"]}
    if hop["tie"] == "knows":
        words["how"] = texts.word("knows_kind", hop["how"])
    elif hop["tie"] == "partner":
        words |= {"first": names[hop["from"]], "second": names[hop["to"]]}
    elif hop["tie"] in ("supply", "group"):
        first, second = (each["name"] for each in hop["between"])
        words |= {"first": first, "second": second}
    if hop["tie"] == "supply":
        words["link"] = texts.text(f"network.link.{hop['how']}", source=first, target=second)
    return texts.text(f"path.hop.{hop['tie']}", **words)


def heat(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """The heat table with the names of rivals in the reader's language."""
    return {**shape, "items": [heat_row(each, texts) for each in shape["items"]]}


def heat_row(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """The cells of one account, likewise."""
    threat = shape["cells"]["competitor"]
    if threat is None:
        return dict(shape)
    vendor = {**threat["vendor"], "name": vendor_name(threat["vendor"], texts)}
    return {**shape, "cells": {**shape["cells"], "competitor": {**threat, "vendor": vendor}}}


def gap(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A gap with what is missing and who is nearest to closing it."""
    kind = shape["kind"]
    people = texts.listed([each["name"] for each in shape["people"]])
    subject = shape["subject"]["name"] if shape["subject"] else ""
    level = texts.text(f"level.{shape['level'] or 'unknown'}")
    role = texts.word("buying_role", shape["role"]) if shape["role"] else ""
    text = texts.text(
        "gap.vacant" if kind == "cell" and not people else f"gap.{kind}",
        subject=subject,
        level=level,
        people=people,
        role=role,
        share=shape["share"],
    )
    colleague = shape["colleague"]["name"] if shape["colleague"] else ""
    if not colleague:
        who = texts.text("gap.who.nobody")
    elif kind == "single":
        who = texts.text("gap.who.second", colleague=colleague)
    elif shape["tie"]:
        who = texts.text("gap.who.nearest", colleague=colleague, tie=shape["tie"])
    else:
        who = texts.text("gap.who.account", colleague=colleague)
    return {**shape, "text": text, "who": who}


def assets(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """Relationship assets with what they are for."""
    return {**shape, "notice": texts.text("notice.employee")}


def handover(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """A hand-over plan with what to do about each tie, and what it is for."""
    ties = [
        {
            **each,
            "text": texts.text(
                f"handover.{each['reason']}",
                person=each["person"]["name"],
                successor=each["successor"]["name"] if each["successor"] else "",
                known=each["known"],
            ),
        }
        for each in shape["ties"]
    ]
    return {**shape, "ties": ties, "notice": texts.text("notice.employee")}


def moves(shape: Mapping[str, Any], texts: Catalogue) -> dict[str, Any]:
    """What changed, with a text for each cause and each sort of fact."""
    rendered = dict(shape)
    for part in ("scores", "people", "deals"):
        if part in shape:
            rendered[part] = [change(each, texts) if "parts" in each else each for each in shape[part]]
    rendered["facts"] = [
        {
            **each,
            "text": texts.text(f"facts.{each['change']}", type=texts.text(f"type.{each['type']}"), count=each["count"]),
        }
        for each in shape["facts"]
    ]
    return rendered
