"""What partners hold in an account: by hand, what bounds it, and who counts as a partner."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import DEFAULTS, SCORERS, Parameters, ScoreFrame, reduce_reference
from scoring.machinery.partners import partners_of
from scoring.machinery.people import people_of
from scoring.snapshot import Snapshot
from tests.scoring.random_worlds import random_world
from tests.worlds.builder import TODAY, World
from tests.worlds.named import WORLDS, device_chain

ALONE = {
    "worked": [("0x1.0c86b666c22cdp+4", "0x1.935b573b74e68p+3", "0x1.02c60e03ff046p+5")],
    "nobody": [("0x1.ce66666666668p+3", "0x1.5223113e6d72bp+3", "0x1.6439c7798358dp+5")],
    "single": [("0x1.ce66666666668p+3", "0x1.5223113e6d72bp+3", "0x1.0a540ac9f32bfp+5")],
}


def customer(world: World | Snapshot, parameters: Parameters = DEFAULTS) -> ScoreFrame:
    snapshot = world if isinstance(world, Snapshot) else world.snapshot()
    return SCORERS["customer"].score(snapshot, reduce_reference(snapshot, parameters), parameters)


def held(world: World, account: str, parameters: Parameters = DEFAULTS) -> tuple[float, float]:
    """Key, and the partners' part of it."""
    frame = customer(world, parameters)
    row = frame.subject.tolist().index(world.names[account])
    return float(frame.columns["key"][row]), float(frame.columns["partner_key"][row])


def hospital() -> World:
    """The device chain; the buyer is the user too, met the dealer today and is an old acquaintance of his."""
    world = device_chain()
    dealer, buyer = world.names["dealer"], world.names["buyer"]
    world.edge("plays", buyer, world.names["scanners"], role="user", source_class="inside")
    world.meet("meeting", (dealer,), (buyer,), starter=dealer, concerns=(world.names["hospital"],))
    world.edge("knows", dealer, buyer, kind="alumni", strength=0.6, source_class="observed")
    return world


def test_the_key_of_the_hospital_with_what_its_distributor_holds() -> None:
    """``Key = .0580, PKey = .00494: 100 * .35 * PKey = .173 points of A``, worked by hand.

    Influence. Rights: chief .35 + .35 (approver, decider), buyer .1 (user), nobody's .2 (evaluator). The chief
    (susceptibility .5) listens half to the dealer, half to the patients' speaker; nobody else listens. So
    I = .35 chief, .175 dealer, .175 speaker, .1 buyer.
    Our ties. The chief called seller, dealer and chief together 20 days ago: 3 * 1.5 / sqrt 2 * 2^(-20/180) =
    2.9462, T = 1 - e^(-.32735) = .2792 with chief and dealer. Buyer's mail of yesterday, answering ours two days
    before it: .4 * 1.5 * 2^(-1/180) + .1 * 2^(-3/180) = .6966, T = .0745.
    K, all stances 0. Chief: .30 * .2792 + .35/5 (met) + .10 * 20/365.25/5 + .10/3 = .18820, K = .09410; the dealer
    alike. Buyer: .30 * .0745 + .15 (one mail each way) + .10 * 3/365.25/5 = .17250, K = .08625.
    Key = (.35 + .175) .09410 + .1 * .08625 = .05803.
    The dealer's ties: he is no guest of his own, so with the chief 3 * 1.5 * 2^(-20/180) = 4.1664, T' = .3706; with
    the buyer, whom he asked in himself, 3 + 3 * .6 of knowing each other = 4.8, T' = 1 - e^(-.53333) = .4134.
    PKey = .5 * .30 [.35 (.3706 - .2792) + .1 (.4134 - .0745)] / 2 = .15 (.03199 + .03390) / 2 = .00494.
    The dealer is of the partner himself, and of the speaker nobody knows anything.
    """
    today = 2 ** (-20 / 180)
    ours = 1 - math.exp(-3 * 1.5 / math.sqrt(2) * today / 9)
    mail = 1 - math.exp(-(0.4 * 1.5 * 2 ** (-1 / 180) + 0.1 * 2 ** (-3 / 180)) / 9)
    chief = (0.30 * ours + 0.07 + 0.10 * 20 / 365.25 / 5 + 0.10 / 3) / 2
    buyer = (0.30 * mail + 0.15 + 0.10 * 3 / 365.25 / 5) / 2
    with_chief, with_buyer = 1 - math.exp(-4.5 * today / 9), 1 - math.exp(-4.8 / 9)
    key = 0.525 * chief + 0.1 * buyer
    partner = 0.5 * 0.30 * (0.35 * (with_chief - ours) + 0.1 * (with_buyer - mail)) / 2
    assert (round(key, 4), round(partner, 5)) == (0.0580, 0.00494)
    assert held(hospital(), "hospital") == pytest.approx((key, partner), abs=1e-9)
    frame, without = customer(hospital()), customer(hospital(), DEFAULTS.with_values({"customer.partner": 0}))
    row = frame.subject.tolist().index(hospital().names["hospital"])
    assert frame.score[row] - without.score[row] == pytest.approx(35 * partner, abs=1e-9)
    told = next(part for part in frame.explain(row).contributions if part.factor == "partner_key")
    assert (told.value, told.effect) == pytest.approx((partner, 35 * partner))
    names = hospital().names
    knows = ("knows", *sorted((names["dealer"], names["buyer"])))
    assert knows in told.evidence
    assert {each["person"] for each in told.inputs["people"]} == {names["chief surgeon"], names["buyer"]}


def test_without_partners_scores_are_what_they_were_to_the_last_bit() -> None:
    """Score, P10 and P90 as they were computed before there was a partners' part."""
    for name, expected in ALONE.items():
        frame = customer(WORLDS[name]())
        rows = zip(frame.score.tolist(), frame.p10.tolist(), frame.p90.tolist(), strict=True)
        assert [tuple(each.hex() for each in row) for row in rows] == expected
        assert frame.columns["partner_key"].tolist() == [0.0]
    assert customer(WORLDS["carrier_agent"]()).columns["partner_key"].tolist() == [0.0, 0.0]


@given(seed=st.integers(0, 400), share=st.floats(0, 1))
def test_the_part_grows_with_its_weight_and_keeps_key_in_range(seed: int, share: float) -> None:
    snapshot = random_world(seed).snapshot()
    half = customer(snapshot, DEFAULTS.with_values({"customer.partner": share}))
    full = customer(snapshot, DEFAULTS.with_values({"customer.partner": 1}))
    assert (half.columns["partner_key"] >= 0).all()
    np.testing.assert_allclose(half.columns["partner_key"], share * full.columns["partner_key"], atol=1e-12)
    assert (half.columns["key"] + full.columns["partner_key"] <= 1 + 1e-12).all()
    assert (full.score + 1e-9 >= customer(snapshot, DEFAULTS.with_values({"customer.partner": 0})).score).all()


@pytest.mark.parametrize("days", [0, 30, 365])
def test_a_tie_of_our_own_takes_the_place_of_the_partners(days: int) -> None:
    """One more visit of ours never lowers Key + PKey; where ours is the stronger tie, the partner adds nothing."""
    world = hospital()
    seller, buyer, account = (world.names[name] for name in ("seller", "buyer", "hospital"))
    before = held(world, "hospital")
    for _ in range(4):
        world.meet("site_visit", (seller,), (buyer,), TODAY - days, starter=buyer, concerns=(account,))
    after = held(world, "hospital")
    assert sum(after) > sum(before)
    assert after[1] <= before[1]
    if days == 0:
        chief_alone = (
            0.5
            * 0.30
            * 0.35
            * (math.exp(-3 * 1.5 / math.sqrt(2) * 2 ** (-20 / 180) / 9) - math.exp(-4.5 * 2 ** (-20 / 180) / 9))
            / 2
        )
        assert after[1] == pytest.approx(chief_alone, abs=1e-9)


def test_one_more_tie_of_a_partner_never_lowers_a_score() -> None:
    world = hospital()
    before = customer(world)
    world.observe("tie", world.names["buyer"], world.names["distributor"], word="worked_together")
    assert held(world, "hospital")[1] == held(hospital(), "hospital")[1]  # a second person of it, and not as strong
    for _ in range(2):
        world.observe("tie", world.names["buyer"], world.names["dealer"], word="worked_together")
    after = customer(world)
    row = after.subject.tolist().index(world.names["hospital"])
    assert after.score[row] > before.score[row]


def partner_world() -> World:
    world = World()
    us, account = world.company("us", "ours"), world.company("account", "customer")
    world.person("seller", us)
    world.person("customer", account, 3)
    world.deal("deal", account)
    return world


def staff(world: World) -> set[int]:
    found = partners_of(world.snapshot(), DEFAULTS)
    return {code % found.base for code in found.staff.tolist() if code // found.base == world.names["account"]}


@pytest.mark.parametrize(
    ("kinds", "kind", "counts"),
    [
        (("channel",), "resells", True), (("partner", "customer"), "serves", True), (("channel",), "represents", True),
        (("channel",), "uses", False), (("channel",), "pays_commission", False), (("supplier",), "supplies", False),
        (("channel", "rival"), "resells", False), (("channel", "ours"), "resells", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_whose_people_are_a_partners_by_a_chain(kinds: tuple[str, ...], kind: str, counts: bool, turned: bool) -> None:
    world = partner_world()
    firm = world.company("firm", *kinds)
    person, ends = world.person("dealer", firm), (firm, world.names["account"])
    world.edge("supplies", *(ends[::-1] if turned else ends), kind=kind)
    assert staff(world) == ({person} if counts else set())


def test_whose_people_are_a_partners_by_deals_and_cover() -> None:
    world = partner_world()
    us, deal, account = (world.names[name] for name in ("us", "deal", "account"))
    rival = world.company("rival", "rival")
    firms = [world.company(f"firm {n}", "consultant") for n in range(3)]
    people = [world.person(f"of {n}", firm) for n, firm in enumerate(firms)]
    old = world.deal("old", account, status="won", closed_on=TODAY - 1500)
    for firm, at, vendor in ((firms[0], deal, us), (firms[1], deal, rival), (firms[2], old, None)):
        world.edge("partners", firm, at, role="integrator", vendor=vendor)
    assert staff(world) == {people[0]}
    free = world.person("free agent")
    world.edge("covers", free, deal, team_role="partner")
    world.edge("covers", world.names["customer"], account, team_role="partner")
    world.edge("covers", world.names["seller"], account, team_role="partner")
    assert staff(world) == {people[0], free}
    assert people_of(world.snapshot()).colleague.sum() == 1


def test_a_mail_counts_between_who_wrote_it_and_who_got_it() -> None:
    """Our mail to both, and one without a sender, say nothing of the two; the dealer's own is unanswered: .1.

    T' = 1 - e^(-.1/9) = .01105; ours, unanswered this week too but to two: 1 - e^(-.1/sqrt 2/9) = .00783. The
    customer is alone: I = 1, s = 0: PKey = .5 * .30 * .00322 / 2 = .00024.
    """
    world = partner_world()
    firm = world.company("firm", "channel")
    dealer, person, seller = world.person("dealer", firm), world.names["customer"], world.names["seller"]
    world.edge("supplies", firm, world.names["account"], kind="resells")
    world.meet("mail", (seller,), (dealer, person), starter=seller)
    world.meet("mail", (), (dealer, person))
    assert held(world, "account")[1] == 0.0
    world.meet("mail", (dealer,), (person,), starter=dealer)
    beyond = math.exp(-0.1 / math.sqrt(2) / 9) - math.exp(-0.1 / 9)
    assert round(beyond, 5) == 0.00322
    assert held(world, "account")[1] == pytest.approx(0.5 * 0.30 * beyond / 2, abs=1e-12)
