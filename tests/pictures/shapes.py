"""Shapes as services answer them, made by hand and at random."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

KINDS = ["key_person", "decision_chain", "customer", "employee", "our_company", "competitor"]
ROLES = ["approver", "buyer", "decider", "evaluator", "initiator", "user"]
NASTY = "<b>&\"'</b> =1+1 \x00\x0b ]]> 汉字 🙂"


def person(id_: str, *reports: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {
        "id": id_, "name": f"Name {id_}", "title": "Head of IT", "level": 3, "roles": ["decider"], "veto": False,
        "influence": 0.1, "stance": 0.5, "tie": 0.4, "depth": 2.0, "best_tie": None, "our_ties": 0, "rival_ties": 0,
        "conflicts": [], "indirect_superior": None, "reports": list(reports), "cycle": False, **given,
    }  # fmt: skip


def seat(id_: str, reports_to: str | None = None, reports: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"id": id_, "title": f"Seat {id_}", "level": 2, "reports_to": reports_to, "reports": list(reports)}


def chain(*people: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {
        "subject": {"type": "company", "id": "c1", "name": "华辰电网"}, "as_of": "2026-06-30", "people": list(people),
        "missing_roles": [], "vacant_seats": [], "revision": 9, **given,
    }  # fmt: skip


def walk(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for one in people for each in (one, *walk(one["reports"]))]


@st.composite
def chains(draw: st.DrawFn, most: int = 45, seats: int = 6) -> dict[str, Any]:
    """Forests of people, with vacant seats and indirect superiors that may run in circles."""
    size = draw(st.integers(0, most))
    people = [
        person(
            f"p{at}", influence=draw(st.floats(0, 1)), stance=draw(st.none() | st.floats(-1, 1)),
            name=draw(st.text(max_size=30)), title=draw(st.none() | st.text(max_size=40)),
            our_ties=draw(st.integers(0, 9)), rival_ties=draw(st.integers(0, 3)), veto=draw(st.booleans()),
            roles=draw(st.sampled_from([[], ["decider"], ["approver", "evaluator", "gatekeeper", "legal_veto"]])),
        )
        for at in range(size)
    ]  # fmt: skip
    roots = []
    for at, each in enumerate(people):
        above = draw(st.none() | st.integers(0, at - 1)) if at else None
        (roots if above is None else people[above]["reports"]).append(each)
    ids = st.sampled_from([f"p{at}" for at in range(size)] + [f"s{at}" for at in range(seats)] + ["elsewhere"])
    for root in roots:
        root["indirect_superior"] = draw(st.none() | ids)
    for _ in range(draw(st.integers(0, 8)) if size > 1 else 0):
        one, other = (people[draw(st.integers(0, size - 1))] for _ in range(2))
        one["conflicts"].append(other["id"])
        other["conflicts"].append(one["id"])
    vacant = [
        seat(f"s{at}", draw(st.none() | ids), tuple(draw(st.lists(ids, max_size=3))))
        for at in range(draw(st.integers(0, seats)))
    ]
    missing = draw(st.integers(0, len(ROLES)))
    return chain(*roots, vacant_seats=vacant, missing_roles=draw(st.permutations(ROLES))[:missing])


def cell(score: float | None, **given: Any) -> dict[str, Any]:
    value = 0.0 if score is None else score
    interval = {"p10": max(0.0, value - 8), "p90": min(100.0, value + 8)}
    band = "cold" if value < 40 else "warm" if value < 60 else "hot"
    return {"score": score, "interval": interval, "change": None, "completeness": 0.7, "band": band, **given}


def account(name: str, cells: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {
        "account": {"type": "company", "id": f"id {name}", "name": name}, "owner": None, "industry": None,
        "region": None, "grade": None, "value": None, "cells": {kind: cells.get(kind) for kind in KINDS}, **given,
    }  # fmt: skip


def heat(*items: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {
        "as_of": "2026-06-30", "since": "2026-05-31", "kinds": KINDS, "items": list(items), "next": None, "total": 37,
        "revision": 9, **given,
    }  # fmt: skip


def table() -> dict[str, Any]:
    """Three accounts: full, hardly known, and one whose names try to be formulas."""
    rival = {"id": "r1", "name": "@rival"}
    full = {
        "key_person": cell(62.1, change=-3.2), "decision_chain": cell(19.9, change=4.0), "customer": cell(45.0),
        "employee": cell(80.0, completeness=0.3), "our_company": cell(50.0, change=0.0),
        "competitor": cell(88.0, vendor=rival, change=1.5),
    }  # fmt: skip
    return heat(
        account("华辰电网", full, owner={"type": "person", "id": "e1", "name": "王芳"}, industry="电力", region="华东",
                grade="key", value={"amount": "1200000.5", "currency": "CNY"}),
        account("Rarely & seen", {"key_person": cell(None), "competitor": cell(10.0, vendor=rival)}),
        account("=HYPERLINK(\"x\")", {"customer": cell(99.0)}, industry="+1", region="-1",
                owner={"type": "person", "id": "e2", "name": "@SUM(A1)"}),
    )  # fmt: skip


def coverage() -> dict[str, Any]:
    people = [
        {"id": "p1", "name": "李平", "title": "CIO", "unit": "IT", "level": 4, "roles": ["decider"], "influence": 0.2},
        {"id": "p2", "name": "=张丽", "title": None, "unit": None, "level": None, "roles": [], "influence": 0.7},
        {"id": "p3", "name": "罗艳", "title": "CFO", "unit": "Finance", "level": 4, "roles": [], "influence": 0.1},
    ]
    colleagues = [{"id": "e1", "name": "王芳"}, {"id": "e2", "name": "Ann Lee"}]
    ties = [
        {"colleague": "e1", "person": "p1", "strength": 0.61, "depth": 3},
        {"colleague": "e2", "person": "p1", "strength": 0.08, "depth": None},
        {"colleague": "e2", "person": "p3", "strength": 0.3, "depth": 0},
    ]
    base = {"seats": 2, "people": 1, "strength": 0.0}
    cells = [
        {**base, "department": "d1", "level": 4, "covered": True, "expected": True, "strength": 0.61},
        {**base, "department": "d1", "level": 3, "covered": False, "expected": True},
        {**base, "department": "d2", "level": 4, "covered": False, "expected": False},
        {**base, "department": "d2", "level": 1, "covered": False, "expected": True, "people": 0, "strength": None},
    ]
    return {
        "account": {"type": "company", "id": "c1", "name": "华辰电网"}, "as_of": "2026-06-30",
        "colleagues": colleagues, "people": people, "ties": ties,
        "grid": {"departments": [{"id": "d1", "name": "IT"}, {"id": "d2", "name": "Finance"}],
                 "levels": [5, 4, 3, 2, 1], "cells": cells},
        "gaps": [], "revision": 9,
    }  # fmt: skip


def series(*scores: float | None, kind: str = "customer", **given: Any) -> dict[str, Any]:
    items = [
        {**cell(score), "as_of": f"2026-{1 + at // 4:02d}-{1 + 7 * (at % 4):02d}"}
        if score is not None
        else {"as_of": f"2026-{1 + at // 4:02d}-{1 + 7 * (at % 4):02d}", "score": None, "completeness": None,
              "interval": {"p10": None, "p90": None}, "band": None}
        for at, score in enumerate(scores)
    ]  # fmt: skip
    return {
        "kind": kind, "subject": {"type": "company", "id": "c1", "name": "华辰电网"}, "weeks": len(scores) - 1,
        "vendor": {"id": "us", "name": "us"}, "scope": {"type": "company", "id": "c1", "name": "华辰电网"},
        "bands": {"warm": 40.0, "hot": 60.0}, "items": items, "next": None, "revision": 9, **given,
    }  # fmt: skip
