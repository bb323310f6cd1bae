"""Snapshot tables: columns straight out of the single-version tables, a fold of the others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from brm.store.history import Entry, fold, properties_of
from brm.store.sqlite.codec import Codec, codec
from brm.store.sqlite.reading import IN_JSON, Reader, as_json
from brm.store.tables import category, columns_of
from brm.store.view import Counts, Moment, Side
from graph_schema import Property, registry
from scoring.snapshot import (
    MISSING,
    Column,
    EdgeTable,
    Ints,
    NodeTable,
    edge_table,
    node_table,
    snapshot_columns,
)

_IDENTITY = ("_source", "_target", "_from", "_to", "_k")
_SEEN = "_from <= ? AND _to > ? AND _known <= ?"


@dataclass(frozen=True, slots=True)
class _Cell:
    """One snapshot column: the SQL that reads it and how its cells become numbers."""

    name: str
    sql: str
    dtype: Any
    text: bool
    scale: float


@dataclass(frozen=True, slots=True)
class Layout:
    """How a type's single-version rows are read into one structured array."""

    cells: tuple[_Cell, ...]
    select: str
    dtype: Any
    first: int
    """The place of the first property column."""


@cache
def layout_of(type_: str, stamps: tuple[str, ...] = ()) -> Layout:
    """The layout of a type: identity, further stamps, properties."""
    c = codec(type_)
    columns = snapshot_columns(c.spec)
    cells = tuple(
        _cell(c, prop, name, *columns[name])
        for prop in c.spec.properties.values()
        for name in prop.columns
        if name in columns
    )
    head = ("_key",) if c.spec.sort == "node" else _IDENTITY[: 5 if c.spec.key else 4]
    head += stamps
    kinds = [np.int64] * len(head) + [_kind(cell) for cell in cells]
    dtype = np.dtype([(f"f{place}", kind) for place, kind in enumerate(kinds)])
    sql = ", ".join((*head, *(cell.sql for cell in cells)))
    return Layout(cells, f"SELECT {sql} FROM {c.table}", dtype, len(head))  # noqa: S608


def _kind(cell: _Cell) -> Any:
    if cell.text:
        return np.object_
    return np.int64 if np.issubdtype(cell.dtype, np.integer) else np.float64


def _cell(c: Codec, prop: Property, name: str, dtype: Any, missing: Any) -> _Cell:
    if c.spec.sort == "edge" and prop.name == c.spec.key:
        return _Cell(name, "_k", dtype, False, 1.0)
    text = prop.kind == "text" or name != prop.name
    whole = not text and np.issubdtype(dtype, np.integer)
    sql = f'coalesce("{name}", {int(missing)})' if whole else f'"{name}"'
    return _Cell(name, sql, dtype, text, 10_000.0 if prop.kind == "money" and not text else 1.0)


def read_rows(
    reader: Reader, layout: Layout, seen: tuple[int, int, int], where: str, wanted: list[str]
) -> list[Column]:
    """The columns of the rows that begin by, end after and are known by; NULL is NaN if real and None if text."""
    sql = f"{layout.select} WHERE {_and(_SEEN, where)}"
    rows = np.fromiter(reader.connection.execute(sql, (*seen, *wanted)), dtype=layout.dtype)
    return [np.ascontiguousarray(rows[name]) for name in layout.dtype.names]


def columns_in(cells: tuple[_Cell, ...], read: list[Column]) -> dict[str, Column]:
    """The snapshot columns of what was read."""
    columns: dict[str, Column] = {}
    for cell, values in zip(cells, read, strict=True):
        if cell.text:
            texts = values.tolist()
            codes = {text: MISSING if text is None else category(text) for text in set(texts)}
            columns[cell.name] = np.array([codes[text] for text in texts], dtype=cell.dtype)
        else:
            column: Column = values.astype(cell.dtype, copy=False)
            columns[cell.name] = column if cell.scale == 1.0 else column / cell.scale
    return columns


def joined(one: dict[str, Column], other: dict[str, Column]) -> dict[str, Column]:
    """Two sets of columns, one below the other."""
    return {name: np.concatenate([column, other[name]]) for name, column in one.items()}


def nodes_at(reader: Reader, type_: str, keys: Ints | None, moment: Moment) -> NodeTable:
    """The nodes of a type, all of them or those with these keys."""
    if keys is not None and not len(keys):
        return node_table(type_, np.empty(0, dtype=np.int64), {})
    c, layout = codec(type_), layout_of(type_)
    where, wanted = ("", []) if keys is None else (f"_key {IN_JSON}", [as_json(keys.tolist())])
    key, *read = read_rows(reader, layout, _at(moment), where, wanted)
    columns = columns_in(layout.cells, read)
    found = [
        (identity[0], folded.values)
        for identity, entry in versions(reader, c, where, wanted).items()
        if (folded := fold(entry.facts, moment.at, moment.known_at)) is not None
    ]
    if found:
        key = np.concatenate([key, np.array([each for each, _ in found], dtype=np.int64)])
        columns = joined(columns, columns_of(c.spec, [values for _, values in found], reader.key_of))
    return node_table(type_, key, columns)


def _and(*conditions: str) -> str:
    return " AND ".join(condition for condition in conditions if condition)


def _at(moment: Moment) -> tuple[int, int, int]:
    return moment.at, moment.at, moment.known_at


def versions(reader: Reader, c: Codec, where: str, wanted: list[str]) -> dict[tuple[int, ...], Entry]:
    """The histories of the entities that have one, by identity."""
    found: dict[tuple[int, ...], Entry] = {}
    if c.spec.name not in reader.versioned():
        return found
    sql = f"{c.select_versions} {f'WHERE {where}' if where else ''} ORDER BY _id"
    for row in reader.query(sql, *wanted):
        identity, fact, _ = reader.version(c, row)
        found.setdefault(identity, Entry()).facts.append(fact)
    return found


def edges_at(reader: Reader, type_: str, side: Side | None, keys: Ints | None, moment: Moment) -> EdgeTable:
    """The edges of a type, all of them or those with one of the keys on that side."""
    c, layout = codec(type_), layout_of(type_)
    where, wanted = "", []
    if keys is not None:
        where, wanted = f"_{side} {IN_JSON}", [as_json(keys.tolist())]
    read = read_rows(reader, layout, _at(moment), where, wanted)
    columns = columns_in(layout.cells, read[layout.first :])
    source, target, start, stop = read[:4]
    key = read[4] if c.spec.key else np.full(len(source), -1, dtype=np.int64)
    found = [
        ((*triple, folded.since, folded.until), folded.values)
        for triple, entry in versions(reader, c, where, wanted).items()
        if (folded := fold(entry.facts, moment.at, moment.known_at)) is not None
    ]
    if found:
        identity = (source, target, key, start, stop)
        parts = zip(identity, zip(*(each for each, _ in found), strict=True), strict=True)
        source, target, key, start, stop = (
            np.concatenate([one, np.array(more, dtype=np.int64)]) for one, more in parts
        )
        properties = [properties_of(reader.edge(c.spec, each[:3]), values) for each, values in found]
        columns = joined(columns, columns_of(c.spec, properties, reader.key_of))
    elif _ordered(source, target, key):
        return _as_read(c, (source, target, key, start, stop), columns)
    return edge_table(type_, source, target, columns, key=key, valid_from=start, valid_to=stop)


def _ordered(source: Ints, target: Ints, key: Ints) -> bool:
    """Whether the rows came in the order of a table: then they need not be sorted."""
    rising = key[1:] >= key[:-1]
    for column in (target, source):
        rising = (column[1:] > column[:-1]) | ((column[1:] == column[:-1]) & rising)
    return bool(rising.all())


def _as_read(c: Codec, identity: tuple[Ints, Ints, Ints, Ints, Ints], columns: dict[str, Column]) -> EdgeTable:
    for array in (*identity, *columns.values()):
        array.flags.writeable = False
    source, target, key, start, stop = identity
    return EdgeTable(source, target, key, start, stop, {name: columns[name] for name in snapshot_columns(c.spec)})


def nodes_with(reader: Reader, type_: str, name: str, word: str, moment: Moment) -> Ints:
    """The nodes of a type whose set of codes ``name`` holds the word, in order."""
    c = codec(type_)
    bit = 1 << c.spec.properties[name].words.index(word)
    having = f'("{name}" & {bit}) <> 0'
    rows = reader.query(f"SELECT _key FROM {c.table} WHERE {_and(_SEEN, having)}", *_at(moment))  # noqa: S608
    found = [key for (key,) in rows]
    candidates = f"_key IN (SELECT _key FROM {c.table}_v WHERE {having})"  # noqa: S608
    for (key,), entry in versions(reader, c, candidates, []).items():
        folded = fold(entry.facts, moment.at, moment.known_at)
        if folded is not None and word in (folded.values.get(name) or ()):
            found.append(key)
    return np.array(sorted(found), dtype=np.int64)


def counts(reader: Reader, moment: Moment) -> Counts:
    """Entities that exist at the moment, per type, and stored versions."""
    by_type: dict[str, int] = {}
    facts = 0
    for spec in registry().fact_types:
        c = codec(spec.name)
        number = reader.query(f"SELECT count(*) FROM {c.table} WHERE {_SEEN}", *_at(moment))[0][0]  # noqa: S608
        facts += reader.query(f"SELECT (SELECT count(*) FROM {c.table}) + (SELECT count(*) FROM {c.table}_v)")[0][0]  # noqa: S608
        for entry in versions(reader, c, "", []).values():
            number += fold(entry.facts, moment.at, moment.known_at) is not None
        if number:
            by_type[spec.name] = number
    return Counts(by_type, facts)
