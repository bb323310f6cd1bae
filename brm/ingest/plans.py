"""From a folder and perhaps a mapping to the files that will be read, nodes first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path

from brm.errors import InvalidInput
from brm.ingest.layout import SUFFIXES, identities, native_columns, native_file
from brm.ingest.mapping import FilePlan, SourceMapping
from brm.ingest.mapping_file import read_mapping
from brm.ingest.readers import CsvTable, JsonlTable, Table, unusable
from brm.ingest.rejects import nearest_word
from brm.ingest.sheets import SheetTable
from graph_schema import TypeSpec, registry

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """One file that exists, its plan and its rows."""

    name: str
    path: Path
    plan: FilePlan
    table: Table
    unknown: tuple[str, ...] = ()
    """Columns that nothing reads."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import will read. ``zone`` is where days without an hour begin."""

    folder: Path
    source: str
    sources: tuple[Source, ...]
    strangers: tuple[str, ...] = ()
    """Data files in the folder that no plan covers."""
    zone: tzinfo = UTC
    mapping: SourceMapping | None = None
    size: int = field(default=0)

    def digest(self) -> str:
        """SHA-256 over the files, the mapping and the zone: the same import has the same."""
        found = hashlib.sha256(f"{self.source}\n{self.zone}\n".encode())
        found.update(self.mapping.text.encode() if self.mapping else b"native")
        for each in sorted(self.sources, key=lambda source: source.name):
            found.update(f"\n{each.name}\n".encode())
            with each.path.open("rb") as raw:
                while chunk := raw.read(_CHUNK):
                    found.update(chunk)
        return found.hexdigest()


def load_plan(folder: str | Path, mapping: str | Path | None = None, *, source: str | None = None,
              zone: tzinfo = UTC) -> Plan:  # fmt: skip
    """The plan for a folder: by the mapping (a file, or the name of a shipped one), else native.

    InvalidInput when the folder, a file of it or the mapping cannot be used.
    """
    root = Path(folder)
    if not root.is_dir():
        raise InvalidInput(f"{root} is not a folder.", remedy="Give the folder that holds the files.",
                           code="file_unusable")  # fmt: skip
    mapped = None if mapping is None else read_mapping(mapping)
    found = list(_native(root) if mapped is None else _mapped(root, mapped))
    if not found:
        raise InvalidInput(
            f"There is nothing to import in {root.name}.",
            remedy="Name files after types (company.csv, holds.csv …; `brm schema layout DIR` shows all), "
            "or give a mapping file.",
            code="nothing_to_import",
        )
    found.sort(key=lambda each: (any(e.sort == "edge" for e in each.plan.entries), each.name))
    covered = {each.name for each in found}
    strangers = tuple(sorted(p.name for p in root.iterdir()
                             if p.suffix.lower() in SUFFIXES and p.name not in covered))  # fmt: skip
    return Plan(
        folder=root,
        source=source or (mapped.source if mapped else root.resolve().name),
        sources=tuple(found),
        strangers=strangers,
        zone=zone,
        mapping=mapped,
        size=sum(each.path.stat().st_size for each in found),
    )


def stranger_hint(name: str) -> str:
    """Which type an unknown file name may have meant."""
    near = nearest_word(Path(name).stem, [spec.name for spec in registry().fact_types])
    return f"{name}: no type of that name" + (f"; did you mean {near}{Path(name).suffix}?" if near else "")


def _native(root: Path) -> Iterator[Source]:
    for spec in registry().fact_types:
        for suffix, form in SUFFIXES.items():
            path = root / f"{spec.name}{suffix}"
            if path.is_file():
                yield _native_source(path, spec, form)


def _native_source(path: Path, spec: TypeSpec, form: str) -> Source:
    allowed = native_columns(spec)
    table: Table = JsonlTable(path, allowed) if form == "jsonl" else CsvTable(path, comments=True)
    columns = frozenset(table.columns)
    for name in identities(spec):
        if name not in columns:
            raise unusable(path, f"the column {name!r} is missing", f"Add it: {', '.join(allowed)} are the columns.",
                           "missing_column")  # fmt: skip
    unknown = tuple(name for name in table.columns if name not in allowed)
    return Source(path.name, path, native_file(path.name, spec, form, columns), table, unknown)


def _mapped(root: Path, mapping: SourceMapping) -> Iterator[Source]:
    for plan in mapping.files:
        paths = sorted(path for path in root.glob(plan.path) if path.is_file())
        if not paths:
            raise InvalidInput(f"There is no file {plan.path} in {root.name}.", code="file_missing",
                               remedy="Add the file, or remove it from the mapping.", file=plan.path)  # fmt: skip
        for path in paths:
            yield _mapped_source(path, path.relative_to(root).as_posix(), plan)


def _mapped_source(path: Path, name: str, plan: FilePlan) -> Source:
    table: Table
    if plan.format == "jsonl":
        table = JsonlTable(path, plan.columns, plan.encoding, strict=False)
    elif plan.format == "xlsx":
        table = SheetTable(path, plan.sheet)
    else:
        table = CsvTable(path, plan.encoding, plan.delimiter)
    missing = [each for each in plan.columns if each not in table.columns]
    if missing:
        raise unusable(path, f"the column {missing[0]!r} of the mapping is missing",
                       f"The file has {', '.join(table.columns)}; correct the mapping.", "missing_column")  # fmt: skip
    used = {*plan.columns, *plan.ignored}
    return Source(name, path, plan, table, tuple(each for each in table.columns if each not in used))
