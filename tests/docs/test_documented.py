"""Everything a user can name is documented, and every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer.main

from api.app import create_app
from brm.cli import app
from brm.guidance.rules import RULES
from brm.settings import Settings
from brm.store import open_store
from graph_schema import registry
from scoring.parameters import Parameters
from scoring.registry import SCORERS

pytestmark = pytest.mark.docs
ROOT = Path(__file__).parents[2]
PAGES = tuple(
    sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda path: path.relative_to(ROOT).as_posix())
)
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _docs() -> str:
    """All pages, with the description of the interface, which is part of the reference."""
    texts = [path.read_text(encoding="utf-8") for path in (*PAGES, ROOT / "docs" / "reference" / "openapi.json")]
    return "\n".join(texts)


def _commands(group: Any = None, path: str = "brm") -> Iterator[tuple[str, Any]]:
    for name, command in (group or typer.main.get_command(app)).commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(_commands())


def test_every_page_that_must_be_there_is_there() -> None:
    wanted = {
        "README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/start.md", "docs/concepts.md",
        "docs/import.md", "docs/reference/graph.md", "docs/reference/cli.md", "docs/reference/settings.md",
        "docs/reference/parameters.md", "docs/reference/problems.md",
    }  # fmt: skip
    assert wanted - {_name(path) for path in PAGES} == set()


def test_every_command_and_option_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    missing = [name for name in COMMANDS if f"\n## `{name}`\n" not in page]
    options = {option for command in COMMANDS.values() for each in command.params for option in each.opts}
    missing += [option for option in options if option.startswith("--") and f"`{option}`" not in page]
    assert missing == []


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"| `{name}` | `BRM_{name.upper()}` |" not in page] == []


def test_every_parameter_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "parameters.md").read_text(encoding="utf-8")
    assert [each.name for each in Parameters().describe() if f"\n| `{each.name}` |" not in page] == []


def test_every_route_is_documented() -> None:
    routes = create_app(Settings(store="memory://"), open_store("memory://")).openapi()["paths"]
    assert [path for path in routes if f'"{path}"' not in _docs()] == []


def test_every_type_and_property_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "graph.md").read_text(encoding="utf-8")
    for specs in (registry().nodes, registry().edges, registry().records):
        for name, spec in specs.items():
            _, found, rest = page.partition(f"\n### `{name}`\n")
            section = rest.partition("\n### ")[0]
            assert found, name
            assert [each for each in spec.properties if f"\n| `{each}`" not in section] == [], name


CODE = re.compile(
    r"""\bcode="([a-z_]+)" | ^\s+code\ =\ "([a-z_]+)"$ | \bValueProblem\(\s*"([a-z_]+)"
    | \b_Bad\([^"]*?,\s"([a-z_]+)" """,
    re.VERBOSE | re.MULTILINE,
)


def test_every_problem_code_in_the_source_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "problems.md").read_text(encoding="utf-8")
    found: set[str] = set()
    for package in ("graph_schema", "brm", "api"):
        for path in (ROOT / package).rglob("*.py"):
            found |= {code for match in CODE.findall(path.read_text(encoding="utf-8")) for code in match if code}
    assert {"port_in_use", "revision_conflict", "not_a_day"} <= found
    assert [code for code in sorted(found) if f"`{code}`" not in page and code not in _NOT_CODES] == []


_NOT_CODES = {"error"}
"""The root of the tree, which is never raised itself."""


def test_every_score_and_rule_is_documented() -> None:
    concepts = _docs()
    assert [kind for kind in SCORERS if kind not in concepts] == []
    assert [rule.id for rule in RULES if rule.id not in concepts] == []


LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = unquote(target).partition("#")
        path = (page.parent / file).resolve() if file else page
        if not path.exists() or (anchor and anchor not in _anchors(path)):
            broken.append(target)
    assert broken == []


def _anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_both_readmes_have_the_same_structure() -> None:
    english, chinese = (_structure(path.read_text(encoding="utf-8")) for path in READMES)
    assert english == chinese


def _structure(text: str) -> list[str]:
    """Levels of headings and kinds of code blocks, in order."""
    kinds: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside
            kinds += [line] if inside else []
        elif not inside and line.startswith("#"):
            kinds.append(line.split()[0])
    return kinds


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_no_page_names_a_place_of_a_machine(page: Path) -> None:
    found = re.findall(r"(?:/home/|/Users/|/root/|/work/|C:\\)\S*", page.read_text(encoding="utf-8"))
    assert found == []
