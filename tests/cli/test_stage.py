"""``brm stage``: the process of a deal, and its timeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brm.services.workspace import Workspace
from scoring.process.checks import PROJECT_CHECKS
from scoring.process.steps import STEPS
from tests.cli.conftest import AS_OF, Brm

DEAL = "demo:opportunity/246"
WORK = {
    "opportunity.csv": "id,name,status,stage,expected_close_on,valid_from\n"
    "d1,扩建项目,open,verify,,2026-03-01\nd1,扩建项目,open,bidding,2026-06-22,2026-06-19\n",
    "person.csv": "id,name\np9,孙工\n",
    "company.csv": "id,name,kinds\nk1,岚桥集成,partner\n",
    "position.csv": "id,title\nq9,经理\n",
    "holds.csv": "from,to\np9,q9\n",
    "seat_in.csv": "from,to\nq9,k1\n",
    "knows.csv": "from,to,kind\np9,p1,alumni\n",
    "covers.csv": "from,to,team_role,part,valid_from\ns1,d1,sales,报价,2026-01-06\n",
    "partners.csv": "from,to,role,vendor,valid_from\nk1,d1,reseller,us1,2026-02-01\n",
    "action.csv": "id,name,due_on,status\na1,提供测试报告,2026-06-09,open\na2,价格评审,2026-07-30,open\n"
    "a3,做完的事,2026-06-01,done\n",
    "belongs_to.csv": "from,to\na1,d1\na2,d1\na3,d1\nn1,d1\ny1,d1\n",
    "owned_by.csv": "from,to\na1,s1\na2,s1\n",
    "promised_to.csv": "from,to\na1,p2\n",
    "contract.csv": "id,name,amount,signed_on\nn1,合同,1200000 CNY,2026-05-01\n",
    "payment.csv": "id,name,amount,due_on\ny1,首款,300000 CNY,2026-06-09\n",
}


@pytest.fixture
def worked(brm: Brm, deal: Path, tmp_path: Path) -> Brm:
    """The small deal with a partner, a part that somebody owns, requests, promises, a contract and a payment."""
    folder = tmp_path / "work"
    folder.mkdir()
    for name, text in WORK.items():
        (folder / name).write_text(text, encoding="utf-8")
    brm("import", folder)
    return brm


def shape(brm: Brm, *more: str) -> Any:
    return brm("stage", "d1", "--as-of", "2026-06-29", *more, "--json").json


def test_dwell_and_a_day_that_passed(worked: Brm) -> None:
    told = shape(worked)
    assert [(each["stage"], each["days"]) for each in told["stays"]] == [("verify", 110), ("bidding", 10)]
    assert told["dwell"] == {"days": 10, "usual_days": 30.0, "n": 0, "basis": "assumed", "stuck": False}
    assert told["expected_close"] == {"day": "2026-06-22", "moved_days": 0, "passed_days": 7}


def test_who_works_on_it_and_what_is_late(worked: Brm) -> None:
    told = shape(worked)
    assert [(each["person"]["id"], each["part"]) for each in told["team"]] == [("s1", "报价")]
    work = [(each["action"]["id"], each["kind"], each["days_late"]) for each in told["open_work"]]
    assert work == [("a1", "promise", 20), ("a2", "request", 0)]
    assert told["open_work"][0]["promised_to"]["id"] == "p2"


def test_the_partner_with_whom_it_knows_makes_it_tier_e(worked: Brm) -> None:
    told = shape(worked)
    ((partner),) = told["partners"]
    assert (partner["company"]["id"], partner["role"], partner["vendor"]["id"]) == ("k1", "reseller", "us1")
    assert [(tie["partner_person"]["id"], tie["person"]["id"]) for tie in partner["ties"]] == [("p9", "p1")]
    assert (told["tier"]["proposed"], told["tier"]["route"], told["tier"]["partner"]["id"]) == ("E", "partner", "k1")


def test_what_follows_the_award(worked: Brm) -> None:
    after = shape(worked)["after_award"]
    assert [(each["id"], each["signed_on"]) for each in after["contracts"]] == [("n1", "2026-05-01")]
    assert [(each["id"], each["days_late"]) for each in after["payments"]] == [("y1", 20)]


def test_findings_of_the_process_come_with_the_others(worked: Brm) -> None:
    found = {each["rule"]: each for each in worked("findings", "d1", "--as-of", "2026-06-29", "--json").json["items"]}
    assert {"deal_slipping", "stage_without_evidence"} <= set(found)
    assert "request_overdue" not in found
    assert "no_part_owner" not in found
    assert found["deal_slipping"]["why"] == "It was to be decided 7 days ago."
    assert "Award form known" in found["stage_without_evidence"]["why"]


def test_people_read_it_section_by_section(worked: Brm) -> None:
    printed = worked("stage", "d1", "--as-of", "2026-06-29").out
    for line in (
        "bidding since 2026-06-19: 10 days", "王芳, sales: 报价", "提供测试报告, promised to 李娜 by 王芳",
        "20 days late", "岚桥集成, reseller", "孙工 knows 张平", "Contract 合同, signed 2026-05-01",
    ):  # fmt: skip
        assert line in printed, line


def test_the_timeline_has_stages_and_touchpoints_latest_first(worked: Brm) -> None:
    items = worked("stage", "d1", "--timeline", "--as-of", "2026-06-29", "--json").json["items"]
    assert [(each["kind"], each["day"]) for each in items] == [
        ("touchpoint", "2026-06-20"), ("stage", "2026-06-19"), ("stage", "2026-03-01"),
    ]  # fmt: skip
    assert [one["name"] for one in (*items[0]["ours"], *items[0]["theirs"])] == ["王芳", "李娜"]
    assert items[0]["text"] == "meeting: 王芳 with 李娜"


def test_the_demonstration_deal_has_all_checks_and_steps(shown: Workspace, brm: Brm) -> None:
    told = brm("stage", DEAL, "--as-of", AS_OF, "--json").json
    assert [each["id"] for each in told["steps"]] == list(STEPS)
    assert [each["id"] for each in told["project_checks"]] == [f"project_check:{each}" for each in PROJECT_CHECKS]
    assert told["dwell"]["basis"] == "stage"
    assert "Six checks of the project" in brm("stage", DEAL, "--as-of", AS_OF).out


def test_only_a_deal_has_a_stage(brm: Brm, deal: Path) -> None:
    assert "not a deal" in brm("stage", "c1", code=2).err
    assert "limit" in brm("stage", "d1", "--timeline", "--limit", "0", code=2).err
