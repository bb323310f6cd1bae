"""The scores of accounts, colleagues and rivals worked out from an explanation alone."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest

from tests.scoring.recompute import depth, person, stance, tie_strength

Told = dict[str, Any]


def parts_by_factor(explanation: Told) -> dict[str, Told]:
    return {part["factor"]: part for part in explanation["contributions"]}


def influences(inputs: Told) -> dict[int, float]:
    """Influence by person from rights, susceptibility and who listens to whom; checked against what is told."""
    members = inputs["members"]
    give = [m["susceptibility"] for m in members]
    z = [m["rights"] for m in members]
    for _ in range(200):
        step = [m["rights"] for m in members]
        for listener, speaker, weight in inputs["listening"]:
            step[speaker] += give[listener] * weight * z[listener]
        z = step
    found = [(1 - lam) * each for lam, each in zip(give, z, strict=True)]
    assert sum(found) == pytest.approx(1)
    for member, value in zip(members, found, strict=True):
        assert value == pytest.approx(member["influence"], abs=1e-12)
    return {m["person"]: value for m, value in zip(members, found, strict=True) if m["person"] > 0}


def shrunk(observed: float | None, evidence: float, prior: float, given: Told) -> float:
    if observed is None:
        return prior
    q = evidence / (evidence + given["shrinkage"])
    return q * observed + (1 - q) * prior


def gen(cells: list[Told]) -> float:
    """Gen of cells with the colleagues who cover each."""
    covered: dict[int, int] = defaultdict(int)
    for cell in cells:
        covered[cell["unit"]] += bool(cell["covered_by"])
    total = sum(covered.values())
    if not total:
        return 0.0
    shares = [n / total for n in covered.values() if n]
    entropy = -sum(p * math.log(p) for p in shares)
    even = 0.5 + 0.5 * entropy / math.log(len(covered)) if len(covered) > 1 else 1.0
    return total / len(cells) * even


def ties_of(inputs: Told) -> dict[int, float]:
    """Tie by colleague."""
    _, ties = tie_strength({**inputs, "prior": 0.0})
    return dict(zip((each["colleague"] for each in inputs["colleagues"]), ties, strict=True))


# the customer score


def customer(explanation: Told) -> float:
    parts, influence = parts_by_factor(explanation), influences(explanation["inputs"])
    key, weights = 0.0, parts["key"]["inputs"]["weights"]
    ties = {}
    for each in parts["key"]["inputs"]["people"]:
        found = person(each["inputs"])
        found["depth"] /= each["inputs"]["depth"]["top"]
        warmth = sum(weights[name] * found[name] for name in weights)
        key += influence[each["person"]] * warmth * (1 + found["stance"]) / 2
        ties[each["person"]] = ties_of(each["inputs"]["tie"])
    stances = {each["person"]: person(each["inputs"])["stance"] for each in parts["key"]["inputs"]["people"]}
    held = partner_key(parts["partner_key"]["inputs"], influence, ties, stances)
    assert held == pytest.approx(parts["partner_key"]["value"], abs=1e-12)
    cells = parts["coverage"]["inputs"]["cells"]
    for cell in cells:
        strong = {
            colleague for sitter in cell["people"] for colleague, tie in ties.get(sitter["person"], {}).items()
            if tie > parts["coverage"]["inputs"]["covered"]
        }  # fmt: skip
        assert strong == {each["colleague"] for each in cell["covered_by"]}
    total = explanation["base"] + parts["key"]["weight"] * key + parts["partner_key"]["weight"] * held
    total += parts["coverage"]["weight"] * gen(cells)
    for name, part in parts.items():
        if name not in ("key", "partner_key", "coverage", "clip"):
            observed = observe(name, part["inputs"])
            assert observed == pytest.approx(part["inputs"]["observed"], abs=1e-12)
            value = shrunk(observed, part["inputs"]["evidence"], part["prior"], part["inputs"])
            total += part["weight"] * (value - part["prior"])
    return min(100.0, max(0.0, total))


def partner_key(
    given: Told, influence: dict[int, float], ties: dict[int, dict[int, float]], stances: dict[int, float]
) -> float:
    """What partners hold beyond our own ties, from every term of theirs."""
    total = 0.0
    for each in given["people"]:
        strongest = 0.0
        for partner in each["partners"]:
            _, met = tie_strength({**given, "prior": 0.0, "colleagues": [partner]})
            energy = -math.log(1 - met[0]) * given["scale"] + sum(said["energy"] for said in partner["stated"])
            strength = 1 - math.exp(-energy / given["scale"])
            assert strength == pytest.approx(partner["strength"], abs=1e-12)
            strongest = max(strongest, strength)
        who = each["person"]
        beyond = max(0.0, strongest - max(ties[who].values(), default=0.0))
        total += influence[who] * given["share"] * given["weight"] * beyond * (1 + stances[who]) / 2
    return total


def observe(name: str, given: Told) -> float | None:
    """A part from its items alone; its evidence too is checked."""
    items = given["items"]
    weights = [i["reliability"] * 2 ** (-i["age"] / given["half_life"]) for i in items]
    values = {mark: sum(i["value"] for i in items if i["mark"] == mark) for mark in (0, 1, 2)}
    mean = sum(w * i["value"] for w, i in zip(weights, items, strict=True)) / sum(weights) if sum(weights) else None
    if name == "wallet_share":
        wallet = max(values[0] + values[1], values[2])
        found = values[1] / wallet if any(i["mark"] < 2 for i in items) and wallet > 0 else None
    elif name == "trend":
        growth = (values[0] - values[1]) / values[1] if values[1] > 0 else given["trend_clip"]
        clip = given["trend_clip"]
        found = 0.5 + min(clip, max(-clip, growth)) if values[0] + values[1] > 0 else None
    elif name == "fading":
        fall = 1 - values[0] / values[1] if values[1] > 0 else 0.0
        found = max(0.0, fall) if items else None
    elif name == "tenure":
        oldest = max((i["age"] for i in items), default=None)
        found = None if oldest is None else min(1.0, oldest / given["year_days"] / given["tenure_years"])
    elif name == "overdue":
        found = max((i["value"] for i in items), default=None)
    elif "organisation_half_life" in given and mean is not None:
        found = mean * 2 ** (-min(i["age"] for i in items) / given["organisation_half_life"])
    else:
        found = mean
    assert given["evidence"] == pytest.approx(sum(weights) if found is not None else 0.0, abs=1e-12)
    return found


# our company's score


def without(member: Told, gone: int | None, weights: dict[str, float], carried: dict[int, float]) -> float:
    """Warmth of a person without a colleague (None: with all)."""
    given = member["inputs"]
    kept = [e for e in member["encounters"] if e["colleague"] is None or e["colleague"] != gone]
    ties = [tie for colleague, tie in carried.items() if colleague != gone]
    incoming, outgoing = (sum(e[name] for e in kept) for name in ("incoming", "outgoing"))
    met = [e["met_age"] for e in kept if e["met_age"] is not None]
    items = [i for i in given["depth"]["items"] if gone is None or i["colleague"] != gone]
    rung = max(0.0, depth({**given["depth"], "items": items, "met_age": min(met, default=None)}))
    first = max((e["first_age"] for e in kept), default=0)
    years = first / given["duration"]["year_days"] / given["duration"]["full_years"]
    active = sum(tie >= given["breadth"]["active"] for tie in ties)
    shares = {
        "tie": max(ties, default=0.0),
        "reciprocity": 2 * min(incoming, outgoing) / (incoming + outgoing) if incoming + outgoing else 0.0,
        "depth": rung / given["depth"]["top"],
        "duration": min(1.0, years),
        "breadth": min(1.0, active / given["breadth"]["full_colleagues"]),
    }
    return sum(weights[name] * share for name, share in shares.items())


def our_company(explanation: Told) -> float:
    parts, influence = parts_by_factor(explanation), influences(explanation["inputs"])
    told = parts["tie"]["inputs"]
    ties = {m["person"]: ties_of(m["inputs"]["tie"]) for m in told["people"]}
    reach = sum(
        influence[who] * (1 - math.prod(1 - told["carried"] * tie for tie in mine.values()))
        for who, mine in ties.items()
    )
    level = match_levels(parts["level"], influence, ties, len(explanation["inputs"]["members"]))
    given = parts["redundancy"]["inputs"]
    weights, cells = given["weights"], given["cells"]
    holding = held(told["people"], influence, ties, cells, weights, None)
    worst = 0.0
    for each in given["dependence"]:
        left = held(told["people"], influence, ties, cells, weights, each["colleague"])
        found = min(1.0, max(0.0, 1 - left / holding)) if holding else 0.0
        assert found == pytest.approx(each["value"], abs=1e-9)
        worst = max(worst, found)
    redundancy = (1 - worst) * min(1.0, reach / given["reached"])
    fit = part_of_fit(parts["fit"])
    return explanation["base"] + sum(
        parts[name]["weight"] * (value - parts[name]["prior"])
        for name, value in {"tie": reach, "level": level, "redundancy": redundancy, "fit": fit}.items()
    )


def held(
    people: list[Told], influence: dict[int, float], ties: dict[int, dict[int, float]], cells: list[Told],
    weights: dict[str, float], gone: int | None,
) -> float:  # fmt: skip
    """Close + Gen without a colleague."""
    close = sum(influence[m["person"]] * without(m, gone, weights, ties[m["person"]]) for m in people)
    kept = [{**c, "covered_by": [e for e in c["covered_by"] if e["colleague"] != gone]} for c in cells]
    return close + gen(kept)


def match_levels(part: Told, influence: dict[int, float], ties: dict[int, dict[int, float]], members: int) -> float:
    given = part["inputs"]
    ours = {each["colleague"]: each["level"] or 0 for each in given["ours"]}
    key = [p for p in given["people"] if influence[p["person"]] >= given["key_share"] / members - 1e-9]
    assert [p["person"] for p in key] == [p["person"] for p in given["people"] if p["key"]]
    ranked = [p for p in key if p["level"]]
    met = {
        p["level"] for p in ranked for colleague, tie in ties[p["person"]].items()
        if tie > given["covered"] and ours[colleague] >= p["level"]
    }  # fmt: skip
    levels = {p["level"] for p in ranked}
    observed = len(met) / len(levels) if levels else None
    return shrunk(observed, float(len(ranked)), part["prior"], given)


def part_of_fit(part: Told) -> float:
    given, evidence, weight, reached = part["inputs"], 0.0, 0.0, 0.0
    for deal in given["deals"]:
        rows = deal["requirements"]
        fit = sum(r["weight"] * r["met"] * r["proof"] for r in rows) / sum(r["weight"] for r in rows)
        evidence += sum(2 ** (-r["age"] / given["half_life"]) for r in rows)
        weight, reached = weight + deal["weight"], reached + deal["weight"] * fit
    return shrunk(reached / weight if weight else None, evidence, part["prior"], given)


# the employee score


def employee(explanation: Told) -> float | None:
    inputs = explanation["inputs"]
    thin = explanation["completeness"] < inputs["least_complete"]
    if thin or inputs["ranked"] < inputs["least_ranked"]:
        return None
    worth = {}
    for part in explanation["contributions"]:
        given = part["inputs"]
        worth[part["subject"]] = 0.0
        for each in given["people"]:
            ties = {t["colleague"]: t["strength"] for t in each["ties"]}
            firm = 1 - math.prod(1 - given["carried"] * tie for tie in ties.values())
            squares = sum(tie**2 for tie in ties.values())
            share = ties[explanation["subject"]] ** 2 / squares if squares else 0.0
            worth[part["subject"]] += each["influence"] * given["account_value"] * firm * share
        if given["deals"]:
            value = sum(d["margin"] * d["likelihood"] for d in given["deals"])
            assert value == pytest.approx(given["account_value"])
    total = sum(worth.values())
    assert total == pytest.approx(inputs["capital"])
    base, rank = interpolated(0.0, inputs["knots"]), interpolated(total, inputs["knots"])
    assert base == pytest.approx(explanation["base"], abs=1e-9)
    for part in explanation["contributions"]:
        assert part["effect"] == pytest.approx((rank - base) * worth[part["subject"]] / total, abs=1e-9)
    return rank


def interpolated(value: float, knots: list[list[float]]) -> float:
    if value <= knots[0][0]:
        return knots[0][1]
    for (low, below), (high, above) in pairwise(knots):
        if value <= high:
            return below + (above - below) * (value - low) / (high - low)
    return knots[-1][1]


# the competitor score


def competitor(explanation: Told) -> float:
    inputs, influence = explanation["inputs"], influences(explanation["inputs"])
    total = explanation["base"]
    unknown = sum(m["influence"] for m in inputs["members"] if m["person"] < 0) * inputs["placeholder"]
    for part in explanation["contributions"]:
        given = part["inputs"]
        if part["factor"] == "stance":
            value = stance(given)
            assert part["weight"] == pytest.approx(
                parts_by_factor(explanation)["unknown"]["weight"] * influence[part["subject"]], abs=1e-9
            )
        elif part["factor"] == "unknown":
            value = unknown
        elif part["factor"] == "incumbency":
            value = incumbency(part, explanation["scope_type"])
        elif part["factor"] == "fit":
            value = part_of_fit(part)
        else:
            moved = sum(i["weight"] * 2 ** (-i["age"] / given["half_life"]) for i in given["items"])
            value = 1 - math.exp(-moved / given["scale"])
        assert value == pytest.approx(part["value"], abs=1e-9)
        total += part["weight"] * (value - part["prior"])
    return total


def incumbency(part: Told, scope_type: str) -> float:
    given = part["inputs"]
    shares, stated = given["shares"], given["stated"]
    share = sum(s["share"] for s in shares) / len(shares) if shares else None
    supplies = max((s["incumbent"] for s in stated), default=None)
    if supplies is None or (scope_type == "company" and share is not None):
        observed = share
    else:
        observed = float(supplies) * (1.0 if share is None else share)
    evidence = sum(2 ** (-s["age"] / given["half_life"]) for s in shares) + sum(s["weight"] for s in stated)
    return shrunk(observed, evidence, part["prior"], given)
