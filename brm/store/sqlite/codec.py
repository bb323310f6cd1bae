"""Rows and canonical values: how a type's properties become columns and come back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
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
                cells.append(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
            else:
                cells.append(value)
        return cells

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
