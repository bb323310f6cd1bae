"""What a parameter means: its markers, its description, and the check of a value given for it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from graph_schema.vocabulary import VOCABULARIES

MEASURED, LITERATURE, EXPERT = "measured", "literature", "expert"
DOMAIN = "docs/concepts.md"
FRIEDKIN = "Friedkin & Johnsen 1990, J. Math. Sociol. 15(3-4):193-206; values set by experience"


@dataclass(frozen=True, slots=True)
class Number:
    """What a numeric parameter means: unit, allowed range, source and kind of evidence."""

    doc: str
    unit: str = "1"
    low: float = 0.0
    high: float = 1.0
    source: str = DOMAIN
    evidence: str = EXPERT


@dataclass(frozen=True, slots=True)
class Roles:
    """A parameter that is a tuple of codes of one vocabulary."""

    doc: str
    vocabulary: str = "buying_role"
    source: str = DOMAIN
    evidence: str = EXPERT


@dataclass(frozen=True, slots=True)
class Text:
    """A parameter that is a short text of a fixed form."""

    doc: str
    form: str
    source: str = DOMAIN
    evidence: str = EXPERT


Marker = Number | Roles | Text
Value = float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """One parameter as documentation and ``brm params`` show it."""

    name: str
    value: Value
    default: Value
    doc: str
    unit: str
    low: float | None
    high: float | None
    source: str
    evidence: str


def _unit(marker: Marker) -> str:
    if isinstance(marker, Number):
        return marker.unit
    return f"codes of {marker.vocabulary}" if isinstance(marker, Roles) else "text"


def markers(group: type[Any]) -> dict[str, Marker]:
    """The marker of each parameter of a group, by name."""
    hints = get_type_hints(group, include_extras=True)
    return {each.name: hints[each.name].__metadata__[0] for each in fields(group)}


def described(dotted: str, values: Any, name: str, marker: Marker) -> Described:
    number = marker if isinstance(marker, Number) else None
    return Described(
        name=dotted,
        value=getattr(values, name),
        default=getattr(type(values)(), name),
        doc=marker.doc,
        unit=_unit(marker),
        low=number.low if number else None,
        high=number.high if number else None,
        source=marker.source,
        evidence=marker.evidence,
    )


def checked(dotted: str, marker: Marker, value: Any) -> Value:
    if isinstance(marker, Roles):
        codes = tuple(value) if not isinstance(value, str) else (value,)
        unknown = [code for code in codes if code not in VOCABULARIES[marker.vocabulary]]
        if unknown or len(set(codes)) != len(codes):
            raise ValueError(f"{dotted}: {', '.join(map(str, unknown or codes))}")
        return codes
    if isinstance(marker, Text):
        if not isinstance(value, str) or not re.fullmatch(marker.form, value):
            raise ValueError(f"{dotted}: {value!r} is not of the form {marker.form}")
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{dotted}: not a number")
    if not math.isfinite(value) or not marker.low <= value <= marker.high:
        raise ValueError(f"{dotted}: {value} is outside {marker.low} to {marker.high}")
    return float(value) + 0.0
