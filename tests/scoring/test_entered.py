"""Which facts moved a score: shares by hand, sums that hold, and graphs with facts taken back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring import DEFAULTS, SCORERS, US, reduce_reference
from scoring.causes import CAUSES
from scoring.change import State, changes
from scoring.entered import ITEMS, Fact, around_deal, facts_of, reverted, shares
from scoring.moves import happened
from scoring.over_time import ScoreKey
from scoring.snapshot import Snapshot
from tests.scoring.random_worlds import random_world
from tests.scoring.test_change import met
from tests.worlds.builder import TODAY, World, instant

seeds = st.integers(0, 10_000)
checked = settings(max_examples=4, deadline=None)
OWN = [cause for cause in CAUSES if cause not in ("clock", "reference", "parameters")]


def states(old: Snapshot, new: Snapshot) -> tuple[State, State]:
    reference = reduce_reference(new, DEFAULTS)
    return State(old, reference, DEFAULTS), State(new, reference, DEFAULTS)


def thinned(seed: int) -> World:
    """A random world with fewer items, roles and ties, and without edges that lead nowhere."""
    world = random_world(seed)
    for name in ("observation", "interaction"):
        world.nodes[name] = [row for row in world.nodes[name] if row[0] % 3]
    for name in ("plays", "influences", "competes"):
        world.edges[name] = [row for at, row in enumerate(world.edges.get(name, [])) if at % 3]
    there = {row[0] for rows in world.nodes.values() for row in rows}
    kept = {name: [row for row in rows if {row[0], row[1]} <= there] for name, rows in world.edges.items()}
    world.edges = {name: rows for name, rows in kept.items() if rows}
    return world


def every_fact(old: Snapshot, new: Snapshot, cause: str) -> list[Fact]:
    near, far = facts_of(old, new, cause)
    return [*near, *far]


def silent() -> World:
    """A seller who met A of a deal, and whose stance nobody has seen."""
    world = World()
    us, firm = world.company("us", "ours"), world.company("firm", "customer")
    seller, person = world.person("seller", us), world.person("A", firm)
    deal = world.deal("deal", firm)
    world.edge("plays", person, deal, role="decider")
    world.meet("meeting", (seller,), (person,), TODAY - 10, starter=person)
    return world


def test_shares_of_two_observations_by_hand() -> None:
    """K = W(1+s)/2 and s = sum e/(.5 + n) on the day itself, so K0 = W/2 and the part is .2·K0: s = .5/2.5.

    +1 adds .6667 alone and .5333 after −.5, on average .6; −.5 takes .3333 alone and .4667 after +1, on average .4.
    """
    before, after = silent(), silent()
    for value in (1.0, -0.5):
        after.observe("stance", after.names["A"], after.names["us"], value=value)
    old, new = states(before.snapshot(), after.snapshot())
    person, deal = before.names["A"], before.names["deal"]
    key = ScoreKey(person, US, deal)
    change = changes(SCORERS["key_person"], old, new, subjects=np.array([person]), scopes=np.array([deal]), vendor=US)
    facts = every_fact(old.snapshot, new.snapshot, "stance")
    assert [(fact.type, fact.change) for fact in facts] == [("observation", "new")] * 2
    found = shares(SCORERS["key_person"], old, new, key, "stance", [[fact] for fact in facts], 0.0)
    start = float(change.before[0])
    assert start > 1
    assert change.total[0] == pytest.approx(0.2 * start, abs=1e-9)
    assert found == pytest.approx([0.6 * start, -0.4 * start], abs=1e-9)


@given(seeds)
@checked
def test_shares_and_rest_make_up_each_part(seed: int) -> None:
    """On one day there is no rest: the shares of all facts sum to the part of their cause."""
    old, new = states(thinned(seed).snapshot(), random_world(seed).snapshot())
    frame = SCORERS["likelihood"].score(new.snapshot, new.reference, DEFAULTS, vendor=US)
    deal = int(frame.subject[0])
    key, scope = ScoreKey(deal, US, deal), np.array([deal])
    change = changes(SCORERS["likelihood"], old, new, subjects=scope, scopes=scope, vendor=US)
    middle = float(change.before[0] + change.after[0]) / 2
    moved = 0
    for cause in OWN:
        facts = every_fact(old.snapshot, new.snapshot, cause)[::-1]
        groups = [[fact] for fact in facts[:4]] + ([facts[4:]] if facts[4:] else [])
        found = shares(SCORERS["likelihood"], old, new, key, cause, groups, middle)
        assert found.sum() == pytest.approx(change.parts[0, CAUSES.index(cause)], abs=1e-9), cause
        moved += bool(groups)
    assert moved


@given(seeds, st.integers(1, 200))
@checked
def test_facts_one_by_one_do_what_they_do_together(seed: int, days: int) -> None:
    old, new = states(thinned(seed).snapshot(TODAY - days), random_world(seed).snapshot())
    deal = int(new.snapshot.nodes["opportunity"].key[0])
    key = ScoreKey(deal, US, deal)
    for cause in ("stance", "structure"):
        facts = every_fact(old.snapshot, new.snapshot, cause)[:3]
        single = shares(SCORERS["likelihood"], old, new, key, cause, [[fact] for fact in facts], 50.0)
        joint = shares(SCORERS["likelihood"], old, new, key, cause, [facts], 50.0)
        assert single.sum() == pytest.approx(joint.sum(), abs=1e-9)


@given(seeds, st.booleans())
@checked
def test_with_all_facts_taken_back_the_graph_is_the_old_one(seed: int, less: bool) -> None:
    """Whether there are more facts than before, or fewer."""
    worlds = (thinned(seed).snapshot(), random_world(seed).snapshot())
    old, new = worlds[::-1] if less else worlds
    assume(all(len(happened(each, name)) == len(each.nodes[name]) for each in (old, new) for name in ITEMS))
    facts = [fact for cause in OWN for fact in every_fact(old, new, cause)]
    assert facts
    assert reverted(new, old, facts).digest == old.digest
    assert reverted(new, old, []).digest == new.digest


def test_what_was_planned_is_new_when_it_happens_and_not_there_before() -> None:
    world = met()
    planned = world.meet("meeting", (world.names["seller"],), (world.names["A"],), TODAY - 1)
    old, new = world.snapshot(TODAY - 7), world.snapshot()
    facts = every_fact(old, new, "interactions")
    assert facts == [Fact("interaction", "new", (planned,))]
    back = reverted(new, old, facts)
    assert planned not in back.nodes["interaction"].key
    assert planned not in back.edges["took_part"].target


def test_a_role_that_ended_and_a_price_that_changed_are_facts_of_their_causes() -> None:
    old, new = met(), met()
    deal, us, person = (new.names[name] for name in ("deal", "us", "A"))
    old.edge("competes", us, deal, price=100.0)
    new.edge("competes", us, deal, price=90.0)
    del new.edges["plays"]
    before, after = old.snapshot(), new.snapshot()
    (ended,), (revised,) = every_fact(before, after, "structure"), every_fact(before, after, "facts")
    assert (ended.type, ended.change, ended.entity[:2]) == ("plays", "gone", (person, deal))
    assert (revised.type, revised.change, revised.columns) == ("competes", "revised", ("price",))
    assert around_deal((before, after), deal) == {deal, us, person}


def test_facts_around_the_deal_come_first() -> None:
    old, new = met(), met()
    stranger = old.person("stranger", old.names["firm"])
    assert new.person("stranger", new.names["firm"]) == stranger
    far = new.observe("stance", stranger, new.names["us"], value=1.0)
    near = new.observe("stance", new.names["A"], new.names["us"], value=1.0, day=TODAY - 1)
    before, after = old.snapshot(), new.snapshot()
    found = facts_of(before, after, "stance", around_deal((before, after), new.names["deal"]))
    assert [[fact.entity for fact in part] for part in found] == [[(near,)], [(far,)]]


def test_who_took_part_belongs_to_the_interaction() -> None:
    old, new = met(), met()
    (meeting, _), *_ = new.nodes["interaction"]
    new.edge("took_part", new.names["us"], meeting, valid_from=instant(TODAY), role="attendee")
    assert every_fact(old.snapshot(), new.snapshot(), "interactions") == [Fact("interaction", "revised", (meeting,))]
