"""The administrators' pages: every command on them runs in order, and what they list is all there is."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from api.metrics import new_meter
from brm.cli import app
from brm.services.doctor import CHECKS
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from tests.cli.conftest import PROGRAM
from tests.current.problem_codes import refusals, sources
from tests.docs.test_commands import _shell_lines
from tests.docs.test_documented import ROOT
from tests.store.fixtures.content import fill

pytestmark = pytest.mark.docs
FOLDER = ROOT / "docs" / "admin"
PAGES = ("install", "backup", "upgrade", "operations", "troubleshooting")
INSTALLING = re.compile(r"(?:/opt/brm/bin/pip install (?:--upgrade )?'brm\[([a-z,]+)\]'|python3 -m venv \S+)")
FOR_ADMINISTRATORS = {"StoreUnusable", "NotAllowed", "NotInstalled"}


class Shell:
    """What an administrator's shell does with the lines of a page, in a folder of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._monkeypatch = monkeypatch
        self._server: subprocess.Popen[str] | None = None
        self._secret = ""
        self._address = ""
        self.printed: list[str] = []

    def run(self, line: str) -> None:
        """One line; what it prints is kept."""
        if line.startswith("brm serve"):
            self.serve(line)
        elif line.startswith("brm "):
            result = CliRunner().invoke(app, shlex.split(line)[1:], prog_name="brm")
            assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception!r}"
            self.printed.append(result.stdout)
            self._secret = next(iter(re.findall(r"brm_[0-9a-f]{12}_[\w-]+", result.stdout)), self._secret)
        elif line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            self._monkeypatch.setenv(name, value.replace("/var/lib/brm", str(self._folder)))
        elif line.startswith("curl "):
            self._fetch(*shlex.split(line)[1:])
        elif line.startswith("grep "):
            self.printed.append(subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout)
        else:
            found = INSTALLING.fullmatch(line)
            assert found, f"no test runs {line!r}"
            extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
            assert set((found[1] or "fast").split(",")) <= set(extras)

    def serve(self, line: str = "brm serve") -> None:
        """The server of the page, on this machine only and on a free port, whatever the page says."""
        self.close()
        words = [*shlex.split(line)[1:], "--host", "127.0.0.1", "--port", "0"]
        self._server = subprocess.Popen([PROGRAM, *words], stderr=subprocess.PIPE, text=True, encoding="utf-8")
        assert self._server.stderr is not None
        self._address = self._server.stderr.readline().split()[2]

    def _fetch(self, *words: str) -> None:
        if self._server is None:
            self.serve()
        *options, url = words
        headers = dict(option.split(": ", 1) for option in options if option != "-H")
        given = {name: value.replace("TOKEN", self._secret) for name, value in headers.items()}
        request = urllib.request.Request(url.replace("http://127.0.0.1:8000", self._address), headers=given)
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200
            self.printed.append(answer.read().decode())

    def close(self) -> None:
        """End the server, if there is one."""
        if self._server is not None:
            self._server.terminate()
            self._server.communicate(timeout=20)
            self._server = None


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    for name in [each for each in os.environ if each.startswith("BRM_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRM_STORE", f"sqlite:///{tmp_path / 'graph.sqlite'}")
    monkeypatch.setenv("BRM_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    with closing(open_store(f"sqlite:///{tmp_path / 'graph.sqlite'}")) as store:
        fill(store)
    opened = Shell(tmp_path, monkeypatch)
    yield opened
    opened.close()


def test_these_are_all_the_pages() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == sorted((*PAGES, "neo4j"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_from_top_to_bottom(page: str, shell: Shell) -> None:
    lines = list(_shell_lines(FOLDER / f"{page}.md"))
    assert len(lines) >= 2
    for line in lines:
        shell.run(line)
    if page == "backup":
        digests = [re.findall(r"sha256:([0-9a-f]{64})", text) for text in shell.printed]
        backup, *exports = [each[0] for each in digests if each]
        assert exports == [backup] * 3
        assert shell.printed[-1].split()[0] == backup
    if page == "operations":
        assert any("brm_store_revision" in text for text in shell.printed)


def _rows(page: str) -> dict[str, list[str]]:
    """The rows of the page's tables by the names in their first cell, without the heads."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / f"{page}.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found |= {name: cells[1:] for name in re.findall(r"`([^`]+)`", cells[0])}
    return found


def test_every_code_that_an_administrator_resolves_has_its_cause_and_remedy() -> None:
    rows = _rows("troubleshooting")
    found = refusals()
    wanted = {each.code for each in found if each.error in FOR_ADMINISTRATORS}
    assert {"locked", "schema_older", "not_allowed", "wrong_password", "busy", "content_differs"} <= wanted
    assert sorted(wanted - set(rows)) == []
    assert sorted(set(rows) - {each.code for each in found}) == []
    assert [code for code, cells in rows.items() if not all(len(cell) >= 5 for cell in cells)] == []


def test_every_check_of_the_doctor_is_told() -> None:
    assert [check for check in CHECKS if check not in _rows("operations")] == []


def _logged() -> set[str]:
    """The names of the events in the source: the first argument of ``log.SEVERITY(…)``."""
    return {
        str(node.args[0].value)
        for _, module in sources("brm", "api")
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name) and node.func.value.id == "log"
        if node.args and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip


def test_every_event_of_the_log_is_told() -> None:
    events = _logged()
    assert {"request", "store_error", "migration", "import"} <= events
    assert sorted((events | {"library"}) - set(_rows("operations"))) == []


def test_every_measurement_is_told() -> None:
    with closing(open_store("memory://")) as store:
        workspace = Workspace(store, Settings(store="memory://"))
        workspace.snapshot()
        meter = new_meter(lambda: workspace)
        meter.request("GET", "/", 200, 0.1)
        meter.store_call("apply", "ok", 0.1)
        meter.scoring("key_person", 0.1)
        meter.revision = 1
        text = meter.page().decode()  # type: ignore[attr-defined]
    named = {family.name for family in text_string_to_metric_families(text)}
    own = {name for name in named if name.startswith("brm_")}
    assert len(own) >= 7
    assert sorted(own - set(_rows("operations"))) == []
    assert {name for name in named - own if not name.startswith("process_")} <= {"python_info"}
