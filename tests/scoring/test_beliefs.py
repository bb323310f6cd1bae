"""Beliefs about deals: the Beta update by hand, whose word counts, and when a belief is an answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import DEFAULTS, US
from scoring.machinery.beliefs import NO, UNKNOWN, YES, Beliefs, Prior, answers, belief_told, beliefs_of
from tests.worlds.builder import TODAY, World


def small() -> World:
    world = World()
    world.company("us", "ours")
    world.company("rival", "rival")
    customer = world.company("customer", "customer")
    for name in ("deal", "other deal"):
        world.deal(name, customer)
    for name in ("seller", "second seller"):
        world.person(name, world.names["us"])
    return world


def belief(world: World, kind: str, vendor: int | None = None, prior: Prior | None = None) -> Beliefs:
    given = {} if prior is None else {"prior": prior}
    asked = None if vendor is None else np.array([vendor])
    return beliefs_of(world.snapshot(), kind, np.array([world.names["deal"]]), asked, DEFAULTS, **given)


def test_the_update_by_hand() -> None:
    """Beta(1, 1), a document of 90 days ago says no, an inside source today .5: P = (1 + .35)/(2 + .7071 + .7)."""
    world = small()
    deal = world.names["deal"]
    first = world.observe("funds", deal, value=0.0, day=TODAY - 90)
    second = world.observe("funds", deal, value=0.5, source_class="inside")
    found = belief(world, "funds")
    total = 2 + 2**-0.5 + 0.7
    mean = 1.35 / total
    assert found.mean[0] == pytest.approx(mean, abs=1e-12)
    assert found.evidence[0] == pytest.approx(total - 2, abs=1e-12)
    assert found.variance[0] == pytest.approx(mean * (1 - mean) / (total + 1), abs=1e-12)
    told = belief_told(found, 0)
    assert {each["item"] for each in told["items"]} == {first, second}
    start = told["prior"] * told["strength"] + sum(each["weight"] * each["value"] for each in told["items"])
    assert start / (told["strength"] + sum(each["weight"] for each in told["items"])) == pytest.approx(mean)


def test_without_evidence_it_is_the_prior() -> None:
    found = belief(small(), "criterion:field_complete", prior=Prior(0.7, 2.0))
    assert (found.mean[0], found.evidence[0]) == (0.7, 0.0)
    assert found.variance[0] == pytest.approx(0.7 * 0.3 / 3)


def test_only_the_latest_opinion_of_a_source_counts() -> None:
    world = small()
    deal, seller, second = (world.names[name] for name in ("deal", "seller", "second seller"))
    for said_by, value, age in ((seller, 1.0, 20), (seller, 0.0, 0), (second, 1.0, 0)):
        world.observe("event", deal, value=value, day=TODAY - age, source_class="opinion", said_by=said_by)
    found = belief(world, "event")
    assert found.evidence[0] == pytest.approx(0.6)
    assert found.mean[0] == pytest.approx((1 + 0.3) / 2.6)


def test_a_belief_is_of_one_deal_and_one_vendor() -> None:
    world = small()
    deal, other, rival, us = (world.names[name] for name in ("deal", "other deal", "rival", "us"))
    world.observe("shortlist", deal, rival, value=0.0)
    world.observe("shortlist", deal, us, value=1.0)
    world.observe("shortlist", other, us, value=1.0)
    world.observe("shortlist", world.names["customer"], us, value=1.0, concerns=(deal,))
    assert belief(world, "shortlist", US).mean[0] == pytest.approx(3 / 4)
    assert belief(world, "shortlist", rival).mean[0] == pytest.approx(1 / 3)
    assert belief(world, "criterion:shortlist", US).evidence[0] == 0


def test_whomever_it_is_towards() -> None:
    """What is true of a deal counts once, though two vendors are named and whichever they are."""
    world = small()
    deal, rival, us, seller = (world.names[name] for name in ("deal", "rival", "us", "seller"))
    item = world.observe("funds", deal, rival, value=1.0)
    world.edge("toward", item, us)
    world.observe("funds", deal, rival, value=1.0, source_class="opinion", said_by=seller, day=TODAY - 1)
    world.observe("funds", deal, us, value=0.0, source_class="opinion", said_by=seller)
    found = belief(world, "funds")
    assert found.evidence[0] == pytest.approx(1.3)
    assert found.mean[0] == pytest.approx(2 / 3.3)


@pytest.mark.parametrize(
    ("values", "expected"),
    [((), UNKNOWN), ((1.0,), UNKNOWN), ((1.0, 1.0), YES), ((1.0, 0.5), UNKNOWN), ((0.0,), NO), ((0.0, 1.0), UNKNOWN)],
)
def test_answers(values: tuple[float, ...], expected: int) -> None:
    """One yes is P .667 with evidence 1, too little; two are .75. One no is .333."""
    world = small()
    for value in values:
        world.observe("event", world.names["deal"], value=value)
    assert answers(belief(world, "event"), DEFAULTS)[0] == expected


def test_a_doubtful_prior_alone_is_no_answer() -> None:
    assert answers(belief(small(), "event", prior=Prior(0.1, 5.0)), DEFAULTS)[0] == UNKNOWN


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 900)), max_size=5), st.integers(0, 900))
@settings(max_examples=25, deadline=None)
def test_a_yes_never_lowers_and_a_no_never_raises(items: list[tuple[float, int]], age: int) -> None:
    found = []
    for more in ((), ((0.0, age),), ((1.0, age),)):
        world = small()
        for value, days in (*items, *more):
            world.observe("funds", world.names["deal"], value=value, day=TODAY - days)
        found.append(float(belief(world, "funds").mean[0]))
    before, lower, higher = found
    assert lower <= before + 1e-12
    assert before <= higher + 1e-12
    assert 0 < before < 1
