"""The rows of an export, one after the other, into an empty store; in bounded memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from brm.errors import InvalidInput
from brm.store import evolving
from brm.store.history import FACT_VERBS, Entry, Fact
from brm.store.ledger import Outcome
from brm.store.protocol import Commit
from brm.store.sealing import SEAL
from brm.store.view import Fillable
from graph_schema import TypeSpec, registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef, Receipt, RecordChange
from graph_schema.validation import check_extra, check_record
from graph_schema.values import ValueProblem, check_id, check_value, from_json
from scoring.snapshot import ALWAYS, OPEN

FORMAT = 2
"""1 had no `SEAL` at the end of a file."""
_BATCH = 5_000
_NOTHING = Receipt(0, 0, 0)


class Loader:
    """Takes rows in the order of an export."""

    def __init__(self, view: Fillable) -> None:
        self.digest: str | None = None
        """What the stored rows must come to, where the export tells it and no step changed them."""
        self._view = view
        self._header: Mapping[str, Any] | None = None
        self._evolution: evolving.Evolution | None = None
        self._commits: list[Commit] = []
        self._revision = 0
        self._aliases: dict[str, str] = {}
        self._entries: dict[EntityRef, Entry] = {}
        self._waiting: dict[EntityRef, Entry] = {}
        self._records: list[tuple[int, RecordChange]] = []
        self._ids: set[int] = set()
        """Hashes of the node ids: a tenth of the room of the ids themselves."""
        self._written = 0
        self._settled = self._sealed = False

    def take(self, line: Mapping[str, Any]) -> None:
        """One row; ValueError, KeyError or TypeError when it is none."""
        if self._sealed:
            raise ValueError("there is a row after the last one")
        if self._evolution is None:
            self._begin(line)
            return
        row = self._evolution.row(dict(line))
        if row is None:
            return
        match row["kind"]:
            case "commit":
                self._commit(row)
            case "alias":
                self._aliases[check_id(row["alias"])] = check_id(row["id"])
            case "node":
                ref = NodeRef(row["type"], check_id(row["id"]))
                self._ids.add(hash(ref.id))
                self._entry(ref, registry().nodes[ref.type], row)
            case "edge":
                edge = EdgeRef(row["type"], row["from"], row["to"], row["key"])
                self._edge(edge, registry().edges[edge.type], row)
            case "record":
                self._record(row)
            case kind if kind == SEAL:
                self._sealed = True
                self.digest = None if self._evolution.steps else str(row["digest"])
            case kind:
                raise ValueError(f"unknown kind {kind!r}")

    def _begin(self, line: Mapping[str, Any]) -> None:
        if line["kind"] != "store":
            raise ValueError("the first row must be the header of kind store")
        if line["format"] > FORMAT:
            raise evolving.newer("the export")
        self._evolution = evolving.Evolution(line["schema"], "the export")
        self._header = line

    def _commit(self, row: Mapping[str, Any]) -> None:
        if row["revision"] != self._revision + 1:
            raise ValueError(f"commit {self._revision + 1} is missing before commit {row['revision']}")
        self._revision += 1
        self._commits.append(_commit(row))
        if len(self._commits) >= _BATCH:
            self._put_commits()

    def _put_commits(self) -> None:
        self._view.put_commits(self._commits)
        self._commits = []

    def _require(self, ids: tuple[str, ...], what: str) -> None:
        if any(hash(each) not in self._ids for each in ids):
            raise ValueError(f"{what} that no row before it describes")

    def _edge(self, edge: EdgeRef, spec: TypeSpec, row: Mapping[str, Any]) -> None:
        if not self._settled:
            self._nodes_are_there()
            self._settled = True
        self._require((edge.source, edge.target), f"edge {edge.id} has an end")
        if spec.key and edge.key and spec.properties[spec.key].kind == "ref":
            self._require((edge.key,), f"edge {edge.id} has a key")
        self._entry(edge, spec, row)

    def _entry(self, ref: EntityRef, spec: TypeSpec, row: Mapping[str, Any]) -> None:
        ordinals: dict[int, int] = {}
        entry = Entry([fact_of(spec, item, ordinals) for item in row["versions"]], row["revision"])
        self._entries[ref] = entry
        self._written += len(entry.facts)
        if len(self._entries) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        """Store what is collected. Nodes that refer to nodes of later rows are stored without it until those came.

        Stored twice, they keep their place among the nodes, which is part of the export.
        """
        now: dict[EntityRef, Entry] = {}
        for ref, entry in self._entries.items():
            absent = self._absent(ref, entry)
            if absent:
                self._waiting[ref] = entry
            now[ref] = _without(entry, absent) if absent else entry
        self._view.save(Outcome(_NOTHING, entries=now))
        self._entries = {}

    def _absent(self, ref: EntityRef, entry: Entry) -> set[str]:
        """The values of references that lead to nodes of which no row came yet."""
        names = [prop.name for prop in registry().fact_type(ref.type).references]
        if not names:
            return set()
        given = {fact.values.get(name) for fact in entry.facts for name in names} - {None}
        return {str(each) for each in given if hash(each) not in self._ids}

    def _nodes_are_there(self) -> None:
        """All nodes came: what waited for one of them is stored whole."""
        self._flush()
        while self._waiting:
            part = dict(islice(self._waiting.items(), _BATCH))
            for ref, entry in part.items():
                if absent := self._absent(ref, entry):
                    raise ValueError(f"{ref.id} refers to {sorted(absent)[0]!r}, which no row describes")
                del self._waiting[ref]
            self._view.save(Outcome(_NOTHING, entries=part, stored=set(part)))

    def _record(self, row: Mapping[str, Any]) -> None:
        spec = registry().records[row["type"]]
        body = {name: from_json(spec.properties[name].kind, value) for name, value in row["body"].items()}
        record, problems = check_record(0, RecordChange(row["type"], row["id"], body))
        if record is None:
            raise ValueError(problems[0].message)
        self._records.append((row["revision"], RecordChange(record.type, record.id, body)))
        if len(self._records) >= _BATCH:
            self._put_records()

    def _put_records(self) -> None:
        by_revision: dict[int, list[RecordChange]] = {}
        for revision, record in self._records:
            by_revision.setdefault(revision, []).append(record)
        for revision, records in by_revision.items():
            self._view.save(Outcome(Receipt(revision, 0, 0), records=tuple(records)))
        self._records = []

    def finish(self, rows_read: int) -> Receipt:
        """Store the rest; InvalidInput when something is missing."""
        if self._header is None:
            raise InvalidInput("the export is empty", remedy="Check the file.", code="export_unreadable")
        if self._revision != self._header["revision"]:
            raise InvalidInput(
                f"the export is cut short after {rows_read} rows",
                remedy="Export again and copy the whole file.",
                code="export_unreadable",
                row=rows_read,
            )
        try:
            self._nodes_are_there()
            for alias, identity in self._aliases.items():
                self._require((identity,), f"the alias {alias!r} stands for a node {identity!r}")
        except ValueError as bad:
            raise InvalidInput(
                f"the export does not fit together: {bad}",
                remedy="Export again from a store that this program can open.",
                code="export_unreadable",
                row=rows_read,
            ) from None
        self._view.put_aliases(self._aliases)
        self._put_records()
        self._put_commits()
        last, at = self._view.last()
        return Receipt(last, at, self._written)


def _without(entry: Entry, values: set[str]) -> Entry:
    facts = [
        replace(fact, values={name: v for name, v in fact.values.items() if not (isinstance(v, str) and v in values)})
        for fact in entry.facts
    ]
    return Entry(facts, entry.touched)


def _commit(line: Mapping[str, Any]) -> Commit:
    return Commit(
        line["revision"], from_json("instant", line["committed_at"]), line["actor"], line["source"],
        line["import_id"], line["what"], line["undone_by"],
    )  # fmt: skip


def fact_of(spec: TypeSpec, item: Mapping[str, Any], ordinals: dict[int, int]) -> Fact:
    """The version in an exported one; ``ordinals`` counts those of each commit."""
    verb = item["verb"]
    if verb not in FACT_VERBS:
        raise ValueError(f"unknown verb {verb!r}")
    revision = item["revision"]
    ordinal = ordinals[revision] = ordinals.get(revision, -1) + 1
    start, stop = (from_json("instant", item[name]) for name in ("valid_from", "valid_to"))
    return Fact(
        verb,
        {name: _value(spec, name, value) for name, value in item["properties"].items()},
        ALWAYS if start is None else start,
        OPEN if stop is None else stop,
        from_json("instant", item["recorded_at"]),
        revision,
        ordinal,
        item["void_revision"],
    )


def _value(spec: TypeSpec, name: str, value: Any) -> Any:
    prop = spec.properties.get(name)
    if prop is None:
        raise ValueProblem("unknown_property", f"{spec.name} has no property {name!r}")
    canonical = from_json(prop.kind, value)
    if canonical is None:
        return None
    return check_extra(canonical) if name == "extra" else check_value(prop, canonical)
