"""The page about a seller's day: what it shows is what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from brm.cli import app
from brm.services.workspace import Workspace
from scoring import DEFAULTS

PAGE = (Path(__file__).parents[2] / "docs" / "my-day.md").read_text(encoding="utf-8")
SHOWN = re.compile(r"^`(brm [^`]+)`:\n\n```text\n(.*?)```", re.DOTALL | re.MULTILINE)


def test_the_page_shows_what_the_commands_print(demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"BRM_STORE": demo.settings.store, "BRM_TZ": "Asia/Shanghai", "BRM_LANG": "en", "COLUMNS": "100"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    shown = SHOWN.findall(PAGE)
    assert len(shown) == 4
    for command, pasted in shown:
        result = CliRunner().invoke(app, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output
        assert [line.rstrip() for line in result.stdout.splitlines()] == pasted.splitlines(), command


def test_the_numbers_of_the_page_are_the_parameters() -> None:
    given = DEFAULTS.network
    assert f"{given.key:.0f}, {given.first:.0f}, {given.second:.0f} or {given.third:.0f} days by its grade" in PAGE
    assert f"from {given.event_days:.0f}, {given.event_days:.0f}, {given.contract_days:.0f} and " in PAGE
    for name in ("horizon_days", "day_accounts", "day_deals", "moved_days"):
        assert f"(`network.{name}`, {getattr(given, name):.0f})" in PAGE or (
            f"`network.{name}` ({getattr(given, name):.0f})" in PAGE
        )
