"""Snapshot tables: rows of numbers as they are stored, and a fold of the versioned entities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from brm.store.history import fold, properties_of
from brm.store.neo4j.codec import Codec, codec
from brm.store.neo4j.reading import Reader, chunks, stored_edge
from brm.store.tables import columns_of
from brm.store.view import Moment, Side
from graph_schema import registry
from graph_schema.ddl.neo4j import PAST, VERSIONED
from scoring.snapshot import (
    OPEN,
    Column,
    EdgeTable,
    Ints,
    NodeTable,
    edge_table,
    node_table,
    snapshot_columns,
)

RANGE = 4_000
"""Node keys per record when everything is read."""


@dataclass(slots=True)
class Raw:
    """What the database holds of one type: ``_row`` of plain entities, and the versioned ones.

    A versioned node is its key and history, an edge its id, its ends with key code, and its history.
    """

    rows: list[bytes] = field(default_factory=list)
    versioned: list[Sequence[Any]] = field(default_factory=list)

    def once(self) -> Raw:
        """The same without what was read twice."""
        return Raw(list(dict.fromkeys(self.rows)), list({each[0]: each for each in self.versioned}.values()))

    def node_keys(self, type_: str) -> Ints:
        """The keys of nodes of the type, whether they exist at a moment or not, in order."""
        plain = codec(type_).table(self.rows)["_key"]
        return np.sort(np.concatenate([plain, np.array([each[0] for each in self.versioned], dtype=np.int64)]))


_NODES_BY_KEY = (
    "MATCH (n:Entity) USING INDEX n:Entity(_key) WHERE n._key IN $keys AND n._type = $type"
    " RETURN collect(n._row) AS rows,"
    " collect(CASE WHEN n._history IS NOT NULL THEN [n._key, n._history] END) AS versioned"
)
_ALL_NODES = (
    "UNWIND range(0, $last, $step) AS c CALL (c) {"
    " MATCH (n:Entity) USING INDEX n:Entity(_key) WHERE n._key >= c AND n._key < c + $step"
    " RETURN n._type AS type, collect(n._row) AS rows,"
    " collect(CASE WHEN n._history IS NOT NULL THEN [n._key, n._history] END) AS versioned"
    "} RETURN type, rows, versioned"
)
_ALL_EDGES = (
    "UNWIND range(0, $last, $step) AS c CALL (c) {"
    " MATCH (n:Entity)-[r]->() USING INDEX n:Entity(_key) WHERE n._key >= c AND n._key < c + $step"
    " RETURN coalesce(r._type, type(r)) AS type, collect(r._row) AS rows,"
    " collect(CASE WHEN r._history IS NOT NULL THEN [r.eid, r._ends, r._history] END) AS versioned"
    "} RETURN type, rows, versioned"
)


@cache
def having(type_: str, name: str) -> str:
    """What is held of the nodes of a type whose set of codes ``name`` has, or once had, ``$word``."""
    label = registry().nodes[type_].label
    return (
        f"[COLLECT {{ MATCH (n:{label}) WHERE $word IN n.`{name}` AND n._history IS NULL RETURN n._row }},"
        f" COLLECT {{ MATCH (n:{VERSIONED} {{_type: '{type_}'}}) WHERE $word IN n.`_ever_{name}`"
        " RETURN [n._key, n._history] }]"
    )


def all_nodes(reader: Reader, last: int) -> dict[str, Raw]:
    """Every node by type, up to the greatest key."""
    found = {name: Raw() for name in registry().nodes}
    for row in reader.query(_ALL_NODES, last=last, step=RANGE):
        _add(found[row["type"]], row)
    return found


def all_edges(reader: Reader, last: int) -> dict[str, Raw]:
    """Every edge by type."""
    labels = {spec.label: name for name, spec in registry().edges.items()}
    found = {name: Raw() for name in registry().edges}
    for row in reader.query(_ALL_EDGES, last=last, step=RANGE):
        _add(found[labels.get(row["type"], row["type"])], row)
    return found


def nodes_by_key(reader: Reader, type_: str, keys: Ints) -> Raw:
    """The nodes of a type with these keys."""
    found = Raw()
    for part in chunks(keys.tolist()):
        _add(found, reader.one(_NODES_BY_KEY, keys=part, type=type_))
    return found


def edges_by_end(reader: Reader, type_: str, side: Side, keys: Ints) -> Raw:
    """The edges of a type with one of the keys on that side."""
    label = registry().edges[type_].label
    there = f"-[r:{label}|{PAST}]->" if side == "source" else f"<-[r:{label}|{PAST}]-"
    cypher = (
        f"MATCH (n:Entity){there}() USING INDEX n:Entity(_key)"
        " WHERE n._key IN $keys AND (r._type IS NULL OR r._type = $type)"
        " RETURN collect(r._row) AS rows,"
        " collect(CASE WHEN r._history IS NOT NULL THEN [r.eid, r._ends, r._history] END) AS versioned"
    )
    found = Raw()
    for part in chunks(keys.tolist()):
        _add(found, reader.one(cypher, keys=part, type=type_))
    return found


def _add(raw: Raw, row: Any) -> None:
    raw.rows += row["rows"]
    raw.versioned += row["versioned"]


def node_table_of(reader: Reader, type_: str, raw: Raw, moment: Moment) -> NodeTable:
    """The nodes that exist at the moment."""
    reader.pulse.beat()
    c = codec(type_)
    table = _seen(c.table(raw.rows), moment)
    found = [
        (key, folded.values)
        for key, history in raw.versioned
        if (folded := fold([c.fact(text) for text in history], moment.at, moment.known_at)) is not None
    ]
    keys = np.concatenate([table["_key"], np.array([key for key, _ in found], dtype=np.int64)])
    values = [values for _, values in found]
    return node_table(type_, keys, _columns(c, table, values, reader))


def edge_table_of(reader: Reader, type_: str, raw: Raw, moment: Moment) -> EdgeTable:
    """The edges that exist at the moment."""
    reader.pulse.beat()
    c = codec(type_)
    table = _seen(c.table(raw.rows), moment)
    found = [
        (eid, ends, folded)
        for eid, ends, history in raw.versioned
        if (folded := fold([c.fact(text) for text in history], moment.at, moment.known_at)) is not None
    ]

    def joined(name: str, more: Iterable[int]) -> Ints:
        added = np.fromiter(more, dtype=np.int64, count=len(found))
        return np.concatenate([table[name], added])

    values = [properties_of(stored_edge(eid), folded.values) for eid, _, folded in found]
    stops = np.full(len(table), OPEN, dtype=np.int64)
    return edge_table(
        type_,
        joined("_source", (ends[0] for _, ends, _ in found)),
        joined("_target", (ends[1] for _, ends, _ in found)),
        _columns(c, table, values, reader),
        key=joined("_k", (ends[2] for _, ends, _ in found)),
        valid_from=joined("_from", (folded.since for _, _, folded in found)),
        valid_to=np.concatenate([stops, np.array([folded.until for _, _, folded in found], dtype=np.int64)]),
    )


def node_rows(table: NodeTable, keep: Any) -> NodeTable:
    """Some rows of a table."""
    return NodeTable(_fixed(table.key[keep]), {name: _fixed(cells[keep]) for name, cells in table.columns.items()})


def edge_rows(table: EdgeTable, keep: Any) -> EdgeTable:
    """Some rows of a table."""
    source, target, key, start, stop = (
        _fixed(part[keep]) for part in (table.source, table.target, table.key, table.valid_from, table.valid_to)
    )
    return EdgeTable(source, target, key, start, stop, {n: _fixed(cells[keep]) for n, cells in table.columns.items()})


def _fixed(array: Column) -> Column:
    array.flags.writeable = False
    return array


def _seen(table: Any, moment: Moment) -> Any:
    """The plain rows that had begun and were known."""
    seen = (table["_from"] <= moment.at) & (table["_known"] <= moment.known_at)
    return table if seen.all() else table[seen]


def _columns(c: Codec, table: Any, values: Sequence[dict[str, Any]], reader: Reader) -> dict[str, Column]:
    more = columns_of(c.spec, values, reader.key_of) if values else {}
    columns: dict[str, Column] = {}
    for name, (dtype, _) in snapshot_columns(c.spec).items():
        column: Column = table[name].astype(dtype)
        columns[name] = np.concatenate([column, more[name]]) if values else column
    return columns
