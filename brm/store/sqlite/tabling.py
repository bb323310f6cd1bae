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

_SEEN = "_from <= ? AND _to > ? AND _known <= ?"


@dataclass(frozen=True, slots=True)
class _Cell:
    """One snapshot column: the SQL that reads it and how its cells become numbers."""

    name: str
    sql: str
    dtype: Any
    text: bool
    scale: float


@cache
def _cells(type_: str) -> tuple[_Cell, ...]:
    c = codec(type_)
    layout = snapshot_columns(c.spec)
    cells = []
    for prop in c.spec.properties.values():
        for name in prop.columns:
            if name in layout:
                dtype, missing = layout[name]
                cells.append(_cell(c, prop, name, dtype, missing))
    return tuple(cells)


def _cell(c: Codec, prop: Property, name: str, dtype: Any, missing: Any) -> _Cell:
    if c.spec.sort == "edge" and prop.name == c.spec.key:
        return _Cell(name, "_k", dtype, False, 1.0)
    text = prop.kind == "text" or name != prop.name
    whole = not text and np.issubdtype(dtype, np.integer)
    sql = f'coalesce("{name}", {int(missing)})' if whole else f'"{name}"'
    return _Cell(name, sql, dtype, text, 10_000.0 if prop.kind == "money" and not text else 1.0)


def _columns(cells: tuple[_Cell, ...], read: list[tuple[Any, ...]]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for cell, values in zip(cells, read, strict=True):
        if cell.text:
            codes = {text: MISSING if text is None else category(text) for text in set(values)}
            columns[cell.name] = np.array([codes[text] for text in values], dtype=cell.dtype)
        else:
            column: Column = np.array(values, dtype=cell.dtype)
            columns[cell.name] = column if cell.scale == 1.0 else column / cell.scale
    return columns


def _transposed(rows: list[tuple[Any, ...]], width: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _joined(one: dict[str, Column], other: dict[str, Column]) -> dict[str, Column]:
    return {name: np.concatenate([column, other[name]]) for name, column in one.items()}


def nodes_at(reader: Reader, type_: str, keys: Ints | None, moment: Moment) -> NodeTable:
    """The nodes of a type, all of them or those with these keys."""
    if keys is not None and not len(keys):
        return node_table(type_, np.empty(0, dtype=np.int64), {})
    c, cells = codec(type_), _cells(type_)
    where, wanted = ("", []) if keys is None else (f"_key {IN_JSON}", [as_json(keys.tolist())])
    sql = ", ".join(("_key", *(cell.sql for cell in cells)))
    rows = reader.query(f"SELECT {sql} FROM {c.table} WHERE {_and(_SEEN, where)}", *_at(moment), *wanted)  # noqa: S608
    number, *read = _transposed(rows, len(cells) + 1)
    columns = _columns(cells, read)
    key: Ints = np.array(number, dtype=np.int64)
    found = [
        (identity[0], folded.values)
        for identity, entry in _versions(reader, c, where, wanted).items()
        if (folded := fold(entry.facts, moment.at, moment.known_at)) is not None
    ]
    if found:
        key = np.concatenate([key, np.array([each for each, _ in found], dtype=np.int64)])
        columns = _joined(columns, columns_of(c.spec, [values for _, values in found], reader.key_of))
    return node_table(type_, key, columns)


def _and(*conditions: str) -> str:
    return " AND ".join(condition for condition in conditions if condition)


def _at(moment: Moment) -> tuple[int, int, int]:
    return moment.at, moment.at, moment.known_at


def _versions(reader: Reader, c: Codec, where: str, wanted: list[str]) -> dict[tuple[int, ...], Entry]:
    sql = f"{c.select_versions} {f'WHERE {where}' if where else ''} ORDER BY _id"
    found: dict[tuple[int, ...], Entry] = {}
    for row in reader.query(sql, *wanted):
        identity, fact, _ = reader.version(c, row)
        found.setdefault(identity, Entry()).facts.append(fact)
    return found


def edges_at(reader: Reader, type_: str, side: Side | None, keys: Ints | None, moment: Moment) -> EdgeTable:
    """The edges of a type, all of them or those with one of the keys on that side."""
    c, cells = codec(type_), _cells(type_)
    where, wanted = "", []
    if keys is not None:
        where, wanted = f"_{side} {IN_JSON}", [as_json(keys.tolist())]
    head = ("_source", "_target", "_k", "_from", "_to")
    sql = ", ".join((*head, *(cell.sql for cell in cells)))
    rows = reader.query(f"SELECT {sql} FROM {c.table} WHERE {_and(_SEEN, where)}", *_at(moment), *wanted)  # noqa: S608
    read = _transposed(rows, len(cells) + len(head))
    identity = [np.array(part, dtype=np.int64) for part in read[: len(head)]]
    columns = _columns(cells, read[len(head) :])
    found = [
        ((*triple, folded.since, folded.until), folded.values)
        for triple, entry in _versions(reader, c, where, wanted).items()
        if (folded := fold(entry.facts, moment.at, moment.known_at)) is not None
    ]
    if found:
        parts = zip(identity, zip(*(each for each, _ in found), strict=True), strict=True)
        identity = [np.concatenate([one, np.array(more, dtype=np.int64)]) for one, more in parts]
        properties = [properties_of(reader.edge(c.spec, each[:3]), values) for each, values in found]
        columns = _joined(columns, columns_of(c.spec, properties, reader.key_of))
    source, target, key, start, stop = identity
    return edge_table(type_, source, target, columns, key=key, valid_from=start, valid_to=stop)


def nodes_with(reader: Reader, type_: str, name: str, word: str, moment: Moment) -> Ints:
    """The nodes of a type whose set of codes ``name`` holds the word, in order."""
    c = codec(type_)
    bit = 1 << c.spec.properties[name].words.index(word)
    having = f'("{name}" & {bit}) <> 0'
    rows = reader.query(f"SELECT _key FROM {c.table} WHERE {_and(_SEEN, having)}", *_at(moment))  # noqa: S608
    found = [key for (key,) in rows]
    candidates = f"_key IN (SELECT _key FROM {c.table}_v WHERE {having})"  # noqa: S608
    for (key,), entry in _versions(reader, c, candidates, []).items():
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
        for entry in _versions(reader, c, "", []).values():
            number += fold(entry.facts, moment.at, moment.known_at) is not None
        if number:
            by_type[spec.name] = number
    return Counts(by_type, facts)
