"""A board that is carried on after a commit equals one that scores everything anew."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from brm.services.scoreboard import Scoreboard
from brm.store.partition import carried_forward
from brm.store.protocol import Delta
from scoring.parameters import Parameters
from scoring.population import reduce_reference
from scoring.reference import Reference
from scoring.registry import SCORERS
from scoring.snapshot import EdgeTable, NodeTable, Patch, Snapshot
from scoring.types import ScoreFrame
from tests.scoring.random_worlds import random_world

PARAMETERS = Parameters()
ROWS = ("subject", "vendor", "scope_type", "scope", "indptr", "factor", "subject_of_part")
NUMBERS = ("score", "p10", "p90", "completeness", "base", "value", "effect")


@cache
def world(seed: int) -> tuple[Snapshot, Reference]:
    snapshot = random_world(seed, accounts=4, items=80).snapshot()
    return snapshot, reduce_reference(snapshot, PARAMETERS)


def nodes_of(table: NodeTable, rows: list[int], like: list[int]) -> NodeTable:
    """Some nodes with the columns of others."""
    return NodeTable(table.key[rows], {name: column[like] for name, column in table.columns.items()})


def edges_of(table: EdgeTable, rows: list[int], like: list[int]) -> EdgeTable:
    """Some edges with the columns of others."""
    return EdgeTable(
        table.source[rows], table.target[rows], table.key[rows], table.valid_from[like], table.valid_to[like],
        {name: column[rows if name == "role" else like] for name, column in table.columns.items()},
    )  # fmt: skip


def changed(snapshot: Snapshot, rng: random.Random) -> Patch:
    """A few facts withdrawn, others told differently, of any types."""
    drop_nodes, add_nodes, drop_edges, add_edges = {}, {}, {}, {}
    for name in rng.sample([name for name, table in snapshot.nodes.items() if len(table)], rng.randrange(0, 3)):
        table = snapshot.nodes[name]
        rows = sorted(rng.sample(range(len(table)), min(len(table), rng.randrange(1, 3))))
        kept = [row for row in rows if rng.random() < 0.8]
        drop_nodes[name] = table.key[rows]
        add_nodes[name] = nodes_of(table, kept, [rng.randrange(len(table)) for _ in kept])
    for name in rng.sample([name for name, table in snapshot.edges.items() if len(table)], rng.randrange(1, 4)):
        edges = snapshot.edges[name]
        rows = sorted(rng.sample(range(len(edges)), min(len(edges), rng.randrange(1, 3))))
        kept = [row for row in rows if rng.random() < 0.4]
        drop_edges[name] = (edges.source[rows], edges.target[rows], edges.key[rows])
        add_edges[name] = edges_of(edges, kept, [rng.randrange(len(edges)) for _ in kept])
    return Patch(drop_nodes, add_nodes, drop_edges, add_edges)


def moved(snapshot: Snapshot, patch: Patch, at: int | None = None) -> Snapshot:
    found = carried_forward(
        snapshot, Delta(1, snapshot.as_of if at is None else at, patch, 0, np.empty(0, dtype=np.int64))
    )
    assert found is not None
    return found


def assert_same(found: ScoreFrame, expected: ScoreFrame) -> None:
    for name in ROWS:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=f"{found.kind} {name}")
    for name in NUMBERS:
        one, other = getattr(found, name), getattr(expected, name)
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=f"{found.kind} {name}")
    assert found.columns.keys() == expected.columns.keys()
    for name, column in expected.columns.items():
        np.testing.assert_allclose(found.columns[name], column, rtol=1e-12, atol=1e-12, err_msg=f"{found.kind} {name}")


@given(seed=st.integers(0, 40), steps=st.integers(1, 3), order=st.integers(0, 10_000))
def test_carried_on_equals_scored_anew(seed: int, steps: int, order: int) -> None:
    snapshot, reference = world(seed)
    rng = random.Random(order)
    board = Scoreboard(snapshot, reference, PARAMETERS)
    for _ in range(steps):
        for kind in SCORERS:
            if rng.random() < 0.7:
                assert board[kind].kind == kind
        patch = changed(snapshot, rng)
        snapshot = moved(snapshot, patch)
        board = board.after(snapshot, patch)
    fresh = Scoreboard(snapshot, reference, PARAMETERS)
    for kind in SCORERS:
        assert_same(board[kind], fresh[kind])
