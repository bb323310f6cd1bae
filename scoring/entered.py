"""Which facts moved a score between two states: the part of a cause, split among its facts.

Model: where `scoring.change` switches a cause from the old to the new state, its facts are switched one by one,
in their order while causes are switched in theirs, and backwards while causes are switched backwards; a fact's share is
the mean of the two steps it makes. So the shares of a cause's facts, and the rest, sum to the cause's part. The
rest is what the later date of reading alone does: what was known before comes into force, or falls due.
An interaction or observation is one fact with who took part, whom it is about and what it concerns.
References: [1] as in `scoring.change`, whose orders of causes are refined to orders of facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from graph_schema import registry
from scoring.causes import CAUSE_OF, CAUSES, SHARED, combined
from scoring.change import State
from scoring.frames import points
from scoring.moves import NodeMoves, differ, happened, node_moves
from scoring.over_time import ScoreKey
from scoring.registry import Scorer
from scoring.snapshot import EdgeTable, NodeTable, Patch, Snapshot
from scoring.types import Floats, Ints

ITEMS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType({
    "interaction": (("took_part", "target"), (SHARED, "source")),
    "observation": (("about", "source"), ("toward", "source"), ("said_by", "source"), (SHARED, "source")),
})  # fmt: skip
"""The edges that are part of an item, and the end of them at which it stands."""
LINKED = frozenset(name for edges in ITEMS.values() for name, _ in edges)
MOST_FACTS = 24
"""Facts of one cause that are switched one by one; the others are switched together."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A node (its key) or an edge (source, target, key code) that is new, gone or revised in these columns."""

    type: str
    change: Literal["new", "gone", "revised"]
    entity: tuple[int, ...]
    columns: tuple[str, ...] = ()

    @property
    def is_node(self) -> bool:
        """Whether it is a node."""
        return len(self.entity) == 1


def facts_of(old: Snapshot, new: Snapshot, cause: str, around: Iterable[int] = ()) -> tuple[list[Fact], list[Fact]]:
    """The facts of a cause that differ between two snapshots: those at one of the keys ``around``, and the others."""
    found: list[Fact] = []
    known = registry()
    for name in known.nodes:
        if CAUSE_OF[name] == cause:
            found += _nodes(old, new, name)
    for name in known.edges:
        if name not in LINKED and CAUSE_OF[name] == cause:
            found += _edges(old.edges[name], new.edges[name], name)
    wanted = np.array(sorted(set(around)), dtype=np.int64)
    at_items = {name: _items_at(old, new, name, wanted) for name in ITEMS}

    def is_near(fact: Fact) -> bool:
        keys = at_items.get(fact.type, wanted) if fact.is_node else wanted
        return bool(np.isin(np.array(fact.entity[:2]), keys).any())

    near = [fact for fact in found if is_near(fact)]
    return near, [fact for fact in found if not is_near(fact)]


def around_deal(snapshots: Iterable[Snapshot], deal: int) -> set[int]:
    """The deal, its members and vendors, and what it requires, in any of the snapshots."""
    found = {deal}
    for snapshot in snapshots:
        for name in ("plays", "competes"):
            table = snapshot.edges[name]
            found |= set(table.source[table.target == deal].tolist())
        requires = snapshot.edges["requires"]
        found |= set(requires.target[requires.source == deal].tolist())
    return found


def _items_at(old: Snapshot, new: Snapshot, name: str, keys: Ints) -> Ints:
    """The items of a type that stand at one of the keys."""
    found = [np.empty(0, dtype=np.int64)]
    for snapshot in (old, new):
        for edge, end in ITEMS[name]:
            table, other = snapshot.edges[edge], "target" if end == "source" else "source"
            found.append(getattr(table, end)[np.isin(getattr(table, other), keys)])
    return np.unique(np.concatenate(found))


def _nodes(old: Snapshot, new: Snapshot, name: str) -> list[Fact]:
    moves: NodeMoves = node_moves(old, new, name)
    revised = {int(key): columns for key, columns in zip(moves.revised, moves.columns, strict=True)}
    for edge, end in ITEMS.get(name, ()):
        for fact in _edges(old.edges[edge], new.edges[edge], edge):
            revised.setdefault(fact.entity[0 if end == "source" else 1], ())
    changed = {*moves.new.tolist(), *moves.gone.tolist()}
    there = set(happened(new, name).key.tolist())
    return [
        *(Fact(name, "new", (key,)) for key in moves.new.tolist()),
        *(Fact(name, "gone", (key,)) for key in moves.gone.tolist()),
        *(Fact(name, "revised", (key,), revised[key]) for key in sorted(revised) if key in there - changed),
    ]


def _edges(old: EdgeTable, new: EdgeTable, name: str) -> list[Fact]:
    identity = np.concatenate([np.column_stack([each.source, each.target, each.key]) for each in (old, new)])
    every, code = np.unique(identity, axis=0, return_inverse=True)
    at = np.full((2, len(every)), -1, dtype=np.int64)
    at[0, code.ravel()[: len(old)]] = np.arange(len(old))
    at[1, code.ravel()[len(old) :]] = np.arange(len(new))
    both = np.flatnonzero((at >= 0).all(axis=0))
    here, there = at[0, both], at[1, both]
    differing = {name: differ(old.columns[name][here], cells[there]) for name, cells in new.columns.items()}
    for bound in ("valid_from", "valid_to"):
        differing[bound] = differ(getattr(old, bound)[here], getattr(new, bound)[there])
    found = []
    for place, entity in enumerate(every.tolist()):
        if at[0, place] < 0 or at[1, place] < 0:
            found.append(Fact(name, "new" if at[0, place] < 0 else "gone", tuple(entity)))
    for row in np.flatnonzero(np.logical_or.reduce(list(differing.values()))).tolist():
        columns = tuple(column for column, flags in differing.items() if flags[row])
        found.append(Fact(name, "revised", tuple(every[both[row]].tolist()), columns))
    return found


def reverted(snapshot: Snapshot, old: Snapshot, facts: Sequence[Fact]) -> Snapshot:
    """The snapshot with these facts as the old one has them; an item that was still to come is not there."""
    drop_nodes, add_nodes = dict[str, Ints](), dict[str, NodeTable]()
    drop_edges, add_edges = dict[str, tuple[Ints, Ints, Ints]](), dict[str, EdgeTable]()
    gone, back = dict[str, list[Ints]](), dict[str, list[Ints]]()
    for name in {fact.type for fact in facts if fact.is_node}:
        keys = np.array(sorted(fact.entity[0] for fact in facts if fact.type == name), dtype=np.int64)
        table = happened(old, name)
        rows = np.flatnonzero(np.isin(table.key, keys))
        drop_nodes[name], add_nodes[name] = keys, _node_rows(table, rows)
        for edge, end in ITEMS.get(name, ()):
            gone.setdefault(edge, []).append(np.flatnonzero(np.isin(getattr(snapshot.edges[edge], end), keys)))
            kept = np.isin(getattr(old.edges[edge], end), table.key[rows])
            back.setdefault(edge, []).append(np.flatnonzero(kept))
    for edge in gone:
        now, dropped = snapshot.edges[edge], np.unique(np.concatenate(gone[edge]))
        drop_edges[edge] = (now.source[dropped], now.target[dropped], now.key[dropped])
        add_edges[edge] = _edge_rows(old.edges[edge], np.unique(np.concatenate(back[edge])))
    for name in {fact.type for fact in facts if not fact.is_node}:
        entities = np.array([fact.entity for fact in facts if fact.type == name], dtype=np.int64)
        before = old.edges[name]
        drop_edges[name] = (entities[:, 0], entities[:, 1], entities[:, 2])
        add_edges[name] = _edge_rows(before, _rows_among(before, entities))
    return snapshot.apply(Patch(drop_nodes, add_nodes, drop_edges, add_edges))


def _rows_among(table: EdgeTable, entities: Ints) -> Ints:
    held = np.column_stack([table.source, table.target, table.key])
    _, code = np.unique(np.concatenate([held, entities]), axis=0, return_inverse=True)
    found: Ints = np.flatnonzero(np.isin(code.ravel()[: len(table)], code.ravel()[len(table) :]))
    return found


def _node_rows(table: NodeTable, rows: Ints) -> NodeTable:
    return NodeTable(table.key[rows], {name: cells[rows] for name, cells in table.columns.items()})


def _edge_rows(table: EdgeTable, rows: Ints) -> EdgeTable:
    source, target, key, start, stop = (
        part[rows] for part in (table.source, table.target, table.key, table.valid_from, table.valid_to)
    )
    return EdgeTable(source, target, key, start, stop, {name: cells[rows] for name, cells in table.columns.items()})


def shares(
    scorer: Scorer, old: State, new: State, key: ScoreKey, cause: str, groups: Sequence[Sequence[Fact]], middle: float
) -> Floats:
    """What each group of a cause's facts adds to the change of one score, in points.

    Inputs: two states; facts of the cause (`facts_of`) in groups, mostly of one; ``middle`` is half-way from before to
    after, for which a state between the two without the score counts, as in `scoring.change.changes`.
    Returns: a share per group; the cause's part less their sum is the rest.
    Properties: where nothing known before comes into force or falls due, the shares of all facts sum to the part.
    """
    place, steps = CAUSES.index(cause), np.zeros(len(groups))
    orders = (CAUSES[:place], range(len(groups))), (CAUSES[place + 1 :], range(len(groups) - 1, -1, -1))
    for before, order in orders:
        whole = _between(old, new, frozenset(before) | {cause})
        states = (_as_before(whole, old, [fact for at in left for fact in groups[at]]) for left in _left(order))
        values = [_value(scorer, state, key, middle) for state in states]
        steps[list(order)] += np.diff(values) / 2
    return steps


def _left(order: Sequence[int]) -> Iterable[Sequence[int]]:
    """What is still to be switched: before the first step, and after each."""
    return (order[at:] for at in range(len(order) + 1))


def _between(old: State, new: State, switched: frozenset[str]) -> State:
    return State(
        combined(old.snapshot, new.snapshot, switched),
        (new if "reference" in switched else old).reference,
        (new if "parameters" in switched else old).parameters,
    )


def _as_before(state: State, old: State, facts: Sequence[Fact]) -> State:
    return State(reverted(state.snapshot, old.snapshot, facts), state.reference, state.parameters)


def _value(scorer: Scorer, state: State, key: ScoreKey, middle: float) -> float:
    frame, row = key.scored(scorer, state.snapshot, state.reference, state.parameters)
    value = middle if row < 0 else float(points(frame)[row])
    return middle if np.isnan(value) else value
