"""The win likelihood worked out from an explanation alone, subset by subset."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from tests.scoring.recompute import stance, tie_strength


def likelihood(explanation: dict[str, Any]) -> float:
    inputs = explanation["inputs"]
    go, event = decision(inputs)
    vendors = inputs["vendors"]
    measured = [measure(inputs, each) for each in vendors]
    for at, each in enumerate(vendors):
        held = points(inputs, at, measured, event)
        answers = {name: told["answer"] for name, told in each["control"].items()}
        assert held == answers
        measured[at]["held"] = sum(answer == "yes" for answer in held.values())
    given = inputs["constants"]
    players = [
        (m["utility"] + given["control_point"] * m["held"], m["chance"]) for m in measured
    ]  # fmt: skip
    players.append((given["fit"] * inputs["phantom"]["fit"], 1 - belief(inputs["phantom"]["complete"])[0]))
    asked = [each["vendor"] for each in vendors].index(inputs["asked"])
    return go * players[asked][1] * share(players, asked)


def share(players: list[tuple[float, float]], asked: int) -> float:
    """The expected share of one player over every set of the others."""
    others = [player for at, player in enumerate(players) if at != asked]
    own, total = math.exp(players[asked][0]), 0.0
    for there in itertools.product((False, True), repeat=len(others)):
        chance = math.prod(c if is_there else 1 - c for is_there, (_, c) in zip(there, others, strict=True))
        total += (
            chance * own / (own + sum(math.exp(u) for is_there, (u, _) in zip(there, others, strict=True) if is_there))
        )
    return total


def belief(told: dict[str, Any]) -> tuple[float, float]:
    """Mean and evidence."""
    for item in told["items"]:
        assert item["weight"] <= item["reliability"] + 1e-12
    weight = sum(item["weight"] for item in told["items"])
    moved = sum(item["weight"] * item["value"] for item in told["items"])
    return (told["prior"] * told["strength"] + moved) / (told["strength"] + weight), weight


def answer(inputs: dict[str, Any], told: dict[str, Any]) -> str:
    given, (mean, evidence) = inputs["constants"], belief(told)
    if mean > given["yes"] and evidence >= given["yes_evidence"]:
        return "yes"
    return "no" if mean < given["no"] and evidence > 0 else "unknown"


def decision(inputs: dict[str, Any]) -> tuple[float, str]:
    """P_go, and the answer to the compelling event."""
    told, given = inputs["decision"], inputs["constants"]
    rate = told["decided"]
    for step in reversed(told["steps"]):
        rate = (told["deals"] * rate + step["decided"]) / (told["deals"] + step["closed"])
    clipped = min(max(rate, given["clip"]), 1 - given["clip"])
    reached = 0.0 if told["approver"] is None else 0.5 + 0.5 * tie_strength(told["approver"]["tie"])[0]
    weights = told["weights"]
    value = math.log(clipped / (1 - clipped)) + weights["approver"] * (2 * reached - 1)
    for name in ("funds", "event"):
        value += weights[name] * (2 * belief(told[name])[0] - 1)
    return 1 / (1 + math.exp(-value)), answer(inputs, told["event"])


def influence(inputs: dict[str, Any]) -> list[float]:
    """From rights: ``z = rights + (lambda W)' z``, ``I = (1 - lambda) z``."""
    members = inputs["members"]
    z = [m["rights"] for m in members]
    for _ in range(200):
        new = [m["rights"] for m in members]
        for listener, speaker, weight in inputs["listening"]:
            new[speaker] += members[listener]["susceptibility"] * weight * z[listener]
        z = new
    return [(1 - m["susceptibility"]) * each for m, each in zip(members, z, strict=True)]


def shrunk(observed: float | None, evidence: float, prior: float, strength: float) -> float:
    if observed is None or evidence + strength <= 0:
        return prior
    return (evidence * observed + strength * prior) / (evidence + strength)


def measure(inputs: dict[str, Any], vendor: dict[str, Any]) -> dict[str, float]:
    """Utility without control points, fit with its evidence, and c."""
    given = inputs["constants"]
    stances = [stance(s["inputs"]) if s["inputs"] else given["placeholder"] for s in vendor["stances"]]
    assert stances == pytest.approx([s["stance"] for s in vendor["stances"]], abs=1e-12)
    support = sum(i * s for i, s in zip(influence(inputs), stances, strict=True))
    judged = vendor["fit"]["requirements"]
    weight = sum(r["weight"] for r in judged)
    reached = sum(r["weight"] * r["met"] * r["proof"] for r in judged)
    evidence = sum(2 ** (-r["age"] / given["half_life"]) for r in judged)
    fit = shrunk(reached / weight if weight else None, evidence, vendor["fit"]["prior"], given["shrinkage"])
    incumbent = incumbency(vendor["incumbency"], given)
    own, median = vendor["price"]["own"], vendor["price"]["median"]
    steps = 0.0 if median is None else (median - own) / median / given["price_step"]
    steps = max(-given["price_clip"], min(given["price_clip"], steps))
    utility = given["stance"] * support + given["fit"] * fit
    utility += given["incumbency"] * incumbent + given["price"] * steps
    return {"utility": utility, "fit": fit, "evidence": evidence, "chance": presence(inputs, vendor)}


def incumbency(told: dict[str, Any], given: dict[str, float]) -> float:
    """Installed shares and statements; where there is neither, earlier awards."""
    shares, stated, awards = told["shares"], told["stated"], told["awards"]
    evidence = sum(2 ** (-s["age"] / given["half_life"]) for s in shares) + sum(s["weight"] for s in stated)
    observed = None
    if shares or stated:
        assert awards == []
        share = sum(s["share"] for s in shares) / len(shares) if shares else 1.0
        observed = max(float(s["incumbent"]) for s in stated) * share if stated else share
    elif awards:
        evidence = sum(a["weight"] for a in awards)
        observed = sum(a["weight"] * a["won"] for a in awards) / evidence
    return shrunk(observed, evidence, told["prior"], given["shrinkage"])


def presence(inputs: dict[str, Any], vendor: dict[str, Any]) -> float:
    given, chance = inputs["constants"], 1.0
    for requirement in vendor["requirements"]:
        weights = [i["proof"] * 2 ** (-i["age"] / given["half_life"]) for i in requirement["items"]]
        moved = sum(w * i["met"] for w, i in zip(weights, requirement["items"], strict=True))
        chance *= (given["met"] * given["met_strength"] + moved) / (given["met_strength"] + sum(weights))
    listed, evidence = belief(vendor["shortlist"])
    return chance * (listed if evidence > 0 else 1.0)


def points(inputs: dict[str, Any], at: int, measured: list[dict[str, float]], event: str) -> dict[str, str]:
    """The answers to the four control points of one vendor."""
    vendor, own = inputs["vendors"][at], measured[at]
    control = vendor["control"]
    inside = control["inside"]
    deep = inside["deepest"] >= inside["least"]
    rivals = sorted(
        (each for place, each in enumerate(measured) if place != at), key=lambda m: (-round(m["utility"], 9), -m["fit"])
    )[: int(control["value"]["rivals"])]  # fmt: skip
    said = answer(inputs, control["value"]["unique"])
    shown = "unknown"
    if own["evidence"] > 0 and rivals:
        shown = "yes" if own["fit"] > max(r["fit"] for r in rivals) + control["value"]["margin"] else "no"
    return {
        "event": event if vendor["vendor"] == 0 else answer(inputs, control["event"]["known"]),
        "inside": "yes" if deep else "no" if inside["known"] else "unknown",
        "top_three": answer(inputs, vendor["shortlist"]),
        "value": "yes" if "yes" in (said, shown) else "no" if said == "no" else shown,
    }
