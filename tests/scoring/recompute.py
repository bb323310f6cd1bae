"""The key-person and decision-chain scores worked out from an explanation alone."""

from __future__ import annotations

import math
from typing import Any

import pytest


def tie_strength(given: dict[str, Any]) -> tuple[float, list[float]]:
    """Strongest tie with its prior, and the strength of every single tie."""
    energies = []
    for colleague in given.get("colleagues", []):
        sums = dict.fromkeys(("contact", "text_day", "unanswered"), 0.0)
        for term in colleague["terms"]:
            sums[term["sort"]] += (
                term["weight"] * term["direction"] / math.sqrt(term["customers"])
                * 2 ** (-term["age"] / given["half_life"])
            )  # fmt: skip
        text = sums["text_day"] + min(sums["unanswered"], given["unanswered_cap"])
        energies.append(sums["contact"] + min(text, given["text_cap"]))
    by_staff: dict[int, float] = {}
    for term in given.get("terms", []):
        by_staff[term["staff"]] = by_staff.get(term["staff"], 0.0) + term["energy"]
    ties = [1 - math.exp(-energy / given["scale"]) for energy in (*energies, *by_staff.values())]
    return max([given["prior"], *ties]), ties


def stance(given: dict[str, Any]) -> float:
    kappa, cap = given["kappa"], given["opinion_cap"]

    def pooled(items: list[dict[str, Any]], start: float) -> float:
        weights = [i["reliability"] * 2 ** (-i["age"] / given["half_life"]) for i in items]
        moved = sum(w * i["value"] for w, i in zip(weights, items, strict=True))
        return (kappa * start + moved) / (kappa + sum(weights))

    def capped(value: float, items: list[dict[str, Any]]) -> float:
        return value if any(not i["opinion"] for i in items) else max(-cap, min(cap, value))

    own = [item for item in given["items"] if item["own_scope"]]
    general = [item for item in given["items"] if not item["own_scope"]]
    return capped(pooled(own, capped(pooled(general, 0.0), general)), given["items"])


def depth(given: dict[str, Any]) -> float:
    held = [(item["rung"], item["age"]) for item in given["items"]]
    if given["met_age"] is not None:
        held.append((given["met"], given["met_age"]))
    return max((rung - age // given["rung_days"] for rung, age in held if rung > 0), default=0.0)


def person(inputs: dict[str, Any]) -> dict[str, float]:
    """Tie, depth and the rest of one person from their raw inputs."""
    tie, ties = tie_strength(inputs["tie"])
    rhythm, years, breadth = inputs["reciprocity"], inputs["duration"], inputs["breadth"]
    both = rhythm["incoming"] + rhythm["outgoing"]
    assert sum(t >= breadth["active"] for t in ties) == breadth["active_ties"]
    return {
        "tie": tie,
        "reciprocity": 2 * min(rhythm["incoming"], rhythm["outgoing"]) / both if both else 0.0,
        "depth": max(0.0, depth(inputs["depth"])),
        "duration": min(1.0, (years["first_age"] or 0) / years["year_days"] / years["full_years"]),
        "breadth": min(1.0, breadth["active_ties"] / breadth["full_colleagues"]),
        "stance": stance(inputs["stance"]),
    }


def key_person(explanation: dict[str, Any]) -> float:
    parts = {part["factor"]: part for part in explanation["contributions"]}
    found = person({name: part["inputs"] for name, part in parts.items()})
    half = sum(parts[name]["weight"] * found[name] for name in found if name != "stance")
    return half * (1 + found["stance"])


def decision_chain(explanation: dict[str, Any]) -> float:
    inputs, given = explanation["inputs"], explanation["inputs"]["constants"]
    members, listening = inputs["members"], inputs["listening"]
    for member in members:
        measured = person(member["inputs"]) if member["inputs"] else {"tie": 0.0, "depth": 0.0}
        assert measured["tie"] == pytest.approx(member["tie"], abs=1e-12)
        assert measured["depth"] == pytest.approx(member["depth"], abs=1e-12)
        if member["inputs"]:
            assert measured["stance"] == pytest.approx(member["stance"], abs=1e-12)
    give, size = [m["susceptibility"] for m in members], range(len(members))
    y = [m["stance"] for m in members]
    for _ in range(200):
        y = [(1 - give[i]) * members[i]["stance"] + give[i] * sum(listening[i][j] * y[j] for j in size) for i in size]
    # influence from rights: z = rights + (lambda W)' z, I = (1 - lambda) z
    z = [m["rights"] for m in members]
    for _ in range(200):
        z = [members[j]["rights"] + sum(give[i] * listening[i][j] * z[i] for i in size) for j in size]
    influence = [(1 - give[j]) * z[j] for j in size]
    top = max(influence)
    champion = max(
        math.sqrt(i / top) * max(0.0, m["stance"]) * m["depth"] / given["depth_top"]
        for i, m in zip(influence, members, strict=True)
    )
    know = len(inputs["identified_roles"]) / len(inputs["expected_roles"])
    rules = rule_values(members, y)
    average = sum(weight * rules[rule] for rule, weight in inputs["rule_weights"].items())
    total = 100 * (
        given["stance"] * (1 + average) / 2
        + given["tie"] * sum(i * m["tie"] for i, m in zip(influence, members, strict=True))
        + given["champion"] * champion
        + given["knowledge"] * know
    )
    for member, opinion in zip(members, y, strict=True):
        if "legal_veto" in member["roles"]:
            total *= 1 - given["veto"] * max(0.0, -opinion)
    return total


def rule_values(members: list[dict[str, Any]], y: list[float]) -> dict[str, float]:
    rights = [m["rights"] for m in members]
    weighted = sum(r * opinion for r, opinion in zip(rights, y, strict=True))
    greatest = max(rights)
    chance = [1.0]
    for right, opinion in zip(rights, y, strict=True):
        if right > 0:
            yes = (1 + opinion) / 2
            chance = [
                (chance[n] * (1 - yes) if n < len(chance) else 0.0) + (chance[n - 1] * yes if n else 0.0)
                for n in range(len(chance) + 1)
            ]
    half = (len(chance) - 1) / 2
    majority = 2 * sum(p * (1.0 if n > half else 0.5 if n == half else 0.0) for n, p in enumerate(chance)) - 1
    vetoing = [
        opinion for m, opinion in zip(members, y, strict=True)
        if {"approver", "legal_veto"} & {*m["roles"], m["placeholder"]}
    ]  # fmt: skip
    return {
        "weighted": weighted,
        "single": min(o for r, o in zip(rights, y, strict=True) if r >= greatest - 1e-12),
        "majority": majority,
        "veto": min(vetoing, default=weighted),
    }
