"""The outputs in the two READMEs are what the commands print on the demonstration world."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from brm.cli import app
from brm.services.workspace import Workspace

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"`(brm (?:explain|findings|heat|deal) [^`]+)`[:：]\n\n```text\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_pasted_output_is_real(readme: str, demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRM_STORE", demo.settings.store)
    monkeypatch.setenv("BRM_TZ", "Asia/Shanghai")
    monkeypatch.setenv("COLUMNS", "100")
    shown = COMMAND.findall((ROOT / readme).read_text(encoding="utf-8"))
    assert len(shown) == 4
    for command, pasted in shown:
        result = CliRunner().invoke(app, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output
        printed = [line.rstrip() for line in result.stdout.splitlines()]
        assert printed[: len(pasted.splitlines())] == pasted.splitlines()
