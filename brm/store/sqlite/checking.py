"""What the file says of itself: pages, references between rows, codes, tables and indexes."""

from __future__ import annotations

from collections.abc import Iterator

from brm.store.protocol import Check
from brm.store.sqlite.reading import Reader
from graph_schema import Property, TypeSpec, registry
from graph_schema.ddl.sqlite import create_all, stored, table

MOST = 100
"""Faults of one kind that are counted."""


def health(reader: Reader) -> list[Check]:
    """The checks that only this engine can make."""
    indexes = _missing(reader)
    if any(name.startswith("TABLE") for name in indexes):
        return [_pages(reader), _listed("indexes", indexes)]
    return [
        _pages(reader),
        _listed("references", [*_foreign_keys(reader), *_dangling(reader), *_without_history(reader)]),
        _listed("codes", _unknown_codes(reader)),
        _listed("indexes", indexes),
    ]


def _listed(identity: str, wrong: list[str]) -> Check:
    return Check(identity, not wrong, {"count": len(wrong), "first": wrong[0] if wrong else ""})


def _pages(reader: Reader) -> Check:
    told = [text for (text,) in reader.query("PRAGMA integrity_check")[:MOST]]
    return _listed("storage", [] if told == ["ok"] else told)


def _missing(reader: Reader) -> list[str]:
    """Tables and indexes that a store of this schema has and this file has not."""
    there = {(kind.upper(), name) for kind, name in reader.query("SELECT type, name FROM sqlite_master")}
    wanted = [statement.split()[1:3] for statement in create_all(registry())]
    return [f"{kind} {name}" for kind, name in wanted if (kind, name) not in there]


def _foreign_keys(reader: Reader) -> list[str]:
    rows = reader.connection.execute("PRAGMA foreign_key_check").fetchmany(MOST)
    return [f"{name} row {row} -> {parent}" for name, row, parent, _ in rows]


def _tables() -> Iterator[tuple[TypeSpec, str]]:
    for spec in registry().fact_types:
        yield spec, table(spec)
        yield spec, f"{table(spec)}_v"


def _columns(spec: TypeSpec, *kinds: str) -> Iterator[tuple[str, Property]]:
    """The columns that hold a value of one of these kinds, an edge's key among them."""
    yield from ((f'"{prop.name}"', prop) for prop in stored(spec) if prop.kind in kinds)
    if spec.sort == "edge" and spec.key and spec.properties[spec.key].kind in kinds:
        yield "_k", spec.properties[spec.key]


def _dangling(reader: Reader) -> list[str]:
    """Properties that refer to a node that there is not."""
    found = []
    for spec, name in _tables():
        for column, _ in _columns(spec, "ref"):
            sql = f"SELECT count(*) FROM {name} WHERE {column} >= 0 AND {column} NOT IN (SELECT key FROM entity)"  # noqa: S608
            count = reader.query(sql)[0][0]
            found += [f"{name} {column}: {count}"] if count else []
    return found


def _without_history(reader: Reader) -> list[str]:
    """Ids of nodes of which no version is stored."""
    found = []
    for spec in registry().nodes.values():
        held = " AND ".join(f"key NOT IN (SELECT _key FROM {table(spec)}{suffix})" for suffix in ("", "_v"))  # noqa: S608
        sql = f"SELECT id FROM entity WHERE type = ? AND {held} LIMIT {MOST}"  # noqa: S608
        found += [identity for (identity,) in reader.query(sql, spec.name)]
    return found


def _unknown_codes(reader: Reader) -> list[str]:
    """Cells whose number stands for no word of the vocabulary."""
    found = []
    for spec, name in _tables():
        for column, prop in _columns(spec, "code", "codes"):
            least = -1 if column == "_k" else 0
            most = len(prop.words) - 1 if prop.kind == "code" else (1 << len(prop.words)) - 1
            count = reader.query(f"SELECT count(*) FROM {name} WHERE {column} NOT BETWEEN ? AND ?", least, most)[0][0]  # noqa: S608
            found += [f"{name} {column}: {count}"] if count else []
    return found
