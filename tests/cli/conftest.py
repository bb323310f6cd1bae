"""Runs commands in this process, in an empty folder, without settings of this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from brm.cli import app
from brm.services.workspace import Workspace

PROGRAM = Path(sysconfig.get_path("scripts")) / "brm"
AS_OF = "2026-06-29"


@dataclass(frozen=True)
class Outcome:
    """What a command did: exit code, data, diagnostics."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def problem(self) -> Any:
        return json.loads(self.err)


Brm = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of its own, a wide terminal, English, Shanghai's days, the store ``graph.sqlite`` there."""
    for name in [each for each in os.environ if each.startswith("BRM_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    values = {"COLUMNS": "220", "BRM_LANG": "en", "BRM_TZ": "Asia/Shanghai", "BRM_STORE": "sqlite:///graph.sqlite"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def brm() -> Brm:
    """Runs a command on an empty store; what it raises beyond its exit code fails the test."""
    runner = CliRunner()
    assert runner.invoke(app, ["init"]).exit_code == 0

    def run(*arguments: str, code: int = 0) -> Outcome:
        result = runner.invoke(app, [str(each) for each in arguments], prog_name="brm")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        outcome = Outcome(result.exit_code, result.stdout, result.stderr)
        assert outcome.code == code, outcome
        return outcome

    return run


@pytest.fixture
def program() -> Brm:
    """Runs the installed program."""

    def run(*arguments: str, code: int = 0, env: Mapping[str, str] | None = None) -> Outcome:
        done = subprocess.run(
            [PROGRAM, *arguments], capture_output=True, text=True, encoding="utf-8", timeout=120,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **(env or {})},
        )  # fmt: skip
        outcome = Outcome(done.returncode, done.stdout, done.stderr)
        assert outcome.code == code, outcome
        return outcome

    return run


NATIVE = {
    "company.csv": "id,name,kinds,valid_from\nus1,我们,ours,2024-01-01\nc1,华辰集团,customer,2024-01-01\n"
    "r1,Rival & Co,rival,2024-01-01\n",
    "person.csv": "id,name,valid_from\np1,张平,2024-01-01\np2,李娜,2024-01-01\ns1,王芳,2024-01-01\n",
    "position.csv": "id,title,level,valid_from\nq1,总裁,5,2024-01-01\nq2,总监,4,2024-01-01\nq3,客户经理,2,2024-01-01\n",
    "holds.csv": "from,to,valid_from\np1,q1,2024-01-01\np2,q2,2024-01-01\ns1,q3,2024-01-01\n",
    "seat_in.csv": "from,to,valid_from\nq1,c1,2024-01-01\nq2,c1,2024-01-01\nq3,us1,2024-01-01\n",
    "reports_to.csv": "from,to,kind,valid_from\nq2,q1,solid,2024-01-01\n",
    "opportunity.csv": "id,name,status,valid_from\nd1,扩建项目,open,2026-01-05\n",
    "for.csv": "from,to,valid_from\nd1,c1,2026-01-05\n",
    "competes.csv": "from,to,valid_from\nr1,d1,2026-01-05\n",
    "plays.csv": "from,to,role,valid_from\np1,d1,approver,2026-01-05\np2,d1,evaluator,2026-01-05\n",
    "covers.csv": "from,to,team_role,valid_from\ns1,c1,account_manager,2024-01-01\n",
    "observation.csv": "id,at,kind,value,source_class\no1,2026-06-01T10:00:00+08:00,stance,1,observed\n",
    "about.csv": "from,to\no1,p2\n",
    "toward.csv": "from,to\no1,us1\n",
    "concerns.csv": "from,to\no1,d1\ni1,d1\n",
    "interaction.jsonl": '{"id": "i1", "at": "2026-06-20T09:00:00+08:00", "channel": "meeting", "executive": true}\n',
    "took_part.csv": "from,to,role\ns1,i1,organiser\np2,i1,attendee\n",
}


@pytest.fixture
def native(tmp_path: Path) -> Path:
    """A small deal in the native layout: two customers, one of ours, a rival, one meeting, one stance."""
    folder = tmp_path / "native"
    folder.mkdir()
    for name, text in NATIVE.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def deal(brm: Brm, native: Path) -> Path:
    """The same, imported."""
    brm("import", native)
    return native


@pytest.fixture
def shown(demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The demonstration world as the store of the commands; read only."""
    revision = demo.store.revision()
    monkeypatch.setenv("BRM_STORE", demo.settings.store)
    yield demo
    assert demo.store.revision() == revision
