"""The commands that pages show can be typed, and those of the first page run from top to bottom."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from brm.cli import app
from tests.docs.test_documented import COMMANDS, PAGES, ROOT

pytestmark = pytest.mark.docs
START = ROOT / "docs" / "start.md"
NOT_RUN = ("brm serve", "make ", "curl ")
"""What a page shows but the test does not start: it would not end, or leaves the folder."""


def _shell_lines(page: Path) -> Iterator[str]:
    for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in re.sub(r"\\\n\s*", "", block).splitlines():
            if line.strip() and not line.startswith("#"):
                yield line.strip()


def _shown() -> list[tuple[str, str]]:
    return sorted({
        (page.relative_to(ROOT).as_posix(), line)
        for page in PAGES
        for line in _shell_lines(page)
        if line.startswith("brm ")
    })  # fmt: skip


@pytest.mark.parametrize(("page", "line"), _shown())
def test_a_shown_command_exists_with_its_options(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    name = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in COMMANDS), None)
    assert name is not None, line
    options = {option for each in COMMANDS[name].params for option in each.opts}
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert given - options - {"--help"} == set(), line


def test_the_first_page_runs_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("BRM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BRM_STORE", f"sqlite:///{tmp_path / 'graph.sqlite'}")
    monkeypatch.chdir(tmp_path)
    lines = list(_shell_lines(START))
    unknown = [line for line in lines if not line.startswith(("brm ", *NOT_RUN))]
    ran = [line for line in lines if line.startswith("brm ") and not line.startswith(NOT_RUN)]
    assert (unknown, len(ran) >= 20) == ([], True)
    runner = CliRunner()
    for line in ran:
        result = runner.invoke(app, shlex.split(line, comments=True)[1:], prog_name="brm")
        assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception!r}"
