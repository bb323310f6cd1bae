"""Likelihoods are evaluated as they were on the eve of each decision: nothing recorded later counts."""

from __future__ import annotations

from datetime import timedelta
from math import log
from pathlib import Path
from typing import Any

import pytest

from brm.errors import NotAllowed, NotComputable
from brm.guidance import deals
from brm.ingest import load_plan, run
from brm.principal import Principal
from brm.services import moments, win_evaluating
from brm.services.workspace import Workspace
from brm.settings import Settings
from tests.services.decided import DEALS, decision_day, hindsight, write

PROBED = 9


def workspace(folder: Path) -> Workspace:
    space = Workspace.open(Settings(store="memory://", tz="UTC", lang="en"))
    report = run(load_plan(folder, None), space.store, "tester")
    assert report.rejected == 0
    return space


def evaluated(folder: Path) -> dict[str, Any]:
    space = workspace(folder)
    found = win_evaluating.win(space, space.local_principal())
    return {name: value for name, value in found.items() if name != "revision"}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return evaluated(write(tmp_path_factory.mktemp("decided") / "plain"))


@pytest.mark.parametrize("later", [0, 1, 40])
def test_what_is_recorded_on_the_day_or_later_changes_nothing(
    tmp_path: Path, plain: dict[str, Any], later: int
) -> None:
    recorded = decision_day(PROBED) + timedelta(days=later)
    assert evaluated(write(tmp_path / "decoy", **hindsight(PROBED, recorded))) == plain


def test_what_was_recorded_the_day_before_does(tmp_path: Path, plain: dict[str, Any]) -> None:
    found = evaluated(write(tmp_path / "known", **hindsight(PROBED, decision_day(PROBED) - timedelta(days=1))))
    assert found["bids"] == plain["bids"] + 1
    assert found["items"] != plain["items"]


def test_the_likelihoods_are_those_of_the_deal_on_that_eve(tmp_path: Path, plain: dict[str, Any]) -> None:
    """The mean of -ln P(winner), each read from the deal itself as of the evening before."""
    space = workspace(write(tmp_path / "again"))
    losses = []
    for number in range(DEALS):
        eve = moments.when((decision_day(number) - timedelta(days=1)).isoformat(), None, "UTC")
        winner = "r1" if number % 3 else "r2"
        told = deals.likelihood(space, space.local_principal(), f"d{number}", vendor=winner, when=eve, change=False)
        losses.append(told["raw"])

    mean = sum(-log(each) for each in losses) / DEALS
    shown = next(each for each in plain["items"] if each["forecast"] == "likelihood")
    assert shown["log_loss"]["value"] == pytest.approx(mean, abs=1e-9)


def test_it_counts_deals_bids_and_what_was_left_out(plain: dict[str, Any]) -> None:
    """We are in every field beside r1 and r2. The lower price won 9 of 14, once while it shared the first place."""
    assert (plain["deals"], plain["bids"], plain["undated"]) == (DEALS, 3 * DEALS, 0)
    assert plain["left_out"] == {"unseen": 0, "told": 0, "alone": 0, "surprising": 0}
    assert [each["forecast"] for each in plain["items"]] == ["likelihood", "share", "even", "rate", "price"]
    price = plain["items"][-1]
    assert price["accuracy"]["value"] == pytest.approx((8 + 1 / 3) / 14)
    assert sum(each["number"] for each in plain["reliability"]) == 3 * DEALS
    assert {each["verdict"] for each in plain["gains"]} <= set(win_evaluating.VERDICTS)


def test_outcomes_that_were_on_record_before_the_day_are_left_out(tmp_path: Path) -> None:
    """Undated outcomes count as always known: nothing is left to foretell. So is a winner nobody knew of."""
    folder = write(tmp_path / "told")
    text = (folder / "opportunity.csv").read_text(encoding="utf-8")
    early = text.replace(f"lost,{decision_day(0)},r2,{decision_day(0)},", f"lost,{decision_day(0)},r2,2024-12-20,")
    surprise = early.replace(f"lost,{decision_day(1)},r1,", f"lost,{decision_day(1)},r3,")
    assert text != early != surprise
    (folder / "opportunity.csv").write_text(surprise, encoding="utf-8")
    found = evaluated(folder)
    assert found["left_out"] == {"unseen": 0, "told": 1, "alone": 0, "surprising": 1}
    assert found["deals"] == DEALS - 2


def test_too_few_deals_and_no_right_to_read_are_refused() -> None:
    space = Workspace.open(Settings(store="memory://", tz="UTC", lang="en"))
    with pytest.raises(NotComputable, match="only 0 decided deals"):
        win_evaluating.win(space, space.local_principal())
    nobody = Principal("n", frozenset())
    with pytest.raises(NotAllowed):
        win_evaluating.win(space, nobody)
