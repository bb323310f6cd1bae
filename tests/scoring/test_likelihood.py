"""Win likelihood: the worked numbers of domain.md sections 4 and 6, and what must hold of every deal."""

from __future__ import annotations

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import DEFAULTS, SCORERS, US, Parameters, ScoreFrame, reduce_reference
from scoring.likelihood import beside
from scoring.machinery.attribution import GROUPS, attribution
from scoring.machinery.contenders import Contenders, contenders_of
from scoring.machinery.contest import contest, expected_share
from scoring.machinery.decision import decision_logit, sigmoid
from scoring.machinery.shapley import shapley
from scoring.selection import utility
from scoring.snapshot import category_code
from tests.scoring import plain_likelihood as plain
from tests.scoring.random_worlds import random_world
from tests.scoring.recompute_likelihood import likelihood as recomputed
from tests.worlds.builder import TODAY, World, instant
from tests.worlds.named import WORKED_STANCES, worked

seeds = st.integers(0, 10_000)
checked = settings(max_examples=12, deadline=None)
CNY = category_code("CNY")
ONE = np.zeros(3, dtype=np.int64)


def found_in(world: World, parameters: Parameters = DEFAULTS) -> Contenders:
    snapshot = world.snapshot()
    return contenders_of(snapshot, reduce_reference(snapshot, parameters), parameters)


def scored(world: World, parameters: Parameters = DEFAULTS, vendor: int | None = None) -> ScoreFrame:
    snapshot = world.snapshot()
    return SCORERS["likelihood"].score(snapshot, reduce_reference(snapshot, parameters), parameters, vendor=vendor)


# the worked numbers


def worked_utilities(us: tuple[float, ...] = WORKED_STANCES["us"]) -> np.ndarray:
    found = found_in(worked())
    standings = found.measures.standings
    influence = standings.chains.influence[standings.member[found.measures.rows[found.measures.case == 0]]]
    stances = (us, WORKED_STANCES["rival 1"], WORKED_STANCES["rival 2"])
    support, nothing = np.array([influence @ each for each in stances]), np.zeros(3)
    return utility(support, np.array([0.75, 0.70, 0.50]), np.array([0.0, 1.0, 0.0]), nothing, nothing, DEFAULTS)


def test_the_worked_contest_with_everybody_there() -> None:
    probability, nobody = contest(ONE, worked_utilities(), np.ones(3), np.ones(1), DEFAULTS)
    assert probability.round(3).tolist() == [0.584, 0.327, 0.089]
    assert nobody.tolist() == [0.0]


def test_the_worked_field() -> None:
    """P_go .6, P_compete .5/1/1: .6·.5·.584; .6·(.5·.327 + .5·.327/.416); no decision 1 − .6."""
    probability, nobody = contest(ONE, worked_utilities(), np.array([0.5, 1.0, 1.0]), np.array([0.6]), DEFAULTS)
    assert probability.round(3).tolist() == [0.175, 0.334, 0.091]
    assert nobody.round(3).tolist() == [0.4]


def test_the_worked_contest_without_our_people() -> None:
    probability, _ = contest(ONE, worked_utilities((0.0,) * 5), np.ones(3), np.ones(1), DEFAULTS)
    assert round(float(probability[0]), 4) == 0.3155


def test_the_worked_sensitivities() -> None:
    before = contest(ONE, worked_utilities(), np.ones(3), np.ones(1), DEFAULTS)[0][0]
    gains = {}
    for place, name in enumerate("ADEUX"):
        stances = list(WORKED_STANCES["us"])
        stances[place] += 0.25
        after = contest(ONE, worked_utilities(tuple(stances)), np.ones(3), np.ones(1), DEFAULTS)[0][0]
        gains[name] = round(100 * float(after - before), 2)
    assert gains == {"D": 5.17, "A": 4.25, "E": 4.07, "X": 2.40, "U": 2.03}


def test_the_chance_of_a_decision() -> None:
    one, half = np.ones(1), np.full(1, 0.5)
    assert round(float(sigmoid(decision_logit(half, one, one, one, DEFAULTS))[0]), 3) == 0.924
    assert float(sigmoid(decision_logit(half, half, half, half, DEFAULTS))[0]) == 0.5


# a deal of which nothing is known, by hand, and what evidence does to it


def bare() -> World:
    world = World()
    us, rival = world.company("us", "ours"), world.company("rival", "rival")
    customer = world.company("customer", "customer", industry="x")
    deal = world.deal("deal", customer, kind="new")
    world.edge("competes", rival, deal)
    world.person("seller", us)
    person = world.person("A", customer)
    world.edge("plays", person, deal, role="approver")
    return world


def chain_share() -> float:
    """Influence of the placeholders of `bare`: of decider .35, evaluator .20 and user .10, nobody is known."""
    return 0.65


def test_a_deal_of_which_nothing_is_known() -> None:
    """U = 3·(−.1·.65) + 2·.5 = .805 each, the phantom's 1; f = e = .5, a = .5 (known, no tie): P_go = .5."""
    found = scored(bare(), vendor=US)
    own, phantom = math.exp(1 - 0.3 * chain_share()), math.exp(1.0)
    expected = 0.5 * (0.7 / 2 + 0.3 * own / (2 * own + phantom))
    assert found.score[0] == pytest.approx(expected, abs=1e-12)
    told = beside(found, 0)
    assert [each["vendor"] for each in told["field"]] == [US, 2, "unknown", "none"]
    assert told["field"][1]["raw"] == pytest.approx(expected, abs=1e-12)
    assert told["field"][2]["raw"] == pytest.approx(0.5 * 0.3 * phantom / (2 * own + phantom), abs=1e-12)
    assert told["field"][3]["raw"] == pytest.approx(0.5, abs=1e-12)
    assert (told["gate"], told["label"], told["n"]) == (None, "prior", 0)


def go(world: World) -> float:
    return float(scored(world, vendor=US).columns["go"][0])


def test_budget_and_event_count_as_one_opinion_each() -> None:
    """Beta(1,1) and one opinion: f = 1.3/2.3, so 2f − 1 = .3/2.3."""
    world = bare()
    values = world.nodes["opportunity"][0][1]
    values |= {"budget": 5.0, "budget_currency": CNY, "compelling_event_on": TODAY}
    assert go(world) == pytest.approx(1 / (1 + math.exp(-2 * 0.3 / 2.3)), abs=1e-12)
    values["compelling_event_on"] = TODAY - 1
    assert go(world) == pytest.approx(1 / (1 + math.exp(-0.3 / 2.3)), abs=1e-12)


def test_the_approver_is_reached_by_anybody() -> None:
    world = bare()
    person, deal = world.names["A"], world.names["deal"]
    world.observe("tie", person, world.names["rival"], word="seen_with", concerns=(deal,))
    tie = 1 - math.exp(-3 / 9)
    assert go(world) == pytest.approx(1 / (1 + math.exp(-0.5 * tie)), abs=1e-12)
    world.edges["plays"] = [(person, deal, {"role": "user"}, *world.edges["plays"][0][3:])]
    assert go(world) == pytest.approx(1 / (1 + math.exp(0.5)), abs=1e-12)


def test_the_base_rate_is_shrunk_step_by_step() -> None:
    """All: 4 of 6 decided; new: 1 of 3; this account's new: 0 of 2; from .5, each step weighing 3."""
    world = bare()
    own, other = world.names["customer"], world.company("other", "customer")
    closed = [
        (own, "new", "no_decision"), (own, "new", "no_decision"), (other, "new", "won"), (other, "renewal", "lost"),
        (own, "renewal", "won"), (other, None, "lost"),
    ]  # fmt: skip
    for number, (account, kind, status) in enumerate(closed):
        world.deal(f"closed {number}", account, status, kind=kind, closed_on=TODAY - 5)
    every = (3 * 0.5 + 4) / 9
    rate = (3 * ((3 * every + 1) / 6) + 0) / 5
    found = scored(world, vendor=US)
    assert found.columns["go"][0] == pytest.approx(rate, abs=1e-12)
    assert beside(found, 0)["n"] == 6


def test_mandatory_requirements_and_the_shortlist() -> None:
    """P(met) = (.8·1 + .6·1)/(1 + .6) after a document, .8 for the other; shortlist (1 + 1)/(2 + 1 + .5)."""
    world = bare()
    us, deal = world.names["us"], world.names["deal"]
    for _ in range(2):
        world.edge("requires", deal, world.node("requirement", mandatory=True))
    world.edge("requires", deal, world.node("requirement", mandatory=False))
    first = world.edges["requires"][0][1]
    world.edge("meets", us, first, met=1.0, proof="documented", valid_from=instant(TODAY))
    world.observe("shortlist", deal, us, value=1.0)
    world.edge("competes", us, deal, shortlisted=False, confidence=0.5, valid_from=instant(TODAY))
    found = found_in(world)
    assert found.presence.chance[0] == pytest.approx(1.4 / 1.6 * 0.8 * 2 / 3.5, abs=1e-12)
    assert found.presence.chance[1] == pytest.approx(0.64, abs=1e-12)
    assert found.presence.reference.tolist() == pytest.approx([0.64, 0.64])


def test_whoever_knows_all_rivals_has_no_phantom_to_fear() -> None:
    world = bare()
    before = scored(world, vendor=US).score[0]
    world.observe("criterion:field_complete", world.names["deal"], value=1.0)
    found = found_in(world)
    assert found.players.chance[found.players.case < 0].tolist() == pytest.approx([1 - 2.4 / 3])
    assert scored(world, vendor=US).score[0] > before


# control points and gates


def points(world: World, vendor: int = US) -> list[str]:
    frame = scored(world, vendor=vendor)
    control = next(p for p in frame.explain(0).contributions if p.factor == "control")
    return [each["answer"] for each in control.inputs.values()]


def test_control_points() -> None:
    world = bare()
    us, rival, deal, person = (world.names[name] for name in ("us", "rival", "deal", "A"))
    assert points(world) == ["unknown"] * 4
    for _ in range(2):
        world.observe("event", deal, value=1.0)
        world.observe("criterion:event_known", deal, rival, value=1.0)
        world.observe("shortlist", deal, us, value=1.0)
    world.observe("depth", person, us, value=3.0, concerns=(deal,))
    world.observe("depth", person, rival, value=2.0, concerns=(deal,))
    need = world.node("requirement")
    world.edge("requires", deal, need)
    world.edge("meets", us, need, met=1.0, proof="delivered", valid_from=instant(TODAY))
    world.edge("meets", rival, need, met=0.2, proof="claimed", valid_from=instant(TODAY))
    assert points(world) == ["yes", "yes", "yes", "yes"]
    assert points(world, rival) == ["yes", "no", "unknown", "no"]
    held = scored(world, vendor=US)
    assert [value for factor, _, value, _ in held.parts(0) if factor == "control"] == [4.0]


def gated(world: World, parameters: Parameters = DEFAULTS) -> tuple[str | None, float | None, list[float | None]]:
    told = beside(scored(world, parameters, vendor=US), 0)
    return told["gate"], told["gated"], [each["gated"] for each in told["field"]]


def test_gates() -> None:
    world = bare()
    us, deal, person = world.names["us"], world.names["deal"], world.names["A"]
    raw = scored(world, vendor=US).score[0]
    assert gated(world)[:2] == (None, raw)
    world.observe("depth", person, us, value=1.0, concerns=(deal,))
    gate, value, field = gated(world)
    assert gate == "no_inside_source"
    assert value == pytest.approx(0.7 * scored(world, vendor=US).score[0])
    assert sum(field) == pytest.approx(1.0, abs=1e-12)
    world.observe("shortlist", deal, us, value=0.0)
    gate, value, field = gated(world)
    assert (gate, value) == ("not_in_top_three", 0.0)
    assert sum(field) == pytest.approx(1.0, abs=1e-12)
    world.observe("event", deal, value=0.0)
    assert gated(world) == ("no_event", None, [None] * 4)
    off = DEFAULTS.with_values({
        "likelihood.gate_event": 0.0, "likelihood.gate_inside": 1.0, "likelihood.gate_top_three": 1.0,
    })  # fmt: skip
    assert gated(world, off)[0] is None


def test_removed_mass_goes_to_the_others_in_proportion() -> None:
    world = bare()
    world.observe("depth", world.names["A"], world.names["us"], value=1.0, concerns=(world.names["deal"],))
    told = beside(scored(world, vendor=US), 0)
    raw, after = ([each[name] for each in told["field"]] for name in ("raw", "gated"))
    assert after[1] / after[2] == pytest.approx(raw[1] / raw[2])
    assert after[3] == raw[3]


def test_without_other_vendors_it_goes_to_no_decision() -> None:
    world = bare()
    del world.edges["competes"]
    world.observe("depth", world.names["A"], world.names["us"], value=1.0, concerns=(world.names["deal"],))
    alone = DEFAULTS.with_values({"likelihood.complete": 1.0})
    told = beside(scored(world, alone, vendor=US), 0)
    own, phantom, nobody = (each["gated"] for each in told["field"])
    assert phantom == 0.0
    assert own + nobody == pytest.approx(1.0)
    assert own == pytest.approx(0.7 * told["raw"])


# what holds of every deal


@given(seeds)
@checked
def test_fields_sum_to_one(seed: int) -> None:
    frame = scored(random_world(seed))
    for i in range(len(frame)):
        told = beside(frame, i)
        assert sum(each["raw"] for each in told["field"]) == pytest.approx(1.0, abs=1e-12)
        after = [each["gated"] for each in told["field"]]
        if told["gate"] == "no_event":
            assert after == [None] * len(after)
        else:
            assert sum(after) == pytest.approx(1.0, abs=1e-12)
            assert min(after) >= 0


@given(seeds, st.integers(1, 5))
@checked
def test_the_contest_against_the_plain_one(seed: int, vendors: int) -> None:
    deal = plain.random_deal(np.random.default_rng(seed), vendors)
    expected = plain.field(deal)
    utilities = np.array([sum(actual for _, actual in p.utility.values()) for p in deal.players])
    chance = np.array([p.chance[1] for p in deal.players])
    place = np.zeros(len(utilities), dtype=np.int64)
    found, nobody = contest(place, utilities, chance, np.array([deal.go[1]]), DEFAULTS)
    assert [*found, nobody[0]] == pytest.approx(expected, abs=1e-12)
    assert sum(expected) == pytest.approx(1.0, abs=1e-12)


@given(seeds)
@settings(max_examples=4, deadline=None)
def test_the_attribution_against_the_plain_one(seed: int) -> None:
    found = found_in(random_world(seed))
    told = attribution(found, np.arange(len(found.deal)), DEFAULTS)
    case = 0
    for deal in plain.deals_of(found):
        for asked in range(len(deal.players) - 1):
            effect, points_ = plain.attribution(deal, asked)
            assert told.effect[:, case] == pytest.approx([effect[group] for group in GROUPS], abs=1e-9)
            assert told.points[:, case] == pytest.approx([points_[group] for group in GROUPS], abs=1e-9)
            case += 1
    assert case == len(found.deal)


@given(seeds)
@checked
def test_shapley_values(seed: int) -> None:
    """Efficiency; players who add the same get the same; who adds nothing gets nothing."""
    values = np.random.default_rng(seed).normal(size=(16, 3))
    assert shapley(values).sum(axis=0) == pytest.approx(values[-1] - values[0], abs=1e-12)
    bits = np.arange(16)[:, None] >> np.array([3, 2, 1, 0]) & 1
    game = (bits[:, 0] + bits[:, 1] + 3 * bits[:, 2] * (bits[:, 0] + bits[:, 1] > 0))[:, None].astype(float)
    found = shapley(game)[:, 0]
    assert found[0] == pytest.approx(found[1])
    assert found[3] == pytest.approx(0.0)


@given(seeds)
@checked
def test_points_add_up_and_people_share_their_group(seed: int) -> None:
    frame = scored(random_world(seed))
    for i in range(len(frame)):
        own = frame.points[frame.indptr[i] : frame.indptr[i + 1]]
        assert frame.columns["base_points"][i] + own.sum() == pytest.approx(100 * frame.score[i], abs=1e-9)
        told = frame.explain(i)
        people = [part for part in told.contributions if part.factor == "person"]
        for part in people:
            assert part.effect == pytest.approx(part.weight * (part.value - part.prior), abs=1e-9)
        shares = {
            round(part.weight / part.inputs["influence"], 9) for part in people if part.inputs["influence"] > 1e-6
        }
        assert len(shares) <= 1


def named_in(tree: object, names: tuple[str, ...]) -> set[int]:
    if isinstance(tree, dict):
        here = {value for name, value in tree.items() if name in names and isinstance(value, int)}
        return here.union(*(named_in(value, names) for value in tree.values()))
    if isinstance(tree, (list, tuple)):
        return set().union(*(named_in(value, names) for value in tree))
    return set()


@given(seeds)
@checked
def test_whatever_the_inputs_name_is_evidence(seed: int) -> None:
    """What a reader may not see is found by the evidence, so inputs must name no statement beside it."""
    snapshot = random_world(seed).snapshot()
    frame = SCORERS["likelihood"].score(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS)
    told_of = set(snapshot.nodes["observation"].key.tolist()) | set(snapshot.nodes["interaction"].key.tolist())
    for i in range(len(frame)):
        told = frame.explain(i)
        named = named_in(told.inputs, ("observation", "interaction", "item")) & told_of
        evidence = {each for part in told.contributions for each in part.evidence if isinstance(each, int)}
        assert named <= evidence


def test_where_support_is_at_its_mean_a_person_counts_by_the_slope() -> None:
    """S = S0, yet one is for us and one against: g is the derivative, and their parts cancel."""
    world = bare()
    deal, customer, us = (world.names[name] for name in ("deal", "customer", "us"))
    world.edges["plays"] = []
    for name, value in (("B", 1.0), ("C", -1.0)):
        person = world.person(name, customer)
        for role in ("approver", "decider", "evaluator", "user", "buyer"):
            world.edge("plays", person, deal, role=role)
        world.observe("stance", person, us, value=value, concerns=(deal,))
    frame = scored(world, vendor=US)
    parts = [(value, effect) for factor, _, value, effect in frame.parts(0) if factor == "person"]
    (up, gain), (down, loss) = sorted(parts, reverse=True)
    assert (up, down) == pytest.approx((2 / 3, -2 / 3))
    assert gain == pytest.approx(-loss)
    found = found_in(world)
    before = float(frame.score[0])
    steps = []
    for nudge in (-1e-5, 1e-5):
        moved = found.players.utility.sum(axis=1)
        moved[0] += 3.0 * nudge
        after = contest(found.players.deal, moved, found.players.chance, found.decision.chance, DEFAULTS)[0][0]
        steps.append(math.log(after / (1 - after)))
    assert before == pytest.approx(found.probability[0])
    # only need and funds stand off their reference beside people, and they move the slope little
    assert gain == pytest.approx(0.5 * 2 / 3 * (steps[1] - steps[0]) / 2e-5, rel=0.05)


@given(seeds, st.sampled_from((13, 14)))
@settings(max_examples=5, deadline=None)
def test_many_uncertain_rivals_are_integrated(seed: int, rivals: int) -> None:
    """Beyond the enumerated ones the integral gives what every subset gives."""
    rng = np.random.default_rng(seed)
    ratio, chance = np.exp(2 * rng.normal(size=(rivals, 3))), rng.random((rivals, 3))
    exact = DEFAULTS.with_values({"likelihood.enumerated": 16.0})
    assert expected_share(ratio, chance, 0, DEFAULTS) == pytest.approx(
        expected_share(ratio, chance, 0, exact), abs=1e-9
    )


@given(seeds, st.integers(2, 5), st.floats(0.01, 2))
@checked
def test_raising_one_never_lowers_it_nor_raises_another(seed: int, vendors: int, step: float) -> None:
    """Stances, fit, price and control points all enter the utility; c works the same way."""
    rng = np.random.default_rng(seed)
    place = np.zeros(vendors, dtype=np.int64)
    utilities, chance, go_ = rng.normal(size=vendors), rng.random(vendors), np.array([0.8])
    before = contest(place, utilities, chance, go_, DEFAULTS)[0]
    higher, surer = utilities.copy(), chance.copy()
    higher[0] += step
    surer[0] = min(1.0, surer[0] + step / 2)
    for after in (contest(place, higher, chance, go_, DEFAULTS)[0], contest(place, utilities, surer, go_, DEFAULTS)[0]):
        assert after[0] >= before[0] - 1e-12
        assert (after[1:] <= before[1:] + 1e-12).all()


def proof(world: World, vendor: str) -> None:
    need = world.node("requirement")
    world.edge("requires", world.names["deal"], need)
    world.edge("meets", world.names[vendor], need, met=1.0, proof="delivered", valid_from=instant(TODAY))


def believe(world: World, kind: str, vendor: str) -> None:
    for _ in range(2):
        world.observe(kind, world.names["deal"], world.names[vendor], value=1.0)


BETTER = {
    "stance": lambda world, vendor: world.observe("stance", world.names["A"], world.names[vendor], value=1.0),
    "fit": proof,
    "inside source": lambda world, vendor: world.observe("depth", world.names["A"], world.names[vendor], value=4.0),
    "unique value": lambda world, vendor: believe(world, "criterion:unique_value", vendor),
}


@pytest.mark.parametrize("name", BETTER)
def test_what_is_good_for_us_is_bad_for_the_rival(name: str) -> None:
    world = bare()
    before = dict(zip(scored(world).vendor, scored(world).score, strict=True))
    for vendor in ("us", "rival"):
        world = bare()
        reference = reduce_reference(world.snapshot(), DEFAULTS)
        BETTER[name](world, vendor)
        frame = SCORERS["likelihood"].score(world.snapshot(), reference, DEFAULTS)
        after = dict(zip(frame.vendor, frame.score, strict=True))
        own, other = (US, 2) if vendor == "us" else (2, US)
        assert after[own] > before[own] + 1e-6
        assert after[other] < before[other] - 1e-6


def test_a_lower_price_raises_it() -> None:
    found = []
    for price in (100.0, 90.0, 80.0, 60.0, 50.0):
        world = bare()
        world.nodes["opportunity"][0][1].update(quoted=price, quoted_currency=CNY)
        world.edges["competes"] = [
            (2, world.names["deal"], {"price": 100.0, "price_currency": CNY}, *world.edges["competes"][0][3:])
        ]
        found.append(float(scored(world, vendor=US).score[0]))
    assert found[0] < found[1] < found[2] < found[3]
    assert found[3] == found[4]


def test_an_interval_narrows_with_evidence() -> None:
    world = bare()
    wide = scored(world, vendor=US)
    for kind in ("funds", "event"):
        for _ in range(4):
            world.observe(kind, world.names["deal"], value=1.0)
    for _ in range(6):
        world.observe("stance", world.names["A"], world.names["us"], value=0.5)
    narrow = scored(world, vendor=US)
    widths = [plain.logit(each.p90[0]) - plain.logit(each.p10[0]) for each in (narrow, wide)]
    assert widths[0] < widths[1]
    assert wide.p10[0] < wide.score[0] < wide.p90[0]


def test_other_deals_do_not_move_an_interval() -> None:
    world = bare()
    alone = scored(world, vendor=US)
    deal = world.deal("another", world.names["customer"], kind="new")
    for number in range(4):
        world.edge("competes", world.company(f"more {number}", "rival"), deal)
    both = scored(world, vendor=US)
    own = both.rows(world.names["deal"])
    assert (both.p10[own], both.p90[own]) == (alone.p10[0], alone.p90[0])


def test_an_interval_stays_an_interval_where_all_deals_end_in_a_decision() -> None:
    """600 of 600 decided: the base rate is next to 1, where the delta method would put P10 at 0."""
    world = bare()
    for number in range(600):
        world.deal(f"old {number}", world.company(f"buyer {number}"), status="lost", closed_on=TODAY - 400)
    found = scored(world, vendor=US)
    assert found.columns["go"][0] > 0.99
    assert found.p10[0] > found.score[0] / 10


def with_awards(award: float, *, needed: bool = False) -> tuple[World, Parameters]:
    """Two earlier deals of the customer: the rival won the one 180 days ago, we the one today.

    Where ``needed``, only the rival's needs what the deal needs.
    """
    world = bare()
    names = world.names
    rivals = world.deal("first", names["customer"], status="lost", closed_on=TODAY - 180, winner=names["rival"])
    world.deal("second", names["customer"], status="won", closed_on=TODAY)
    world.deal("elsewhere", world.company("else"), status="won", closed_on=TODAY)
    if needed:
        offering = world.node("offering")
        for deal in (names["deal"], rivals):
            world.edge("needs", deal, offering)
    return world, replace(DEFAULTS, selection=replace(DEFAULTS.selection, award=award))


@pytest.mark.parametrize(("needed", "shares", "known"), [(False, (2 / 3, 1 / 3), 1.5), (True, (0.0, 1.0), 0.5)])
def test_earlier_awards_tell_who_supplies(needed: bool, shares: tuple[float, float], known: float) -> None:
    """Ours counts 1, the rival's after a half-life .5: 2/3 and 1/3 of 1.5; of the same need the rival's alone."""
    world, parameters = with_awards(2.0, needed=needed)
    found = contenders_of(world.snapshot(), reduce_reference(world.snapshot(), parameters), parameters).measures
    q = 2 * known / (2 * known + 3)
    assert found.vendor.tolist() == [US, world.names["rival"]]
    assert found.incumbency == pytest.approx([q * share for share in shares])
    assert found.incumbency_evidence == pytest.approx([2 * known] * 2)


def test_what_an_offer_says_goes_before_earlier_awards() -> None:
    world, parameters = with_awards(2.0)
    world.edge("competes", world.names["us"], world.names["deal"], incumbent=False)
    found = contenders_of(world.snapshot(), reduce_reference(world.snapshot(), parameters), parameters).measures
    assert found.incumbency[0] == 0
    assert found.incumbency[1] > 0


def test_earlier_awards_count_for_nothing_unless_asked_for() -> None:
    world, parameters = with_awards(0.0)
    assert parameters.digest == DEFAULTS.digest
    found = contenders_of(world.snapshot(), reduce_reference(world.snapshot(), parameters), parameters).measures
    assert found.incumbency_evidence.tolist() == [0.0, 0.0]


def test_awards_are_told_and_give_the_number_again() -> None:
    world, parameters = with_awards(2.0)
    snapshot = world.snapshot()
    frame = SCORERS["likelihood"].score(snapshot, reduce_reference(snapshot, parameters), parameters)
    for row in range(len(frame)):
        told = frame.explain(row)
        assert recomputed(asdict(told)) == pytest.approx(frame.score[row], abs=1e-9)
        part = next(each for each in told.contributions if each.factor == "incumbency")
        assert [(each["won"], each["age"]) for each in part.inputs["awards"]] in (
            [(False, 180), (True, 0)], [(True, 180), (False, 0)]
        )  # fmt: skip
        assert {world.names["first"], world.names["second"]} & set(part.evidence)


def supplied(share: float = 0.6, elsewhere: float = 0.2) -> World:
    """The rival supplies a share of the customer since a half-life, and another of the segment's other customer."""
    world = bare()
    rival, offering = world.names["rival"], world.node("offering", "offering")
    other = world.company("other", "customer", industry="x")
    since = instant(TODAY - 180)
    world.edge("buys", world.names["customer"], offering, valid_from=since, vendor=rival, installed_share=share)
    world.edge("buys", other, offering, valid_from=since, vendor=rival, installed_share=elsewhere)
    return world


def field_of(gains: tuple[float, float]) -> tuple[float, float]:
    """P of us and the rival in `supplied`, where incumbency adds the gains to their utilities.

    A rival's tie is never below its installed share, so the approver is reached: a = .5 + .5 · .6, logit P_go = .3.
    """
    phantom, decided = math.exp(1.0), 1 / (1 + math.exp(-0.3))
    us, rival = (math.exp(1 - 0.3 * chain_share() + gain) for gain in gains)
    first, second = (0.7 * own / (us + rival) + 0.3 * own / (us + rival + phantom) for own in (us, rival))
    return decided * first, decided * second


def test_what_the_customer_has_installed_counts_as_incumbency() -> None:
    """A share of .6, a half-life old: n_eff .5, q = .5/3.5 = 1/7; usual in the segment (.6 + .2)/2 = .4.

    Inc = (1/7)(.6) + (6/7)(.4) = 3/7, so the rival's U is .8 · 3/7 above ours, of whom nothing is known.
    """
    frame = scored(supplied())
    measured = found_in(supplied()).measures
    assert measured.incumbency == pytest.approx([0.0, 3 / 7], abs=1e-12)
    assert measured.incumbency_prior == pytest.approx([0.0, 0.4], abs=1e-12)
    assert measured.incumbency_evidence == pytest.approx([0.0, 0.5], abs=1e-12)
    assert frame.score == pytest.approx(field_of((0.0, 0.8 * 3 / 7)), abs=1e-12)


@pytest.mark.parametrize(("incumbent", "expected"), [(True, (0.9 + 1.2) / 4.5), (False, 1.2 / 4.5)])
def test_who_is_said_to_supply_does_so_by_the_installed_share(incumbent: bool, expected: float) -> None:
    """Said today with confidence 1: n_eff .5 + 1, q = 1.5/4.5; (1.5 · .6 + 3 · .4)/4.5, or without the .6."""
    world = supplied()
    rival, deal = world.names["rival"], world.names["deal"]
    world.edges["competes"] = []
    world.edge("competes", rival, deal, valid_from=instant(TODAY), incumbent=incumbent, confidence=1.0)
    assert found_in(world).measures.incumbency == pytest.approx([0.0, expected], abs=1e-12)
    assert scored(world).score == pytest.approx(field_of((0.0, 0.8 * expected)), abs=1e-12)


def test_the_share_of_what_the_deal_needs_counts_in_its_likelihood() -> None:
    """Of the offerings with a share of .6 and of 1 the deal needs the second: Inc = (1/7)(1) + (6/7) prior."""
    world = supplied()
    needed = world.node("offering")
    world.edge("needs", world.names["deal"], needed)
    world.edge(
        "buys", world.names["customer"], needed, valid_from=instant(TODAY - 180), vendor=world.names["rival"],
        installed_share=1.0,
    )  # fmt: skip
    prior = (0.8 + 0.2) / 2
    assert found_in(world).measures.incumbency[1] == pytest.approx((1 + 6 * prior) / 7, abs=1e-12)


def test_an_installed_share_goes_before_earlier_awards() -> None:
    """We won two of three earlier awards, the rival one; of the rival the customer's own shares are known."""
    world, parameters = with_awards(2.0)
    world.edge(
        "buys", world.names["customer"], world.node("offering"), valid_from=instant(TODAY),
        vendor=world.names["rival"], installed_share=0.9,
    )  # fmt: skip
    found = found_in(world, parameters).measures
    q = 3 / 6
    assert found.incumbency == pytest.approx([q * 2 / 3, 0.9 / 4], abs=1e-12)
    assert found.incumbency_evidence == pytest.approx([3.0, 1.0])


def test_installed_shares_are_told_and_give_the_number_again() -> None:
    """Every row tells the shares behind the vendor's incumbency; the offerings bought are evidence."""
    world = supplied()
    snapshot, offering = world.snapshot(), world.names["offering"]
    frame = SCORERS["likelihood"].score(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS)
    for row, shares in enumerate(([], [{"offering": offering, "share": 0.6, "age": 180}])):
        told = frame.explain(row)
        assert recomputed(asdict(told)) == pytest.approx(frame.score[row], abs=1e-9)
        part = next(each for each in told.contributions if each.factor == "incumbency")
        assert part.inputs["shares"] == shares
        assert offering in part.evidence
    assert [value for factor, _, value, _ in frame.parts(1) if factor == "incumbency"] == pytest.approx([3 / 7])


@given(seeds)
@checked
def test_incumbency_is_the_competitors(seed: int) -> None:
    """Likelihood and competitor score read one incumbency of a vendor in a deal."""
    snapshot = random_world(seed).snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    found = contenders_of(snapshot, reference, DEFAULTS).measures
    frame = SCORERS["competitor"].score(snapshot, reference, DEFAULTS)
    here = {(s, v): i for s, v, i in zip(frame.scope, frame.vendor, frame.columns["incumbency"], strict=True)}
    both = [
        (here[deal, vendor], own)
        for deal, vendor, own in zip(found.opportunity, found.vendor, found.incumbency, strict=True)
        if (deal, vendor) in here
    ]
    assert len(both) == (found.vendor != US).sum()
    for one, other in both:
        assert one == pytest.approx(other, abs=1e-12)


def judged_elsewhere() -> World:
    """Beside `bare`'s deal in segment x: two judged vendors of deals there (1 and .6), one in segment y (.3)."""
    world = bare()
    for name, industry, proofs in (("x1", "x", ("delivered", "documented")), ("y1", "y", ("claimed",))):
        deal = world.deal(f"deal {name}", world.company(name, "customer", industry=industry))
        need = world.node("requirement")
        world.edge("requires", deal, need)
        for number, word in enumerate(proofs):
            vendor = world.company(f"vendor {name} {number}", "rival")
            world.edge("competes", vendor, deal)
            world.edge("meets", vendor, need, met=1.0, proof=word)
    return world


def test_the_phantom_fits_as_vendors_of_its_segment_do() -> None:
    """All: (3·.5 + 1 + .6 + .3)/(3 + 3) = .5667; segment x: (3·.5667 + 1.6)/(3 + 2) = .66.

    The phantom's U is 2 · .66; of our fit and the rival's nothing is known, so it is the same .66.
    """
    world = judged_elsewhere()
    found = found_in(world)
    deal = int(np.flatnonzero(found.key == world.names["deal"])[0])
    phantom = found.players_of(deal)[-1]
    assert found.players.case[phantom] == -1
    assert found.players.utility[phantom].sum() == pytest.approx(2 * 0.66, abs=1e-12)
    own = found.deal == deal
    assert found.measures.fit[own] == pytest.approx([0.66, 0.66], abs=1e-12)
    told = next(SCORERS["likelihood"].score(world.snapshot(), reduce_reference(world.snapshot(), DEFAULTS), DEFAULTS)
                .explain(row) for row in np.flatnonzero(own))  # fmt: skip
    assert told.inputs["phantom"]["fit"] == pytest.approx(0.66, abs=1e-12)


def test_a_segment_without_a_judged_vendor_has_the_mean_of_all() -> None:
    """In a deal of an industry with no deal judged: the mean of all, .5667; without a customer the same."""
    world = judged_elsewhere()
    world.deal("new", world.company("z", "customer", industry="z"))
    world.deal("loose")
    found = found_in(world)
    for name in ("new", "loose"):
        phantom = found.players_of(int(np.flatnonzero(found.key == world.names[name])[0]))[-1]
        assert found.players.utility[phantom].sum() == pytest.approx(2 * 3.4 / 6, abs=1e-12)


def test_what_is_judged_today_moves_the_mean_fit_tomorrow() -> None:
    """Within a day one deal's proof moves no other deal's likelihood."""
    world = judged_elsewhere()
    before = reduce_reference(world.snapshot(), DEFAULTS).fit_means.tolist()
    need = world.edges["meets"][0][1]
    world.edge("meets", world.names["rival"], need, valid_from=instant(TODAY), met=0.0)
    world.edge("competes", world.names["rival"], world.names["deal x1"])
    assert reduce_reference(world.snapshot(), DEFAULTS).fit_means.tolist() == before
    later = reduce_reference(world.snapshot(TODAY + 1), DEFAULTS).fit_means
    assert later[:-1].min() < min(before[:-1])
