"""The codes of everything that can be refused, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from brm import errors
from brm.errors import BrmError

ROOT = Path(__file__).parents[2]
TABLES = ("_MEANING", "_BY_CODE", "_BUSY")
"""Tables from an engine's error to (code, message, remedy), and below the function that takes these three."""
TELLING = "_told"
VALUE_CODE_AT = {"ValueProblem": 0, "_Bad": 2, "problem": 3}
"""Where the functions that refuse one value take its code."""


@dataclass(frozen=True, order=True)
class Refusal:
    """One code: the error that carries it (empty for a value or row that is refused), an example, the remedy."""

    code: str
    error: str
    message: str
    remedy: str


def sources(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """The modules of the packages, in a fixed order."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def refusals() -> list[Refusal]:
    """One entry for each code, the first in the order of the source."""
    found: dict[str, Refusal] = {}
    tree = {name: each for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, BrmError)}
    for name, each in tree.items():
        if each is not BrmError:
            found[each.code] = Refusal(each.code, name, (each.__doc__ or "").splitlines()[0], "")
    for _, module in sources("brm", "graph_schema"):
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                for refusal in _in_call(node, tree):
                    found.setdefault(refusal.code, refusal)
            elif isinstance(node, ast.AnnAssign | ast.Assign) and _name(node) in TABLES:
                for refusal in _in_table(node.value):
                    found.setdefault(refusal.code, refusal)
    return sorted(found.values())


def _in_call(call: ast.Call, tree: dict[str, type[BrmError]]) -> Iterator[Refusal]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    keywords = {each.arg: each.value for each in call.keywords}
    if name in tree and isinstance(keywords.get("code"), ast.Constant):
        message = _text(call.args[0]) if call.args else ""
        yield Refusal(str(keywords["code"].value), name, message, _text(keywords.get("remedy")))  # type: ignore[attr-defined]
    if name == TELLING and isinstance(call.args[0], ast.Constant):
        message, remedy = (_text(call.args[place]) if len(call.args) > place + 1 else "…" for place in (1, 2))
        yield Refusal(str(call.args[0].value), "StoreUnusable", _filled(message), remedy)
    place = VALUE_CODE_AT.get(name)
    if place is not None and len(call.args) > place and isinstance(call.args[place], ast.Constant):
        message = _text(call.args[place + 1]) if len(call.args) > place + 1 else ""
        yield Refusal(str(call.args[place].value), "", message, "")  # type: ignore[attr-defined]


def _in_table(value: ast.expr | None) -> Iterator[Refusal]:
    if isinstance(value, ast.Dict | ast.Tuple):
        for entry in value.values if isinstance(value, ast.Dict) else [value]:
            if isinstance(entry, ast.Tuple):
                code, message, remedy = (_text(each) for each in entry.elts)
                yield Refusal(code, "StoreUnusable", _filled(message), remedy)


def _filled(message: str) -> str:
    return message.replace("{path}", "…").replace("{where}", "…")


def _name(node: ast.Assign | ast.AnnAssign) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return target.id if isinstance(target, ast.Name) else ""


def _text(node: ast.expr | None) -> str:
    """A string as the source writes it, with … for what is filled in; nested calls and joins give …"""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(each) if isinstance(each, ast.Constant) else "…" for each in node.values)
    return "" if node is None else "…"
