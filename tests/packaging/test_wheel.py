"""The wheel: what it holds, that it installs and runs away from the checkout, what importing it costs."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.packaging
ROOT = Path(__file__).parents[2]
PACKAGES = ("graph_schema", "scoring", "brm", "api")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _run(*command: str | Path, cwd: Path, **environment: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BRM_", "PYTHON", "COV_"))}
    done = subprocess.run(
        command, cwd=cwd, env={**clean, **environment}, capture_output=True, text=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of an environment of its own; dependencies come from this one, the four packages do not."""
    home = tmp_path_factory.mktemp("clean") / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    paths = {"base": str(home), "platbase": str(home)}
    site = Path(sysconfig.get_path("purelib", "venv", paths))
    (site / "zz_dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    scripts = Path(sysconfig.get_path("scripts", "venv", paths))
    pip = (sys.executable, "-m", "pip", "--python", scripts / "python", "--disable-pip-version-check")
    _run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=home)
    return scripts


def _package_files(package: str) -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_it_holds_the_four_packages_with_all_their_files_and_nothing_else(names: set[str]) -> None:
    expected = set().union(*(_package_files(package) for package in PACKAGES))
    shipped = {name for name in names if ".dist-info/" not in name}
    assert shipped == expected


def test_it_holds_texts_mappings_and_type_markers(names: set[str]) -> None:
    wanted = {
        "brm/i18n/locales/en.po", "brm/i18n/locales/zh_CN.po", "brm/ingest/mappings/maven-crm-sales.toml",
        "brm/ingest/mappings/krackhardt-hightech.toml", "brm/ingest/mappings/cross-parker.toml",
        "brm/ingest/mappings/worldbank-bids-early.toml",
        *(f"{package}/py.typed" for package in PACKAGES),
    }  # fmt: skip
    assert wanted - names == set()


def test_its_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {
            name.rpartition("/")[2]: archive.read(name).decode() for name in archive.namelist() if "dist-info" in name
        }
    fields = texts["METADATA"]
    assert re.search(rf"^Version: {re.escape(PROJECT['version'])}$", fields, re.MULTILINE)
    assert re.search(r"^License-Expression: Apache-2.0$", fields, re.MULTILINE)
    assert "brm = brm.cli:main" in texts["entry_points.txt"]
    assert "Apache License" in texts["LICENSE"]


def test_it_runs_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    brm = installed / "brm"
    where = _run(installed / "python", "-c", "import brm; print(brm.__file__)", cwd=tmp_path).strip()
    assert Path(where).is_relative_to(installed.parent)
    assert "Usage: brm" in _run(brm, "--help", cwd=tmp_path)
    environment = {"BRM_STORE": "sqlite:///new/graph.sqlite", "BRM_LANG": "zh-CN"}
    assert "sqlite:///new/graph.sqlite" in _run(brm, "init", cwd=tmp_path, **environment)
    found = json.loads(_run(brm, "doctor", "--json", cwd=tmp_path, **environment))
    assert (found["counts"], [check["id"] for check in found["checks"] if not check["ok"]]) == ({}, [])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new"]


def test_it_finds_its_texts_and_mappings_where_it_is_installed(installed: Path, tmp_path: Path) -> None:
    code = (
        "from brm.i18n import catalogue, LANGUAGES\n"
        "from brm.ingest import shipped_mappings\n"
        "print([len(catalogue(each).messages) > 100 for each in LANGUAGES], sorted(shipped_mappings()))\n"
    )
    shown = _run(installed / "python", "-c", code, cwd=tmp_path).strip()
    assert shown == "[True, True] ['cross-parker', 'krackhardt-hightech', 'maven-crm-sales', 'worldbank-bids-early']"


def _modules_after(statement: str) -> set[str]:
    code = f"import sys\nbefore = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))"
    return set(_run(sys.executable, "-c", code, cwd=ROOT).split())


HEAVY = {"pydantic", "pydantic_settings", "fastapi", "starlette", "sqlite3", "neo4j", "networkx", "babel", "structlog",
         "typer", "rich", "uvicorn", "openpyxl"}  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "also"),
    [
        ("import graph_schema.registry, graph_schema.changes, graph_schema.validation", {"numpy", "scipy"}),
        ("import scoring.registry, scoring.reference, scoring.snapshot", set[str]()),
    ],
)
def test_the_lower_rooms_load_no_service_library(statement: str, also: set[str]) -> None:
    assert _modules_after(statement) & (HEAVY | also) == set()


def test_the_command_line_loads_no_more_than_it_needs() -> None:
    loaded = _modules_after("import brm.cli")
    assert loaded & (HEAVY - {"typer", "rich"} | {"numpy", "scipy"}) == set()


def test_nobody_enters_a_room_he_may_not() -> None:
    """The contracts of pyproject.toml."""
    program = Path(sysconfig.get_path("scripts")) / "lint-imports"
    shown = _run(program, "--no-cache", cwd=ROOT)
    assert re.search(r"^Contracts: (\d+) kept, 0 broken\.$", shown, re.MULTILINE), shown


COMES_WITH = {"starlette": "fastapi"}
CALLED = {"python_pptx": "pptx"}
"""What a package is imported as, where that is not its name."""
NOT_IMPORTED_BY_NAME = {"adbc_driver_sqlite", "neo4j_rust_ext", "networkx", "pyarrow", "tzdata"}
"""Data (tzdata), what makes a driver faster by being there, and what parts still to be built are declared with."""


def test_declared_dependencies_are_what_is_imported() -> None:
    """Every third-party module that the packages import is declared, and the declared ones are imported."""
    modules: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    modules |= {each.name.partition(".")[0] for each in node.names}
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    modules.add(str(node.module).partition(".")[0])
    third = modules - set(sys.stdlib_module_names) - set(PACKAGES)
    assert third - COMES_WITH.keys() - _declared() == set()
    assert _declared() - third == NOT_IMPORTED_BY_NAME


def _declared() -> set[str]:
    groups = PROJECT["optional-dependencies"]
    listed = [
        *PROJECT["dependencies"],
        *(each for name in groups if name not in ("dev", "all") for each in groups[name]),
    ]
    names = (re.split(r"[\[>=<~!]", each)[0].replace("-", "_") for each in listed)
    return {CALLED.get(each, each) for each in names}


def test_the_program_is_declared() -> None:
    scripts: dict[str, Any] = PROJECT["scripts"]
    assert scripts == {"brm": "brm.cli:main"}
