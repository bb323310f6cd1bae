"""Histories as properties of nodes and relationships, and back.

An entity is *plain* when one set says all there is: begun and known by the time it is written, and
open. Its values are properties of their own and ``_row`` holds its numbers for snapshots. Every
other entity is *versioned*: ``_history`` holds all its versions, one JSON text each, and the values
of the moment it was written stand beside it for people to read, if it existed then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from brm.store.history import FACT_VERBS, Entry, Fact, properties_of
from brm.store.tables import columns_of
from graph_schema import Property, TypeSpec, registry
from graph_schema.changes import EntityRef
from graph_schema.ddl.sqlite import stored
from graph_schema.markers import Money
from scoring.snapshot import OPEN, snapshot_columns

KeyOf = Callable[[str], int]
_VERBS = {verb: number for number, verb in enumerate(FACT_VERBS)}
NODE_HEAD = ("_from", "_known", "_revision", "_key")
EDGE_HEAD = ("_from", "_known", "_revision", "_source", "_target", "_k")


@dataclass(frozen=True, slots=True)
class Codec:
    """Everything fixed about a type. ``row`` is the layout of ``_row``: a head, then snapshot columns."""

    spec: TypeSpec
    properties: tuple[Property, ...]
    row: np.dtype[Any]

    def readable(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as native properties."""
        shown: dict[str, Any] = {}
        for prop in self.properties:
            value = values.get(prop.name)
            if value is None:
                continue
            if prop.kind == "money":
                shown[prop.name], shown[f"{prop.name}_currency"] = value.ten_thousandths, value.currency
            elif prop.kind == "any":
                shown[prop.name] = json.dumps(value, ensure_ascii=False)
            else:
                shown[prop.name] = list(value) if isinstance(value, tuple) else value
        return shown

    def values(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        """The canonical values of native properties."""
        found: dict[str, Any] = {}
        for prop in self.properties:
            value = shown.get(prop.name)
            if value is None:
                continue
            if prop.kind == "money":
                found[prop.name] = Money(value, shown[f"{prop.name}_currency"])
            elif prop.kind == "any":
                found[prop.name] = json.loads(value)
            else:
                found[prop.name] = tuple(value) if isinstance(value, list) else value
        return found

    def version(self, fact: Fact) -> str:
        """One version as text."""
        values = {name: _to_plain(value) for name, value in fact.values.items()}
        stamps = (fact.valid_from, fact.valid_to, fact.recorded_at, fact.revision, fact.ordinal, fact.void_revision)
        return json.dumps([_VERBS[fact.verb], values, *stamps], ensure_ascii=False, separators=(",", ":"))

    def fact(self, text: str) -> Fact:
        """The version in a text."""
        verb, values, *stamps = json.loads(text)
        kinds = self.spec.properties
        return Fact(FACT_VERBS[verb], {n: _from_plain(kinds[n].kind, v) for n, v in values.items()}, *stamps)

    def entry(self, properties: Mapping[str, Any]) -> Entry:
        """The history that the properties of a node or relationship hold."""
        history = properties.get("_history")
        if history is not None:
            return Entry([self.fact(text) for text in history], properties["_touched"])
        start, known, revision = np.frombuffer(properties["_row"], dtype="<i8", count=3).tolist()
        return Entry([Fact("set", self.values(properties), start, OPEN, known, revision)], revision)

    def rows(
        self, entities: Sequence[EntityRef], facts: Sequence[Fact], heads: Iterable[Sequence[int]], key_of: KeyOf
    ) -> list[bytes]:
        """``_row`` of plain entities; a head is the node's key, or both ends and the key code."""
        table = np.empty(len(facts), dtype=self.row)
        values = [properties_of(entity, fact.values) for entity, fact in zip(entities, facts, strict=True)]
        names = NODE_HEAD if self.spec.sort == "node" else EDGE_HEAD
        stamps = [(fact.valid_from, fact.recorded_at, fact.revision) for fact in facts]
        cells = [(*stamp, *head) for stamp, head in zip(stamps, heads, strict=True)]
        for name, column in zip(names, zip(*cells, strict=True), strict=True):
            table[name] = column
        for name, numbers in columns_of(self.spec, values, key_of).items():
            table[name] = numbers
        raw, size = table.tobytes(), self.row.itemsize
        return [raw[at : at + size] for at in range(0, len(raw), size)]

    def table(self, blobs: Iterable[bytes]) -> npt.NDArray[Any]:
        """The rows of many ``_row`` as one structured array."""
        return np.frombuffer(b"".join(blobs), dtype=self.row)


def _to_plain(value: Any) -> Any:
    return [value.ten_thousandths, value.currency] if isinstance(value, Money) else value


def _from_plain(kind: str, value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case "money":
            return Money(*value)
        case "codes" | "texts":
            return tuple(value)
        case _:
            return value


def codec_of(spec: TypeSpec) -> Codec:
    """The codec of a type however it is declared; a migration reads by one and writes by another."""
    layout = snapshot_columns(spec)
    head = NODE_HEAD if spec.sort == "node" else EDGE_HEAD
    wide = [(name, "<f8" if np.issubdtype(dtype, np.floating) else "<i8") for name, (dtype, _) in layout.items()]
    row = np.dtype([*((name, "<i8") for name in head), *wide])
    return Codec(spec, stored(spec), row)


@cache
def codec(type_: str) -> Codec:
    """The codec of a node or edge type."""
    return codec_of(registry().fact_type(type_))


def is_plain(entry: Entry, now: int) -> bool:
    """Whether one set says it all, now and until somebody writes again."""
    if len(entry.facts) != 1:
        return False
    fact = entry.facts[0]
    return (
        fact.verb == "set"
        and fact.void_revision is None
        and fact.revision == entry.touched
        and None not in fact.values.values()
        and fact.valid_from <= now
        and fact.recorded_at <= now
        and fact.valid_to == OPEN
    )
