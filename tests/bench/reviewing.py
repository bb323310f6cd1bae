"""Figures of deal reviews: the twenty criteria of all deals at once, against a deal at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from scoring.criteria.answers import Answers, answers_of
from scoring.criteria.catalogue import CRITERIA
from scoring.snapshot import (
    MICROSECONDS_A_DAY,
    EdgeTable,
    NodeTable,
    Snapshot,
    category_code,
    edge_table,
    node_table,
)
from scoring.types import Ints
from tests.bench.measuring import Report, timed
from tests.bench.stage import Stage

PER_DEAL, REQUIRED, SAMPLED = 12, 3, 30
KINDS = (*(each.kind for each in CRITERIA), "funds", "event", "shortlist", "project_check:award_form_known")


def criteria(stage: Stage, report: Report) -> None:
    """All criteria and questions of every deal and vendor: with nothing made yet, then with the standings there."""
    snapshot = reviewed(stage.snapshot)
    deals = snapshot.nodes["opportunity"].key
    reference = stage.reference
    with timed() as cold:
        found = answers_of(snapshot, reference, stage.parameters, scopes=deals)
    report.add("criteria.deals", len(deals), "deals")
    report.add("criteria.rows", len(found.deal), "rows")
    report.add("criteria.evidence", float(sum(len(each.items.row) for each in found.beliefs)), "items")
    report.add("criteria.cold", cold.wall, "s")
    with timed() as warm:
        answers_of(snapshot, reference, stage.parameters, scopes=deals)
    sample = np.random.default_rng(4).permutation(deals)[:SAMPLED]
    with timed() as single:
        alone = [answers_of(snapshot, reference, stage.parameters, scopes=np.array([deal])) for deal in sample]
    _same(found, alone)
    slow = single.wall / len(sample) * len(deals)
    report.add("criteria.warm", warm.wall, "s", slow / warm.wall, "faster than a deal at a time")


def _same(found: Answers, alone: list[Answers]) -> None:
    """Both ways give the same answers."""
    for each in alone:
        rows = np.flatnonzero(found.deal == each.deal[0])
        if not np.allclose(found.belief[rows], each.belief, atol=1e-9):
            raise AssertionError(f"deal {each.deal[0]} differs alone and among all")


def reviewed(snapshot: Snapshot) -> Snapshot:
    """The snapshot with amounts, requirements, proofs and ``PER_DEAL`` items of review evidence on every deal."""
    rng = np.random.default_rng(6)
    deals = snapshot.nodes["opportunity"]
    nodes, edges = dict(snapshot.nodes), dict(snapshot.edges)
    nodes["opportunity"] = _valued(deals, snapshot.today, rng)
    following = max(int(table.key[-1]) for table in nodes.values() if len(table)) + 1
    needs = np.arange(following, following + REQUIRED * len(deals))
    nodes["requirement"] = node_table("requirement", needs, {"weight": rng.integers(1, 4, len(needs)).astype(float)})
    owner = np.repeat(deals.key, REQUIRED)
    edges["requires"] = edge_table("requires", owner, needs, {})
    edges["meets"] = _proofs(edges["competes"], owner, needs, rng)
    size = PER_DEAL * len(deals)
    items = np.arange(needs[-1] + 1, needs[-1] + 1 + size)
    codes = np.array([category_code(kind) for kind in KINDS])
    at = snapshot.as_of - rng.integers(1, 400, size) * MICROSECONDS_A_DAY
    old = nodes["observation"]
    more: dict[str, Any] = {
        "at": at, "kind": codes[rng.integers(0, len(codes), size)], "value": rng.integers(0, 2, size).astype(float),
        "source_class": rng.integers(0, 3, size),
    }  # fmt: skip
    nodes["observation"] = _with_rows(old, items, more)
    about = edges["about"]
    subject = np.repeat(deals.key, PER_DEAL)
    edges["about"] = edge_table(
        "about", np.concatenate([about.source, items]), np.concatenate([about.target, subject]), {}
    )
    return Snapshot(snapshot.as_of, nodes, edges, snapshot.local_days)


def _valued(deals: NodeTable, today: int, rng: np.random.Generator) -> NodeTable:
    size = len(deals)
    amount = rng.lognormal(14, 0.8, size)
    money = {"amount": amount, "budget": amount * rng.uniform(0.8, 1.2, size), "margin": amount * 0.2}
    given: dict[str, Any] = {**money, **{f"{name}_currency": np.full(size, category_code("CNY")) for name in money}}
    given |= {
        "award_form": rng.integers(-1, 5, size), "compelling_event_on": today + rng.integers(-90, 300, size),
        "expected_close_on": today + rng.integers(-30, 400, size), "price_weight": rng.random(size),
    }  # fmt: skip
    kept = {name: column for name, column in deals.columns.items() if name not in given}
    return node_table("opportunity", deals.key, {**kept, **given})


def _proofs(competes: EdgeTable, owner: Ints, needs: Ints, rng: np.random.Generator) -> EdgeTable:
    """Every requirement judged for one vendor of its deal."""
    order = np.argsort(competes.target, kind="stable")
    at = order[np.searchsorted(competes.target[order], owner).clip(0, len(order) - 1)]
    columns = {"met": rng.random(len(needs)), "proof": rng.integers(0, 4, len(needs))}
    return edge_table("meets", competes.source[at], needs, columns)


def _with_rows(table: NodeTable, keys: Ints, columns: dict[str, Any]) -> NodeTable:
    blank = node_table("observation", keys, columns)
    joined = {name: np.concatenate([column, blank.columns[name]]) for name, column in table.columns.items()}
    return node_table("observation", np.concatenate([table.key, keys]), joined)
