"""Why a score changed: the parts sum to the change, swapping the dates negates them, and each has its cause."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_schema import registry
from scoring import DEFAULTS, SCORERS, US, Parameters, Scorer, reduce_reference
from scoring.causes import CAUSE_OF, CAUSES, SHARED, combined
from scoring.change import Changes, State, changes
from tests.scoring.random_worlds import random_world
from tests.scoring.test_scorers import by_subject
from tests.worlds.builder import TODAY, World, instant

seeds, days = st.integers(0, 10_000), st.integers(1, 200)
checked = settings(max_examples=5, deadline=None)
every_scorer = pytest.mark.parametrize("scorer", SCORERS.values(), ids=list(SCORERS))
OTHERS = DEFAULTS.with_values({"tie.scale": 11.0, "competitor.momentum_scale": 4.0, "priors.fading": 0.5})


def state(world: World, day: int, parameters: Parameters = DEFAULTS) -> State:
    snapshot = world.snapshot(day)
    return State(snapshot, reduce_reference(snapshot, parameters), parameters)


def part(found: Changes, cause: str, row: int = 0) -> float:
    return float(found.parts[row, CAUSES.index(cause)])


def grown(seed: int) -> World:
    """The same people with more of everything, and some of it gone."""
    world, other = random_world(seed), random_world(seed + 1)
    kept = [row for row in other.nodes["observation"] if row[0] % 3]
    world.nodes["observation"] = kept + [row for row in world.nodes["observation"] if row[0] > other.next]
    world.edges["influences"] = world.edges["influences"][1:]
    world.edges["plays"] = world.edges.get("plays", [])[2:] or world.edges.get("plays", [])
    world.nodes["interaction"] = world.nodes["interaction"][5:]
    return world


@every_scorer
@given(seeds, days)
@checked
def test_parts_sum_and_swapping_negates_them(scorer: Scorer, seed: int, days: int) -> None:
    """Between two worlds with other facts, dates, References and parameters."""
    old, new = state(random_world(seed), TODAY - days), state(grown(seed), TODAY, OTHERS)
    forth, back = changes(scorer, old, new), changes(scorer, new, old)
    assert forth.parts.sum(axis=1) == pytest.approx(forth.total, abs=1e-9)
    keys = [np.column_stack([each.subject, each.vendor, each.scope]) for each in (forth, back)]
    order = [np.lexsort(each.T) for each in keys]
    assert (keys[0][order[0]] == keys[1][order[1]]).all()
    assert forth.parts[order[0]] == pytest.approx(-back.parts[order[1]], abs=1e-9)
    assert forth.after[order[0]] == pytest.approx(back.before[order[1]])


@every_scorer
@given(seeds)
@checked
def test_nothing_changed_nothing_to_tell(scorer: Scorer, seed: int) -> None:
    same = state(random_world(seed), TODAY)
    assert not changes(scorer, same, same).parts.any()


@every_scorer
@given(seeds, days)
@checked
def test_all_causes_together_are_the_other_date(scorer: Scorer, seed: int, days: int) -> None:
    """A snapshot put together from all causes scores like the one they come from; so does one from none."""
    old, new = random_world(seed).snapshot(TODAY - days), grown(seed).snapshot()
    reference = reduce_reference(new, DEFAULTS)
    for switched, whole in ((frozenset(CAUSES), new), (frozenset(), old)):
        found = by_subject(scorer.score(combined(old, new, switched), reference, DEFAULTS))
        assert found == by_subject(scorer.score(whole, reference, DEFAULTS))


def test_every_type_has_a_cause() -> None:
    known = registry()
    assert {*CAUSE_OF, SHARED} == {*known.nodes, *known.edges}
    assert set(CAUSE_OF.values()) | {"clock", "reference", "parameters"} == set(CAUSES)


def met() -> World:
    world = World()
    us, firm = world.company("us", "ours"), world.company("firm", "customer")
    world.person("seller", us)
    person = world.person("A", firm)
    world.edge("plays", person, world.deal("deal", firm), role="decider")
    world.meet("meeting", (world.names["seller"],), (person,), TODAY - 100, starter=person)
    world.observe("stance", person, us, value=1.0, day=TODAY - 100)
    return world


def changed(world: World, kind: str, days: int, later: World | None = None) -> Changes:
    new = (later or world).snapshot()
    reference = reduce_reference(new, DEFAULTS)
    old, now = (State(snapshot, reference, DEFAULTS) for snapshot in (world.snapshot(TODAY - days), new))
    return changes(SCORERS[kind], old, now, scopes=np.array([world.names["deal"]]), vendor=US)


def test_time_alone_is_the_clock() -> None:
    found = changed(met(), "key_person", 60)
    assert found.total[0] < -1
    assert part(found, "clock") == pytest.approx(found.total[0], abs=1e-12)


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        ("interactions", "key_person"), ("stance", "key_person"), ("structure", "decision_chain"),
        ("facts", "our_company"),
    ],
)  # fmt: skip
def test_what_happened_since_is_told_by_its_cause(cause: str, kind: str) -> None:
    """One fact of yesterday; by then the clock alone would have lowered the score."""
    later = met()
    person, deal = later.names["A"], later.names["deal"]
    if cause == "interactions":
        later.meet("meeting", (later.names["seller"],), (person,), TODAY - 1, starter=person)
    elif cause == "stance":
        later.observe("stance", person, later.names["us"], value=1.0, day=TODAY - 1)
    elif cause == "structure":
        later.edge("plays", person, deal, role="approver", source_class="observed", valid_from=instant(TODAY - 1))
    else:
        need = later.node("requirement")
        later.edge("requires", deal, need, valid_from=instant(TODAY - 1))
        later.edge("meets", later.names["us"], need, proof="delivered", valid_from=instant(TODAY - 1))
    found = changed(met(), kind, 60, later)
    assert part(found, cause) > 0.1
    assert part(found, "clock") < 0
    others = [c for c in CAUSES if c not in (cause, "clock")]
    assert [part(found, other) for other in others] == pytest.approx([0.0] * len(others), abs=1e-12)


def test_an_item_of_a_later_date_counts_as_of_today() -> None:
    """A meeting 30 days after the old date, read under the old clock, has age 0: a full 3 of energy times 1.5."""
    world = met()
    world.nodes["interaction"], kept = [], world.nodes["interaction"]
    old = world.snapshot(TODAY - 60)
    world.nodes["interaction"] = kept
    world.nodes["interaction"][0][1]["at"] = instant(TODAY - 30)
    mixed = combined(old, world.snapshot(), frozenset({"interactions"}))
    reference = reduce_reference(old, DEFAULTS)
    frame = SCORERS["key_person"].score(mixed, reference, DEFAULTS, scopes=np.array([world.names["deal"]]))
    tie = next(value for factor, _, value, _ in frame.parts(0) if factor == "tie")
    assert tie == pytest.approx(-np.expm1(-3 * 1.5 / 9), abs=1e-12)


def test_a_score_that_was_not_there_before_has_no_change() -> None:
    assert len(changed(met(), "key_person", 60)) == 1
    late = met()
    late.nodes["opportunity"] = []
    assert len(changed(late, "key_person", 60, met())) == 0
