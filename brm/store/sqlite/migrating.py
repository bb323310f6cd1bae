"""Carry out the migration steps on a file, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from brm.errors import StoreUnusable
from brm.store import evolving
from brm.store.evolving import impossible, property_of, spec_of, still_stored
from brm.store.ledger import Outcome
from brm.store.sqlite.session import Session
from graph_schema import Property, TypeSpec, registry
from graph_schema.changes import Receipt
from graph_schema.ddl.sqlite import (
    APPLICATION_ID,
    STORE_TABLES,
    column_definitions,
    create_indexes,
    create_type,
    identity_columns,
    table,
)
from graph_schema.migrations import Operation, Step, Structure
from graph_schema.values import from_json

SEAL = "backup"
"""The entry of `meta` that tells what a copy holds; it does not outlive a migration."""


def create_from_nothing(connection: sqlite3.Connection) -> None:
    """The schema of an empty store by all the steps, one after the other."""
    for statement in STORE_TABLES:
        connection.execute(statement)
    migrate(connection)


def stamp(connection: sqlite3.Connection, version: int, digest: str) -> None:
    """Write which schema the file has."""
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('schema', ?)", (digest,))
    connection.execute(f"PRAGMA user_version = {version:d}")


def seen(connection: sqlite3.Connection) -> int:
    """How many steps the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_older(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the schema is older; StoreUnusable when the file is another program's or newer."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreUnusable(
            f"{path} is a database of another program",
            remedy="Choose another file; this one was not changed.",
            code="other_application",
        )
    digest = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()[0]
    return evolving.is_older(str(path), seen(connection), digest)


def migrate(connection: sqlite3.Connection) -> tuple[Step, ...]:
    """Carry out the pending steps; the transaction around it keeps all of them or none."""
    done = seen(connection)
    todo = evolving.pending(done)
    for structure, operation in evolving.operations_of(done):
        for sql, parameters in _statements(connection, structure, operation):
            connection.execute(sql, parameters)
    if todo:
        before, after = (_searched(evolving.structure_of(number)) for number in (done, done + len(todo)))
        for name in [name for name in before if after.get(name, before[name]) != before[name]]:
            if not (before[name] and after[name]):
                raise impossible(f"{name} begins or ceases to take part in search")
            _write_again(connection, name)
        connection.execute("DELETE FROM meta WHERE name = ?", (SEAL,))
        stamp(connection, done + len(todo), registry().digest())
    return todo


def _searched(structure: Structure) -> dict[str, list[str]]:
    return {
        name: [prop["name"] for prop in spec["properties"].values() if prop["search"]]
        for name, spec in structure["nodes"].items()
    }


def _write_again(connection: sqlite3.Connection, type_: str) -> None:
    """Rebuild the search columns of a type."""
    session = Session(connection)
    keys = [key for (key,) in session.query("SELECT key FROM entity WHERE type = ?", type_)]
    entries = session.node_entries(type_, keys)
    session.save(Outcome(Receipt(0, 0, 0), entries=entries, stored=set(entries)))


Statement = tuple[str, tuple[Any, ...]]


def _statements(connection: sqlite3.Connection, before: Structure, operation: Operation) -> Iterator[Statement]:
    op, sort = operation["op"], operation.get("sort")
    if op in ("set_vocabulary", "drop_vocabulary", "change_type"):
        return
    if sort == "records":
        yield from _record_statements(operation)
        return
    if op == "add_type":
        yield from ((sql, ()) for sql in create_type(spec_of(operation["spec"])))
        return
    spec = spec_of(before[operation["sort"]][operation["type"]])
    if op in ("rename_type", "drop_type"):
        yield from _type_statements(connection, spec, operation)
    else:
        for suffix in ("", "_v"):
            yield from _property_statements(spec, f"{table(spec)}{suffix}", bool(suffix), operation)


def _record_statements(operation: Operation) -> Iterator[Statement]:
    name, prop = operation["type"], operation.get("property")
    match operation["op"]:
        case "rename_type":
            yield "UPDATE record SET type = ? WHERE type = ?", (operation["to"], name)
        case "drop_type":
            yield "DELETE FROM record WHERE type = ?", (name,)
        case "drop_property":
            yield "UPDATE record SET body = json_remove(body, ?) WHERE type = ?", (f'$."{prop}"', name)
        case "rename_property":
            old, new = f'$."{prop}"', f'$."{operation["to"]}"'
            yield (
                "UPDATE record SET body = json_remove(json_set(body, ?, json_extract(body, ?)), ?)"
                " WHERE type = ? AND json_type(body, ?) IS NOT NULL",
                (new, old, old, name, old),
            )
        case "backfill":
            where = f'$."{prop}"'
            yield (
                "UPDATE record SET body = json_insert(body, ?, ?) WHERE type = ?",
                (where, operation["value"], name),
            )


def _type_statements(connection: sqlite3.Connection, spec: TypeSpec, operation: Operation) -> Iterator[Statement]:
    name = table(spec)
    held = sum(
        connection.execute(f"SELECT count(*) FROM {each}").fetchone()[0]  # noqa: S608
        for each in (name, f"{name}_v")
    )
    if operation["op"] == "drop_type":
        if held:
            raise still_stored(spec.name)
        yield f"DROP TABLE {name}", ()
        yield f"DROP TABLE {name}_v", ()
        return
    renamed = spec_of({**_described(spec), "name": operation["to"]})
    for sql in create_indexes(spec):
        yield f"DROP INDEX {sql.split()[2]}", ()
    for suffix in ("", "_v"):
        yield f"ALTER TABLE {name}{suffix} RENAME TO {table(renamed)}{suffix}", ()
    yield from ((sql, ()) for sql in create_indexes(renamed))
    yield "UPDATE entity SET type = ? WHERE type = ?", (renamed.name, spec.name)


def _described(spec: TypeSpec) -> dict[str, Any]:
    fields = ("name", "sort", "source", "target", "key", "symmetric", "loop_allowed", "exported")
    bounds = {name: p.bounds and {"low": p.bounds.low, "high": p.bounds.high} for name, p in spec.properties.items()}
    properties = {
        name: {field: getattr(p, field) for field in Property.__slots__} | {"bounds": bounds[name]}
        for name, p in spec.properties.items()
    }
    return {**{field: getattr(spec, field) for field in fields}, "properties": properties}


def _property_statements(spec: TypeSpec, name: str, versions: bool, operation: Operation) -> Iterator[Statement]:
    op = operation["op"]
    if op == "change_property":
        return
    if op == "add_property":
        for definition in column_definitions(property_of(operation["property"])):
            yield f"ALTER TABLE {name} ADD COLUMN {definition}", ()
        return
    prop = spec.properties[operation["property"]]
    if op == "backfill":
        yield from _backfill(spec, name, versions, prop, operation["value"])
        return
    renamed = operation.get("to")
    for column in prop.columns:
        new_column = None if renamed is None else column.replace(prop.name, renamed, 1)
        if new_column is None:
            yield f'ALTER TABLE {name} DROP COLUMN "{column}"', ()
        else:
            yield f'ALTER TABLE {name} RENAME COLUMN "{column}" TO "{new_column}"', ()
    if versions:
        sql = f"UPDATE {name} SET _named = trim(replace(' ' || _named || ' ', ?, ?))"  # noqa: S608
        yield sql, (f" {prop.name} ", " " if renamed is None else f" {renamed} ")


def _backfill(spec: TypeSpec, name: str, versions: bool, prop: Property, value: Any) -> Iterator[Statement]:
    """Give a value to the first version of every entity that has none."""
    canonical = from_json(prop.kind, value)
    cell = prop.words.index(canonical) if prop.kind == "code" else canonical
    where = f'"{prop.name}" IS NULL'
    if not versions:
        yield f'UPDATE {name} SET "{prop.name}" = ? WHERE {where}', (cell,)  # noqa: S608
        return
    identity = ", ".join(identity_columns(spec))
    place = f"row_number() OVER (PARTITION BY {identity} ORDER BY _revision, _ordinal)"
    yield (
        f"UPDATE {name} SET \"{prop.name}\" = ?, _named = trim(_named || ' ' || ?)"  # noqa: S608
        f" WHERE {where} AND _verb = 0 AND instr(' ' || _named || ' ', ?) = 0"
        f" AND _id IN (SELECT _id FROM (SELECT _id, {place} AS place FROM {name}) WHERE place = 1)",
        (cell, prop.name, f" {prop.name} "),
    )
