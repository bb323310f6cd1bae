"""The SQLite schema: two STRICT tables for each node and edge type, and the store's own tables.

``n_TYPE`` and ``e_TYPE`` hold the entities whose history is one version that nobody withdrew;
``n_TYPE_v`` and ``e_TYPE_v`` hold every version of the others. An entity is in one of the two.
Columns that begin with an underscore are the store's, the others are properties. Unbounded
validity is the smallest and largest integer, a code its place in its vocabulary, a set of codes
a bit mask, a ref the integer key of its node.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph_schema.registry import Property, Registry, TypeSpec

APPLICATION_ID = 0x42524D31
_TYPES = {"text": "TEXT", "real": "REAL", "any": "TEXT"}

STAMPS = ("_from", "_to", "_known", "_revision")
VERSION_STAMPS = (*STAMPS, "_ordinal", "_void", "_touched")

STORE_TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE commits (revision INTEGER PRIMARY KEY, committed_at INTEGER NOT NULL, actor TEXT NOT NULL,"
    " source TEXT NOT NULL, import_id TEXT, kind TEXT NOT NULL, undone_by INTEGER) STRICT",
    "CREATE INDEX commits_import ON commits (import_id) WHERE import_id IS NOT NULL",
    "CREATE TABLE entity (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,"
    " alive INTEGER NOT NULL, ended INTEGER NOT NULL) STRICT",
    "CREATE TABLE alias (alias TEXT PRIMARY KEY, id TEXT NOT NULL REFERENCES entity (id)) STRICT, WITHOUT ROWID",
    "CREATE TABLE record (type TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,"
    " revision INTEGER NOT NULL, PRIMARY KEY (type, id)) STRICT, WITHOUT ROWID",
    "CREATE TABLE idempotency (key TEXT PRIMARY KEY, digest TEXT NOT NULL, at INTEGER NOT NULL,"
    " revision INTEGER NOT NULL, receipt TEXT NOT NULL) STRICT, WITHOUT ROWID",
)


def table(spec: TypeSpec) -> str:
    """The table of single-version entities; with ``_v`` appended that of versions."""
    return f"{'n' if spec.sort == 'node' else 'e'}_{spec.name}"


def stored(spec: TypeSpec) -> tuple[Property, ...]:
    """The properties that have columns: all but an edge's key, which is part of its identity."""
    return tuple(prop for prop in spec.properties.values() if prop.name != spec.key or spec.sort == "node")


def property_columns(spec: TypeSpec) -> tuple[str, ...]:
    """The property columns of a type, in declared order."""
    return tuple(column for prop in stored(spec) for column in prop.columns)


def identity_columns(spec: TypeSpec) -> tuple[str, ...]:
    """The columns that identify an entity."""
    return ("_key",) if spec.sort == "node" else ("_source", "_target", "_k")


def search_columns(spec: TypeSpec) -> tuple[str, ...]:
    """The normalised text and the sort name, where a type takes part in search."""
    return ("_search", "_sort") if spec.sort == "node" and spec.searched else ()


def column_definitions(prop: Property) -> Iterator[str]:
    """``name TYPE`` of each column of a property."""
    for number, column in enumerate(prop.columns):
        kind = "TEXT" if number else _TYPES.get(prop.kind, "INTEGER")
        yield f'"{column}" {kind}'


def create_type(spec: TypeSpec) -> Iterator[str]:
    """The statements that create a type's two tables and their indexes."""
    name = table(spec)
    properties = [definition for prop in stored(spec) for definition in column_definitions(prop)]
    search = [f"{column} TEXT NOT NULL" for column in search_columns(spec)]
    stamps = [f"{column} INTEGER NOT NULL" for column in STAMPS]
    ends = ("_source", "_target")
    if spec.sort == "node":
        identity = ["_key INTEGER PRIMARY KEY REFERENCES entity (key)"]
        version_identity = ["_key INTEGER NOT NULL REFERENCES entity (key)"]
        tail, suffix = [], "STRICT"
    else:
        identity = [f"{end} INTEGER NOT NULL REFERENCES entity (key)" for end in ends]
        identity.append("_k INTEGER NOT NULL")
        version_identity = identity
        tail, suffix = ["PRIMARY KEY (_source, _target, _k)"], "STRICT, WITHOUT ROWID"
    yield _create(name, (*identity, *properties, *search, *stamps, *tail), suffix)
    version_stamps = [
        *stamps, "_ordinal INTEGER NOT NULL", "_void INTEGER", "_touched INTEGER NOT NULL"
    ]  # fmt: skip
    said = ["_verb INTEGER NOT NULL", "_named TEXT NOT NULL"]
    optional = [definition.removesuffix(" NOT NULL") for definition in search]
    version = ("_id INTEGER PRIMARY KEY", *version_identity, *said, *properties, *optional, *version_stamps)
    yield _create(f"{name}_v", version, "STRICT")
    yield from create_indexes(spec)


def create_indexes(spec: TypeSpec) -> Iterator[str]:
    """The indexes of a type's tables."""
    name = table(spec)
    yield f"CREATE INDEX {name}__revision ON {name} (_revision)"
    if search_columns(spec):
        yield f"CREATE INDEX {name}__sort ON {name} (_sort)"
    if spec.sort == "edge":
        yield f"CREATE INDEX {name}__target ON {name} (_target)"
        yield f"CREATE INDEX {name}_v__target ON {name}_v (_target)"
    yield f"CREATE INDEX {name}_v__entity ON {name}_v ({', '.join(identity_columns(spec))})"
    yield f"CREATE INDEX {name}_v__revision ON {name}_v (_revision)"
    yield f"CREATE INDEX {name}_v__touched ON {name}_v (_touched)"
    yield f"CREATE INDEX {name}_v__void ON {name}_v (_void) WHERE _void IS NOT NULL"


def _create(name: str, columns: Iterable[str], suffix: str) -> str:
    return f"CREATE TABLE {name} ({', '.join(columns)}) {suffix}"


def create_all(registry: Registry) -> Iterator[str]:
    """Every statement of an empty store's schema."""
    yield from STORE_TABLES
    for spec in registry.fact_types:
        yield from create_type(spec)
