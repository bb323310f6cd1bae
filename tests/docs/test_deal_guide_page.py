"""The outputs on the page about next best actions are what the command prints."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from brm.cli import app
from brm.services.workspace import Workspace

PAGE = Path(__file__).parents[2] / "docs" / "deal-guide.md"
SHOWN = re.compile(r"^`(brm guide [^`]+)`:\n\n```text\n(.*?)```", re.DOTALL | re.MULTILINE)


def test_the_actions_on_the_page(demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"BRM_STORE": demo.settings.store, "BRM_TZ": "Asia/Shanghai", "BRM_LANG": "en", "COLUMNS": "120"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    shown = SHOWN.findall(PAGE.read_text(encoding="utf-8"))
    assert ["--lang" in command for command, _ in shown] == [False, True]
    for command, pasted in shown:
        result = CliRunner().invoke(app, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output
        assert [line.rstrip() for line in result.stdout.splitlines()] == pasted.splitlines(), command
