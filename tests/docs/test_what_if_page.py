"""The pages about drafts and reviews, from top to bottom: what they show is what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from brm.cli import app
from brm.services.workspace import Workspace

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = re.compile(r"^`(brm [^`]+)`:\n\n```text\n(.*?)```|^```sh\n(.*?)```", re.DOTALL | re.MULTILINE)
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def own_store(demo: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of the demonstration world, since the pages write."""
    path = tmp_path / "demo.sqlite"
    demo.store.backup(str(path))
    given = {"BRM_STORE": f"sqlite:///{path}", "BRM_TZ": "Asia/Shanghai", "BRM_LANG": "en", "COLUMNS": "100"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("own_store")
@pytest.mark.parametrize(("page", "number"), [("what-if.md", 12), ("deal-review.md", 17)])
def test_the_page_runs_from_top_to_bottom(page: str, number: int) -> None:
    ids: dict[str, str] = {}
    commands = 0
    for command, pasted, script in SHOWN.findall((DOCS / page).read_text(encoding="utf-8")):
        for line in [command] if command else script.splitlines():
            words = [ids.get(word, word) for word in shlex.split(line)[1:]]
            result = CliRunner().invoke(app, words)
            assert result.exit_code == 0, result.output
            commands += 1
        if command:
            printed = "\n".join(each.rstrip() for each in result.stdout.splitlines()) + "\n"
            # ids are new at every run: those of the page stand for those of this one
            ids.update(zip(ID.findall(pasted), ID.findall(printed), strict=True))
            assert printed == ID.sub(lambda found: ids[found[0]], pasted), command
    assert commands == number
