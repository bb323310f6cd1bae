"""From batches of rows to facts, column by column, with parsers compiled once per file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cache
from itertools import compress
from typing import Any

from brm.ingest.cells import INSTANT, Parser, convert_column, parser
from brm.ingest.layout import event_types, identities
from brm.ingest.mapping import Entry, Value
from brm.ingest.plans import Source
from brm.ingest.readers import Batch, Row, unknown_column
from graph_schema import Property, TypeSpec, registry
from graph_schema.changes import Change, EdgeRef, NodeRef
from graph_schema.validation import observation_problems
from graph_schema.values import ValueProblem, check_id, instant_from

ALWAYS_KNOWN = instant_from(datetime(1, 1, 2, tzinfo=UTC))
"""The knowledge date of undated rows: the earliest instant that a store takes."""

Trouble = tuple[int, str, Any, ValueProblem]
Existing = Callable[[list[str]], Iterable[str]]
EventTimes = Callable[[list[str]], list[int | None]]


@dataclass(frozen=True, slots=True)
class Reference:
    """The ids in one field of some facts, and the node types they may belong to."""

    field: str
    ids: list[str | None]
    types: tuple[str, ...]


@dataclass(slots=True)
class Facts:
    """What one entry builds from a batch, as columns of equal length."""

    entry: Entry
    spec: TypeSpec
    rows: list[int]
    """The row of the batch that each fact comes from."""
    ids: tuple[list[str], ...]
    names: tuple[str, ...]
    values: list[list[Any]]
    keys: list[str]
    valid_from: list[int | None]
    valid_to: list[int | None]
    recorded_at: list[int | None]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def dated_by_event(self) -> bool:
        """Facts without a date of their own take the moment of the event they belong to."""
        return event_end(self.spec) is not None

    def without(self, rows: set[int]) -> Facts:
        """The facts of the other rows."""
        if rows.isdisjoint(self.rows):
            return self
        return self.select([row not in rows for row in self.rows])

    def select(self, wanted: Sequence[Any]) -> Facts:
        """The facts that are wanted."""
        return Facts(
            entry=self.entry,
            spec=self.spec,
            rows=list(compress(self.rows, wanted)),
            ids=tuple(list(compress(each, wanted)) for each in self.ids),
            names=self.names,
            values=[list(compress(each, wanted)) for each in self.values],
            keys=list(compress(self.keys, wanted)),
            valid_from=list(compress(self.valid_from, wanted)),
            valid_to=list(compress(self.valid_to, wanted)),
            recorded_at=list(compress(self.recorded_at, wanted)),
        )

    def contents(self) -> Iterator[tuple[Any, ...]]:
        """The values of each fact, in the order of `names`."""
        return zip(*self.values, strict=True) if self.values else iter([()] * len(self))

    def identities(self) -> Iterator[tuple[Any, ...]]:
        """What makes each fact a version of its own: entity and stamps."""
        return zip(*self.ids, self.keys, self.valid_from, self.recorded_at, strict=True)

    def references(self) -> Iterator[Reference]:
        """The ids that must belong to nodes."""
        ids: Sequence[list[Any]] = self.ids
        if self.spec.sort == "edge":
            yield Reference("from", ids[0], self.spec.source)
            yield Reference("to", ids[1], self.spec.target)
            key = self.spec.properties[self.spec.key] if self.spec.key else None
            if key is not None and key.kind == "ref":
                yield Reference(key.name, [each or None for each in self.keys], key.points_to)
        elif not self.entry.creates:
            yield Reference("id", ids[0], (self.spec.name,))
        for prop in self.spec.references:
            if prop.name in self.names:
                yield Reference(prop.name, self.values[self.names.index(prop.name)], prop.points_to)

    def changes(self) -> Iterator[Change]:
        """The facts as changes; empty cells say nothing."""
        names = self.names
        stamps = zip(self.valid_from, self.valid_to, self.recorded_at, strict=True)
        for ref, content, (start, stop, known) in zip(self._refs(), self.contents(), stamps, strict=True):
            said = {name: value for name, value in zip(names, content, strict=True) if value is not None}
            yield Change("set", ref, said, start, stop, known)

    def _refs(self) -> Iterator[NodeRef | EdgeRef]:
        type_ = self.spec.name
        if self.spec.sort == "node":
            return (NodeRef(type_, identity) for identity in self.ids[0])
        return (EdgeRef(type_, *parts) for parts in zip(*self.ids, self.keys, strict=True))


@dataclass(slots=True)
class _Column:
    """How one property is read from a row."""

    prop: Property
    value: Value
    parse: Parser
    cell: Callable[[Row], Any]
    constant: Any = None
    memo: dict[Any, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """What a report calls it: the column of the file where there is one."""
        return self.value.column or self.prop.name


class RowBuilder:
    """Builds the facts of one file. ``existing`` tells which node ids the store holds already."""

    def __init__(self, source: Source, zone: tzinfo, existing: Existing | None = None,
                 event_times: EventTimes | None = None, phase: int | None = None) -> None:  # fmt: skip
        self._zone = zone
        self._existing = existing
        self._event_times = event_times
        self._columns = source.table.columns
        self._unknown = [self._columns.index(name) for name in source.unknown] if source.plan.native else []
        self._replace = [(self._columns.index(name), words) for name, words in source.plan.replace.items()
                         if name in self._columns]  # fmt: skip
        self.left_out = 0
        self._entries = [_CompiledEntry(entry, self._columns, zone) for entry in source.plan.entries
                         if phase in (None, entry.phase)]  # fmt: skip

    def build(self, batch: Batch) -> tuple[list[Facts], list[Trouble]]:
        """The facts of all rows, those in trouble included, and what is wrong with which row."""
        troubles: list[Trouble] = []
        for at, words in self._replace:
            for row, cells in enumerate(batch.rows):
                if cells[at] in words:
                    batch.rows[row] = [*cells[:at], words[cells[at]], *cells[at + 1 :]]
        for at in self._unknown:
            name = self._columns[at]
            troubles += [(row, name, cells[at], unknown_column(name))
                         for row, cells in enumerate(batch.rows) if cells[at]]  # fmt: skip
        return [self._facts(each, batch, troubles) for each in self._entries], troubles

    def _facts(self, compiled: _CompiledEntry, batch: Batch, troubles: list[Trouble]) -> Facts:
        facts = compiled.facts(batch, troubles)
        self.left_out += compiled.left_out
        compiled.left_out = 0
        compiled.require(facts, troubles, self._existing)
        if self._event_times is not None and compiled.event_end is not None:
            _date_by_event(facts, self._event_times(facts.ids[compiled.event_end]))
        return facts


def _date_by_event(facts: Facts, moments: list[int | None]) -> None:
    for at, moment in enumerate(moments):
        if moment is not None and facts.valid_from[at] is None:
            facts.valid_from[at] = moment
            if facts.recorded_at[at] == ALWAYS_KNOWN:
                facts.recorded_at[at] = moment


@cache
def _event_end(type_: str) -> int | None:
    spec, events = registry().fact_type(type_), event_types()
    for end, types in enumerate((spec.source, spec.target)):
        if types and events.issuperset(types):
            return end
    return None


def event_end(spec: TypeSpec) -> int | None:
    """Which end of such an edge is always an event: 0 or 1, None for other types."""
    return _event_end(spec.name)


class _CompiledEntry:
    """An entry with its columns found and its parsers made."""

    def __init__(self, entry: Entry, columns: Sequence[str], zone: tzinfo) -> None:
        self.entry = entry
        self.spec = registry().fact_type(entry.type)
        self.left_out = 0
        self._identify = [template.compile(columns) for template in entry.ids]
        self._valid_ids: dict[str, None] = {}
        self._when = [(columns.index(each.column), each) for each in entry.when]
        self._properties = {
            name: _column(self.spec.properties[name], value, columns, zone) for name, value in entry.properties.items()
        }
        stamps = {"valid_from": entry.valid_from, "valid_to": entry.valid_to}
        if isinstance(entry.known, Value):
            stamps["recorded_at"] = entry.known
        self._stamps = {name: _column(INSTANT, value, columns, zone) for name, value in stamps.items() if value}
        self.event_end = event_end(self.spec)

    def facts(self, batch: Batch, troubles: list[Trouble]) -> Facts:
        """The facts of the rows that the conditions choose."""
        rows = range(len(batch.rows))
        chosen = [row for row in rows if all(each.holds(batch.rows[row][at]) for at, each in self._when)]
        cells = [batch.rows[row] for row in chosen]
        ids = tuple(self._ids(at, cells, chosen, troubles) for at in range(len(self._identify)))
        values = {name: self._read(name, column, cells, chosen, troubles)
                  for name, column in self._properties.items()}  # fmt: skip
        keys = [""] * len(chosen)
        if self.spec.key:
            keys = [each or "" for each in values.pop(self.spec.key, [])] or keys
        if self.spec.sort == "edge":
            ids = self._check_ends(ids, chosen, troubles)
        stamps = {name: self._read(name, column, cells, chosen, troubles) for name, column in self._stamps.items()}
        start, stop = self._validity(stamps, values, chosen, troubles)
        facts = Facts(self.entry, self.spec, chosen, ids, tuple(values), list(values.values()), keys, start, stop, [])
        facts.recorded_at = self._known(facts, stamps.get("recorded_at"))
        if self.spec.name == "observation":
            self._check_observations(facts, troubles)
        return facts

    def _ids(self, end: int, cells: list[Row], chosen: list[int], troubles: list[Trouble]) -> list[str]:
        name = identities(self.spec)[end]
        found: list[str] = []
        known = self._valid_ids
        for row, identity in zip(chosen, map(self._identify[end], cells), strict=True):
            if identity is None:
                column = self.entry.ids[end].columns[0]
                troubles.append((row, column, "", ValueProblem("missing_required", f"{column} is empty: no {name}")))
            elif identity not in known:
                try:
                    check_id(identity)
                except ValueProblem as problem:
                    troubles.append((row, name, identity, problem))
                else:
                    if len(known) > 20_000:
                        known.clear()
                    known[identity] = None
            found.append(identity or "")
        return found

    def _read(self, name: str, column: _Column, cells: list[Row], chosen: list[int],
              troubles: list[Trouble]) -> list[Any]:  # fmt: skip
        if column.value.constant is not None:
            return [column.constant] * len(chosen)

        def trouble(at: int, cell: Any, problem: ValueProblem) -> None:
            if column.value.bad == "absent":
                self.left_out += 1
            else:
                troubles.append((chosen[at], column.label, _flat(cell), problem))

        return convert_column(list(map(column.cell, cells)), column.parse, trouble, column.memo)

    def _check_ends(self, ids: tuple[list[str], ...], chosen: list[int], troubles: list[Trouble]
                    ) -> tuple[list[str], ...]:  # fmt: skip
        source, target = ids
        if not self.spec.loop_allowed:
            for row, one, other in zip(chosen, source, target, strict=True):
                if one == other and one:
                    problem = ValueProblem("self_tie", f"a {self.spec.name} cannot tie a node to itself")
                    troubles.append((row, "to", other, problem))
        if self.spec.symmetric:
            pairs = [(a, b) if a <= b else (b, a) for a, b in zip(source, target, strict=True)]
            return [a for a, _ in pairs], [b for _, b in pairs]
        return ids

    def _validity(self, stamps: Mapping[str, list[Any]], values: Mapping[str, list[Any]], chosen: list[int],
                  troubles: list[Trouble]) -> tuple[list[int | None], list[int | None]]:  # fmt: skip
        nothing: list[int | None] = [None] * len(chosen)
        start, stop = stamps.get("valid_from", nothing), stamps.get("valid_to", nothing)
        if self.spec.name in event_types() and "at" in values:
            start = [at if given is None else given for given, at in zip(start, values["at"], strict=True)]
        for row, low, high in zip(chosen, start, stop, strict=True):
            if high is not None and low is not None and high <= low:
                troubles.append(
                    (row, "valid_to", "", ValueProblem("end_before_start", "valid_to is not after valid_from"))
                )
        return list(start), list(stop)

    def _known(self, facts: Facts, recorded: list[Any] | None) -> list[int | None]:
        if self.entry.known == "import":
            return [None] * len(facts)
        default = [ALWAYS_KNOWN if start is None else start for start in facts.valid_from]
        if recorded is None:
            return list(default)
        return [start if given is None else given for given, start in zip(recorded, default, strict=True)]

    def _check_observations(self, facts: Facts, troubles: list[Trouble]) -> None:
        for row, content in zip(facts.rows, facts.contents(), strict=True):
            said = dict(zip(facts.names, content, strict=True))
            troubles += [(row, each.field, each.value, ValueProblem(each.code, each.message, **each.detail))
                         for each in observation_problems(0, said)]  # fmt: skip

    def require(self, facts: Facts, troubles: list[Trouble], existing: Existing | None) -> None:
        """Report the rows that lack a required property, unless they amend a node of the store."""
        if not self.entry.creates:
            return
        lacking: dict[int, str] = {}
        for prop in self.spec.properties.values():
            if not prop.required:
                continue
            column = facts.keys if prop.name == self.spec.key else (
                facts.values[facts.names.index(prop.name)] if prop.name in facts.names else [None] * len(facts)
            )  # fmt: skip
            label = self._properties[prop.name].label if prop.name in self._properties else prop.name
            lacking.update({at: label for at, value in enumerate(column) if value in (None, "")})
        if not lacking:
            return
        reported = {(row, name) for row, name, _, _ in troubles}
        held: set[str] = set()
        if existing is not None and self.spec.sort == "node":
            held = set(existing([facts.ids[0][at] for at in lacking]))
        for at, name in lacking.items():
            row = facts.rows[at]
            if facts.ids[0][at] not in held and (row, name) not in reported:
                troubles.append((row, name, "", ValueProblem("missing_required", f"a {self.spec.name} needs {name}")))


def _flat(cell: Any) -> Any:
    return " ".join(str(part) for part in cell if part) if isinstance(cell, tuple) else cell


def _column(prop: Property, value: Value, columns: Sequence[str], zone: tzinfo) -> _Column:
    parse = parser(prop, value, zone)
    if value.constant is not None:
        return _Column(prop, value, parse, lambda row: None, parse(value.constant))
    if value.template is not None:
        return _Column(prop, value, parse, value.template.compile(columns))
    at = columns.index(value.column or "")
    if value.currency_column is None:
        return _Column(prop, value, parse, lambda row: row[at])
    other = columns.index(value.currency_column)

    def amount_and_currency(row: Row) -> Any:
        amount, currency = row[at], row[other]
        return amount if currency in (None, "") or isinstance(amount, dict) else (amount, currency)

    return _Column(prop, value, parse, amount_and_currency)
