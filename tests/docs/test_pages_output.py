"""The outputs on the pages about heat, parameters and evaluation are what the commands print."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from brm.cli import app
from brm.services.workspace import Workspace

DIGEST = re.compile("[0-9a-f]{64}")
ROOT = Path(__file__).parents[2]
SHOWN = re.compile(r"^`(brm [^`]+)`:\n\n```text\n(.*?)```", re.DOTALL | re.MULTILINE)
DATA = Path(os.environ.get("BRM_DATA", ROOT / ".." / "shared" / "data"))


@pytest.fixture(autouse=True)
def reader(demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"BRM_STORE": demo.settings.store, "BRM_TZ": "Asia/Shanghai", "BRM_LANG": "en", "COLUMNS": "100"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)


def _printed(command: str, code: int = 0) -> list[str]:
    result = CliRunner().invoke(app, shlex.split(command)[1:])
    assert result.exit_code == code, result.output
    return [line.rstrip() for line in result.stdout.splitlines()]


def test_the_tables_on_the_page_of_the_sales_leader() -> None:
    """A long table is shown as far as its first lines."""
    shown = SHOWN.findall((ROOT / "docs" / "heat.md").read_text(encoding="utf-8"))
    assert [command.split()[1] for command, _ in shown] == [
        "heat", "trend", "changes", "changes", "coverage", "coverage", "assets", "handover",
    ]  # fmt: skip
    for command, pasted in shown:
        lines = pasted.splitlines()
        assert _printed(command)[: len(lines)] == lines, command


def test_trial_and_sensitivity_on_the_page_of_the_parameters() -> None:
    shown = SHOWN.findall((ROOT / "docs" / "parameters.md").read_text(encoding="utf-8"))
    assert [command.split()[2] for command, _ in shown] == ["try", "sensitivity"]
    for command, pasted in shown:
        assert _printed(command) == pasted.splitlines(), command


def test_questions_and_stage_on_the_page_of_the_deal_review() -> None:
    shown = SHOWN.findall((ROOT / "docs" / "deal-questions.md").read_text(encoding="utf-8"))
    assert [command.split()[1] for command, _ in shown] == ["questions", "stage", "stage"]
    for command, pasted in shown:
        assert _printed(command) == pasted.splitlines(), command


def test_the_line_and_the_page_of_a_deal() -> None:
    """The digest of the parameters is left out on the page."""
    shown = SHOWN.findall((ROOT / "docs" / "deal-brief.md").read_text(encoding="utf-8"))
    assert [command.split()[1] for command, _ in shown] == ["trend", "deal"]
    for command, pasted in shown:
        assert [DIGEST.sub("…", line) for line in _printed(command)] == pasted.splitlines(), command


@pytest.mark.data
@pytest.mark.parametrize(("place", "name", "code"), [(0, "cross-parker", 0), (1, "worldbank-bids-early", 1)])
def test_the_real_data_on_the_page_of_evaluation(
    place: int, name: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where rows of a folder are rejected the command says so by its exit code."""
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip("the folder of real data sets is not here (BRM_DATA names it)")
    monkeypatch.setenv("COLUMNS", "120")
    shown = SHOWN.findall((ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8"))
    assert len(shown) == 2
    command, pasted = shown[place]
    assert _printed(command.replace("DIR", str(folder)), code) == pasted.splitlines()


def test_the_plan_and_the_journey_of_an_account() -> None:
    shown = SHOWN.findall((ROOT / "docs" / "account-plan.md").read_text(encoding="utf-8"))
    assert [command.split()[1] for command, _ in shown] == ["plan", "plan", "journey"]
    for command, pasted in shown:
        assert _printed(command) == pasted.splitlines(), command
