"""Effective influence: conservation, exact response to a stance, and degenerate chains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import DEFAULTS, SCORERS, US, chain_view, reduce_reference
from scoring.machinery import influence
from scoring.machinery.chain import build_chains
from scoring.machinery.scopes import scopes_of
from tests.scoring.random_worlds import random_world
from tests.worlds.named import WORLDS

seeds = st.integers(0, 10_000)
every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))


@every_world
def test_influence_sums_to_one_in_every_world(world: object) -> None:
    snapshot = world().snapshot()
    chains = build_chains(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, scopes_of(snapshot))
    for i in range(len(chains.scopes)):
        own = chains.influence[chains.start[i] : chains.start[i + 1]]
        assert len(own)
        assert own.sum() == pytest.approx(1, abs=1e-12)
        assert (own >= 0).all()


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_influence_sums_to_one_and_rows_of_listening_too(seed: int) -> None:
    snapshot = random_world(seed).snapshot()
    chains = build_chains(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, scopes_of(snapshot))
    totals = np.add.reduceat(chains.influence, chains.start[:-1])
    assert totals == pytest.approx(np.ones(len(totals)), abs=1e-12)
    assert np.asarray(chains.listening.sum(axis=1)).ravel() == pytest.approx(np.ones(len(chains)), abs=1e-12)


@given(seeds, st.floats(-1, 1), st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_moving_a_stance_moves_support_by_influence(seed: int, delta: float, which: int) -> None:
    world = random_world(seed)
    snapshot = world.snapshot()
    scope = scopes_of(snapshot).key[-1]
    view = chain_view(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, int(scope), US)
    place = which % len(view.stance)
    moved = view.stance.copy()
    moved[place] += delta
    give = view.susceptibility
    settle = np.linalg.solve(np.eye(len(give)) - give[:, None] * view.listening, (1 - give) * moved)
    assert view.rights @ settle - view.support == pytest.approx(view.influence[place] * delta, abs=1e-12)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_the_fixed_point_equals_the_exact_solution(seed: int) -> None:
    snapshot = random_world(seed).snapshot()
    chains = build_chains(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, scopes_of(snapshot))
    give, rights = chains.susceptibility, chains.rights
    pull = give[:, None] * chains.listening.toarray()
    exact = (1 - give) * np.linalg.solve(np.eye(len(give)) - pull.T, rights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(influence, "SMALL", 0)
        found = influence.effective_influence(chains.listening, give, rights)
    assert found == pytest.approx(exact, abs=1e-12)


def test_a_conflict_halves_a_pair_and_the_rest_stays_with_oneself() -> None:
    world = WORLDS["conflict"]()
    snapshot = world.snapshot()
    view = chain_view(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, world.names["deal"], US)
    third = np.full((4, 4), 1 / 6)
    np.fill_diagonal(third, 0.5)
    assert view.listening[:4, :4] == pytest.approx(third)
    assert view.placeholder.tolist() == [-1, -1, -1, -1, 6]


def test_without_anybody_one_placeholder_decides() -> None:
    world = WORLDS["nobody"]()
    snapshot = world.snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    for scope in ("deal", "customer"):
        view = chain_view(snapshot, reference, DEFAULTS, world.names[scope], US)
        assert view.influence.tolist() == [1.0]
        assert view.stance.tolist() == [-0.1]


def test_an_unknown_scope_is_refused() -> None:
    snapshot = WORLDS["single"]().snapshot()
    with pytest.raises(KeyError):
        chain_view(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, 999, US)


def test_without_deals_rights_follow_the_level_of_seats() -> None:
    world = WORLDS["empty"]()
    world.company("us", "ours")
    firm = world.company("firm", "customer")
    people = [world.person(name, firm, level) for name, level in (("A", 4), ("B", None), ("C", 1))]
    world.observe("political_status", people[1], word="inner_circle", concerns=(firm,))
    world.observe("political_status", people[2], word="outside", concerns=(firm,))
    snapshot = world.snapshot()
    view = chain_view(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, firm, US)
    assert view.rights == pytest.approx(np.array([16, 8, 1]) / 25)
    assert view.susceptibility == pytest.approx([0.1, 0.1, 0.2])


@given(seeds)
@settings(max_examples=8, deadline=None)
def test_a_view_is_the_same_alone_and_out_of_everything(seed: int) -> None:
    snapshot = random_world(seed).snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    keys = scopes_of(snapshot).key.tolist()
    alone = [chain_view(snapshot, reference, DEFAULTS, key, US) for key in keys]
    SCORERS["key_person"].score(snapshot, reference, DEFAULTS)
    for key, one in zip(keys, alone, strict=True):
        other = chain_view(snapshot, reference, DEFAULTS, key, US)
        for name in ("person", "roles", "best", "tie_member", "tie_colleague", "identified_roles", "champion"):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
        for name in ("influence", "stance", "opinion", "tie", "depth", "tie_strength", "listening", "support"):
            assert np.allclose(getattr(one, name), getattr(other, name), atol=1e-12), name
