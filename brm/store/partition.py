"""The partition of an account, and the whole graph, as a Snapshot: the same for every engine.

Everything is found by following edges over integer keys, with one read per edge type and step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from brm.store.view import Moment, Side, Tables
from graph_schema import registry
from scoring.machinery.arrays import distinct, run_starts
from scoring.snapshot import EdgeTable, Ints, LocalDays, NodeTable, Snapshot, edge_table

Flags = npt.NDArray[np.bool_]
_CLOSE = 8
"""A table of flags may be this many times as long as the keys in it."""
_NOTHING: Ints = np.empty(0, dtype=np.int64)


def snapshot_of(tables: Tables, accounts: Sequence[int] | None, moment: Moment, local_days: LocalDays) -> Snapshot:
    """The partitions of the accounts by key, or with None everything."""
    if accounts is None:
        known = registry()
        nodes = {name: tables.nodes_at(name, None, moment) for name in known.nodes}
        edges = {name: tables.edges_at(name, None, None, moment) for name in known.edges}
    else:
        reach = _Reach(tables, moment)
        reach.follow(np.unique(np.array(accounts, dtype=np.int64)))
        nodes, edges = reach.nodes(), reach.edges()
    return Snapshot(moment.at, nodes, _whole_edges(nodes, edges), local_days)


def _whole_edges(nodes: dict[str, NodeTable], edges: dict[str, EdgeTable]) -> dict[str, EdgeTable]:
    """The edges whose ends both exist at the moment."""
    among = _membership(np.sort(np.concatenate([table.key for table in nodes.values()])))
    whole: dict[str, EdgeTable] = {}
    for name, table in edges.items():
        keep = among(table.source) & among(table.target)
        whole[name] = table if keep.all() else _only(name, table, keep)
    return whole


def _membership(ordered: Ints) -> Callable[[Ints], Flags]:
    """Tells which keys are among the ordered ones; a table of flags where the keys lie close together."""
    if not len(ordered):
        return lambda keys: np.zeros(len(keys), dtype=np.bool_)
    first, size = int(ordered[0]), int(ordered[-1]) - int(ordered[0]) + 1
    if size <= _CLOSE * len(ordered):
        held = np.zeros(size + 1, dtype=np.bool_)
        held[ordered - first] = True
        # what lies outside reads the last flag, which is never set
        return lambda keys: held[np.where((keys >= first) & (keys < first + size), keys - first, size)]

    def search(keys: Ints) -> Flags:
        at = np.searchsorted(ordered, keys).clip(0, len(ordered) - 1)
        found: Flags = ordered[at] == keys
        return found

    return search


def _only(name: str, table: EdgeTable, keep: Flags) -> EdgeTable:
    return edge_table(
        name,
        table.source[keep],
        table.target[keep],
        {column: cells[keep] for column, cells in table.columns.items()},
        key=table.key[keep],
        valid_from=table.valid_from[keep],
        valid_to=table.valid_to[keep],
    )


def _union(parts: Iterable[Ints]) -> Ints:
    found = list(parts)
    joined: Ints = distinct(np.concatenate(found)) if found else _NOTHING
    return joined


class _Reach:
    """Collects node keys by following edges, and the edges that were followed."""

    def __init__(self, tables: Tables, moment: Moment) -> None:
        self._tables = tables
        self._moment = moment
        self._edges: dict[str, list[EdgeTable]] = {}
        self._keys: Ints = _NOTHING
        self._placed: Ints = _NOTHING
        self._types: dict[str, Ints] = {}

    def _step(self, type_: str, side: Side, keys: Ints) -> Ints:
        """Keep the edges of a type that have one of the keys on that side; the keys across."""
        if not len(keys):
            return _NOTHING
        table = self._tables.edges_at(type_, side, keys, self._moment)
        if len(table):
            self._edges.setdefault(type_, []).append(table)
        across: Ints = distinct(table.target if side == "source" else table.source)
        return across

    def _peek(self, type_: str, side: Side, keys: Ints) -> Ints:
        """The keys across, without keeping the edges."""
        if not len(keys):
            return _NOTHING
        table = self._tables.edges_at(type_, side, keys, self._moment)
        across: Ints = distinct(table.target if side == "source" else table.source)
        return across

    def follow(self, accounts: Ints) -> None:
        """Everything that belongs to the accounts, then by reference who is tied to it."""
        companies, units = self._structure(accounts)
        seats = self._step("seat_in", "target", _union((companies, units)))
        opportunities = self._step("for", "target", companies)
        scopes = _union((companies, opportunities))
        persons = _union((self._step("holds", "target", seats), self._step("plays", "target", opportunities)))
        requirements = self._step("requires", "source", opportunities)
        vendors = _union(self._step(name, "target", opportunities) for name in ("competes", "partners"))
        vendors = _union((vendors, self._step("meets", "target", requirements)))
        # all who took part in these are followed below, those of `persons` among them
        interactions = _union((self._peek("took_part", "source", persons), self._interactions_about(scopes)))
        subjects = _union((persons, companies, units, seats, opportunities, requirements))
        observations = self._step("about", "target", subjects)
        work = self._step("belongs_to", "target", scopes)
        own = _union((subjects, interactions, observations, work))
        tied = _union((self._around(own, persons, scopes, work, interactions, observations), vendors))
        self._references(_union((own, tied)), persons)

    def _structure(self, accounts: Ints) -> tuple[Ints, Ints]:
        """The companies, their groups' edges, and all units inside the companies."""
        self._step("part_of", "source", accounts)
        for side in ("source", "target"):
            self._step("supplies", side, accounts)
        self._step("buys", "source", accounts)
        units, frontier = _NOTHING, accounts
        while len(frontier):
            parts = self._step("part_of", "target", frontier)
            inside = self._of_type("org_unit", parts)
            frontier = np.setdiff1d(inside, units)
            units = np.union1d(units, frontier)
        return accounts, units

    def _interactions_about(self, scopes: Ints) -> Ints:
        about = self._peek("concerns", "target", scopes)
        return self._of_type("interaction", about)

    def _of_type(self, type_: str, keys: Ints) -> Ints:
        fresh = np.setdiff1d(keys, self._placed, assume_unique=True)
        if len(fresh):
            for name, found in self._tables.split(fresh).items():
                self._types[name] = _union((self._types.get(name, _NOTHING), found))
            self._placed = _union((self._placed, fresh))
        return np.intersect1d(self._types.get(type_, _NOTHING), keys, assume_unique=True)

    def _around(
        self, own: Ints, persons: Ints, scopes: Ints, work: Ints, interactions: Ints, observations: Ints
    ) -> Ints:
        """Who and what is tied to the partition's own nodes."""
        steps: tuple[tuple[str, Side, Ints], ...] = (
            ("took_part", "target", interactions),
            ("concerns", "source", _union((interactions, observations))),
            ("about", "source", observations),
            ("toward", "source", observations),
            ("said_by", "source", observations),
            ("covers", "target", scopes),
            ("owned_by", "source", work),
            ("promised_to", "source", work),
            ("needs", "source", scopes),
            ("influences", "source", persons),
            ("influences", "target", persons),
            ("knows", "source", persons),
            ("knows", "target", persons),
            ("conflicts_with", "source", persons),
            ("conflicts_with", "target", persons),
        )
        return _union(self._step(*step) for step in steps)

    def _references(self, reached: Ints, own_persons: Ints) -> None:
        """Seats and companies of everyone reached, ties among them, and our companies."""
        people = self._of_type("person", reached)
        seats = self._step("holds", "source", people)
        for side in ("source", "target"):
            self._step("reports_to", side, _union((reached, seats)))
        places = self._step("seat_in", "source", _union((seats, reached)))
        # An interaction may concern another account's deal; whose deal it is decides where it counts.
        customers = self._step("for", "source", self._of_type("opportunity", reached))
        reached = _union((reached, seats, places, customers))
        frontier = places
        while len(frontier):
            frontier = np.setdiff1d(self._step("part_of", "source", frontier), reached)
            reached = _union((reached, frontier))
        others = np.setdiff1d(people, own_persons)
        for name in ("knows", "influences", "conflicts_with"):
            self._step(name, "source", others)
        ours = self._tables.nodes_with("company", "kinds", "ours", self._moment)
        referred = _union(across for name in ("supplies", "buys", "part_of") for across in self._across(name))
        self._keys = _union((reached, ours, referred))

    def _across(self, type_: str) -> list[Ints]:
        tables = self._edges.get(type_, [])
        return [end for table in tables for end in (table.source, table.target)]

    def nodes(self) -> dict[str, NodeTable]:
        """The nodes reached, by type."""
        return {
            name: self._tables.nodes_at(name, self._of_type(name, self._keys), self._moment)
            for name in registry().nodes
        }

    def edges(self) -> dict[str, EdgeTable]:
        """The edges followed, each once."""
        return {name: _merged(name, tables) for name, tables in self._edges.items()}


def _merged(name: str, tables: list[EdgeTable]) -> EdgeTable:
    if len(tables) == 1:
        return tables[0]
    source, target, key = (
        np.concatenate([getattr(table, part) for table in tables]) for part in ("source", "target", "key")
    )
    order = np.lexsort((key, target, source))
    first = order[run_starts(source[order], target[order], key[order])]
    joined = {c: np.concatenate([t.columns[c] for t in tables])[first] for c in tables[0].columns}
    return edge_table(
        name,
        source[first],
        target[first],
        joined,
        key=key[first],
        valid_from=np.concatenate([table.valid_from for table in tables])[first],
        valid_to=np.concatenate([table.valid_to for table in tables])[first],
    )
