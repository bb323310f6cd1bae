"""Carry out the migration steps on a file, in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from brm.errors import StoreUnusable
from brm.store.ledger import Outcome
from brm.store.sqlite.session import Session
from graph_schema import Property, TypeSpec, registry
from graph_schema.changes import Receipt
from graph_schema.ddl.sqlite import (
    STORE_TABLES,
    column_definitions,
    create_indexes,
    create_type,
    identity_columns,
    table,
)
from graph_schema.markers import Bounds
from graph_schema.migrations import Operation, Step, Structure, carry_out, steps
from graph_schema.migrations.steps import structure_after
from graph_schema.values import from_json


def create_from_nothing(connection: sqlite3.Connection) -> None:
    """The schema of an empty store by all the steps, one after the other."""
    for statement in STORE_TABLES:
        connection.execute(statement)
    migrate(connection)


def stamp(connection: sqlite3.Connection, version: int, digest: str) -> None:
    """Write which schema the file has."""
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('schema', ?)", (digest,))
    connection.execute(f"PRAGMA user_version = {version:d}")


def pending(connection: sqlite3.Connection) -> tuple[Step, ...]:
    """The steps that the file has not seen."""
    done = connection.execute("PRAGMA user_version").fetchone()[0]
    return steps()[done:]


def migrate(connection: sqlite3.Connection) -> tuple[Step, ...]:
    """Carry out the pending steps; the transaction around it keeps all of them or none."""
    todo = pending(connection)
    done = connection.execute("PRAGMA user_version").fetchone()[0]
    structure = structure_after(steps()[:done])
    searched_before = _searched(structure)
    for step in todo:
        for operation in step.operations:
            for sql, parameters in _statements(connection, structure, operation):
                connection.execute(sql, parameters)
            structure = carry_out(structure, (operation,))
    if todo:
        for name, searched in _searched(structure).items():
            if searched_before.get(name, searched) != searched:
                _write_again(connection, name)
        stamp(connection, len(steps()), registry().digest())
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


def spec_of(plain: dict[str, Any]) -> TypeSpec:
    """A type from its description as data."""
    properties = {name: property_of(each) for name, each in plain["properties"].items()}
    lists = {name: tuple(plain[name]) for name in ("source", "target")}
    return TypeSpec(**{**plain, **lists, "doc": "", "properties": properties})


def property_of(plain: dict[str, Any]) -> Property:
    """A property from its description as data."""
    bounds = plain["bounds"]
    return Property(
        **{
            **plain,
            "doc": "",
            "points_to": tuple(plain["points_to"]),
            "bounds": None if bounds is None else Bounds(**bounds),
        }
    )


Statement = tuple[str, tuple[Any, ...]]


def _statements(connection: sqlite3.Connection, before: Structure, operation: Operation) -> Iterator[Statement]:
    op, sort = operation["op"], operation.get("sort")
    if op == "set_vocabulary":
        old = before["vocabularies"].get(operation["name"], [])
        if operation["words"][: len(old)] != old:
            raise _impossible(f"the words of {operation['name']} were reordered")
        return
    if op == "drop_vocabulary":
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
    elif op == "change_type":
        after = spec_of({**operation["spec"], "properties": {}})
        if (after.sort, after.key is None) != (spec.sort, spec.key is None):
            raise _impossible(f"the identity of {spec.name} was changed")
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
            raise _impossible(f"{held} versions of {spec.name} are still stored")
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
    if op in ("add_property", "change_property"):
        new = property_of(operation["property"])
        if op == "add_property":
            for definition in column_definitions(new):
                yield f"ALTER TABLE {name} ADD COLUMN {definition}", ()
        elif list(column_definitions(new)) != list(column_definitions(spec.properties[new.name])):
            raise _impossible(f"the kind of {spec.name}.{new.name} was changed")
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
    if prop.kind in ("money", "codes", "ref", "any"):
        raise _impossible(f"{spec.name}.{prop.name} is of a kind that cannot be filled in")
    where = f'"{prop.name}" IS NULL'
    if not versions:
        yield f'UPDATE {name} SET "{prop.name}" = ? WHERE {where}', (cell,)  # noqa: S608
        return
    identity = ", ".join(identity_columns(spec))
    yield (
        f"UPDATE {name} SET \"{prop.name}\" = ?, _named = trim(_named || ' ' || ?)"  # noqa: S608
        f" WHERE {where} AND _verb = 0 AND instr(' ' || _named || ' ', ?) = 0"
        f" AND _id IN (SELECT min(_id) FROM {name} GROUP BY {identity})",
        (cell, prop.name, f" {prop.name} "),
    )


def _impossible(why: str) -> StoreUnusable:
    return StoreUnusable(
        f"the migration cannot be carried out: {why}",
        remedy="Nothing was changed. Export with the older version and load the export here.",
        code="migration_impossible",
    )
