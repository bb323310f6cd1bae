"""The four scores beyond person and chain, worked by hand; each derivation stands in its test.

Everywhere evidence is not shrunk (q = 1), as an oracle is the raw formula, and priors are 0 where the test
does not say otherwise. All happened today unless a day is named. The account has A (level 4, unit 1) and B
(level 2, unit 2) and no roles, so rights go by level: 2^4 to 2^2, I = (.8, .2); nobody listens to anybody.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoring import DEFAULTS, SCORERS, US, Parameters, Reference, ScoreFrame, reduce_reference
from scoring.machinery.parts import PARTS
from scoring.snapshot import Snapshot, category_code
from tests.worlds.builder import TODAY, World, instant

RAW = DEFAULTS.with_values({"evidence.shrinkage": 0, **{f"priors.{name}": 0 for name in (*PARTS, "level_match")}})
CNY = category_code("CNY")
T2, T4, T7 = (1 - math.exp(-energy / 9) for energy in (2, 4, 7))
"""Ties from a video call; an executive meeting; a site visit and a meeting: .1993, .3588, .5406."""


def small() -> World:
    world = World()
    us, firm = world.company("us", "ours"), world.company("firm", "customer")
    for number, (name, level) in enumerate((("A", 4), ("B", 2)), start=1):
        unit = world.node("org_unit", f"unit {number}")
        world.edge("part_of", unit, firm)
        world.person(name, unit, level)
    world.person("E", us, 4)
    world.person("F", us, 2)
    return world


def scored(
    world: World, kind: str, parameters: Parameters = RAW, vendor: int | None = None
) -> tuple[ScoreFrame, Snapshot, Reference]:
    snapshot = world.snapshot()
    reference = reduce_reference(snapshot, parameters)
    return SCORERS[kind].score(snapshot, reference, parameters, vendor=vendor), snapshot, reference


def paper(world: World, type_: str, **values: object) -> None:
    world.edge("belongs_to", world.node(type_, **values), world.names["firm"])


def served() -> World:
    """The account of the customer oracle."""
    world = small()
    us, firm, rival = world.names["us"], world.names["firm"], world.company("rival", "rival")
    world.edge("seat_in", world.node("position", level=2), world.names["unit 1"])
    world.meet("meeting", (world.names["E"],), (world.names["A"],), starter=world.names["E"], executive=True)
    world.observe("stance", world.names["A"], us, value=1.0)
    offering = world.node("offering")
    for vendor, current in ((us, 30.0), (rival, 50.0)):
        world.edge("buys", firm, offering, vendor=vendor, current=current, current_currency=CNY)
    world.nodes["company"][1][1].update(potential=100.0, potential_currency=CNY)
    paper(world, "contract", signed_on=TODAY - 730)
    for days, amount in ((100, 100.0), (400, 80.0)):
        paper(world, "payment", due_on=TODAY - days, paid_on=TODAY - days, amount=amount, amount_currency=CNY)
    paper(world, "payment", due_on=TODAY - 45)
    paper(world, "delivery", due_on=TODAY - 5, delivered_on=TODAY - 5, accepted_on=TODAY)
    paper(world, "ticket", opened_on=TODAY, complaint=True, severity=2)
    paper(world, "ticket", opened_on=TODAY)
    world.observe("tie", firm, rival, word="pilot")
    world.observe("state:left", firm, source_class="inside", value=0.5)
    return world


def test_customer() -> None:
    """``A = 100(.35 Key + .20 Gen + .20 Org + .15 Com + .10 Svc) - 4 sum risk = 20.8``.

    Key: an executive meeting with A (T .3588, met once: depth 1, one active tie) gives
    W = .30 * .3588 + .35/5 + .10/3 = .2110; s = 1/(.5 + 1) = 2/3, K = W (5/3)/2 = .1758; nobody meets B, so
    Key = .8 K = .1407. Gen: 3 cells (A's, B's, a vacant seat of unit 1) in 2 departments, 1 covered,
    entropy 0: 1/3 * 1/2. Org: exchange today 1 of five parts: .2. Com: wallet 30 of 100 = .3 (the potential
    is more than the 80 bought), tenure 730 days of 5 years = .3997, trend .5 + 100/80 - 1 = .75: mean .4832.
    Svc: on time 1, complaints (.6 + 1)/2 = .8, accepted 1: mean .9333. Risk: pilot 1, 45 days overdue of 90 =
    .5, left .5, contact does not fade: 2.
    100(.35 * .1407 + .2/6 + .2 * .2 + .15 * .4832 + .1 * .9333) - 8 = 20.84.
    """
    frame, *_ = scored(served(), "customer")
    warmth = 0.30 * T4 + 0.35 / 5 + 0.10 / 3
    key = 0.8 * warmth * (1 + 2 / 3) / 2
    assert (round(warmth, 4), round(key, 4)) == (0.2110, 0.1407)
    com = (0.3 + 730 / 365.25 / 5 + 0.75) / 3
    expected = 100 * (0.35 * key + 0.20 / 6 + 0.20 / 5 + 0.15 * com + 0.10 * 2.8 / 3) - 8
    assert round(expected, 2) == 20.84
    assert frame.score.tolist() == pytest.approx([expected], abs=1e-9)
    values = dict(zip(frame.factors, frame.value.tolist(), strict=True))
    assert values["key"] == pytest.approx(key)
    assert values["coverage"] == pytest.approx(1 / 6)
    assert frame.columns["risk"].tolist() == pytest.approx([8.0])


def test_a_customer_at_rock_bottom_is_clipped() -> None:
    """All risks assumed at 1, nothing else: below 0, kept at 0 by a part as large.

    Of the account itself nothing is recorded, which for pilot, departure and distress means none: their rates
    are (3 * 1 + 0)/(3 + 1) = 3/4. -4(1 + 1 + 3 * 3/4) = -17.
    """
    parameters = RAW.with_values({f"priors.{name}": 1 for name in PARTS[-5:]})
    frame, *_ = scored(small(), "customer", parameters)
    assert frame.base.tolist() == pytest.approx([-17.0])
    assert (frame.score[0], frame.effect[-1]) == pytest.approx((0.0, 17.0))


def tied() -> World:
    """E visited the site with A and met A, and met B with executives; F called A by video."""
    world = small()
    e, f, a, b = (world.names[name] for name in "EFAB")
    world.meet("site_visit", (e,), (a,), starter=e)
    world.meet("meeting", (e,), (a,), starter=e)
    world.meet("video", (f,), (a,), starter=f)
    world.meet("meeting", (e,), (b,), starter=e, executive=True)
    return world


def test_our_company() -> None:
    """``O = 100(.35 sum I T + .15 LevelMatch + .15 Redundancy + .35 Fit) = 63.0``.

    Ties: T_EA = .5406 (energy 4 + 3), T_FA = .1993, T_EB = .3588. Firm: T_A = 1 - (1 - .9 * .5406)(1 - .9 *
    .1993) = .5786, T_B = .3229; sum I T = .5275. Levels: only A has an equal share of influence (1/2);
    A's level 4 is met by E of level 4: 1. Gen: two cells, each covered by E alone: 1 * (1/2 + 1/2) = 1,
    without E 0. Close: W_A = .3 * .5406 + .07 + .1 * 2/3 = .2988, W_B = .3 * .3588 + .07 + .1/3 = .2110, so
    .8 W_A + .2 W_B = .2813; without E only F's call with A is left: W_A = .3 * .1993 + .07 + .1/3 = .1631,
    Close .1305. Dep(E) = 1 - .1305/1.2813 = .8982; F costs less. Redundancy = .1018 * min(1, .5275/.5).
    Fit: one deal, the one requirement met and tested: .8.
    100(.35 * .5275 + .15 + .15 * .1018 + .35 * .8) = 62.99.
    """
    world = tied()
    deal = world.deal("deal", world.names["firm"])
    need = world.node("requirement", weight=1.0)
    world.edge("requires", deal, need)
    world.edge("meets", world.names["us"], need, met=1.0, proof="tested")
    frame, *_ = scored(world, "our_company")
    firm = frame.rows(scope=world.names["firm"])[0]
    a, b = 1 - (1 - 0.9 * T7) * (1 - 0.9 * T2), 0.9 * T4
    reach = 0.8 * a + 0.2 * b
    whole = 0.8 * (0.3 * T7 + 0.07 + 0.2 / 3) + 0.2 * (0.3 * T4 + 0.07 + 0.1 / 3) + 1
    dependence = 1 - 0.8 * (0.3 * T2 + 0.07 + 0.1 / 3) / whole
    assert (round(reach, 4), round(dependence, 4)) == (0.5275, 0.8982)
    expected = 100 * (0.35 * reach + 0.15 + 0.15 * (1 - dependence) + 0.35 * 0.8)
    assert round(expected, 2) == 62.99
    assert frame.score[firm] == pytest.approx(expected, abs=1e-9)
    assert frame.columns["dependence"][firm] == pytest.approx(dependence, abs=1e-12)
    assert frame.columns["resilience"][firm] == pytest.approx(100 * (1 - dependence), abs=1e-9)
    assert len(frame.rows(scope=deal)) == 1


def test_relationship_capital_is_shared_by_squared_ties() -> None:
    """E holds T_EA^2/(T_EA^2 + T_FA^2) = .8804 of A's worth and all of B's.

    With basis 1, RC_E = .8 * .5786 * .8804 + .2 * .3229 = .4721 and RC_F = .8 * .5786 * .1196 = .0554.
    """
    world = tied()
    frame, _, reference = scored(world, "employee")
    assert reference.basis == "one"
    firm = 0.8 * (1 - (1 - 0.9 * T7) * (1 - 0.9 * T2))
    share = T7**2 / (T7**2 + T2**2)
    expected = {"E": firm * share + 0.2 * 0.9 * T4, "F": firm * (1 - share)}
    assert (round(expected["E"], 4), round(expected["F"], 4)) == (0.4721, 0.0554)
    capital = dict(zip(frame.subject.tolist(), frame.columns["capital"].tolist(), strict=True))
    assert capital == pytest.approx({world.names[name]: worth for name, worth in expected.items()})


def team() -> World:
    """Five sellers with 2 to 6 meetings of yesterday, each with one customer of one person; two others."""
    world = World()
    us = world.company("us", "ours")
    for number, (meetings, function) in enumerate(
        [*((n, "sales") for n in range(2, 7)), (1, "sales"), (9, "service")]
    ):  # fmt: skip
        name = f"{function} {number}"
        seller, seat = world.node("person", name), world.node("position", function=function)
        world.edge("holds", seller, seat)
        world.edge("seat_in", seat, us)
        customer = world.person(f"customer {number}", world.company(f"account {number}", "customer"))
        for _ in range(meetings):
            world.meet("meeting", (seller,), (customer,), TODAY - 1, starter=seller)
    return world


def test_employee() -> None:
    """``M`` between the knots of yesterday: the seller with four meetings met the customer again today.

    Yesterday the five sellers' capitals were ``RC_n = .9(1 - e^(-3n/9))``, n = 2..6: percentiles 10, 30, 50,
    70, 90; the sixth seller (one meeting: completeness 1/4 < .4) is not ranked. Today the energy is
    12 * 2^(-1/180) + 3 = 14.954, RC = .9(1 - e^(-14.954/9)) = .7291 between RC_4 = .6628 and RC_5 = .7300:
    M = 50 + 20 (.7291 - .6628)/(.7300 - .6628) = 69.7. M(0) = 10, the one customer has the rest: 59.7.
    The thin seller has no score, nor has the only one in service.
    """
    world = team()
    seller = world.names["sales 2"]
    world.meet("meeting", (seller,), (world.names["customer 2"],), TODAY, starter=seller)
    frame, _, reference = scored(world, "employee", DEFAULTS)

    def capital(energy: float) -> float:
        return 0.9 * (1 - math.exp(-energy / 9))

    sales = reference.rank_role == category_code("sales")
    assert reference.rank_capital[sales] == pytest.approx([capital(3 * n) for n in range(2, 7)])
    assert reference.rank_percent[sales].tolist() == [10, 30, 50, 70, 90]
    low, high, now = capital(12), capital(15), capital(12 * 2 ** (-1 / 180) + 3)
    expected = 50 + 20 * (now - low) / (high - low)
    assert round(expected, 1) == 69.7
    row = frame.rows(subject=seller)[0]
    assert frame.score[row] == pytest.approx(expected, abs=1e-9)
    assert frame.base[row] == 10
    assert [(who, effect) for _, who, _, effect in frame.parts(row)] == [
        (world.names["account 2"], pytest.approx(expected - 10))
    ]
    unstated = [frame.rows(subject=world.names[name])[0] for name in ("sales 5", "service 6")]
    assert np.isnan(frame.score[unstated]).all()
    assert frame.completeness[unstated[0]] < 0.4 <= frame.completeness[unstated[1]]


def test_equal_capitals_share_their_rank() -> None:
    """Of capitals 1, 2, 2, 4 the two equal ones have (37.5 + 62.5)/2 = 50; flat outside the knots."""
    world = team()
    _, _, reference = scored(world, "employee", DEFAULTS)
    from scoring.population import _knots

    role, capital, percent, number = _knots(np.array([7, 7, 7, 7]), np.array([2.0, 4.0, 1.0, 2.0]))
    assert (role.tolist(), capital.tolist()) == ([7, 7, 7], [1.0, 2.0, 4.0])
    assert (percent.tolist(), number.tolist()) == ([12.5, 50.0, 87.5], [4, 4, 4])
    ends = reference.ranked(np.full(2, category_code("sales")), np.array([0.0, 99.0]))[0]
    assert ends.tolist() == [10, 90]


def test_competitor() -> None:
    """``F = 100(.40(1 + S)/2 + .25 Inc + .20 Fit + .15 Momentum) = 60.4``.

    A said to be for the rival: s = 1/(.5 + 1) = 2/3, S = .8 * 2/3 = .5333. Installed share .4, incumbent
    by it: .4. One requirement met by half, proven by delivery: .5. A pilot of 90 days ago and a visit today:
    1 - e^(-(3 * 2^(-1/2) + 1)/3) = .6467.
    40 * .7667 + 25 * .4 + 20 * .5 + 15 * .6467 = 60.37.
    "Build it themselves" stands beside it: S 0, Inc 0 (the segment's share), Fit at the mean, no momentum.
    We have a fit of 1, and the same visit as our own site visit with B: 20 + 20 + 15(1 - e^(-1/3)) = 44.25.
    """
    world = small()
    us, firm, rival = world.names["us"], world.names["firm"], world.company("rival", "rival")
    world.observe("stance", world.names["A"], rival, value=1.0)
    world.edge("buys", firm, world.node("offering"), vendor=rival, installed_share=0.4)
    deal, need = world.deal("deal", firm), world.node("requirement")
    world.edge("requires", deal, need)
    world.edge("meets", rival, need, met=0.5, proof="delivered")
    world.edge("meets", us, need, proof="delivered")
    world.observe("tie", world.names["B"], rival, word="pilot", day=TODAY - 90)
    world.observe("tie", firm, rival, word="visit")
    world.meet("site_visit", (world.names["E"],), (world.names["B"],), starter=world.names["B"])
    frame, _, reference = scored(world, "competitor")
    momentum = 1 - math.exp(-(3 * 2**-0.5 + 1) / 3)
    expected = 40 * (1 + 0.8 * 2 / 3) / 2 + 25 * 0.4 + 20 * 0.5 + 15 * momentum
    assert round(expected, 2) == 60.37
    row = frame.rows(vendor=rival, scope=firm)[0]
    assert frame.score[row] == pytest.approx(expected, abs=1e-9)
    ours = 20 + 20 + 15 * (1 - math.exp(-1 / 3))
    assert frame.columns["gap"][row] == pytest.approx(ours - expected, abs=1e-9)
    itself = frame.rows(vendor=firm, scope=firm)[0]
    assert frame.score[itself] == pytest.approx(20 + 20 * reference.fit_means[-1], abs=1e-9)
    mine, *_ = scored(world, "competitor", vendor=US)
    assert mine.score[mine.rows(scope=firm)[0]] == pytest.approx(ours, abs=1e-9)


def test_a_stated_incumbent_supplies_by_its_share_else_all() -> None:
    """Inc in a deal: 1 x .4 with a share of .4, 1 where no share is known, 0 where it is said not to be."""
    world = small()
    firm, deal = world.names["firm"], world.deal("deal", world.names["firm"])
    rivals = [world.company(f"rival {n}", "rival") for n in range(3)]
    for rival, incumbent in zip(rivals, (True, True, False), strict=True):
        world.edge("competes", rival, deal, incumbent=incumbent)
    world.edge("buys", firm, world.node("offering"), vendor=rivals[0], installed_share=0.4)
    world.edge("buys", firm, world.node("offering"), vendor=rivals[2], installed_share=0.6)
    frame, *_ = scored(world, "competitor")
    rows = [frame.rows(vendor=rival, scope=deal)[0] for rival in rivals]
    assert frame.columns["incumbency"][rows] == pytest.approx([0.4, 1.0, 0.0])


def test_the_share_of_what_the_deal_needs_counts() -> None:
    """Shares of .2 and .8 in two offerings: .5 in the account, .8 in a deal that needs the second."""
    world = small()
    firm, rival = world.names["firm"], world.company("rival", "rival")
    offerings = [world.node("offering") for _ in range(2)]
    for offering, share in zip(offerings, (0.2, 0.8), strict=True):
        world.edge("buys", firm, offering, vendor=rival, installed_share=share)
    deal = world.deal("deal", firm)
    world.edge("needs", deal, offerings[1])
    world.edge("competes", rival, deal)
    frame, *_ = scored(world, "competitor")
    found = [frame.columns["incumbency"][frame.rows(vendor=rival, scope=scope)[0]] for scope in (firm, deal)]
    assert found == pytest.approx([0.5, 0.8])


def test_priors_are_rates_of_the_population_beside_what_is_assumed() -> None:
    """Of four accounts one has a plan of value 1, fresh yesterday: (3 * .1 + 1)/(3 + 4) = .1857 over all.

    Its segment of two: (3 * .1857 + 1)/(3 + 2) = .3114. On time is known of one account alone (late):
    (3 * .8 + 0)/(3 + 1) = .6.
    """
    world = World()
    world.company("us", "ours")
    for number in range(4):
        firm = world.company(f"firm {number}", "customer", industry="x" if number < 2 else "y")
        world.person(f"person {number}", firm)
    world.observe("state:joint_plan", world.names["firm 0"], day=TODAY - 1)
    delivery = world.node("delivery", due_on=TODAY - 9, delivered_on=TODAY - 5)
    world.edge("belongs_to", delivery, world.names["firm 3"])
    snapshot = world.snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    rows = reference.segment_rows(np.array([category_code("x"), category_code("z")]))
    overall = (3 * 0.1 + 1) / 7
    assert reference.part_priors[rows, PARTS.index("joint_plan")] == pytest.approx([(3 * overall + 1) / 5, overall])
    assert reference.part_priors[rows[1], PARTS.index("on_time")] == pytest.approx(0.6)
    world.observe("state:joint_plan", world.names["firm 1"], day=TODAY)
    assert reduce_reference(world.snapshot(), DEFAULTS).digest == reference.digest


def test_the_first_basis_known_for_half_of_the_accounts_values_them() -> None:
    """Margins are known of one account in four, potentials of two: potential it is, its median elsewhere.

    With margins known of two: 10 won this year and 20 open at the win rate, (3 * .3 + 1)/(3 + 1) = .475.
    """
    world = World()
    world.company("us", "ours")
    for number in range(4):
        potential = {"potential": 100.0 * (number + 1), "potential_currency": CNY} if number < 2 else {}
        firm = world.company(f"firm {number}", "customer", **potential)
        world.person(f"person {number}", firm)
    first = world.names["firm 0"]
    world.deal("won", first, "won", closed_on=TODAY - 30, margin=10.0, margin_currency=CNY)
    world.deal("old", first, "won", closed_on=TODAY - 900, margin=7.0, margin_currency=category_code("EUR"))
    reference = reduce_reference(world.snapshot(), DEFAULTS)
    assert (reference.basis, reference.basis_median) == ("potential", 150.0)
    world.deal("open", world.names["firm 1"], margin=20.0, margin_currency=CNY)
    reference = reduce_reference(world.snapshot(), DEFAULTS)
    rate = (3 * 0.3 + 2) / 5
    assert reference.win_rates.tolist() == pytest.approx([rate])
    assert (reference.basis, reference.basis_median) == ("margin", pytest.approx((10 + 20 * rate) / 2))


def test_a_framework_in_force_is_fresh_until_it_ends() -> None:
    """In force until next year: 1. Ended 365 days ago: 1/2. Signed 365 days ago without an end: 1/2."""
    for values, expected in (
        ({"signed_on": TODAY - 700, "ends_on": TODAY + 365}, 1.0),
        ({"signed_on": TODAY - 700, "ends_on": TODAY - 365}, 0.5),
        ({"signed_on": TODAY - 365}, 0.5),
        ({"signed_on": TODAY + 1, "ends_on": TODAY + 365}, 0.0),
    ):
        world = small()
        paper(world, "contract", framework=True, **values)
        frame, *_ = scored(world, "customer")
        assert frame.value[frame.factors.index("framework_agreement")] == pytest.approx(expected), values


def test_tenures_and_edges_count_only_while_they_hold() -> None:
    """A seat that is left makes no cell; BUYS that ended says nothing."""
    world = small()
    gone = world.node("position", level=5)
    world.edge("seat_in", gone, world.names["unit 1"], valid_to=instant(TODAY - 1))
    frame, *_ = scored(world, "customer")
    told = next(each for each in frame.explain(0).contributions if each.factor == "coverage").inputs["cells"]
    assert len(told) == 2
