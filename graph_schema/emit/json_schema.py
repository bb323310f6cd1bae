"""JSON Schema (draft 2020-12) of every declared type, as it appears in exports and over HTTP."""

from __future__ import annotations

from typing import Any

from graph_schema.registry import Property, Registry, TypeSpec

_MONEY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "pattern": r"^-?\d+(\.\d{1,4})?$"},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    },
    "required": ["amount", "currency"],
    "additionalProperties": False,
}
_FORMS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "real": {"type": "number"},
    "flag": {"type": "boolean"},
    "instant": {"type": "string", "format": "date-time"},
    "day": {"type": "string", "format": "date"},
    "code": {"type": "string"},
    "codes": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    "texts": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    "ref": {"type": "string", "minLength": 1, "maxLength": 200},
    "any": {},
}


def property_schema(prop: Property) -> dict[str, Any]:
    """The schema of one property's JSON form, without null."""
    form: dict[str, Any] = dict(_MONEY) if prop.kind == "money" else dict(_FORMS[prop.kind])
    form["description"] = prop.doc if prop.unit is None else f"{prop.doc} ({prop.unit})"
    if prop.vocabulary and prop.kind == "codes":
        form["items"] = {"type": "string", "enum": list(prop.words)}
    elif prop.vocabulary:
        form["enum"] = list(prop.words)
    if prop.bounds is not None and prop.bounds.low is not None:
        form["minimum"] = prop.bounds.low
    if prop.bounds is not None and prop.bounds.high is not None:
        form["maximum"] = prop.bounds.high
    return form


def type_schema(spec: TypeSpec) -> dict[str, Any]:
    """The schema of one type's properties."""
    return {
        "title": spec.label,
        "description": spec.doc,
        "type": "object",
        "properties": {name: property_schema(prop) for name, prop in spec.properties.items()},
        "required": [name for name, prop in spec.properties.items() if prop.required],
        "additionalProperties": False,
    }


def json_schema(registry: Registry) -> dict[str, Any]:
    """One document with every node, edge and record type under ``$defs``."""
    specs = (*registry.fact_types, *registry.records.values())
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "brm graph",
        "$defs": {spec.name: type_schema(spec) for spec in specs},
    }
