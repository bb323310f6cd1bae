"""Builds a small Snapshot from a few calls; keys are handed out in order, starting at 1."""

from __future__ import annotations

from typing import Any

import numpy as np

from graph_schema import registry
from scoring.snapshot import (
    ALWAYS,
    MICROSECONDS_A_DAY,
    OPEN,
    EdgeTable,
    NodeTable,
    Snapshot,
    edge_table,
    encode_value,
    node_table,
    snapshot_columns,
)

TODAY = 20_000
"""The local day of every world, 2024-10-04."""


def instant(day: float) -> int:
    """Noon, or another moment, of a day."""
    return int((day + 0.5) * MICROSECONDS_A_DAY)


class World:
    """Nodes and edges being collected; ``snapshot`` makes the picture of the end of a day."""

    def __init__(self) -> None:
        self.next = 1
        self.names: dict[str, int] = {}
        self.nodes: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self.edges: dict[str, list[tuple[int, int, dict[str, Any], int, int]]] = {}

    def node(self, type_: str, name: str | None = None, **values: Any) -> int:
        key, self.next = self.next, self.next + 1
        self.nodes.setdefault(type_, []).append((key, values))
        if name is not None:
            self.names[name] = key
        return key

    def edge(
        self, type_: str, source: int, target: int, valid_from: int = ALWAYS, valid_to: int = OPEN, **values: Any
    ) -> None:
        self.edges.setdefault(type_, []).append((source, target, values, valid_from, valid_to))

    def company(self, name: str, *kinds: str, **values: Any) -> int:
        return self.node("company", name, kinds=kinds, **values)

    def person(self, name: str, company: int | None = None, level: int | None = None) -> int:
        """A person, seated at a company if one is given."""
        person = self.node("person", name)
        if company is not None:
            seat = self.node("position", f"{name}/seat", **({"level": level} if level else {}))
            self.edge("holds", person, seat)
            self.edge("seat_in", seat, company)
        return person

    def deal(self, name: str, customer: int | None = None, status: str = "open", **values: Any) -> int:
        deal = self.node("opportunity", name, status=status, **values)
        if customer is not None:
            self.edge("for", deal, customer)
        return deal

    def observe(
        self,
        kind: str,
        about: int,
        toward: int | None = None,
        *,
        day: int = TODAY,
        source_class: str = "observed",
        concerns: tuple[int, ...] = (),
        said_by: int | None = None,
        **values: Any,
    ) -> int:
        item = self.node("observation", at=instant(day), kind=kind, source_class=source_class, **values)
        self.edge("about", item, about)
        if toward is not None:
            self.edge("toward", item, toward)
        if said_by is not None:
            self.edge("said_by", item, said_by)
        for each in concerns:
            self.edge("concerns", item, each)
        return item

    def meet(
        self,
        channel: str,
        ours: tuple[int, ...],
        theirs: tuple[int, ...],
        day: float = TODAY,
        *,
        starter: int | None = None,
        concerns: tuple[int, ...] = (),
        responses: dict[int, str] | None = None,
        **values: Any,
    ) -> int:
        """An interaction; the starter is ``from`` in a text and ``organiser`` otherwise."""
        item = self.node("interaction", at=instant(day), channel=channel, **values)
        text = channel in ("mail", "chat", "sms", "social")
        for each in (*ours, *theirs):
            role = ("from" if text else "organiser") if each == starter else ("to" if text else "attendee")
            reply = (responses or {}).get(each)
            self.edge("took_part", each, item, role=role, **({"response": reply} if reply else {}))
        for each in concerns:
            self.edge("concerns", item, each)
        return item

    def snapshot(self, day: int = TODAY) -> Snapshot:
        return Snapshot(
            (day + 1) * MICROSECONDS_A_DAY - 1,
            {type_: _nodes(type_, rows) for type_, rows in self.nodes.items()},
            {type_: _edges(type_, rows) for type_, rows in self.edges.items()},
        )


def _columns(type_: str, values: list[dict[str, Any]]) -> dict[str, Any]:
    spec = registry().fact_type(type_)
    columns = {}
    for name in {name for row in values for name in row}:
        dtype, missing = snapshot_columns(spec)[name]
        prop = spec.properties.get(name)  # none for the currency that goes with an amount

        def encoded(value: Any, prop: Any = prop, missing: Any = missing) -> Any:
            if value is None:
                return missing
            plain = prop is None or prop.kind in ("ref", "money")
            return value if plain else encode_value(prop, value, int)

        columns[name] = np.array([encoded(row.get(name)) for row in values], dtype=dtype)
    return columns


def _nodes(type_: str, rows: list[tuple[int, dict[str, Any]]]) -> NodeTable:
    return node_table(type_, np.array([row[0] for row in rows]), _columns(type_, [row[1] for row in rows]))


def _edges(type_: str, rows: list[tuple[int, int, dict[str, Any], int, int]]) -> EdgeTable:
    column = list(zip(*rows, strict=True))
    source, target, start, stop = (np.array(column[at], dtype=np.int64) for at in (0, 1, 3, 4))
    return edge_table(type_, source, target, _columns(type_, list(column[2])), valid_from=start, valid_to=stop)
