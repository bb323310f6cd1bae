"""Rows and canonical values: how a type's properties become columns and come back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from typing import Any

from graph_schema import Property, TypeSpec, registry
from graph_schema.ddl.sqlite import (
    VERSION_STAMPS,
    identity_columns,
    property_columns,
    search_columns,
    stored,
    table,
)
from graph_schema.markers import Money

KeyOf = Callable[[str], int]
IdOf = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Codec:
    """Everything that is fixed about a type's rows, so that it is worked out once."""

    spec: TypeSpec
    table: str
    properties: tuple[Property, ...]
    width: int
    """Number of property columns."""
    searched: bool
    insert: str
    insert_version: str
    delete: str
    delete_versions: str
    select: str
    """Identity, properties and stamps of single-version entities, without a condition."""
    select_versions: str

    def encode(self, values: Mapping[str, Any], key_of: KeyOf) -> list[Any]:
        """The property columns' cells."""
        cells: list[Any] = []
        get = values.get
        for prop in self.properties:
            value = get(prop.name)
            kind = prop.kind
            if kind == "money":
                cells += (None, None) if value is None else (value.ten_thousandths, value.currency)
            elif value is None:
                cells.append(None)
            elif kind == "code":
                cells.append(_place(prop.vocabulary, value))
            elif kind == "codes":
                cells.append(sum(1 << _place(prop.vocabulary, word) for word in value))
            elif kind == "ref":
                cells.append(key_of(value))
            elif kind == "any":
                cells.append(_json(value))
            else:
                cells.append(value)
        return cells

    def encode_all(self, rows: Sequence[Mapping[str, Any]], key_of: KeyOf) -> list[Iterable[Any]]:
        """The property columns of many rows, column by column."""
        used = {name for values in rows for name in values}
        columns: list[Iterable[Any]] = []
        for prop in self.properties:
            if prop.name not in used:
                columns += [repeat(None)] * len(prop.columns)
                continue
            name = prop.name
            cells = [values.get(name) for values in rows]
            columns += _encoded(prop, cells, key_of)
        return columns

    def decode(self, cells: Sequence[Any], id_of: IdOf, named: Sequence[str] | None = None) -> dict[str, Any]:
        """The canonical values of the cells that are not NULL, or of the named ones."""
        values: dict[str, Any] = {}
        at = 0
        for prop in self.properties:
            cell = cells[at]
            if cell is not None:
                values[prop.name] = _decode(prop, cell, cells[at + 1 : at + 2], id_of)
            at += 2 if prop.kind == "money" else 1
        return values if named is None else {name: values.get(name) for name in named}


def _encoded(prop: Property, cells: list[Any], key_of: KeyOf) -> list[list[Any]]:
    """The column, or for money the two columns, of a property's values; None stays None."""
    match prop.kind:
        case "money":
            return [[c and c.ten_thousandths for c in cells], [c and c.currency for c in cells]]
        case "code":
            places = _places_or_none(prop.vocabulary)
            return [[places[c] for c in cells]]
        case "codes":
            return [[None if c is None else sum(1 << _place(prop.vocabulary, w) for w in c) for c in cells]]
        case "ref":
            return [[None if c is None else key_of(c) for c in cells]]
        case "any":
            return [[None if c is None else _json(c) for c in cells]]
        case _:
            return [cells]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@cache
def _places_or_none(vocabulary: str | None) -> dict[str | None, int | None]:
    places: dict[str | None, int | None] = {None: None}
    places.update(_places(vocabulary))
    return places


@cache
def key_codes(type_: str) -> dict[str, int] | None:
    """Key code by key of an edge type; None where keys are nodes."""
    spec = registry().edges[type_]
    if spec.key is None:
        return {"": -1}
    prop = spec.properties[spec.key]
    return None if prop.kind == "ref" else {"": -1, **_places(prop.vocabulary)}


@cache
def _places(vocabulary: str | None) -> dict[str, int]:
    words = Property("", "code", False, "", vocabulary=vocabulary).words
    return {word: number for number, word in enumerate(words)}


def _place(vocabulary: str | None, word: str) -> int:
    return _places(vocabulary)[word]


def _decode(prop: Property, cell: Any, following: Sequence[Any], id_of: IdOf) -> Any:
    match prop.kind:
        case "money":
            return Money(cell, following[0])
        case "code":
            return prop.words[cell]
        case "codes":
            return tuple(sorted(word for number, word in enumerate(prop.words) if cell >> number & 1))
        case "ref":
            return id_of(cell)
        case "flag":
            return bool(cell)
        case "any":
            return json.loads(cell)
        case _:
            return cell


@cache
def codec(type_: str) -> Codec:
    """The codec of a node or edge type."""
    spec = registry().fact_type(type_)
    name = table(spec)
    identity, search = identity_columns(spec), search_columns(spec)
    properties = tuple(f'"{column}"' for column in property_columns(spec))
    stamps = VERSION_STAMPS[:4]
    single = (*identity, *properties, *search, *stamps)
    version = (*identity, "_verb", "_named", *properties, *search, *VERSION_STAMPS)
    where = " AND ".join(f"{column} = ?" for column in identity)
    return Codec(
        spec=spec,
        table=name,
        properties=stored(spec),
        width=len(properties),
        searched=bool(search),
        insert=_insert(name, single),
        insert_version=_insert(f"{name}_v", version),
        delete=f"DELETE FROM {name} WHERE {where}",  # noqa: S608
        delete_versions=f"DELETE FROM {name}_v WHERE {where}",  # noqa: S608
        select=f"SELECT {', '.join((*identity, *properties, *stamps))} FROM {name}",  # noqa: S608
        select_versions=f"SELECT {', '.join((*identity, '_verb', '_named', *properties, *VERSION_STAMPS))}"  # noqa: S608
        f" FROM {name}_v",
    )


def _insert(name: str, columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
