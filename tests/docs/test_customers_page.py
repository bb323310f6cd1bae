"""The page about customers, from top to bottom: what it shows is what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from brm.cli import app
from brm.services.workspace import Workspace

PAGE = Path(__file__).parents[2] / "docs" / "customers.md"
SHOWN = re.compile(r"^`(brm [^`]+)`:\n\n```text\n(.*?)```|^```sh\n(.*?)```", re.DOTALL | re.MULTILINE)


def test_the_page_runs_from_top_to_bottom(demo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a copy of the demonstration world, since the page writes."""
    path = tmp_path / "demo.sqlite"
    demo.store.backup(str(path))
    given = {"BRM_STORE": f"sqlite:///{path}", "BRM_TZ": "Asia/Shanghai", "BRM_LANG": "en", "COLUMNS": "100"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    commands = 0
    for command, pasted, script in SHOWN.findall(PAGE.read_text(encoding="utf-8")):
        for line in [command] if command else script.splitlines():
            result = CliRunner().invoke(app, shlex.split(line)[1:])
            assert result.exit_code == 0, result.output
            commands += 1
        if command:
            assert [line.rstrip() for line in result.stdout.splitlines()] == pasted.splitlines(), command
    assert commands == 16
