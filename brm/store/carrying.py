"""The graph with its whole history as JSON objects, and back into an empty store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from brm.errors import Conflict, InvalidInput
from brm.store.history import FACT_VERBS, Entry, Fact, bound
from brm.store.ledger import Outcome
from brm.store.protocol import Commit
from brm.store.view import Fillable, Whole
from graph_schema import TypeSpec, registry
from graph_schema.changes import EdgeRef, EntityRef, NodeRef, Receipt, RecordChange
from graph_schema.validation import check_extra, check_record
from graph_schema.values import ValueProblem, check_id, check_value, from_json, to_json
from scoring.snapshot import ALWAYS, OPEN

FORMAT = 1
_BATCH = 5_000


def rows(view: Whole) -> Iterator[dict[str, Any]]:
    """Header, commits, aliases, nodes, edges and exported records, in that order."""
    revision, at = view.last()
    head = {"kind": "store", "format": FORMAT, "schema": registry().digest(), "revision": revision}
    yield {**head, "committed_at": to_json("instant", at) if revision else None}
    for commit in view.commits(0, None, None):
        told = asdict(commit)
        told["committed_at"] = to_json("instant", commit.committed_at)
        yield {**told, "kind": "commit", "what": commit.kind}
    for alias, identity in sorted(view.aliases().items()):
        yield {"kind": "alias", "alias": alias, "id": identity}
    for node, entry in view.all_nodes():
        yield {"kind": "node", "type": node.type, "id": node.id, **_history(node, entry)}
    for edge, entry in view.all_edges():
        ends = {"from": edge.source, "to": edge.target, "key": edge.key}
        yield {"kind": "edge", "type": edge.type, **ends, **_history(edge, entry)}
    for spec in registry().records.values():
        if spec.exported:
            for record in view.records(spec.name, None):
                body = {name: _plain(spec, name, value) for name, value in record.body.items()}
                yield {"kind": "record", "type": spec.name, "id": record.id, "body": body,
                       "revision": record.revision}  # fmt: skip


def _plain(spec: TypeSpec, name: str, value: Any) -> Any:
    return to_json(spec.properties[name].kind, value)


def _history(ref: EntityRef, entry: Entry) -> dict[str, Any]:
    spec = registry().fact_type(ref.type)
    ordered = sorted(entry.facts, key=lambda f: (f.revision, f.ordinal))
    return {"revision": entry.touched, "versions": [_version(spec, fact) for fact in ordered]}


def _version(spec: TypeSpec, fact: Fact) -> dict[str, Any]:
    return {
        "verb": fact.verb,
        "properties": {name: _plain(spec, name, fact.values[name]) for name in sorted(fact.values)},
        "valid_from": to_json("instant", bound(fact.valid_from)),
        "valid_to": to_json("instant", bound(fact.valid_to)),
        "recorded_at": to_json("instant", fact.recorded_at),
        "revision": fact.revision,
        "void_revision": fact.void_revision,
    }


def load(view: Fillable, lines: Iterable[Mapping[str, Any]]) -> Receipt:
    """Store an export under its own revisions; InvalidInput names the first row that does not fit."""
    if view.last()[0] or next(iter(view.all_nodes()), None) is not None:
        raise Conflict("the store is not empty", remedy="Load into a new store.", code="store_not_empty")
    loader = _Loader(view)
    number = 0
    for number, line in enumerate(lines, start=1):
        try:
            loader.take(line)
        except (KeyError, TypeError, ValueError, AttributeError) as bad:
            raise InvalidInput(
                f"row {number} of the export cannot be read: {bad}",
                remedy="Export again from a store that this program can open.",
                code="export_unreadable",
                row=number,
            ) from None
    return loader.finish(number)


class _Loader:
    def __init__(self, view: Fillable) -> None:
        self.view = view
        self.header: Mapping[str, Any] | None = None
        self.commits: list[Commit] = []
        self.aliases: dict[str, str] = {}
        self.entries: dict[EntityRef, Entry] = {}
        self.records: dict[int, list[RecordChange]] = {}
        self.nodes: dict[str, str] = {}
        self.written = 0

    def take(self, line: Mapping[str, Any]) -> None:
        kind = line["kind"]
        if self.header is None and kind != "store":
            raise ValueError("the first row must be the header of kind store")
        match kind:
            case "store":
                self._header(line)
            case "commit":
                self.commits.append(_commit(line))
            case "alias":
                self.aliases[check_id(line["alias"])] = check_id(line["id"])
            case "node":
                ref = NodeRef(line["type"], check_id(line["id"]))
                self.nodes[ref.id] = ref.type
                self._entry(ref, registry().nodes[ref.type], line)
            case "edge":
                edge = EdgeRef(line["type"], line["from"], line["to"], line["key"])
                if edge.source not in self.nodes or edge.target not in self.nodes:
                    raise ValueError(f"edge {edge.id} has an end that no row before it describes")
                self._entry(edge, registry().edges[edge.type], line)
            case "record":
                self._record(line)
            case _:
                raise ValueError(f"unknown kind {kind!r}")

    def _header(self, line: Mapping[str, Any]) -> None:
        if line["format"] != FORMAT or line["schema"] != registry().digest():
            raise ValueError("it was written by another version of the schema")
        self.header = line

    def _entry(self, ref: EntityRef, spec: TypeSpec, line: Mapping[str, Any]) -> None:
        ordinals: dict[int, int] = {}
        entry = Entry([_fact(spec, item, ordinals) for item in line["versions"]], line["revision"])
        self.entries[ref] = entry
        self.written += len(entry.facts)
        if len(self.entries) >= _BATCH and isinstance(ref, EdgeRef):
            self._flush()

    def _record(self, line: Mapping[str, Any]) -> None:
        spec = registry().records[line["type"]]
        body = {name: from_json(spec.properties[name].kind, value) for name, value in line["body"].items()}
        record, problems = check_record(0, RecordChange(line["type"], line["id"], body))
        if record is None:
            raise ValueError(problems[0].message)
        self.records.setdefault(line["revision"], []).append(RecordChange(record.type, record.id, body))

    def _flush(self) -> None:
        self.view.save(Outcome(Receipt(0, 0, 0), entries=self.entries))
        self.entries = {}

    def finish(self, rows_read: int) -> Receipt:
        if self.header is None:
            raise InvalidInput("the export is empty", remedy="Check the file.", code="export_unreadable")
        if len(self.commits) != self.header["revision"]:
            raise InvalidInput(
                f"the export is cut short after {rows_read} rows",
                remedy="Export again and copy the whole file.",
                code="export_unreadable",
            )
        self._flush()
        self.view.put_aliases(self.aliases)
        self.view.put_commits(self.commits)
        for revision, records in self.records.items():
            self.view.save(Outcome(Receipt(revision, 0, 0), records=tuple(records)))
        last, at = self.view.last()
        return Receipt(last, at, self.written)


def _commit(line: Mapping[str, Any]) -> Commit:
    return Commit(
        line["revision"], from_json("instant", line["committed_at"]), line["actor"], line["source"],
        line["import_id"], line["what"], line["undone_by"],
    )  # fmt: skip


def _fact(spec: TypeSpec, item: Mapping[str, Any], ordinals: dict[int, int]) -> Fact:
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
