"""Search by SQL over single-version entities, beside a fold of the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from brm.store.history import Entry, state_of
from brm.store.protocol import Query, State
from brm.store.searching import fits, matches, normalised, sort_name
from brm.store.sqlite.codec import Codec, codec
from brm.store.sqlite.reading import Reader
from brm.store.view import Found, Moment
from graph_schema import Property
from graph_schema.changes import NodeRef

_CHUNK = 500
_SEEN = "t._from <= ? AND t._to > ? AND t._known <= ?"


def search(reader: Reader, query: Query, moment: Moment) -> list[Found]:
    """Hits after ``query.after`` in order, up to one more than ``query.limit``."""
    c = codec(query.type)
    by_name = query.sort == "name" and c.searched
    found = _singles(reader, c, query, moment, by_name)
    if query.text and normalised(query.text):
        candidates = _with_text(reader, c, query)
    elif by_name:
        candidates = _by_name(reader, c, query)
    else:
        candidates = _by_id(reader, c, query)
    others = 0
    for sort, entry, ref in candidates:
        state = state_of(ref, entry, moment.at, moment.known_at)
        if state is None or not _fits(c, query, state):
            continue
        actual = sort_name(c.spec, state.properties) if by_name else ""
        if sort is not None and sort != actual:
            continue
        hit = Found(actual, state)
        if query.after is None or _order(hit) > query.after:
            found.append(hit)
            others += sort is not None
        if others > query.limit and sort is not None and (not by_name or _complete(found, sort, query.limit)):
            break
    found.sort(key=_order)
    return found[: query.limit + 1]


def _complete(found: list[Found], sort: str, limit: int) -> bool:
    """Enough hits sort before the candidates still to come."""
    return sum(1 for hit in found if hit.sort < sort) > limit


def _order(found: Found) -> tuple[str, str]:
    return found.sort, found.state.entity.id


def _fits(c: Codec, query: Query, state: State) -> bool:
    if not fits(query.equals, state.properties):
        return False
    return query.text is None or matches(c.spec, state.properties, query.text)


def _singles(reader: Reader, c: Codec, query: Query, moment: Moment, by_name: bool) -> list[Found]:
    conditions, parameters = [_SEEN], [moment.at, moment.at, moment.known_at]
    if query.text is not None and (text := normalised(query.text)):
        if not c.searched:
            return []
        conditions.append("instr(t._search, ?) > 0")
        parameters.append(text)  # type: ignore[arg-type]
    for name, wanted in query.equals.items():
        for condition, value in _equal(reader, c.spec.properties[name], wanted):
            conditions.append(condition)
            parameters.append(value)
    if query.after is not None and by_name:
        conditions.append("t._sort >= ? AND (t._sort > ? OR e.id > ?)")
        parameters += [query.after[0], *query.after]  # type: ignore[list-item]
    elif query.after is not None:
        conditions.append("e.id > ?")
        parameters.append(query.after[1])  # type: ignore[arg-type]
    columns = c.select.removeprefix("SELECT ").partition(" FROM ")[0]
    sort, tables = ("t._sort", f"{c.table} t CROSS JOIN entity e ON e.key = t._key") if by_name else (
        "''", f"entity e CROSS JOIN {c.table} t ON t._key = e.key"
    )  # fmt: skip
    sql = (
        f"SELECT e.id, {sort}, {columns} FROM {tables} WHERE {' AND '.join(conditions)}"  # noqa: S608
        f" ORDER BY {sort}, e.id LIMIT ?"
    )
    found = []
    for identity, sorted_by, *row in reader.query(sql, *parameters, query.limit + 1):
        _, fact = reader.single(c, row)
        ref = NodeRef(c.spec.name, identity)
        state = state_of(ref, Entry([fact], fact.revision), moment.at, moment.known_at)
        if state is not None:
            found.append(Found(sorted_by, state))
    return found


def _equal(reader: Reader, prop: Property, wanted: Any) -> Iterator[tuple[str, Any]]:
    column = f't."{prop.name}"'
    if wanted is None:
        yield f"{column} IS ?", None
    elif prop.kind == "codes" and isinstance(wanted, str):
        yield f"({column} & ?) > 0", 1 << prop.words.index(wanted)
    elif prop.kind == "codes":
        yield f"{column} = ?", sum(1 << prop.words.index(word) for word in wanted)
    elif prop.kind == "code":
        yield f"{column} = ?", prop.words.index(wanted)
    elif prop.kind == "ref":
        yield f"{column} = ?", reader.key_or_none(wanted)
    elif prop.kind == "money":
        yield f"{column} = ?", wanted.ten_thousandths
        yield f't."{prop.name}_currency" = ?', wanted.currency
    else:
        yield f"{column} = ?", wanted


def _entries(reader: Reader, c: Codec, keys: list[int]) -> Iterator[tuple[NodeRef, Entry]]:
    for ref, entry in reader.node_entries(c.spec.name, keys).items():
        if isinstance(ref, NodeRef):
            yield ref, entry


Candidates = Iterator[tuple[str | None, Entry, NodeRef]]
"""Entities of the versions table: the sort key they come in the order of (None = no order)."""


def _with_text(reader: Reader, c: Codec, query: Query) -> Candidates:
    if not c.searched:
        return
    sql = f"SELECT DISTINCT _key FROM {c.table}_v WHERE instr(_search, ?) > 0"  # noqa: S608
    keys = [key for (key,) in reader.query(sql, normalised(query.text or ""))]
    for ref, entry in _entries(reader, c, keys):
        yield None, entry, ref


def _by_name(reader: Reader, c: Codec, query: Query) -> Candidates:
    """Entities by each name that a version of theirs gives, in the order of names."""
    start = query.after[0] if query.after is not None else ""
    sql = f"SELECT DISTINCT _sort, _key FROM {c.table}_v WHERE _sort >= ? ORDER BY _sort, _key LIMIT ? OFFSET ?"  # noqa: S608
    offset = 0
    while rows := reader.query(sql, start, _CHUNK, offset):
        offset += len(rows)
        entries = {reader.key_of(ref.id): (ref, entry) for ref, entry in _entries(reader, c, [k for _, k in rows])}
        for sort, key in rows:
            ref, entry = entries[key]
            yield sort, entry, ref


def _by_id(reader: Reader, c: Codec, query: Query) -> Candidates:
    after = query.after[1] if query.after is not None else ""
    while True:
        sql = (
            f"SELECT e.id, e.key FROM entity e WHERE e.type = ? AND e.id > ?"  # noqa: S608
            f" AND EXISTS (SELECT 1 FROM {c.table}_v v WHERE v._key = e.key) ORDER BY e.id LIMIT ?"
        )
        rows = reader.query(sql, c.spec.name, after, _CHUNK)
        if not rows:
            return
        entries = dict(_entries(reader, c, [key for _, key in rows]))
        for identity, _ in rows:
            ref = NodeRef(c.spec.name, identity)
            yield "", entries[ref], ref
        after = rows[-1][0]
