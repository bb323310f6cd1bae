"""The committed steps, and the digest that says whether they lead to today's declarations."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from graph_schema.migrations.operations import Operation, Structure, carry_out, changes_between, empty
from graph_schema.registry import registry


@dataclass(frozen=True, slots=True)
class Step:
    """One migration: its number and name, what it does, and the digest of the schema after it."""

    number: int
    name: str
    operations: tuple[Operation, ...]
    digest: str

    @property
    def title(self) -> str:
        """Number and name, as commands list it."""
        return f"{self.number:04d} {self.name}"


def _plain(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _plain(value) for name, value in tree.items() if name not in ("doc", "unit")}
    return [_plain(item) for item in tree] if isinstance(tree, list | tuple) else tree


def declared() -> Structure:
    """Today's declarations as a schema, without the prose."""
    structure: Structure = _plain(registry().describe())
    return structure


def digest_of(structure: Structure) -> str:
    """SHA-256 of a schema; the same as `Registry.digest` for the declared one."""
    return hashlib.sha256(json.dumps(structure, sort_keys=True).encode()).hexdigest()


@cache
def steps() -> tuple[Step, ...]:
    """The committed steps in order."""
    names = sorted(entry.name for entry in files("graph_schema.migrations").iterdir() if entry.name.endswith(".json"))
    return tuple(_read(name) for name in names)


def _read(name: str) -> Step:
    told = json.loads(files("graph_schema.migrations").joinpath(name).read_text(encoding="utf-8"))
    number, _, title = name.removesuffix(".json").partition("_")
    return Step(int(number), title, tuple(told["operations"]), told["digest"])


def structure_after(done: tuple[Step, ...]) -> Structure:
    """The schema that the steps lead to."""
    structure = empty()
    for step in done:
        structure = carry_out(structure, step.operations)
    return structure


def missing_operations() -> list[Operation]:
    """What a further step must do so that the steps lead to the declarations; normally nothing."""
    return changes_between(structure_after(steps()), declared())
