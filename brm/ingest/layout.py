"""The native layout: one file per type, whose columns are the declared properties."""

from __future__ import annotations

import csv
from pathlib import Path

from brm.ingest.mapping import Entry, FilePlan, Value
from brm.ingest.templates import Template
from graph_schema import Property, TypeSpec, registry

STAMPS = ("valid_from", "valid_to", "recorded_at")
SUFFIXES = {".csv": "csv", ".jsonl": "jsonl"}
_SAMPLES = {"text": "text", "integer": "1", "real": "0.5", "flag": "true", "instant": "2026-03-31T09:30:00+08:00",
            "day": "2026-03-31", "texts": "one;two", "ref": "crm:1", "any": '{"own_field": 1}'}  # fmt: skip


def event_types() -> frozenset[str]:
    """Node types that happen at a moment: they, and edges at them, are dated by their ``at``."""
    return frozenset(name for name, spec in registry().nodes.items()
                     if (at := spec.properties.get("at")) and at.kind == "instant")  # fmt: skip


def identities(spec: TypeSpec) -> tuple[str, ...]:
    """The columns that identify a row."""
    return ("from", "to") if spec.sort == "edge" else ("id",)


def native_columns(spec: TypeSpec) -> tuple[str, ...]:
    """All columns of the type's file, in the order that an empty layout has."""
    names = [name for prop in spec.properties.values() for name in prop.columns]
    return (*identities(spec), *names, *STAMPS)


def native_file(path: str, spec: TypeSpec, form: str, columns: frozenset[str]) -> FilePlan:
    """The plan of a native file with these columns."""
    properties = {
        name: Value(column=name, currency_column=_currency(prop, columns))
        for name, prop in spec.properties.items()
        if name in columns
    }
    valid_from, valid_to, recorded = (Value(column=each) if each in columns else None for each in STAMPS)
    entry = Entry(
        type=spec.name,
        sort="edge" if spec.sort == "edge" else "node",
        ids=tuple(Template(f"{{{name}}}", raw=True) for name in identities(spec)),
        properties=properties,
        valid_from=valid_from,
        valid_to=valid_to,
        known=recorded or "valid_from",
    )
    return FilePlan(path, "jsonl" if form == "jsonl" else "csv", (entry,), native=True)


def _currency(prop: Property, columns: frozenset[str]) -> str | None:
    return prop.columns[1] if prop.kind == "money" and prop.columns[1] in columns else None


def example_row(spec: TypeSpec) -> list[str]:
    """One made-up row; its first cell starts with ``#``, so that an import skips it."""
    cells = ["#crm:1", "crm:2"] if spec.sort == "edge" else ["#crm:1"]
    for prop in spec.properties.values():
        cells += _example(prop)
    return [*cells, "2026-01-01", "", "2026-01-05"]


def _example(prop: Property) -> list[str]:
    if prop.kind == "money":
        return ["1200.50 CNY", ""]
    if prop.vocabulary:
        return [";".join(prop.words[:2]) if prop.kind == "codes" else prop.words[0]]
    if prop.bounds is not None and prop.bounds.low is not None and prop.kind == "integer":
        return [str(int(max(prop.bounds.low, 1)))]
    if prop.name == "kind":
        return ["stance"]
    return [_SAMPLES[prop.kind]]


def write_layout(folder: Path) -> tuple[str, ...]:
    """Write an empty CSV per type, with its header and a commented example; the names written.

    A file that is there already is left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for spec in registry().fact_types:
        path = folder / f"{spec.name}.csv"
        if path.exists():
            continue
        with path.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            writer.writerow(native_columns(spec))
            writer.writerow(example_row(spec))
        written.append(path.name)
    return tuple(written)
