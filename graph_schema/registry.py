"""The registry: what the declarations say, introspected once and read by everything else."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from graph_schema import edges, nodes, records
from graph_schema.markers import (
    Bounds,
    Category,
    Doc,
    Edge,
    Money,
    Node,
    Points,
    Record,
    Search,
    Sensitive,
    Unit,
    Words,
)
from graph_schema.vocabulary import VOCABULARIES

Kind = Literal["text", "integer", "real", "flag", "instant", "day", "money", "code", "codes", "ref", "texts", "any"]
_SCALARS: dict[Any, Kind] = {
    str: "text",
    int: "integer",
    float: "real",
    bool: "flag",
    Money: "money",
    Any: "any",
}


@dataclass(frozen=True, slots=True)
class Property:
    """One declared property of a node, edge or record type."""

    name: str
    kind: Kind
    required: bool
    doc: str
    unit: str | None = None
    bounds: Bounds | None = None
    vocabulary: str | None = None
    points_to: tuple[str, ...] = ()
    search: bool = False
    category: bool = False
    sensitive: str | None = None
    default: Any = None

    @property
    def words(self) -> tuple[str, ...]:
        """The codes allowed, empty when the property is not a code."""
        return VOCABULARIES[self.vocabulary] if self.vocabulary else ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that hold it in an engine; money takes two."""
        return (self.name, f"{self.name}_currency") if self.kind == "money" else (self.name,)


@dataclass(frozen=True, slots=True)
class TypeSpec:
    """One declared type. ``source`` and ``target`` are empty unless it is an edge."""

    name: str
    sort: Literal["node", "edge", "record"]
    doc: str
    properties: Mapping[str, Property]
    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    key: str | None = None
    symmetric: bool = False
    loop_allowed: bool = False
    exported: bool = True

    @property
    def references(self) -> tuple[Property, ...]:
        """The properties that hold the id of another node, the edge's key aside."""
        return tuple(p for p in self.properties.values() if p.kind == "ref" and p.name != self.key)

    @property
    def searched(self) -> tuple[Property, ...]:
        """The properties that take part in search; the first one is the display name."""
        return tuple(p for p in self.properties.values() if p.search)

    @property
    def label(self) -> str:
        """The name in a property graph: ``OrgUnit`` for a node, ``SEAT_IN`` for an edge."""
        if self.sort == "edge":
            return self.name.upper()
        return "".join(part.capitalize() for part in self.name.split("_"))


@dataclass(frozen=True, slots=True)
class Registry:
    """All declared types by name."""

    nodes: Mapping[str, TypeSpec]
    edges: Mapping[str, TypeSpec]
    records: Mapping[str, TypeSpec]

    def fact_type(self, name: str) -> TypeSpec:
        """The node or edge type called ``name``; KeyError when there is none."""
        found = self.nodes.get(name) or self.edges.get(name)
        if found is None:
            raise KeyError(name)
        return found

    @property
    def fact_types(self) -> tuple[TypeSpec, ...]:
        """All node types, then all edge types, in declared order."""
        return (*self.nodes.values(), *self.edges.values())

    def describe(self) -> dict[str, Any]:
        """The whole declaration as plain data; its digest is the schema digest."""
        return {
            "vocabularies": {name: list(words) for name, words in VOCABULARIES.items()},
            **{
                sort: {name: _plain(spec) for name, spec in getattr(self, sort).items()}
                for sort in ("nodes", "edges", "records")
            },
        }

    def digest(self) -> str:
        """SHA-256 over what engines depend on: names, kinds, ends and keys, not the prose."""
        return hashlib.sha256(json.dumps(_structure(self.describe()), sort_keys=True).encode()).hexdigest()


def _plain(spec: TypeSpec) -> dict[str, Any]:
    plain = dataclasses.asdict(dataclasses.replace(spec, properties={}))
    plain["properties"] = {name: dataclasses.asdict(prop) for name, prop in spec.properties.items()}
    return plain


def _structure(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {name: _structure(value) for name, value in tree.items() if name not in ("doc", "unit")}
    return tree


def type_name(declared: type) -> str:
    """The snake-case name of a declared class: ``OrgUnit`` is ``org_unit``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", declared.__name__).lower()


def _unwrap_optional(hint: Any) -> tuple[Any, bool]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        rest = [part for part in typing.get_args(hint) if part is not types.NoneType]
        if len(rest) != 1:
            raise TypeError(f"a property has one type or that type and None, not {hint}")
        return rest[0], True
    return hint, False


def _kind(hint: Any, markers: tuple[Any, ...]) -> Kind:
    if typing.get_origin(hint) is tuple:
        return "codes" if any(isinstance(m, Words) for m in markers) else "texts"
    newtype = getattr(hint, "__name__", "")
    if newtype in ("Instant", "Day", "Code", "Ref"):
        return typing.cast(Kind, newtype.lower())
    return _SCALARS[hint]


def _property(field: dataclasses.Field[Any], hint: Any) -> Property:
    base, *markers = typing.get_args(hint)
    inner, optional = _unwrap_optional(base)
    by_type = {type(marker): marker for marker in markers}
    words, points, unit, sensitive = (by_type.get(kind) for kind in (Words, Points, Unit, Sensitive))
    return Property(
        name=field.name,
        kind=_kind(inner, tuple(markers)),
        required=not optional and field.default is dataclasses.MISSING,
        doc=by_type[Doc].text,
        unit=unit.text if unit else None,
        bounds=by_type.get(Bounds),
        vocabulary=words.vocabulary if words else None,
        points_to=points.types if points else (),
        search=Search in by_type,
        category=Category in by_type,
        sensitive=sensitive.level if sensitive else None,
        default=None if field.default is dataclasses.MISSING else field.default,
    )


EXTRA = Property(name="extra", kind="any", required=False, doc="Fields of the installation's own: a flat map by name")
"""Every node and edge type has it; versioned with the fact like any other property."""


def _spec(declared: type[Node | Edge | Record], sort: Literal["node", "edge", "record"]) -> TypeSpec:
    hints = typing.get_type_hints(declared, include_extras=True)
    properties = {f.name: _property(f, hints[f.name]) for f in dataclasses.fields(typing.cast(Any, declared))}
    if sort != "record":
        properties[EXTRA.name] = EXTRA
    spec = TypeSpec(
        name=type_name(declared),
        sort=sort,
        doc=(declared.__doc__ or "").strip(),
        properties=MappingProxyType(properties),
    )
    if issubclass(declared, Edge):
        return dataclasses.replace(
            spec,
            source=declared.FROM,
            target=declared.TO,
            key=declared.KEY,
            symmetric=declared.SYMMETRIC,
            loop_allowed=declared.LOOP_ALLOWED,
        )
    if issubclass(declared, Record):
        return dataclasses.replace(spec, exported=declared.EXPORTED)
    return spec


@cache
def registry() -> Registry:
    """The registry of all declared types, built once."""

    def by_name(declared: tuple[type[Any], ...], sort: Literal["node", "edge", "record"]) -> Mapping[str, TypeSpec]:
        return MappingProxyType({type_name(each): _spec(each, sort) for each in declared})

    return Registry(
        nodes=by_name(nodes.NODES, "node"),
        edges=by_name(edges.EDGES, "edge"),
        records=by_name(records.RECORDS, "record"),
    )


@cache
def schema_digest() -> str:
    """The digest of the declarations, worked out once."""
    return registry().digest()
