"""Trials of parameters: the rankings told are those of the scores, and nothing is written."""

from __future__ import annotations

import pytest

from brm.errors import InvalidInput, NotAllowed
from brm.principal import Principal, local_admin
from brm.services import moments, scores, trying
from brm.services.workspace import Workspace
from scoring.registry import RELATIONSHIPS
from scoring.sensitivity import VARIED

ADMIN = local_admin()
DAY = "2026-06-29"


@pytest.fixture
def shown(demo: Workspace) -> Workspace:
    return demo


def test_both_ends_of_a_mover_are_the_scores_of_the_two_sets(shown: Workspace) -> None:
    when = moments.when(DAY, None, "Asia/Shanghai")
    values = {"customer.general": 0.1, "customer.risk": 6.0}
    revision = shown.store.revision()
    found = trying.attempt(shown, ADMIN, values, kinds=["customer"], most=1_000, when=when)
    assert shown.store.revision() == revision
    assert [(each["name"], each["before"], each["after"]) for each in found["changes"]] == [
        ("customer.general", 0.2, 0.1), ("customer.risk", 4.0, 6.0),
    ]  # fmt: skip
    (told,) = found["kinds"]
    listed = scores.shapes(shown, scores.score(shown, ADMIN, "customer", when=when))
    before = {each["subject"]["id"]: each["score"] for each in listed}
    assert told["number"] == len(before)
    for item in told["items"]:
        score = item["before"]["score"]
        assert score == pytest.approx(before[item["subject"]["id"]], abs=1e-9)
        assert item["before"]["rank"] == 1 + sum(other > score + 1e-9 for other in before.values())
    moves = [abs(item["after"]["rank"] - item["before"]["rank"]) for item in told["items"]]
    assert moves == sorted(moves, reverse=True)
    assert told["move"] == moves[0] > 0
    crossed = [item for item in told["items"] if item["before"]["band"] != item["after"]["band"]]
    assert sum(each["number"] for each in told["bands"]) == len(crossed)


def test_a_limit_of_bands_moves_bands_and_no_rank(shown: Workspace) -> None:
    when = moments.when(DAY, None, "Asia/Shanghai")
    found = trying.attempt(shown, ADMIN, {"evidence.band_cold": 20.0}, kinds=["customer"], when=when)
    (told,) = found["kinds"]
    assert (told["tau"], told["move"], told["moved"], told["shift"]) == (1.0, 0, 0, 0.0)
    assert {(each["from"], each["to"]) for each in told["bands"]} == {("cold", "warm")}


def test_accounts_are_ranked_by_all_six_unless_kinds_are_named(shown: Workspace) -> None:
    when = moments.when(DAY, None, "Asia/Shanghai")
    found = trying.attempt(shown, ADMIN, {"tie.meeting": 1.0}, when=when)
    assert [each["kind"] for each in found["kinds"]] == list(RELATIONSHIPS)
    for each in found["kinds"]:
        assert {item["subject"]["type"] for item in each["items"]} <= {"company"}
        assert all(item["vendor"] is None for item in each["items"])
    people = trying.attempt(shown, ADMIN, {"tie.meeting": 1.0}, kinds=["key_person", "key_person"], when=when)
    assert [each["kind"] for each in people["kinds"]] == ["key_person"]
    assert {item["subject"]["type"] for item in people["kinds"][0]["items"]} == {"person"}


def test_what_cannot_be_tried_is_refused(shown: Workspace) -> None:
    with pytest.raises(InvalidInput, match="no score 'warmth'"):
        trying.attempt(shown, ADMIN, {"tie.video": 1.0}, kinds=["warmth"])
    with pytest.raises(InvalidInput, match="movers"):
        trying.attempt(shown, ADMIN, {"tie.video": 1.0}, most=-1)
    nobody = Principal("nobody", frozenset())
    with pytest.raises(NotAllowed):
        trying.attempt(shown, nobody, {"tie.video": 1.0})
    with pytest.raises(NotAllowed):
        trying.robustness(shown, nobody)


def test_a_sensitivity_report_ranks_the_parameters_by_what_they_do(shown: Workspace) -> None:
    when = moments.when(DAY, None, "Asia/Shanghai")
    found = trying.robustness(shown, ADMIN, kinds=["customer"], when=when)
    (told,) = found["kinds"]
    names = {f"{group}.{name}" for group, inner in VARIED.items() for name in inner}
    assert {each["parameter"] for each in told["items"]} == names
    taus = [each["tau"] for each in told["items"]]
    assert taus == sorted(taus)
    assert (told["tau"], told["move"]) == (taus[0], max(each["move"] for each in told["items"]))
    assert told["stability"] == ("stable" if taus[0] >= 0.9 else "mostly_stable" if taus[0] >= 0.8 else "unstable")
    one = told["items"][0]
    again = trying.attempt(shown, ADMIN, {one["parameter"]: one["value"]}, kinds=["customer"], when=when)
    assert again["kinds"][0]["tau"] == pytest.approx(one["tau"])
