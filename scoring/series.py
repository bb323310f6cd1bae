"""Several moments of the same accounts in one snapshot, so that all of them are scored at once.

Model: every moment is a world of its own. Its entities get keys of their own, and all its dates are moved by
as many days as it lies before the last moment, so that every age, and what came before what, is as it was
on that day. Moments are whole weeks apart, so days of the week stay what they were.
Limits: within the hour that is set back at the end of a summer time, two moments less than two microseconds
apart may fall together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from graph_schema import TypeSpec, registry
from scoring.deal_priors import KINDS
from scoring.machinery.arrays import expand, lookup, order_of
from scoring.machinery.contact import CapturedSpans
from scoring.reference import Reference
from scoring.snapshot import (
    ALWAYS,
    MICROSECONDS_A_DAY,
    MISSING,
    OPEN,
    Column,
    EdgeTable,
    Ints,
    LocalDays,
    NodeTable,
    Snapshot,
)
from scoring.types import US


@dataclass(frozen=True, slots=True)
class NodeSpans:
    """Nodes of one type by key, one row per stretch of moments: ``first <= place < stop``."""

    table: NodeTable
    first: Ints
    stop: Ints


@dataclass(frozen=True, slots=True)
class EdgeSpans:
    """Edges of one type by source, target and key, one row per stretch of moments."""

    table: EdgeTable
    first: Ints
    stop: Ints


@dataclass(frozen=True)
class SnapshotSeries:
    """What lies around some accounts at several moments, ascending; edges are there while both their ends are."""

    moments: Ints
    nodes: Mapping[str, NodeSpans]
    edges: Mapping[str, EdgeSpans]
    local_days: LocalDays

    def at(self, place: int) -> Snapshot:
        """The snapshot of one moment."""
        nodes = {name: _nodes_at(spans, place) for name, spans in self.nodes.items()}
        known = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *(table.key for table in nodes.values())]))
        edges = {name: _edges_at(spans, place, known) for name, spans in self.edges.items()}
        return Snapshot(int(self.moments[place]), nodes, edges, self.local_days)

    @cached_property
    def days(self) -> Ints:
        """The local day of each moment."""
        return self.local_days.of(self.moments)

    @cached_property
    def keys(self) -> Ints:
        """Every key that is told of, ascending."""
        found = [spans.table.key for spans in self.nodes.values()]
        for spans in self.edges.values():
            found += [spans.table.source, spans.table.target]
        tables: list[tuple[str, NodeTable | EdgeTable]] = [(name, each.table) for name, each in self.nodes.items()]
        tables += [(name, each.table) for name, each in self.edges.items()]
        for name, table in tables:
            found += [table.columns[column] for column in _columns_of(registry().fact_type(name), "ref")]
        joined = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))
        return joined[joined > 0]

    def own(self, place: Ints, key: Ints) -> Ints:
        """The key of each entity in the world of a moment; what is told nowhere, US and nobody keep theirs."""
        at = lookup(self.keys, key)
        return np.where(at >= 0, place * (len(self.keys) + 1) + at + 1, key)

    def given(self, own: Ints) -> Ints:
        """The key that an entity has in every world, of its key in one."""
        if not len(self.keys):
            return own
        return np.where(own > 0, self.keys[np.maximum(own % (len(self.keys) + 1) - 1, 0)], own)

    def place_of(self, own: Ints) -> Ints:
        """The moment in whose world each key is."""
        found: Ints = own // (len(self.keys) + 1)
        return found

    def laid_out(self) -> Snapshot:
        """The snapshot of all worlds, at the end of the last day."""
        nodes = {name: self._nodes(name, spans) for name, spans in self.nodes.items()}
        held = np.zeros(len(self.moments) * (len(self.keys) + 1), dtype=np.bool_)
        for table in nodes.values():
            held[table.key] = True
        edges = {name: self._edges(name, spans, held) for name, spans in self.edges.items()}
        return Snapshot(self._end, nodes, edges)

    def reference(self, given: Reference) -> Reference:
        """The Reference for all worlds: the one that is given, seen from each."""
        spans, number = given.captured, len(self.moments)
        lag = self.days[-1] - self.days

        def tiled(keys: Ints, chosen: Ints) -> tuple[Ints, Ints]:
            place, row = np.repeat(np.arange(number), len(chosen)), np.tile(chosen, number)
            return self.own(place, keys[row]), row

        colleague, at = tiled(spans.colleague, np.flatnonzero(lookup(self.keys, spans.colleague) >= 0))
        moved = lag[self.place_of(colleague)]
        deals = given.deals
        customer, kind = deals.code // KINDS, deals.code % KINDS
        buyer, closed = tiled(customer, np.flatnonzero(lookup(self.keys, customer) >= 0))
        account, rule = tiled(given.rule_account, np.flatnonzero(lookup(self.keys, given.rule_account) >= 0))
        ours = np.flatnonzero(given.share_vendor == US)
        vendor, share = tiled(given.share_vendor, np.flatnonzero(lookup(self.keys, given.share_vendor) >= 0))
        vendor, share = np.concatenate([given.share_vendor[ours], vendor]), np.concatenate([ours, share])
        return replace(
            given,
            captured=CapturedSpans(colleague, spans.first[at] + moved, spans.last[at] + moved),
            rule_account=account,
            rule_counts=given.rule_counts[rule],
            share_segment=given.share_segment[share],
            share_vendor=vendor,
            share_mean=given.share_mean[share],
            deals=replace(
                deals, code=buyer * KINDS + kind[closed], closed=deals.closed[closed], decided=deals.decided[closed]
            ),
        )

    @property
    def _end(self) -> int:
        return (int(self.days[-1]) + 1) * MICROSECONDS_A_DAY - 1

    def _nodes(self, name: str, spans: NodeSpans) -> NodeTable:
        place, row = _spread(spans)
        return NodeTable(
            self.own(place, spans.table.key[row]),
            self._columns(registry().nodes[name], spans.table.columns, place, row),
        )

    def _edges(self, name: str, spans: EdgeSpans, held: Any) -> EdgeTable:
        place, row = _spread(spans)
        table, spec = spans.table, registry().edges[name]
        source, target = self.own(place, table.source[row]), self.own(place, table.target[row])
        both = held[source] & held[target]
        place, row, source, target = place[both], row[both], source[both], target[both]
        key = table.key[row]
        if spec.key is not None and spec.properties[spec.key].kind == "ref":
            key = self.own(place, key)
        return EdgeTable(
            source,
            target,
            key,
            self._instants(table.valid_from, place, row),
            self._instants(table.valid_to, place, row),
            self._columns(spec, table.columns, place, row),
        )

    def _columns(self, spec: TypeSpec, columns: Mapping[str, Column], place: Ints, row: Ints) -> dict[str, Column]:
        found: dict[str, Column] = {}
        for name, cells in columns.items():
            kind = spec.properties[name].kind if name in spec.properties else None
            if kind == "instant":
                found[name] = self._instants(cells, place, row)
            elif kind == "day":
                day = cells[row]
                found[name] = np.where(day == MISSING, day, day + (self.days[-1] - self.days)[place])
            else:
                found[name] = self.own(place, cells[row]) if kind == "ref" else cells[row]
        return found

    def _instants(self, cells: Ints, place: Ints, row: Ints) -> Ints:
        """The moments as each world has them: what is still to come lies after the end."""
        bound = (cells == ALWAYS) | (cells == OPEN)
        wall = _wall(self.local_days, np.where(bound, 0, cells))
        given, moment = cells[row], self.moments[place]
        moved = wall[row] + (self.days[-1] - self.days)[place] * MICROSECONDS_A_DAY
        late = np.where(bound[row], 0, given) - moment
        return np.where(bound[row], given, np.where(late > 0, self._end + late, moved))


def side_by_side(snapshots: Sequence[Snapshot]) -> SnapshotSeries:
    """Several snapshots of one moment as a series, each a world of its own: what edits would make of a graph."""
    size = len(snapshots)
    nodes, edges = {}, {}
    for name in registry().nodes:
        tables = [each.nodes[name] for each in snapshots]
        first = np.repeat(np.arange(size), [len(table) for table in tables])
        columns = {column: np.concatenate([table[column] for table in tables]) for column in tables[0].columns}
        table = NodeTable(np.concatenate([table.key for table in tables]), columns)
        nodes[name] = NodeSpans(table, first, first + 1)
    for name in registry().edges:
        given = [each.edges[name] for each in snapshots]
        first = np.repeat(np.arange(size), [len(edge) for edge in given])
        columns = {column: np.concatenate([edge[column] for edge in given]) for column in given[0].columns}
        source, target, key, start, stop = (
            np.concatenate([getattr(edge, part) for edge in given])
            for part in ("source", "target", "key", "valid_from", "valid_to")
        )
        edges[name] = EdgeSpans(EdgeTable(source, target, key, start, stop, columns), first, first + 1)
    moments = np.array([each.as_of for each in snapshots], dtype=np.int64)
    return SnapshotSeries(moments, nodes, edges, snapshots[0].local_days)


def _columns_of(spec: TypeSpec, kind: str) -> list[str]:
    return [name for name, prop in spec.properties.items() if prop.kind == kind]


def _spread(spans: NodeSpans | EdgeSpans) -> tuple[Ints, Ints]:
    """Place and row of everything that is there at a moment, moment by moment."""
    row, place = expand(spans.first, spans.stop - spans.first)
    order = order_of(place)
    return place[order], row[order]


def _nodes_at(spans: NodeSpans, place: int) -> NodeTable:
    rows = np.flatnonzero((spans.first <= place) & (place < spans.stop))
    return NodeTable(spans.table.key[rows], {name: cells[rows] for name, cells in spans.table.columns.items()})


def _edges_at(spans: EdgeSpans, place: int, known: Ints) -> EdgeTable:
    table = spans.table
    there = (spans.first <= place) & (place < spans.stop)
    rows = np.flatnonzero(there & (lookup(known, table.source) >= 0) & (lookup(known, table.target) >= 0))
    source, target, key, start, stop = (
        part[rows] for part in (table.source, table.target, table.key, table.valid_from, table.valid_to)
    )
    return EdgeTable(source, target, key, start, stop, {name: cells[rows] for name, cells in table.columns.items()})


def _wall(local_days: LocalDays, instants: Ints) -> Ints:
    """What a clock on the wall shows, in microseconds; the hour that is set back is passed at half speed."""
    place = np.searchsorted(local_days.transitions, instants, side="right") - 1
    found: Ints = instants + local_days.offsets[place]
    back = np.diff(local_days.offsets, prepend=local_days.offsets[0])
    for at in np.flatnonzero(back < 0):
        change, hour = local_days.transitions[at], -back[at]
        near = (instants >= change - hour) & (instants < change + hour)
        begin = change - hour + local_days.offsets[at - 1]
        found[near] = begin + (instants[near] - (change - hour)) // 2
    return found
