"""Customers as services: pages, one grade, focus profiles by date, portraits with their back-test, visibility."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from brm.errors import BrmError, Conflict, InvalidInput, NotAllowed, NotComputable, NotFound
from brm.principal import Principal, local_admin
from brm.services import customers, focus_effects, focus_profiles, grading, heat, portraits, segments
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from brm.store.protocol import When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from graph_schema.markers import Money
from graph_schema.values import day_from, parse_instant
from scoring.grading.profiles import PARTS, SHIPPED

ADMIN = local_admin()
READER = Principal("reader", frozenset({"read"}))
WRITER = Principal("writer", frozenset({"write"}))
DAY = 86_400_000_000
TODAY = day_from(date(2026, 6, 30))
WHEN = When(TODAY * DAY + DAY - 1)
SEGMENTS = ("energy", "energy", "finance", "finance", "energy", "finance")
"""Of six customers; the first and the third bought a month ago, the second two years ago."""


def moment(days: int) -> int:
    return (TODAY - days) * DAY + DAY // 2


def _node(type_: str, id_: str, days: int = 900, **values: Any) -> Change:
    return Change("set", NodeRef(type_, id_), values, recorded_at=moment(days))


def _edge(type_: str, source: str, target: str, key: str = "", days: int = 900, **values: Any) -> Change:
    return Change("set", EdgeRef(type_, source, target, key), values, moment(days), recorded_at=moment(days))


def _won(account: str, days: int, amount: int) -> list[Change]:
    deal = f"{account}-deal"
    return [
        _node("opportunity", deal, days + 60, name=deal, status="open", opened_on=TODAY - days - 60),
        Change("set", NodeRef("opportunity", deal), {
            "status": "won", "closed_on": TODAY - days, "contract_amount": Money(amount * 10_000, "CNY"),
        }, moment(days), recorded_at=moment(days)),
        _edge("for", deal, account, days=days + 60),
    ]  # fmt: skip


def _changes() -> list[Change]:
    made = [_node("company", "us", name="us", kinds=("ours",)), _node("person", "s", name="Seller")]
    for number, segment in enumerate(SEGMENTS, 1):
        id_ = f"c{number}"
        kinds = ("customer", "supplier") if number == 6 else ("customer",)
        made += [
            _node("company", id_, name=f"Customer {number}", kinds=kinds, industry=segment,
                  employees=1_000 * number, extra={"tier": number, "site": "north" if number < 4 else "south"}),
            _node("person", f"p{number}", name=f"Person {number}"),
            _node("position", f"q{number}", title="Head", level=3),
            _edge("seat_in", f"q{number}", id_), _edge("holds", f"p{number}", f"q{number}"),
        ]  # fmt: skip
    made += [_edge("covers", "s", "c1", "account_manager")]
    made += [*_won("c1", 30, 4_000_000), *_won("c2", 700, 1_000_000), *_won("c3", 30, 500_000)]
    said = {"at": moment(20), "kind": "state:alliance", "source_class": "observed", "sensitivity": "restricted"}
    made += [
        Change("set", NodeRef("observation", "secret"), said, recorded_at=moment(20)),
        _edge("about", "secret", "c1", days=20),
    ]
    return made


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    store = open_store("memory://", zone="UTC")
    with closing(Workspace(store, Settings(store="memory://", tz="UTC", lang="en"))) as opened:
        changes = sorted(_changes(), key=lambda each: isinstance(each.entity, EdgeRef))
        opened.store.apply(ChangeSet(actor="test", source="test", changes=tuple(changes)))
        yield opened


def ids(found: dict[str, Any]) -> list[str]:
    return [each["account"]["id"] for each in found["items"]]


def test_pages_are_the_whole_list(workspace: Workspace) -> None:
    for sort in customers.SORTS:
        whole = customers.page(workspace, READER, when=WHEN, sort=sort, limit=None)
        paged, place = [], None
        while True:
            part = customers.page(workspace, READER, when=WHEN, sort=sort, limit=2, after=place)
            paged += ids(part)
            if part["next"] is None:
                break
            place = heat.After(*part["next"])
        assert paged == ids(whole)
        assert (sorted(paged), whole["total"]) == ([f"c{n}" for n in range(1, 7)], 6)
    assert ids(customers.page(workspace, READER, when=WHEN))[:2] == ["c1", "c3"]
    rows = {each["account"]["id"]: each for each in whole["items"]}
    assert rows["c1"]["value"] == {"amount": "4000000", "currency": "CNY"}
    assert (rows["c1"]["lifecycle"], rows["c1"]["since"]) == ("bought", "2026-05-31")
    assert (rows["c2"]["lifecycle"], rows["c4"]["lifecycle"], rows["c4"]["value"]) == ("dormant", "potential", None)
    assert rows["c1"]["owner"]["id"] == "s"


def test_filters_hold_together(workspace: Workspace) -> None:
    def listed(**given: str) -> list[str]:
        return sorted(ids(customers.page(workspace, READER, when=WHEN, filters=customers.Filters(**given))))

    assert listed(segment="energy") == ["c1", "c2", "c5"]
    assert listed(segment="energy", lifecycle="potential") == ["c5"]
    assert listed(owner="s") == ["c1"]
    of_lists = [listed(list=name) for name in ("win", "keep", "develop", "release")]
    counted = {each["list"]: each["number"] for each in customers.page(workspace, READER, when=WHEN)["lists"]}
    assert [len(each) for each in of_lists] == list(counted.values())
    with pytest.raises(InvalidInput, match="there is no grade 'gold'"):
        listed(grade="gold")
    with pytest.raises(InvalidInput, match="not sorted by"):
        customers.page(workspace, READER, when=WHEN, sort="size")


def test_one_grade_sums_and_keeps_what_people_recorded(workspace: Workspace) -> None:
    workspace.store.apply(ChangeSet(actor="test", source="test", changes=(_node("company", "c1", 10, grade="third"),)))
    found = grading.grade(workspace, ADMIN, "c1", when=WHEN)
    assert found["base"] + sum(each["effect"] for each in found["contributions"]) == pytest.approx(found["score"])
    assert found["recorded_grade"] == "third"
    assert found["grade"] != "third"
    assert [each["state"] for each in found["transitions"]] == ["potential", "evaluating", "bought"]
    assert found["transitions"][1] == {"state": "evaluating", "from": "2026-04-01", "to": "2026-05-31"}
    assert set(found["entitlements"]) == {"discount", "trainings", "expert_hours"}
    value = found["contributions"][0]
    assert (value["evidence"], value["inputs"]["amount"]) == (["c1-deal"], 4_000_000.0)
    rules = {(each["grade"], each["rule"]): (each["have"], each["met"]) for each in found["entry"]}
    assert rules["key", "volume"] == (4_000_000.0, True)
    assert rules["key", "leads"] == (1.0, False)


def test_restricted_evidence_counts_and_is_not_named(workspace: Workspace) -> None:
    full, seen = (grading.grade(workspace, who, "c1", when=WHEN) for who in (ADMIN, READER))
    assert full["score"] == seen["score"]
    strategic = [each["contributions"][PARTS.index("strategic")] for each in (full, seen)]
    assert [(each["evidence"], each["evidence_hidden"]) for each in strategic] == [(["secret"], 0), ([], 1)]


def test_who_is_no_account_and_who_is_not_looked_at(workspace: Workspace) -> None:
    with pytest.raises(NotComputable, match="no account of ours"):
        grading.grade(workspace, READER, "us", when=WHEN)
    with pytest.raises(NotComputable, match="does not look at companies like c1"):
        grading.grade(workspace, READER, "c1", focus="production", when=WHEN)
    assert grading.grade(workspace, READER, "c6", focus="production", when=WHEN)["focus"]["name"] == "production"


def test_profiles_are_saved_activated_by_date_and_replaced(workspace: Workspace) -> None:
    focus_profiles.save(workspace, ADMIN, "Win the north", {"potential": 3, "risk": 1}, note="2026")
    focus_profiles.activate(workspace, ADMIN, "Win the north", since="2026-01-01", note="agreed")
    assert focus_profiles.ruling(workspace, When(parse_instant("2025-12-31T12:00:00Z"))) == SHIPPED["balanced"]
    ruling = focus_profiles.ruling(workspace, WHEN)
    assert (ruling.name, ruling.shares.tolist()) == ("Win the north", [0.0, 0.75, 0.0, 0.0, 0.0, 0.25])
    focus_profiles.activate(workspace, ADMIN, "sales", since="2026-06-01")
    assert focus_profiles.ruling(workspace, WHEN).name == "sales"
    focus_profiles.save(workspace, ADMIN, "Win the north", {"value": 1}, kinds=["supplier"])
    told = focus_profiles.listed(workspace, READER, when=WHEN)
    assert [each["name"] for each in told["items"]] == ["balanced", "production", "sales", "Win the north"]
    assert [each["name"] for each in told["items"] if each["active"]] == ["sales"] == [told["active"]]
    assert told["items"][-1]["kinds"] == ["supplier"]
    assert [each["profile"] for each in told["activations"]] == ["sales", "Win the north"]


@pytest.mark.parametrize(
    ("name", "weights", "kinds", "kind", "said"),
    [
        ("own", {"colour": 1}, (), InvalidInput, "no part 'colour'"),
        ("own", {"value": -1}, (), InvalidInput, "weight of value cannot be -1"),
        ("own", {"value": float("nan")}, (), InvalidInput, "cannot be nan"),
        ("own", {"value": 0}, (), InvalidInput, "no part has a weight"),
        ("own", {"value": 1}, ("friend",), InvalidInput, "no kind of company 'friend'"),
        ("a/b", {"value": 1}, (), InvalidInput, "no name of a profile"),
        ("sales", {"value": 1}, (), Conflict, "comes with the program"),
    ],
)
def test_a_profile_that_does_not_fit_is_refused(
    workspace: Workspace, name: str, weights: dict[str, float], kinds: tuple[str, ...], kind: type[BrmError], said: str
) -> None:
    with pytest.raises(kind, match=said) as refused:
        focus_profiles.save(workspace, ADMIN, name, weights, kinds=kinds)
    assert refused.value.remedy


def test_switching_there_and_back_grades_as_before(workspace: Workspace) -> None:
    before = customers.page(workspace, READER, when=WHEN)["items"]
    told = focus_effects.preview(workspace, READER, "sales", when=WHEN)
    assert customers.page(workspace, READER, when=WHEN)["items"] == before
    moved = {each["account"]["id"]: each for each in told["items"]}
    focus_profiles.activate(workspace, ADMIN, "sales", since="2026-06-01")
    after = {each["account"]["id"]: each for each in customers.page(workspace, READER, when=WHEN)["items"]}
    for each in before:
        id_ = each["account"]["id"]
        assert (each["grade"] != after[id_]["grade"]) == (id_ in moved)
        if id_ in moved:
            assert moved[id_]["after"] == {"grade": after[id_]["grade"], "score": after[id_]["score"]}
            parts = sum(part["effect"] for part in moved[id_]["parts"])
            assert parts == pytest.approx(after[id_]["score"] - each["score"])
    focus_profiles.activate(workspace, ADMIN, "balanced", since="2026-06-02")
    assert customers.page(workspace, READER, when=WHEN)["items"] == before
    report = focus_effects.sensitivity(workspace, READER, when=WHEN)
    assert {(each["part"], each["factor"]) for each in report["items"]} == {
        (part, factor) for part in PARTS for factor in (0.5, 0.8, 1.2, 1.5)
    }


def test_eighty_of_twenty_by_segment(workspace: Workspace) -> None:
    """4,000,000 of 4,500,000 are c1's: one of six brings 89 %."""
    found = segments.segments(workspace, READER, when=WHEN, limit=1)
    assert (found["reached"]["accounts"], found["unknown"], found["total"]) == (1, 3, 6)
    assert (ids(found), found["items"][0]["cumulative"]) == (["c1"], pytest.approx(8 / 9))
    following = segments.segments(workspace, READER, when=WHEN, after=tuple(found["next"]), limit=None)
    assert ids(following)[0] == "c3"
    assert [(each["segment"], each["accounts"], each["in_most"]) for each in found["segments"]] == [
        ("energy", 3, 1), ("finance", 3, 0),
    ]  # fmt: skip
    assert sum(each["share"] for each in found["segments"]) == pytest.approx(1.0)
    assert sum(each["accounts"] for each in found["grades"]) == 6


def where(*texts: str) -> list[dict[str, Any]]:
    return portraits.parse(texts)


def test_a_condition_reads_as_it_was_typed() -> None:
    """Seven digits are not rounded, and the number of a region is a text."""
    texts = ["revenue>=12345678", "score<=62.5", "region=12", "segment!=energy"]
    assert [portraits.typed(each) for each in where(*texts)] == texts
    assert [each["value"] for each in where("region=12")] == ["12"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["industry=energy"], ["c1", "c2", "c5"]),
        (["industry!=energy", "employees>=4000"], ["c4", "c6"]),
        (["employees<=2000"], ["c1", "c2"]),
        (["kinds=supplier"], ["c6"]),
        (["kinds!=supplier", "segment=finance"], ["c3", "c4"]),
        (["lifecycle=potential"], ["c4", "c5", "c6"]),
        (["extra.site=north", "extra.tier>=2"], ["c2", "c3"]),
        (["extra.site!=north"], ["c4", "c5", "c6"]),
        (["volume>=600000"], ["c1"]),
        (["revenue>=0"], []),
        (["grade!=key", "list!=keep", "customer>=0", "score>=0", "employees=1000"], None),
    ],
)
def test_a_portraits_count_is_its_list(workspace: Workspace, texts: list[str], expected: list[str] | None) -> None:
    found = portraits.counted(workspace, READER, where(*texts), when=WHEN, limit=None)
    assert found["count"] == len(found["items"]) == found["total"]
    assert min(found["alone"]) >= found["count"]
    assert found["accounts"] == 6
    if expected is not None:
        assert ids(found) == expected
    first = portraits.counted(workspace, READER, where(*texts), when=WHEN, limit=1)
    if first["next"]:
        rest = portraits.counted(workspace, READER, where(*texts), when=WHEN, after=tuple(first["next"]), limit=None)
        assert ids(first) + ids(rest) == ids(found)


@pytest.mark.parametrize(
    ("text", "said", "remedy"),
    [
        ("industrie=energy", "there is no field 'industrie'", "industry"),
        ("grade=gold", "there is no grade 'gold'", "key, first"),
        ("industry>=3", "industry is not a number", "is or is_not"),
        ("employees=many", "employees is a number", "give a number"),
        ("extra.=1", "there is no field 'extra.'", "extra.NAME"),
    ],
)
def test_a_condition_that_does_not_fit_is_named(workspace: Workspace, text: str, said: str, remedy: str) -> None:
    name, _, value = text.partition("=")
    comparison = "at_least" if name.endswith(">") else "is"
    number: Any = float(value) if value.isdigit() else value
    given = {"field": name.rstrip(">"), "comparison": comparison, "value": number}
    with pytest.raises(InvalidInput) as refused:
        portraits.counted(workspace, READER, [*where("industry=energy"), given], when=WHEN)
    assert said in refused.value.message
    assert refused.value.message.startswith("condition 2 ")
    assert remedy in refused.value.remedy


def test_what_is_no_condition_or_none_at_all(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match="'energy' is no condition"):
        where("energy")
    with pytest.raises(InvalidInput, match="1 to 20 conditions, not 0"):
        portraits.counted(workspace, READER, [], when=WHEN)
    with pytest.raises(NotFound, match="no portrait nobody"):
        portraits.shown(workspace, READER, "nobody")


def test_a_back_test_by_hand(workspace: Workspace) -> None:
    """On 2025-06-30 only c2 had bought. Of the energy customers c1 and c5 had not: c1 bought, one of two. Of the
    others c3, c4 and c6: one of three. Jeffreys' intervals: Beta(1.5, 1.5) and Beta(1.5, 2.5).
    """
    portraits.save(workspace, WRITER, "Utilities", where("industry=energy"), note="north")
    found = portraits.backtest(workspace, READER, "Utilities", when=WHEN)
    assert (found["at"], found["until"], found["buyers"], found["accounts"]) == ("2025-06-30", "2026-06-30", 1, 6)
    assert (found["matched"]["number"], found["matched"]["bought"]) == (2, 1)
    assert (found["others"]["number"], found["others"]["bought"]) == (3, 1)
    assert (found["lift"], found["overlap"]) == (pytest.approx(1.5), True)
    interval = found["matched"]["interval"]
    assert interval["p10"] + interval["p90"] == pytest.approx(1.0)
    assert interval["p10"] < 1 / 3 < 0.5 < interval["p90"]
    nobody = portraits.backtest(workspace, READER, predicates=where("industry=none"), months=1, when=WHEN)
    assert (nobody["matched"], nobody["lift"]) == ({"number": 0, "bought": 0, "share": None, "interval": None}, None)
    with pytest.raises(InvalidInput, match="some are still to come"):
        portraits.backtest(workspace, READER, "Utilities", at="2026-01-01", when=WHEN)
    with pytest.raises(InvalidInput, match="61 months cannot be tested"):
        portraits.backtest(workspace, READER, "Utilities", months=61, when=WHEN)


def test_portraits_are_listed_and_replaced(workspace: Workspace) -> None:
    portraits.save(workspace, WRITER, "Large", where("employees>=5000"))
    portraits.save(workspace, WRITER, "Large", where("employees>=6000"), note="fewer")
    told = portraits.listed(workspace, READER, when=WHEN)
    assert [(each["name"], each["count"], each["note"], each["author"]) for each in told["items"]] == [
        ("Large", 1, "fewer", "writer")
    ]
    assert portraits.shown(workspace, READER, "Large", when=WHEN)["count"] == 1


@pytest.mark.parametrize(("day", "months", "expected"), [
    (date(2026, 6, 30), -12, date(2025, 6, 30)), (date(2026, 3, 31), -1, date(2026, 2, 28)),
    (date(2025, 11, 30), 3, date(2026, 2, 28)), (date(2026, 1, 5), -1, date(2025, 12, 5)),
])  # fmt: skip
def test_some_months_later(day: date, months: int, expected: date) -> None:
    assert portraits.months_after(day, months) == expected


def test_who_may_save(workspace: Workspace) -> None:
    refused = [
        lambda: focus_profiles.save(workspace, WRITER, "own", {"value": 1}),
        lambda: focus_profiles.activate(workspace, WRITER, "sales"),
        lambda: portraits.save(workspace, READER, "own", where("industry=energy")),
        lambda: customers.page(workspace, Principal("none", frozenset())),
        lambda: segments.segments(workspace, Principal("none", frozenset())),
    ]
    for attempt in refused:
        with pytest.raises(NotAllowed):
            attempt()
    with pytest.raises(NotFound, match="no focus profile missing"):
        focus_profiles.activate(workspace, ADMIN, "missing")
