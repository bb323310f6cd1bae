"""Tables as changes, and as files of the native layout."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np

from graph_schema import Property, TypeSpec, registry
from graph_schema.changes import Change, EdgeRef, EntityRef, NodeRef
from tests.bench.world import DAY, Table, World

CHUNK = 50_000
_HORIZON = 10_000_000
"""Numbers below it are days, above it microseconds."""


def _ids(numbers: Any) -> list[str]:
    return [f"crm:{number}" for number in numbers.tolist()]


def _instants(start: Any) -> Any:
    return start * DAY if len(start) and int(start[0]) < _HORIZON else start


def _values(prop: Property, column: Any) -> list[Any]:
    """Canonical values; -1 in a day or code column means unknown."""
    if isinstance(column, list):
        return [(each,) for each in column] if prop.kind == "codes" else [each or None for each in column]
    cells = column.tolist()
    if prop.kind == "code":
        return [prop.words[each] if each >= 0 else None for each in cells]
    if prop.kind == "day":
        return [each if each >= 0 else None for each in cells]
    return list(map(float, cells)) if prop.kind == "real" else cells


def _texts(prop: Property, column: Any) -> list[str]:
    """The cells of a file."""
    if prop.kind == "instant":
        return _stamps(column)
    if prop.kind == "day":
        return ["" if each < 0 else str(np.datetime64(each, "D")) for each in column.tolist()]
    if prop.kind == "codes":
        return list(column)
    return ["" if each is None else str(each) for each in _values(prop, column)]


def _stamps(instants: Any) -> list[str]:
    moments = np.asarray(instants).astype("datetime64[us]").astype("datetime64[s]")
    return [f"{each}Z" for each in np.datetime_as_string(moments).tolist()]


def _parts(table: Table) -> Iterator[Table]:
    for at in range(0, len(table), CHUNK):
        part = slice(at, at + CHUNK)
        yield Table(
            table.type,
            tuple(end[part] for end in table.ends),
            {name: column[part] for name, column in table.columns.items()},
            None if table.start is None else table.start[part],
        )


def changes(tables: Iterable[Table]) -> Iterator[Change]:
    """One `set` per fact, known when it began."""
    for table in tables:
        spec = registry().fact_type(table.type)
        for part in _parts(table):
            columns = {name: _values(spec.properties[name], cells) for name, cells in part.columns.items()}
            ids = [_ids(end) for end in part.ends]
            starts: Iterable[int | None] = repeat(None)
            if part.start is not None:
                starts = _instants(part.start).tolist()
            keys: Iterable[str] = columns.pop(spec.key) if spec.key in columns and spec.sort == "edge" else repeat("")
            names = tuple(columns)
            rows: Iterable[tuple[Any, ...]] = zip(*columns.values(), strict=True) if columns else repeat(())
            for *ends, start, key, row in zip(*ids, starts, keys, rows, strict=False):
                ref = _ref(spec, ends, key)
                said = {name: value for name, value in zip(names, row, strict=True) if value is not None}
                yield Change("set", ref, said, start, None, start)


def _ref(spec: TypeSpec, ends: Sequence[str], key: str) -> EntityRef:
    if len(ends) == 1:
        return NodeRef(spec.name, ends[0])
    source, target = sorted(ends) if spec.symmetric else ends
    return EdgeRef(spec.name, source, target, key)


def batches(all_changes: Iterator[Change], size: int) -> Iterator[tuple[Change, ...]]:
    """The changes in groups for a commit each."""
    group: list[Change] = []
    for change in all_changes:
        group.append(change)
        if len(group) == size:
            yield tuple(group)
            group = []
    if group:
        yield tuple(group)


def write_folder(tables: Iterable[Table], folder: Path) -> int:
    """A file per type; the bytes written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for table in tables:
        spec = registry().fact_type(table.type)
        heads = ["from", "to"] if len(table.ends) == 2 else ["id"]
        dated = ["valid_from"] if table.start is not None else []
        path = folder / f"{table.type}.csv"
        with path.open("w", encoding="utf-8", newline="") as target:
            target.write(",".join([*heads, *table.columns, *dated]) + "\n")
            for part in _parts(table):
                cells = [_ids(end) for end in part.ends]
                cells += [_texts(spec.properties[name], column) for name, column in part.columns.items()]
                if part.start is not None:
                    cells.append(_stamps(_instants(part.start)))
                target.writelines(f"{','.join(row)}\n" for row in zip(*cells, strict=True))
        written += path.stat().st_size
    return written


def account_ids(world: World, number: int) -> list[str]:
    """A sample of accounts, the largest among them."""
    chosen = np.random.default_rng(3).permutation(len(world.accounts))[: number - 1]
    return _ids(world.accounts[np.unique(np.append(chosen, 0))])


def ids(numbers: Any) -> list[str]:
    """The ids behind node numbers."""
    return _ids(np.asarray(numbers))
