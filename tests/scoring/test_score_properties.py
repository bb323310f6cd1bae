"""What holds for every scorer: whose stance moves whose score, what removal does to completeness, no subject."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring import DEFAULTS, SCORERS, US, Scorer, reduce_reference
from tests.scoring.random_worlds import random_world
from tests.scoring.test_scorers import by_subject
from tests.worlds.builder import TODAY, World
from tests.worlds.named import WORLDS

seeds, picks = st.integers(0, 10_000), st.integers(0, 10_000)
checked = settings(max_examples=12, deadline=None)
every_scorer = pytest.mark.parametrize("scorer", SCORERS.values(), ids=list(SCORERS))
WEIGHTED = DEFAULTS.with_values({"decision_chain.rule_least": 100})
"""Without learnt rules: the claims are about an account without a history of decisions."""
EVIDENCE = ("interaction", "stance", "claim", "tie", "depth")


def observations(world: World, kind: str, rivals: bool | None = None) -> list[int]:
    """Places in the world's observations of those of a kind, towards us or rivals where that is asked."""
    aimed = {edge[0]: edge[1] for edge in world.edges.get("toward", ())}
    names = {key: name for name, key in world.names.items()}
    found = []
    for place, (key, values) in enumerate(world.nodes["observation"]):
        rival = "rival" in names.get(aimed.get(key, 0), "")
        if values["kind"] == kind and rivals in (None, rival):
            found.append(place)
    return found


def raised(seed: int, pick: int, rivals: bool) -> tuple[World, World]:
    """A world, and the same with one stance towards us or a rival at its highest."""
    before, after = random_world(seed), random_world(seed)
    places = observations(after, "stance", rivals)
    assume(places)
    after.nodes["observation"][places[pick % len(places)]][1]["value"] = 1.0
    return before, after


@every_scorer
@given(seeds, picks)
@checked
def test_a_better_stance_towards_us_never_lowers_our_scores(scorer: Scorer, seed: int, pick: int) -> None:
    before, after = raised(seed, pick, rivals=False)
    reference = reduce_reference(before.snapshot(), WEIGHTED)
    old, new = (by_subject(scorer.score(w.snapshot(), reference, WEIGHTED, vendor=US)) for w in (before, after))
    assert old.keys() == new.keys()
    for key, numbers in new.items():
        assert numbers[0] >= old[key][0] - 1e-9


@every_scorer
@given(seeds, picks)
@checked
def test_a_better_stance_towards_a_rival_never_raises_ours_nor_lowers_its_own(
    scorer: Scorer, seed: int, pick: int
) -> None:
    before, after = raised(seed, pick, rivals=True)
    reference = reduce_reference(before.snapshot(), WEIGHTED)
    old, new = (by_subject(scorer.score(w.snapshot(), reference, WEIGHTED, vendor=US)) for w in (before, after))
    for key, numbers in new.items():
        assert numbers[0] <= old[key][0] + 1e-9
    if scorer.rivals:
        for rival in meant(before, pick) if scorer.kind == "likelihood" else vendors(before):
            old, new = (
                by_subject(scorer.score(w.snapshot(), reference, WEIGHTED, vendor=rival)) for w in (before, after)
            )
            for key, numbers in new.items():
                assert numbers[0] >= old[key][0] - 1e-9


def vendors(world: World) -> list[int]:
    return [world.names["rival 0"], world.names["rival 1"]]


def meant(world: World, pick: int) -> list[int]:
    """The rivals that the stance which `raised` picks is about: where one gains in a field, another loses."""
    places = observations(world, "stance", rivals=True)
    key = world.nodes["observation"][places[pick % len(places)]][0]
    aimed = {edge[1] for edge in world.edges["toward"] if edge[0] == key}
    seats = {edge[1] for edge in world.edges["holds"] if edge[0] in aimed}
    employers = {edge[1] for edge in world.edges["seat_in"] if edge[0] in seats}
    return [vendor for vendor in vendors(world) if vendor in aimed | employers]


@every_scorer
@pytest.mark.parametrize("kind", EVIDENCE)
@given(seeds, picks)
@settings(max_examples=6, deadline=None)
def test_removing_evidence_never_raises_completeness(scorer: Scorer, kind: str, seed: int, pick: int) -> None:
    world = random_world(seed)
    reference = reduce_reference(world.snapshot(), DEFAULTS)
    before = by_subject(scorer.score(world.snapshot(), reference, DEFAULTS))
    if kind == "interaction":
        world.nodes["interaction"].pop(pick % len(world.nodes["interaction"]))
    else:
        places = observations(world, kind)
        assume(places)
        world.nodes["observation"].pop(places[pick % len(places)])
    after = by_subject(scorer.score(world.snapshot(), reference, DEFAULTS))
    assert before
    for key in before.keys() & after.keys():
        assert after[key][3] <= before[key][3] + 1e-12


@given(seeds, picks)
@checked
def test_one_more_tie_never_lowers_gen(seed: int, pick: int) -> None:
    world = random_world(seed)
    reference = reduce_reference(world.snapshot(), DEFAULTS)
    before = SCORERS["customer"].score(world.snapshot(), reference, DEFAULTS)
    ours = [key for name, key in world.names.items() if name.startswith("colleague") and "seat" not in name]
    theirs = [key for name, key in world.names.items() if name[0].isdigit() and "seat" not in name]
    for _ in range(2):
        world.meet("site_visit", (ours[pick % len(ours)],), (theirs[pick % len(theirs)],), TODAY)
    after = SCORERS["customer"].score(world.snapshot(), reference, DEFAULTS)
    assert (after.columns["coverage"] >= before.columns["coverage"] - 1e-12).all()


@every_scorer
def test_no_subject_gives_no_score(scorer: Scorer) -> None:
    """Nothing, an unknown key, our own company, a rival for a score that only we have: none, never 0."""
    empty = WORLDS["empty"]().snapshot()
    assert len(scorer.score(empty, reduce_reference(empty, DEFAULTS), DEFAULTS)) == 0
    world = random_world(1)
    snapshot = world.snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    nobody = np.array([world.next + 5])
    assert len(scorer.score(snapshot, reference, DEFAULTS, scopes=nobody)) == 0
    assert len(scorer.score(snapshot, reference, DEFAULTS, subjects=nobody)) == 0
    if scorer.kind != "employee":
        for name in ("us", "rival 0"):
            own = np.array([world.names[name]])
            assert len(scorer.score(snapshot, reference, DEFAULTS, scopes=own)) == 0
    if not scorer.rivals:
        assert len(scorer.score(snapshot, reference, DEFAULTS, vendor=world.names["rival 0"])) == 0


def test_a_store_without_us_has_rivals_only() -> None:
    world = World()
    firm, rival = world.company("firm", "customer"), world.company("rival", "rival")
    world.edge("competes", rival, world.deal("deal", firm))
    snapshot = world.snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    sizes = {kind: len(scorer.score(snapshot, reference, DEFAULTS)) for kind, scorer in SCORERS.items()}
    assert sizes == {
        "key_person": 0, "decision_chain": 1, "customer": 0, "employee": 0, "our_company": 0, "competitor": 4,
        "likelihood": 1,
    }  # fmt: skip
    frame = SCORERS["competitor"].score(snapshot, reference, DEFAULTS)
    assert np.isnan(frame.columns["gap"]).all()
    assert len(SCORERS["competitor"].score(snapshot, reference, DEFAULTS, vendor=US)) == 0
