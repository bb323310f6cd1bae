"""Stance, depth, rivals' ties, completeness, and what a Reference remembers."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import DEFAULTS, SCORERS, US, chain_view, reduce_reference, select
from scoring.machinery.evidence import shrunk
from tests.worlds.builder import TODAY, World
from tests.worlds.named import device_chain


def small() -> tuple[World, int, int, int]:
    world = World()
    us = world.company("us", "ours")
    firm = world.company("firm", "customer", industry="x")
    person, deal = world.person("A", firm), world.deal("deal", firm)
    world.person("seller", us)
    world.edge("plays", person, deal, role="decider", source_class="observed")
    return world, us, person, deal


def seen(world: World, scope: str = "deal", vendor: int = US, day: int = TODAY) -> object:
    snapshot = world.snapshot(day)
    return chain_view(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, world.names[scope], vendor)


def test_opinions_alone_stay_within_the_cap() -> None:
    world, us, person, deal = small()
    for n in range(20):
        world.observe(
            "stance", person, us, value=1.0, source_class="opinion", said_by=world.person(f"s{n}"), concerns=(deal,)
        )
    assert seen(world).stance[0] == 0.5
    assert seen(world).only_opinion[0]
    world.observe("stance", person, us, value=1.0, source_class="inside", concerns=(deal,))
    assert seen(world).stance[0] == pytest.approx(6.7 / 7.2)
    assert not seen(world).only_opinion[0]


def test_only_the_latest_opinion_of_a_source_counts() -> None:
    world, us, person, deal = small()
    teller = world.names["seller"]
    for age, value in ((30, -1.0), (0, 1.0), (10, -0.5)):
        world.observe("stance", person, us, value=value, day=TODAY - age, source_class="opinion",
                      said_by=teller, concerns=(deal,))  # fmt: skip
    assert seen(world).stance[0] == pytest.approx(0.3 / 0.8)


def test_general_stance_carries_into_a_deal() -> None:
    world, us, person, deal = small()
    world.observe("stance", person, us, value=1.0)
    assert seen(world, "firm").stance[0] == pytest.approx(1 / 1.5)
    assert seen(world).stance[0] == pytest.approx(1 / 1.5)
    world.observe("stance", person, us, value=-1.0, concerns=(deal,))
    assert seen(world).stance[0] == pytest.approx((0.5 / 1.5 - 1) / 1.5)
    assert seen(world, "firm").stance[0] == pytest.approx(1 / 1.5)


def test_a_claim_never_enters() -> None:
    world, us, person, deal = small()
    world.observe("claim", person, us, value=1.0, concerns=(deal,))
    assert seen(world).stance[0] == 0.0


@pytest.mark.parametrize(("age", "rung"), [(0, 4), (364, 4), (365, 3), (730, 2), (2000, 0)])
def test_depth_loses_a_rung_a_year(age: int, rung: int) -> None:
    world, us, person, _ = small()
    world.observe("depth", person, us, value=4.0, day=TODAY - age)
    assert seen(world).depth[0] == rung


def test_only_behaviour_raises_depth() -> None:
    world, us, person, _ = small()
    for source in ("inside", "opinion"):
        world.observe("depth", person, us, value=5.0, source_class=source)
    assert seen(world).depth[0] == 0
    world.meet("mail", (world.names["seller"],), (person,))
    assert seen(world).depth[0] == 0
    world.meet("call", (world.names["seller"],), (person,))
    assert seen(world).depth[0] == 1


def test_ties_of_rivals() -> None:
    world, _, person, deal = small()
    rival = world.company("rival", "rival")
    staff = world.person("B", rival)
    world.edge("competes", rival, deal)
    assert seen(world, vendor=rival).tie[0] == 0
    world.observe("tie", person, rival, word="pilot", source_class="inside", day=TODAY - 90)
    world.observe("tie", person, rival, word="win")
    expected = -np.expm1(-3 * 0.7 / 2 / 9)
    assert seen(world, vendor=rival).tie[0] == pytest.approx(expected, abs=1e-12)
    world.edge("knows", person, staff, kind="alumni", strength=0.5, source_class="observed")
    found = seen(world, vendor=rival)
    assert found.tie[0] == pytest.approx(-np.expm1(-1.5 / 9), abs=1e-12)
    assert found.best[0] == staff
    offering = world.node("offering")
    world.edge("buys", world.names["firm"], offering, vendor=rival, installed_share=0.6)
    assert seen(world, vendor=rival).tie[0] == 0.6


def test_a_rival_without_shares_here_has_those_of_the_segment() -> None:
    world, _, _, deal = small()
    rival, offering = world.company("rival", "rival"), world.node("offering")
    world.edge("competes", rival, deal)
    for share in (0.2, 0.6):
        peer = world.company(f"peer {share}", "customer", industry="x")
        world.edge("buys", peer, offering, vendor=rival, installed_share=share)
    assert seen(world, vendor=rival).tie[0] == pytest.approx(0.4)


def completeness(world: World) -> float:
    snapshot = world.snapshot()
    frame = SCORERS["key_person"].score(
        snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, scopes=np.array([world.names["deal"]]), vendor=US
    )
    assert frame.p10[0] <= frame.score[0] <= frame.p90[0]
    return float(frame.completeness[0])


def test_completeness_of_contact_is_evidence_or_what_is_captured() -> None:
    world, _, person, _ = small()
    assert completeness(world) == 0
    world.meet("meeting", (world.names["seller"],), (person,))
    assert completeness(world) == pytest.approx((15 + 7.5 + 5 + 5) / 100 / 4)
    other = world.person("B", world.names["firm"])
    for age in (1, 200):
        world.meet("mail", (world.names["seller"],), (other,), TODAY - age, capture="mail")
    assert completeness(world) == pytest.approx(0.5)


def test_shrinkage_is_once_towards_the_prior() -> None:
    observed, evidence = np.array([1.0, np.nan, 0.0]), np.array([3.0, 9.0, 1.0])
    assert shrunk(observed, np.full(3, 0.5), evidence, DEFAULTS).tolist() == [0.75, 0.5, 0.375]


def test_rules_are_learnt_up_to_yesterday() -> None:
    world, _, _, _ = small()
    firm = world.names["firm"]
    for closed, how in ((TODAY, "one_person"), (TODAY - 1, "several"), (TODAY - 2, "whole_chain")):
        world.deal(f"{how}", firm, "won", closed_on=closed, decided_by=how)
    world.deal("vetoed", firm, "lost", closed_on=TODAY - 3, decided_by="several", veto_used=True)
    assert reduce_reference(world.snapshot(), DEFAULTS).decided(np.array([firm, 999])).tolist() == [
        [1, 0, 1, 1], [0, 0, 0, 0]
    ]  # fmt: skip


def test_reference_changes_only_with_what_it_reads() -> None:
    world, us, person, _ = small()
    before = reduce_reference(world.snapshot(), DEFAULTS).digest
    world.observe("stance", person, us, value=1.0)
    assert reduce_reference(world.snapshot(), DEFAULTS).digest == before
    world.deal("old", world.names["firm"], "won", closed_on=TODAY - 9, decided_by="several")
    assert reduce_reference(world.snapshot(), DEFAULTS).digest != before


def test_price_and_incumbency_move_the_selection() -> None:
    world, _, _, deal = small()
    rivals = [world.company(f"rival {n}", "rival") for n in range(2)]
    us = world.names["us"]
    for vendor, price in ((us, 90.0), (rivals[0], 100.0), (rivals[1], 300.0)):
        world.edge("competes", vendor, deal, price=price, price_currency=1)
    snapshot = world.snapshot()
    found = select(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS)
    assert found.price == pytest.approx([1, 0, -2])
    assert found.probability.sum() == pytest.approx(1)
    assert found.probability[0] > found.probability[1] > found.probability[2]


def test_requirements_met_and_proven_are_fit() -> None:
    world, us, _, deal = small()
    for weight, met, proof in ((3.0, 1.0, "delivered"), (1.0, 0.5, "tested"), (9.0, None, None)):
        need = world.node("requirement", weight=weight)
        world.edge("requires", deal, need)
        if proof:
            world.edge("meets", us, need, met=met, proof=proof)
    snapshot = world.snapshot()
    found = select(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS)
    observed = (3 * 1 * 1 + 1 * 0.5 * 0.8) / 4
    assert found.fit[0] == pytest.approx(0.4 * observed + 0.6 * 0.5)


def test_a_whole_supply_chain_reads_naturally() -> None:
    world = device_chain()
    view = seen(world, "scanners")
    chief, dealer = world.names["chief surgeon"], world.names["dealer"]
    assert {chief, dealer} <= set(view.person.tolist())
    assert view.holders("decider").tolist() == [view.person.tolist().index(chief)]
    assert view.identified_roles == ("approver", "decider", "buyer")
    assert world.names["seller"] not in view.person
