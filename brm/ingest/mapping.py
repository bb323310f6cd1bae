"""What an import reads: the plan, and the small declarative mapping file (TOML) it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from brm.ingest.templates import Template
from graph_schema import registry

BadCell = Literal["reject", "absent"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A row takes part when this holds for its cell; without words, when the cell is filled."""

    column: str
    words: frozenset[str] | None = None
    negated: bool = False

    def holds(self, cell: Any) -> bool:
        """Whether the row takes part."""
        text = "" if cell is None else str(cell).strip()
        return (bool(text) if self.words is None else text in self.words) is not self.negated


@dataclass(frozen=True, slots=True)
class Value:
    """Where a property's value comes from and how its text is read."""

    column: str | None = None
    constant: Any = None
    template: Template | None = None
    formats: tuple[str, ...] = ()
    since: date | None = None
    """The cell counts steps since this day."""
    step: timedelta = timedelta(days=1)
    pattern: re.Pattern[str] | None = None
    """Only the part of the cell that matches is read; a cell without a match is absent."""
    words: Mapping[str, str] | None = None
    otherwise: Literal["keep", "reject", "absent"] = "keep"
    factor: str = "1"
    currency: str | None = None
    currency_column: str | None = None
    split: str = ";"
    thousands: str = ","
    decimal: str = "."
    absent: frozenset[str] = frozenset()
    bad: BadCell = "reject"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        own = tuple(each for each in (self.column, self.currency_column) if each)
        return own + (self.template.columns if self.template else ())


@dataclass(frozen=True, slots=True)
class Entry:
    """One node or edge built from a row: one version of it."""

    type: str
    sort: Literal["node", "edge"]
    ids: tuple[Template, ...]
    """The node's id, or the ids of both ends."""
    properties: Mapping[str, Value]
    when: tuple[Condition, ...] = ()
    valid_from: Value | None = None
    valid_to: Value | None = None
    known: Value | Literal["valid_from", "import"] = "valid_from"
    repeat: Literal["reject", "first"] = "reject"
    creates: bool = True
    """It names all required properties, so that it can bring a node into being."""

    @property
    def phase(self) -> int:
        """When it is written: 0 nodes that refer to nothing, 1 other nodes, 2 edges."""
        if self.sort == "edge":
            return 2
        references = {prop.name for prop in registry().nodes[self.type].references}
        return 0 if self.creates and references.isdisjoint(self.properties) else 1

    @property
    def columns(self) -> set[str]:
        """The columns it reads."""
        values = [*self.properties.values()]
        values += [each for each in (self.valid_from, self.valid_to, self.known) if isinstance(each, Value)]
        named = {name for value in values for name in value.columns}
        named.update(name for template in self.ids for name in template.columns)
        return named | {each.column for each in self.when}


@dataclass(frozen=True, slots=True)
class FilePlan:
    """One file and what is built from its rows."""

    path: str
    """Relative to the folder."""
    format: Literal["csv", "jsonl", "xlsx"]
    entries: tuple[Entry, ...]
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    native: bool = False
    ignored: frozenset[str] = frozenset()
    """Columns that the mapping leaves out knowingly."""
    replace: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Cells to read as other cells, by column, before anything else."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that some entry reads, in order of name."""
        return tuple(sorted({name for entry in self.entries for name in entry.columns}))


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """A mapping file: the name of the source and its file patterns."""

    name: str
    source: str
    files: tuple[FilePlan, ...] = field(default=())
    text: str = ""
