"""A board that is carried on after a commit equals one that scores everything anew."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brm.demo import Size, generate
from brm.services.moments import now
from brm.services.scoreboard import Scoreboard
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.affected import our_companies, partitions_of
from brm.store.cutting import cut
from brm.store.partition import carried_forward
from brm.store.protocol import Delta, When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from scoring.parameters import Parameters
from scoring.population import reduce_reference
from scoring.reference import Reference
from scoring.registry import SCORERS
from scoring.snapshot import MICROSECONDS_A_DAY, EdgeTable, NodeTable, Patch, Snapshot
from scoring.types import COMPANY, ScoreFrame
from tests.scoring.random_worlds import random_world

PARAMETERS = Parameters()
ROWS = (
    "subject", "vendor", "scope_type", "scope", "indptr", "factor", "subject_of_part", "field_indptr", "field_vendor",
)  # fmt: skip
NUMBERS = ("score", "p10", "p90", "completeness", "base", "value", "effect", "points", "field_raw")


@pytest.fixture(params=["memory", "sqlite"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    url = "memory://" if request.param == "memory" else f"sqlite:///{tmp_path / 'store'}"
    size = Size(accounts=12, closed_deals=12, open_deals=12, interactions=400)
    with closing(Workspace.open(Settings(store=url, tz="UTC", lang="en"))) as opened:
        changes = tuple(generate(date(2026, 6, 30), size=size))
        opened.store.apply(ChangeSet(actor="test", source="test", changes=changes))
        yield opened


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


def test_the_partition_that_is_cut_out_is_the_one_that_the_store_reads(workspace: Workspace) -> None:
    snapshot = workspace.snapshot()
    for number in range(5, 17):
        account = f"demo:company/{number}"
        keys = np.array([workspace.store.keys([account])[account]])
        read = workspace.store.snapshot([account], When(snapshot.as_of))
        assert cut(snapshot, keys, keys[:0]).digest == read.digest


def observed(workspace: Workspace, number: int, person: str) -> None:
    """A person writes down what they saw of another one."""
    seen, at = NodeRef("observation", f"seen:{number}"), now() - number
    said = {"at": at, "kind": "stance", "value": 1.0, "source_class": "observed"}
    about = Change("set", EdgeRef("about", seen.id, person), {}, at)
    workspace.store.apply(ChangeSet(actor="a", source="s", changes=(Change("set", seen, said, at), about)))


def test_commits_move_only_the_accounts_they_touch(workspace: Workspace) -> None:
    board = workspace.frames()
    for kind in SCORERS:
        assert len(board[kind])
    frame = board["key_person"]
    row = int(np.flatnonzero(frame.scope_type == 0)[0])
    subject, account = int(frame.subject[row]), int(frame.scope[row])
    person = workspace.store.names([subject])[subject].id
    for number in range(3):
        observed(workspace, number, person)
    carried = workspace.frames()
    assert carried is not board
    fresh = Scoreboard(carried.snapshot, carried.reference, carried.parameters)
    for kind in SCORERS:
        assert_same(carried[kind], fresh[kind])
    moved = carried["customer"].score != board["customer"].score
    assert account in board["customer"].subject[moved]
    at = int(carried["key_person"].rows(subject, 0, account)[0])
    told, expected = (each["key_person"].explain(at).as_dict() for each in (carried, fresh))
    assert told["score"] == pytest.approx(expected["score"], abs=1e-12)
    assert [each["evidence"] for each in told["contributions"]] == [
        each["evidence"] for each in expected["contributions"]
    ]


def test_one_observation_touches_one_account(workspace: Workspace) -> None:
    before = workspace.snapshot()
    frame = workspace.frames()["key_person"]
    firms = frame.scope_type == COMPANY
    subject, number = np.unique(frame.subject[firms], return_counts=True)
    key = int(subject[number == 1][0])
    person = workspace.store.names([key])[key].id
    revision = workspace.store.revision()
    observed(workspace, 7, person)
    delta = workspace.store.delta(revision)
    assert delta is not None
    after = carried_forward(before, delta)
    assert after is not None
    affected = partitions_of(after, [delta.patch])
    assert affected is not None
    assert affected.accounts.tolist() == frame.scope[firms & (frame.subject == key)].tolist()


def test_a_change_of_our_own_company_touches_everybody(workspace: Workspace) -> None:
    board = workspace.frames()
    assert board["customer"].kind == "customer"
    ours = int(our_companies(board.snapshot)[0])
    firm = workspace.store.names([ours])[ours].id
    change = Change("set", NodeRef("company", firm), {"name": "Renamed"})
    revision = workspace.store.revision()
    workspace.store.apply(ChangeSet(actor="a", source="s", changes=(change,)))
    delta = workspace.store.delta(revision)
    assert delta is not None
    assert partitions_of(board.snapshot, [delta.patch]) is None
    fresh = Scoreboard(workspace.frames().snapshot, board.reference, board.parameters)
    assert_same(workspace.frames()["customer"], fresh["customer"])


def test_what_comes_to_count_by_itself_counts_on_the_board() -> None:
    """Observations dated between two commits are nobody's change; the board is then scored anew."""
    snapshot, reference = world(5)
    seen = snapshot.nodes["observation"]
    dated = NodeTable(seen.key, {**seen.columns, "at": np.minimum(seen["at"], snapshot.as_of - 1_000)})
    late = np.flatnonzero(seen["at"] < snapshot.as_of - MICROSECONDS_A_DAY)[:20]
    dated["at"][late] = snapshot.as_of - 1_000
    nodes = {**snapshot.nodes, "observation": dated}
    early = Snapshot(snapshot.as_of - 2_000, nodes, snapshot.edges, snapshot.local_days)
    board = Scoreboard(early, reference, PARAMETERS)
    before = board["key_person"]
    patch = Patch({}, {}, {}, {})
    after = moved(early, patch, snapshot.as_of)
    found = board.after(after, patch)["key_person"]
    assert_same(found, Scoreboard(after, reference, PARAMETERS)["key_person"])
    assert not np.array_equal(found.score, before.score)
