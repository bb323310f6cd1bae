"""``brm accounts, grade, segments, focus, portrait`` as a sales leader types them."""

from __future__ import annotations

import pytest

from brm.services.workspace import Workspace
from tests.cli.conftest import AS_OF, Brm


@pytest.mark.usefixtures("shown")
def test_accounts_grades_and_lists(brm: Brm) -> None:
    whole = brm("accounts", "--as-of", AS_OF, "--json").json
    assert (whole["total"], len(whole["items"]), whole["next"]) == (44, 44, None)
    keep = brm("accounts", "--list", "keep", "--as-of", AS_OF, "--json").json
    assert keep["total"] == next(each["number"] for each in whole["lists"] if each["list"] == "keep")
    table = brm("accounts", "--list", "keep", "--as-of", AS_OF).out
    assert all(each["account"]["name"] in table for each in keep["items"])
    assert "lifecycle repeat; value" in table
    graded = brm("grade", keep["items"][0]["account"]["id"], "--as-of", AS_OF, "--json").json
    assert graded["score"] == pytest.approx(keep["items"][0]["score"])
    shown = brm("grade", "demo:company/9", "--as-of", AS_OF, "--lang", "zh-CN").out
    for part in ("等级", "年度权益", "生命周期", "距上一级", "小时"):
        assert part in shown


@pytest.mark.usefixtures("shown")
def test_segments_and_profiles(brm: Brm) -> None:
    told = brm("segments", "--as-of", AS_OF, "--limit", "3").out
    assert "bring 80% of the value; Gini" in told
    assert "healthcare" in told
    switched = brm("focus", "switch", "sales", "--as-of", AS_OF, "--json").json
    assert len(switched["items"]) == switched["moved"] > 0
    assert "from balanced to sales" in brm("focus", "switch", "sales", "--as-of", AS_OF, "--limit", "2").out
    suppliers = brm("grade", "demo:company/7", "--focus", "production", "--as-of", AS_OF, code=1)
    assert "does not look at companies like demo:company/7" in suppliers.err
    lines = brm("focus", "sensitivity", "--as-of", AS_OF).out.splitlines()
    assert len(lines) == 2 + 6 * 4


@pytest.mark.usefixtures("shown")
def test_trying_a_portrait(brm: Brm) -> None:
    found = brm("portrait", "try", "industry=energy", "employees>=5000", "--as-of", AS_OF, "--json").json
    assert found["count"] == len(found["items"]) == 8
    assert "industry=energy · employees>=5000: 8 of 44 accounts" in brm(
        "portrait", "try", "industry=energy", "employees>=5000", "--as-of", AS_OF
    ).out  # fmt: skip
    assert "write FIELD=VALUE" in brm("portrait", "try", "energy", code=2).err
    assert "use one of key, first, second, third" in brm("portrait", "try", "grade=gold", code=2).err


@pytest.mark.usefixtures("deal")
def test_saving_activating_and_testing(brm: Brm) -> None:
    brm("focus", "save", "north", "potential=3", "value=1", "--kind", "customer", "--note", "try")
    assert "north" in brm("focus", "activate", "north", "--from", "2026-01-01").out
    shown = brm("focus", "show", "north", "--json").json
    assert (shown["active"], shown["weights"]["potential"], shown["kinds"]) == (True, 0.75, ["customer"])
    assert [each["name"] for each in brm("focus", "list", "--json").json["items"] if each["active"]] == ["north"]
    assert brm("accounts", "--json").json["focus"]["name"] == "north"
    assert "PART=WEIGHT" in brm("focus", "save", "odd", "value", code=2).err
    assert "comes with the program" in brm("focus", "save", "sales", "value=1", code=4).err
    assert "1 of 1 accounts" in brm("portrait", "save", "ours to win", "kinds=customer").out
    assert "ours to win" in brm("portrait", "list").out
    assert brm("portrait", "show", "ours to win", "--json").json["count"] == 1
    tested = brm("portrait", "backtest", "ours to win", "--months", "3", "--as-of", AS_OF)
    assert "portrait holds" in tested.out
    assert "some are still to come" in brm("portrait", "backtest", "ours to win", "--at", "2999-01-01", code=2).err
    assert brm("portrait", "show", "nobody", code=2).err.startswith("there is no portrait nobody")


def test_it_never_writes(shown: Workspace, brm: Brm) -> None:
    before = shown.store.revision()
    brm("focus", "switch", "production", "--as-of", AS_OF)
    assert shown.store.revision() == before


@pytest.mark.usefixtures("deal")
def test_a_name_in_square_brackets_is_printed_as_it_is(brm: Brm) -> None:
    name = "Alder [north] [/bold]"
    brm("edit", "upsert", "company", "--id", "c1", f"name={name}")
    for command in (("accounts",), ("grade", "c1"), ("show", "c1"), ("coverage", "c1"), ("network", "c1")):
        assert name in brm(*command).out, command
