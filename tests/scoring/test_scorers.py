"""One suite of checks that every registered scorer passes."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import DEFAULTS, SCORERS, Parameters, Reference, Scorer, Snapshot, reduce_reference
from scoring.snapshot import EdgeTable, NodeTable, Patch, edge_table, node_table
from scoring.types import US, ScoreFrame
from tests.scoring.random_worlds import random_world
from tests.worlds.builder import TODAY, World, instant
from tests.worlds.named import WORLDS

seeds = st.integers(0, 10_000)
checked = settings(max_examples=12, deadline=None)
every_scorer = pytest.mark.parametrize("scorer", SCORERS.values(), ids=list(SCORERS))
every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))


def fresh(snapshot: Snapshot) -> Snapshot:
    return Snapshot(snapshot.as_of, snapshot.nodes, snapshot.edges, snapshot.local_days)


def whole(
    scorer: Scorer, snapshot: Snapshot, parameters: Parameters = DEFAULTS, reference: Reference | None = None
) -> ScoreFrame:
    return scorer.score(snapshot, reference or reduce_reference(snapshot, parameters), parameters)


MOST = {"identity": 100.0, "logit": 1.0}
UNSTATED = -1.0
"""Stands for a score that may not be stated, so that it equals itself."""


def by_subject(frame: ScoreFrame) -> dict[tuple[int, int, int], tuple[float, ...]]:
    columns = (np.nan_to_num(each, nan=UNSTATED) for each in (frame.score, frame.p10, frame.p90))
    numbers = zip(*columns, frame.completeness, strict=True)
    keys = zip(frame.subject.tolist(), frame.vendor.tolist(), frame.scope.tolist(), strict=True)
    return dict(zip(keys, numbers, strict=True))


@every_scorer
@every_world
def test_named_worlds_are_scored_within_bounds_and_add_up(scorer: Scorer, world: object) -> None:
    within_bounds(whole(scorer, world().snapshot()))


def within_bounds(frame: ScoreFrame) -> None:
    stated = np.isfinite(frame.score)
    assert (stated == np.isfinite(frame.p10)).all()
    assert (stated == np.isfinite(frame.p90)).all()
    assert (stated == np.isfinite(frame.base)).all()
    low, score, high = (each[stated] for each in (frame.p10, frame.score, frame.p90))
    most = MOST[frame.link]
    assert ((score >= 0) & (score <= most)).all()
    assert ((low <= score + 1e-9) & (score <= high + 1e-9)).all()
    assert ((low >= 0) & (high <= most)).all()
    assert ((frame.completeness >= 0) & (frame.completeness <= 1)).all()
    for i in range(len(frame)):
        if not stated[i]:
            assert list(frame.parts(i)) == []
            continue
        effects = sum(effect for *_, effect in frame.parts(i))
        assert frame.base[i] + effects == pytest.approx(linked(frame, i), abs=1e-9)


def linked(frame: ScoreFrame, i: int) -> float:
    """The score on its link scale."""
    if frame.link == "identity":
        return float(frame.score[i])
    clipped = min(max(frame.score[i], 0.001), 0.999)
    return math.log(clipped / (1 - clipped))


@every_scorer
@given(seeds)
@checked
def test_explanations_repeat_the_frame(scorer: Scorer, seed: int) -> None:
    frame = whole(scorer, random_world(seed).snapshot())
    within_bounds(frame)
    for i in range(0, len(frame), 7):
        told = frame.explain(i)
        if np.isnan(frame.score[i]):
            assert np.isnan(told.score)
            assert told.contributions == ()
            continue
        effects = sum(part.effect for part in told.contributions)
        assert told.base + effects == pytest.approx(linked(frame, i), abs=1e-9)
        assert told.score == frame.score[i]
        assert [(p.factor, p.value, p.effect) for p in told.contributions] == [
            (factor, value, effect) for factor, _, value, effect in frame.parts(i)
        ]
        assert {part.code for part in told.contributions} <= set(scorer.codes)
        assert (told.interval.p10, told.interval.p90) == (frame.p10[i], frame.p90[i])


@every_scorer
@given(seeds)
@checked
def test_pure_and_deterministic(scorer: Scorer, seed: int) -> None:
    snapshot = random_world(seed).snapshot()
    before = snapshot._compute_digest()
    first, again = whole(scorer, snapshot), whole(scorer, fresh(snapshot))
    assert by_subject(first) == by_subject(again)
    assert first.effect.tobytes() == again.effect.tobytes()
    assert snapshot._compute_digest() == before


@every_scorer
@given(seeds)
@checked
def test_subsets_agree_given_the_reference(scorer: Scorer, seed: int) -> None:
    snapshot = random_world(seed).snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    everything = by_subject(scorer.score(snapshot, reference, DEFAULTS))
    for scope in {key[2] for key in everything}:
        part = by_subject(scorer.score(snapshot, reference, DEFAULTS, scopes=np.array([scope])))
        assert part.keys() == {key for key in everything if key[2] == scope}
        for key, numbers in part.items():
            assert numbers == pytest.approx(everything[key], abs=1e-9)
    vendor = next(iter(everything))[1]
    part = by_subject(scorer.score(snapshot, reference, DEFAULTS, vendor=vendor))
    for key in everything:
        assert key[1] != vendor or part[key] == pytest.approx(everything[key], abs=1e-9)


@every_scorer
@given(seeds, st.integers(0, 1000))
@checked
def test_keys_are_only_names(scorer: Scorer, seed: int, shuffle: int) -> None:
    """Relabelling every entity (so also permuting every table) relabels the scores."""
    snapshot = random_world(seed).snapshot()
    keys = np.unique(np.concatenate([table.key for table in snapshot.nodes.values()]))
    renamed = np.random.default_rng(shuffle).permutation(len(keys) * 2)[: len(keys)] + 1
    new = dict(zip(keys.tolist(), renamed.tolist(), strict=True))
    old_frame, new_frame = whole(scorer, snapshot), whole(scorer, relabelled(snapshot, new))
    expected = {(new[s], new.get(v, v), new[c]): numbers for (s, v, c), numbers in by_subject(old_frame).items()}
    found = by_subject(new_frame)
    assert found.keys() == expected.keys()
    for key, numbers in found.items():
        assert numbers == pytest.approx(expected[key], abs=1e-9)


def relabelled(snapshot: Snapshot, new: dict[int, int]) -> Snapshot:
    def mapped(keys: np.ndarray) -> np.ndarray:
        return np.array([new.get(int(key), int(key)) for key in keys], dtype=np.int64)

    refs = {"influences": ("scope",), "buys": ("vendor",), "partners": ("vendor",), "opportunity": ("winner",)}

    def columns(name: str, table: NodeTable | EdgeTable) -> dict[str, np.ndarray]:
        return {c: mapped(v) if c in refs.get(name, ()) else v for c, v in table.columns.items()}

    nodes = {n: node_table(n, mapped(t.key), columns(n, t)) for n, t in snapshot.nodes.items()}
    edges = {
        n: edge_table(
            n, mapped(t.source), mapped(t.target), columns(n, t), valid_from=t.valid_from, valid_to=t.valid_to
        )
        for n, t in snapshot.edges.items()
    }
    return Snapshot(snapshot.as_of, nodes, edges, snapshot.local_days)


MONOTONE = [(scorer, kind) for scorer in SCORERS.values() for kind in scorer.monotone]


@pytest.mark.parametrize(("scorer", "kind"), MONOTONE, ids=[f"{scorer.kind}-{kind}" for scorer, kind in MONOTONE])
@given(seeds)
@checked
def test_monotone_as_documented(scorer: Scorer, kind: str, seed: int) -> None:
    """A better observation of a documented kind never lowers the vendor's own score.

    The rules that are learnt are switched off, as the claim is about the default of an account
    without a history.
    """
    parameters = DEFAULTS.with_values({"decision_chain.rule_least": 100})
    world = random_world(seed)
    us = world.names["us"]
    snapshot = world.snapshot()
    reference = reduce_reference(snapshot, parameters)
    before = by_subject(scorer.score(snapshot, reference, parameters, vendor=US))
    person, deal = world.edges["plays"][0][:2] if "plays" in world.edges else (None, None)
    if person is None:
        return
    value = 1.0 if kind == "stance" else 5.0
    world.observe(kind, person, us, value=value, concerns=(deal,))
    after = by_subject(scorer.score(world.snapshot(), reference, parameters, vendor=US))
    assert before
    for key, numbers in before.items():
        assert after[key][0] >= numbers[0] - 1e-9


@every_scorer
def test_a_draft_changes_only_what_it_touches(scorer: Scorer) -> None:
    world = random_world(3)
    snapshot = world.snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    person, deal = world.edges["plays"][0][:2]
    item = world.observe("stance", person, world.names["us"], value=1.0, concerns=(deal,))
    full = world.snapshot()
    own = {"about": person, "toward": world.names["us"], "concerns": deal}
    patch = Patch(
        add_nodes={"observation": picked(full.nodes["observation"], item)},
        add_edges={name: edge_table(name, np.array([item]), np.array([target]), {}) for name, target in own.items()},
    )
    drafted = scorer.score(snapshot.apply(patch), reference, DEFAULTS)
    assert by_subject(drafted) == by_subject(scorer.score(full, reference, DEFAULTS))


def picked(table: NodeTable, key: int) -> NodeTable:
    rows = np.flatnonzero(table.key == key)
    return NodeTable(table.key[rows], {name: column[rows] for name, column in table.columns.items()})


@given(seeds, st.integers(1, 400))
@checked
def test_ties_never_rise_with_time_alone(seed: int, days: int) -> None:
    world = random_world(seed)
    cut = instant(TODAY)
    kept = [row for row in world.nodes["interaction"] if row[1]["at"] <= cut]
    world.nodes["interaction"] = kept
    world.nodes["observation"] = [row for row in world.nodes["observation"] if row[1]["at"] <= cut]
    scorer = SCORERS["key_person"]
    reference = reduce_reference(world.snapshot(), DEFAULTS)
    frames = [scorer.score(world.snapshot(day), reference, DEFAULTS) for day in (TODAY, TODAY + days)]
    now, later = frames
    assert now.subject.tolist() == later.subject.tolist()
    for i in range(len(now)):
        earlier_tie, later_tie = (next(iter(frame.parts(i)))[2] for frame in frames)
        assert later_tie <= earlier_tie + 1e-12


def test_kinds_and_codes_are_unique() -> None:
    codes = list(itertools.chain.from_iterable(scorer.codes for scorer in SCORERS.values()))
    assert len(codes) == len(set(codes))
    assert all(code.startswith(f"{s.kind}.") for s in SCORERS.values() for code in s.codes)
    assert isinstance(random_world(1), World)
