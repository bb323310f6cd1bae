"""Markers that a declaration puts on a property, and the value types a property may have.

A property is declared as ``name: Annotated[type, Doc("meaning"), ...markers]``. The registry reads
the type and the markers; every engine's columns, the JSON Schema, the reference documentation and
the validation rules are derived from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NewType

Instant = NewType("Instant", int)
"""A moment: microseconds since 1970-01-01T00:00:00Z."""

Day = NewType("Day", int)
"""A calendar day: days since 1970-01-01."""

Code = NewType("Code", str)
"""One word of a vocabulary; the property carries a `Words` marker."""

Ref = NewType("Ref", str)
"""The id of another node; the property carries a `Points` marker."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency, in ten-thousandths of its unit (1.5 CNY is 15,000)."""

    ten_thousandths: int
    currency: str


@dataclass(frozen=True, slots=True)
class Doc:
    """What the property means, in one sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a number, e.g. ``hours``."""

    text: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Smallest and largest value allowed, both included; None means unbounded."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary that a `Code`, or each of a tuple of them, comes from."""

    vocabulary: str


@dataclass(frozen=True, slots=True)
class Points:
    """The node types that a `Ref` may point to."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """The property takes part in search by text: folded, with pinyin for Chinese names."""


@dataclass(frozen=True, slots=True)
class Category:
    """A free text that groups subjects, so that snapshots carry it as a stable code."""


@dataclass(frozen=True, slots=True)
class Sensitive:
    """Who may see the property: ``personal`` (a person's own data) or ``restricted``."""

    level: str


class Node:
    """Base of all declared node types. The class docstring is the type's description."""

    __slots__ = ()


class Edge:
    """Base of all declared edge types; an edge is identified by type, both ends and its key."""

    __slots__ = ()
    FROM: ClassVar[tuple[str, ...]]
    TO: ClassVar[tuple[str, ...]]
    KEY: ClassVar[str | None] = None
    """Property that, beside both ends, makes an edge of this type distinct."""
    SYMMETRIC: ClassVar[bool] = False
    """Both directions are the same edge; it is stored from the smaller id to the larger."""
    LOOP_ALLOWED: ClassVar[bool] = False


class Record:
    """Base of all record types: kept and exported by the store, without edges or validity."""

    __slots__ = ()
    EXPORTED: ClassVar[bool] = True
