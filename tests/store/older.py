"""A store of an imagined older schema: today's fixture with the steps of the imagined past taken back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from brm.store import evolving
from brm.store.sqlite import migrating
from graph_schema.migrations import Operation, Step, carry_out, changes_between, declared, digest_of, steps
from graph_schema.migrations.operations import empty
from tests.store.fixtures import exported, unpacked

SORTS = ("nodes", "edges", "records")
NOW = declared()
LANGUAGE = NOW["nodes"]["person"]["properties"]["language"]
SHOE = {**NOW["nodes"]["position"]["properties"]["level"], "name": "shoe_size", "bounds": None}


def _rename(sort: str, type_: str, name: str, new: str) -> Operation:
    return {"op": "rename_property", "sort": sort, "type": type_, "property": name, "to": new}


BACK: tuple[Operation, ...] = (
    _rename("nodes", "position", "title", "heading"),
    _rename("nodes", "person", "chat", "im"),
    _rename("records", "review", "actor", "leader"),
    {"op": "rename_type", "sort": "edges", "type": "knows", "to": "acquainted"},
    {"op": "rename_type", "sort": "nodes", "type": "opportunity", "to": "deal"},
    {"op": "drop_property", "sort": "nodes", "type": "person", "property": "language"},
    {"op": "add_property", "sort": "nodes", "type": "person", "property": SHOE},
    {"op": "drop_property", "sort": "records", "type": "finding_state", "property": "key"},
    {"op": "rename_type", "sort": "records", "type": "import_batch", "to": "upload"},
)
"""From today's schema to the imagined older one."""
OLD = carry_out(NOW, (*BACK, {"op": "add_type", "sort": "records", "type": "legacy",
                              "spec": {**NOW["records"]["draft"], "name": "legacy"}}))  # fmt: skip
OLD["vocabularies"]["stage"] = OLD["vocabularies"]["stage"][:-1]
RENAMES: tuple[Operation, ...] = (
    _rename("nodes", "position", "heading", "title"),
    _rename("nodes", "person", "im", "chat"),
    _rename("records", "review", "leader", "actor"),
    {"op": "rename_type", "sort": "edges", "type": "acquainted", "to": "knows"},
    {"op": "rename_type", "sort": "nodes", "type": "deal", "to": "opportunity"},
    {"op": "rename_type", "sort": "records", "type": "upload", "to": "import_batch"},
)
FORWARD: tuple[Operation, ...] = (
    *RENAMES,
    *changes_between(carry_out(OLD, RENAMES), NOW),
    {"op": "backfill", "sort": "nodes", "type": "person", "property": "language", "value": "zh"},
    {"op": "backfill", "sort": "records", "type": "finding_state", "property": "key", "value": "all"},
)
"""From there to today's, as a committed step would say it."""
FIRST = Step(1, "older", tuple(changes_between(empty(), OLD)), digest_of(OLD))
SECOND = Step(2, "next", FORWARD, digest_of(NOW))


def imagine(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the program's past is the imagined one."""
    monkeypatch.setattr(evolving, "steps", lambda: (FIRST, SECOND))


def old_rows() -> list[dict[str, Any]]:
    """What the older program would have exported."""
    found = []
    for row in exported(steps()[-1]):
        if row["kind"] == "store":
            row = {**row, "schema": FIRST.digest}
        elif row["kind"] in evolving.SORTS:
            row = evolving.evolve_row(row, BACK) or {}
        if row["kind"] == "node" and row["type"] == "person" and row["versions"][0]["properties"]:
            row["versions"][0]["properties"]["shoe_size"] = 43
        found.append(row)
    body = {"name": "n", "changes": [], "actor": "a", "created_at": "2026-01-01T00:00:00Z"}
    return [*found, {"kind": "record", "type": "legacy", "id": "l:1", "body": body, "revision": 1}]


def old_store(path: Path) -> Path:
    """The store file that the older program would have left."""
    unpacked(steps()[-1], path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        structure = NOW
        for operation in BACK:
            for sql, parameters in migrating._statements(connection, structure, operation):
                connection.execute(sql, parameters)
            structure = carry_out(structure, (operation,))
        connection.execute("UPDATE n_person SET shoe_size = 43")
        connection.execute("UPDATE n_person_v SET shoe_size = 43, _named = _named || ' shoe_size' WHERE _named <> ''")
        connection.execute("INSERT INTO record VALUES ('legacy', 'l:1', '{}', 1)")
        migrating.stamp(connection, 1, FIRST.digest)
        connection.execute("COMMIT")
    return path


def expected_rows() -> list[dict[str, Any]]:
    """Today's fixture with what the imagined past did not know, said by hand."""
    found = []
    for row in exported(steps()[-1]):
        if row["kind"] == "node" and row["type"] == "person":
            for version in row["versions"]:
                version["properties"].pop("language", None)
            if row["versions"][0]["verb"] == "set":
                row["versions"][0]["properties"]["language"] = "zh"
        if row["kind"] == "record" and row["type"] == "finding_state":
            row["body"]["key"] = "all"
        found.append(row)
    return found
