"""Grades, lifecycles, lists and concentration: worked by hand, then properties on random worlds."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import DEFAULTS, SCORERS, Parameters, reduce_reference
from scoring.grading.concentration import concentration
from scoring.grading.focusing import FACTORS, switch, weight_sensitivity
from scoring.grading.grades import ENTRY, GRADES, Graded, distance, entry_missing, graded, grades
from scoring.grading.lifecycle import ALWAYS, Lifecycles, buys_within, is_buyer, lifecycles
from scoring.grading.lists import LISTS, listed
from scoring.grading.profiles import BALANCED, PARTS, SHIPPED, Focus
from scoring.snapshot import Snapshot
from tests.scoring.random_worlds import random_world
from tests.scoring.test_account_oracles import CNY, RAW, small
from tests.worlds.builder import TODAY, World

seeds = st.integers(0, 10_000)
checked = settings(max_examples=15, deadline=None)
MONEY = {"amount_currency": CNY}
KEY, FIRST, SECOND, THIRD = range(len(GRADES))
RAW_GRADE = RAW.with_values({
    "priors.accounts": 0, "grade.value": 0, "grade.potential": 0, "grade.strategic": 0, "grade.cost": 0,
    "actions.hourly_cost": 100,
})  # fmt: skip
"""Nothing shrunk, nothing assumed, an hour of ours costs 100."""


def parts_of(snapshot: Snapshot, parameters: Parameters = DEFAULTS) -> Graded:
    reference = reduce_reference(snapshot, parameters)
    customer = SCORERS["customer"].score(snapshot, reference, parameters)
    return graded(snapshot, reference, parameters, customer)


def two_accounts() -> World:
    """The firm contracted 900 a month ago and 5,000 two years ago; other once 100. Both state a potential."""
    world = small()
    firm, other = world.names["firm"], world.company("other", "customer", "supplier")
    world.person("G", other, 3)
    for account, days, amount in ((firm, 30, 900.0), (firm, 730, 5_000.0), (other, 30, 100.0)):
        paper = world.node("contract", signed_on=TODAY - days, amount=amount, **MONEY)
        world.edge("belongs_to", paper, account)
    for row, potential in ((1, 4_000.0), (2, 1_000.0)):
        world.nodes["company"][row][1].update(potential=potential, potential_currency=CNY)
    world.nodes["company"][1][1].update(klass="potential", grade="third", fee=50.0, fee_currency=CNY)
    world.edge("belongs_to", world.node("objective"), firm)
    world.edge("belongs_to", world.node("ticket", opened_on=TODAY - 10), firm)
    world.edge("belongs_to", world.node("ticket", opened_on=TODAY - 500), firm)
    world.deal("lead", firm, opened_on=TODAY - 100)
    world.deal("old lead", firm, opened_on=TODAY - 400)
    return world


def test_a_grade_by_hand() -> None:
    """Typical are the geometric means: value sqrt(900 * 100) = 300, potential sqrt(4000 * 1000) = 2000.

    value 1 - 2^(-900/300) = .875, of other 1 - 2^(-1/3) = .2063; potential .75 and .2929; strategic: class potential
    .5 and an objective 1: .75, other's is not known: the mean of those known, .75 too. One ticket in the window is
    3 hours = 300: 900/(900 + 300) = .75; other's effort is not known: .75 again. No risk is known and none assumed:
    1. The relationship is A/100 of the customer score, which stands on its own oracle.
    Weights 4, 2, 2, 1, 1 without the relationship:
    100 (4 * .875 + 2 * .75 + 2 * .75 + .75 + 1)/10 = 82.5.
    """
    found = parts_of(two_accounts().snapshot(), RAW_GRADE)
    value, potential = found.parts[:, PARTS.index("value")], found.parts[:, PARTS.index("potential")]
    assert value.tolist() == pytest.approx([0.875, 1 - 2 ** (-1 / 3)])
    assert potential.tolist() == pytest.approx([0.75, 1 - 2**-0.5])
    assert found.parts[:, PARTS.index("strategic")].tolist() == pytest.approx([0.75, 0.75])
    assert found.parts[:, PARTS.index("cost")].tolist() == pytest.approx([0.75, 0.75])
    assert found.parts[:, PARTS.index("risk")].tolist() == pytest.approx([1.0, 1.0])
    assert found.entry.tolist()[0] == pytest.approx([50.0, 900.0, 1.0])
    assert math.isnan(found.entry[1, ENTRY.index("fee")])
    focus = Focus("by hand", {"value": 4, "potential": 2, "strategic": 2, "cost": 1, "risk": 1})
    made = grades(found, focus, RAW_GRADE)
    assert made.score[0] == pytest.approx(82.5)
    assert (GRADES[made.by_score[0]], GRADES[found.recorded[0]]) == ("key", "third")


def test_entry_rules_and_the_distance_by_hand() -> None:
    """The same firm, 82.5 points. A key account wants 90 points, a fee of 80 (it has 50), 1,000 (it has 900) and
    two leads (it has one); the first grade 80 points and one lead: it is of the first grade.

    7.5 points are missing, 30 of fee, 100 of volume, one lead. Effort per point: value 400/40 = 10, potential
    800/20 = 40, strategic 200/20 = 10, cost 300/10 = 30, risk 150/10 = 15. Value comes first: it has room for
    40 * .125 = 5 points, 50 hours; strategic worth takes the other 2.5 of 5, 25 hours.
    """
    parameters = RAW_GRADE.with_values({
        "grade.key": 90, "grade.first": 80, "entry.key_fee": 80, "entry.key_volume": 1_000, "entry.key_leads": 2,
        "entry.first_volume": 0,
    })  # fmt: skip
    found = parts_of(two_accounts().snapshot(), parameters)
    focus = Focus("by hand", {"value": 4, "potential": 2, "strategic": 2, "cost": 1, "risk": 1})
    made = grades(found, focus, parameters)
    far = distance(found, made, parameters)
    assert (made.grade[0], far.target[0]) == (FIRST, KEY)
    assert far.points[0] == pytest.approx(7.5)
    assert far.entry[0].tolist() == pytest.approx([30.0, 100.0, 1.0])
    assert dict(zip(PARTS, far.steps[0].tolist(), strict=True)) == pytest.approx({
        "value": 5.0, "potential": 0.0, "strategic": 2.5, "relationship": 0.0, "cost": 0.0, "risk": 0.0,
    })  # fmt: skip
    assert (far.hours[0], bool(far.reachable[0])) == (pytest.approx(75.0), True)


def test_unknown_parts_are_what_is_usual_and_widen_the_interval() -> None:
    """An account of which nothing is measured stands at its prior with nothing known, wider than one with evidence."""
    world = two_accounts()
    blank = world.company("blank", "customer")
    world.person("H", blank, 3)
    found = parts_of(world.snapshot())
    place = found.account.tolist().index(blank)
    unknown = [PARTS.index(part) for part in ("value", "potential", "strategic", "cost")]
    assert found.parts[place, unknown].tolist() == pytest.approx(found.priors[place, unknown].tolist())
    assert found.known[place, unknown].tolist() == [0.0] * 4
    made = grades(found, SHIPPED[BALANCED], DEFAULTS)
    assert made.completeness[place] < made.completeness[found.account.tolist().index(world.names["firm"])]


def test_a_profile_looks_at_its_kinds_only() -> None:
    found = parts_of(two_accounts().snapshot())
    made = grades(found, SHIPPED["production"], DEFAULTS)
    assert [grade >= 0 for grade in made.grade] == [False, True]
    moves = switch(found, SHIPPED[BALANCED], SHIPPED["production"], DEFAULTS)
    assert found.account[moves.moved].tolist()[-1] == found.account[0]


@given(seeds, st.lists(st.floats(0.0, 5.0), min_size=6, max_size=6).filter(lambda each: sum(each) > 0.1))
@checked
def test_effects_sum_and_grades_are_monotone(seed: int, weights: list[float]) -> None:
    """Base and effects are the score; a better part, or more of what a rule asks for, never lowers a grade."""
    found = parts_of(random_world(seed, accounts=3).snapshot())
    focus = Focus("any", dict(zip(PARTS, weights, strict=True)))
    made = grades(found, focus, DEFAULTS)
    assert (made.base + made.effects.sum(axis=1)).tolist() == pytest.approx(made.score.tolist(), abs=1e-9)
    assert made.score.tolist() == pytest.approx((100 * found.parts @ focus.shares).tolist(), abs=1e-9)
    assert ((made.p10 <= made.score + 1e-9) & (made.score <= made.p90 + 1e-9)).all()
    assert ((made.completeness >= 0) & (made.completeness <= 1)).all()
    for place in range(len(PARTS)):
        better = found.parts.copy()
        better[:, place] = np.minimum(better[:, place] + 0.3, 1.0)
        assert (grades(replace(found, parts=better), focus, DEFAULTS).grade <= made.grade).all()
    for column in range(len(ENTRY)):
        more = found.entry.copy()
        more[:, column] = np.nan_to_num(more[:, column]) + 1e7
        assert (grades(replace(found, entry=more), focus, DEFAULTS).grade <= made.grade).all()
    doubled = replace(focus, weights={part: 2 * weight for part, weight in focus.weights.items()})
    assert grades(found, doubled, DEFAULTS).grade.tolist() == made.grade.tolist()


@given(seeds)
@checked
def test_closing_the_distance_reaches_the_grade(seed: int) -> None:
    """With the steps taken and the rules met an account has the next grade; no cheaper single part does it."""
    found = parts_of(random_world(seed, accounts=3).snapshot())
    focus = SHIPPED[BALANCED]
    made = grades(found, focus, DEFAULTS)
    far = distance(found, made, DEFAULTS)
    weight = 100 * focus.shares
    closed = replace(found, parts=found.parts + far.steps / weight, entry=np.nan_to_num(found.entry) + far.entry)
    again = grades(closed, focus, DEFAULTS)
    for at in np.flatnonzero((far.target >= 0) & far.reachable):
        assert far.steps[at].sum() == pytest.approx(far.points[at], abs=1e-9)
        assert again.grade[at] <= far.target[at]
        for place, part in enumerate(PARTS):
            rise = far.points[at] / weight[place]
            if found.parts[at, place] + rise <= 1:
                assert far.hours[at] <= rise * getattr(DEFAULTS.grade, f"{part}_effort") + 1e-9
    assert (far.entry <= entry_missing(found, DEFAULTS).max(axis=1) + 1e-9).all()


@given(seeds)
@checked
def test_an_account_by_itself_has_the_same_grade(seed: int) -> None:
    """Subset-consistent given the Reference: scored alone, in any order, the parts are the same."""
    snapshot = random_world(seed, accounts=3).snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    score = SCORERS["customer"].score
    whole = graded(snapshot, reference, DEFAULTS, score(snapshot, reference, DEFAULTS))
    for at in reversed(range(len(whole))):
        key = whole.account[at : at + 1]
        alone = graded(snapshot, reference, DEFAULTS, score(snapshot, reference, DEFAULTS, scopes=key))
        assert alone.account.tolist() == key.tolist()
        assert alone.parts[0].tolist() == pytest.approx(whole.parts[at].tolist(), abs=1e-9)
        assert alone.entry[0].tolist() == pytest.approx(whole.entry[at].tolist(), nan_ok=True)
        lives, all_lives = (lifecycles(snapshot, each.account, DEFAULTS) for each in (alone, whole))
        assert lives.runs(0) == all_lives.runs(at)


@given(seeds)
@checked
def test_switching_there_and_back(seed: int) -> None:
    """The parts of a switch sum to the difference; back again they are negated, and to itself nobody moves."""
    found = parts_of(random_world(seed, accounts=4).snapshot())
    one, other = SHIPPED[BALANCED], SHIPPED["sales"]
    there, back = switch(found, one, other, DEFAULTS), switch(found, other, one, DEFAULTS)
    gained = there.after.score - there.before.score
    assert there.parts.sum(axis=1).tolist() == pytest.approx(gained.tolist(), abs=1e-9)
    assert there.parts.tolist() == (-back.parts).tolist()
    assert back.after.grade.tolist() == there.before.grade.tolist()
    assert sorted(there.moved) == sorted(back.moved)
    same = switch(found, one, one, DEFAULTS)
    assert (len(same.moved), same.agreement.tau) == (0, 1.0)


def test_one_weight_alone_is_not_sensitive() -> None:
    found = parts_of(random_world(7, accounts=5).snapshot())
    varied = list(weight_sensitivity(found, Focus("value", {"value": 2.0}), DEFAULTS))
    assert [(each.part, each.factor, each.up, each.down) for each in varied] == [
        ("value", factor, 0, 0) for factor in FACTORS
    ]
    assert len(list(weight_sensitivity(found, SHIPPED[BALANCED], DEFAULTS))) == len(PARTS) * len(FACTORS)


def life(world: World, parameters: Parameters = DEFAULTS) -> Lifecycles:
    return lifecycles(world.snapshot(), np.array([world.names["firm"]]), parameters)


def relative(found: Lifecycles) -> list[tuple[str, int | None]]:
    return [(state, None if day == ALWAYS else day - TODAY) for state, day in found.runs(0)]


def test_a_life_by_hand() -> None:
    """Opened 1,500 days ago, won 1,400 ago; a contract 1,300 ago makes it repeat; the last contact is 1,200 ago.

    180 days later it is dormant, 730 days after the contact lost. A deal opened 100 days ago wakes it up: it bought
    on two days, so it is a repeat customer again. The contract of the won deal is not a purchase of its own.
    """
    world = small()
    firm = world.names["firm"]
    deal = world.deal("won", firm, "won", opened_on=TODAY - 1500, closed_on=TODAY - 1400)
    world.edge("belongs_to", world.node("contract", signed_on=TODAY - 1390), deal)
    world.edge("belongs_to", world.node("contract", signed_on=TODAY - 1300), firm)
    world.meet("meeting", (world.names["E"],), (world.names["A"],), TODAY - 1200)
    world.deal("new", firm, opened_on=TODAY - 100)
    found = life(world)
    assert relative(found) == [
        ("potential", None), ("evaluating", -1500), ("bought", -1400), ("repeat", -1300), ("dormant", -1020),
        ("lost", -470), ("repeat", -100),
    ]  # fmt: skip
    assert [is_buyer(found, TODAY - days).tolist() for days in (1401, 1400)] == [[False], [True]]
    assert buys_within(found, TODAY - 1400, TODAY - 1300).tolist() == [True]
    assert buys_within(found, TODAY - 1299, TODAY).tolist() == [False]


def test_an_advocate_for_a_year() -> None:
    """Somebody who advocates us makes a buyer an advocate for 365 days; an opinion does not, nor before it bought."""
    world = small()
    firm, us = world.names["firm"], world.names["us"]
    world.deal("won", firm, "won", opened_on=TODAY - 500, closed_on=TODAY - 450)
    for day, source in ((TODAY - 480, "observed"), (TODAY - 400, "opinion")):
        world.observe("depth", world.names["A"], us, day=day, value=5.0, source_class=source)
    world.deal("open", firm, opened_on=TODAY - 440)
    assert relative(life(world)) == [
        ("potential", None), ("evaluating", -500), ("advocate", -450), ("bought", -115),
    ]  # fmt: skip


def test_an_open_deal_of_unknown_start_is_evaluated_from_the_beginning() -> None:
    world = small()
    world.deal("open", world.names["firm"])
    assert relative(life(world)) == [("evaluating", None)]


@given(seeds, st.integers(1, 700))
@checked
def test_what_comes_later_never_changes_an_earlier_state(seed: int, back: int) -> None:
    """A contract and a deal dated on a day leave all runs before that day as they are."""
    day = TODAY - back
    world, more = random_world(seed, accounts=3), random_world(seed, accounts=3)
    accounts = parts_of(world.snapshot()).account
    firm = int(accounts[0])
    more.edge("belongs_to", more.node("contract", signed_on=day), firm)
    more.deal("later", firm, opened_on=day)
    before, after = (lifecycles(each.snapshot(), accounts, DEFAULTS) for each in (world, more))
    for at in range(len(accounts)):
        runs, changed = before.runs(at), after.runs(at)
        assert [each for each in runs if each[1] < day] == [each for each in changed if each[1] < day]
        assert at == 0 or runs == changed
        assert runs[0][1] == ALWAYS
        assert all(one[0] != other[0] for one, other in pairwise(changed))
    assert buys_within(after, day - 1, day)[0]


def test_each_list_has_its_rule() -> None:
    """Thresholds as numbers: a buyer of value .875 is to keep, once that is asked to be more to develop, and so on."""
    world = two_accounts()
    snapshot = world.snapshot()
    found = parts_of(snapshot, RAW_GRADE)
    lives = lifecycles(snapshot, found.account, RAW_GRADE)

    def of_firm(**values: float) -> tuple[str | None, list[str]]:
        parameters = RAW_GRADE.with_values({f"lists.{name}": value for name, value in values.items()})
        made = listed(snapshot, found, lives, parameters)
        place = int(made.place[0])
        return (LISTS[place] if place >= 0 else None), [each.code for each in made.why(0, parameters)]

    assert of_firm() == ("keep", ["lifecycle", "value_high"])
    assert of_firm(keep_value=0.9) == ("develop", ["lifecycle", "potential_high", "wallet_unknown"])
    assert of_firm(keep_value=0.9, develop_potential=0.8) == (None, [])
    assert of_firm(release_value=0.9, release_potential=0.8, release_strategic=0.8) == (
        "release", ["value_low", "potential_low", "strategic_low"],
    )  # fmt: skip


def test_who_does_not_buy_is_to_win_and_who_is_put_off_to_release() -> None:
    world = small()
    world.nodes["company"][1][1].update(potential=1e9, potential_currency=CNY)
    snapshot = world.snapshot()
    found = parts_of(snapshot)
    lives = lifecycles(snapshot, found.account, DEFAULTS)
    easy = DEFAULTS.with_values({"lists.win_potential": 0.1})
    assert listed(snapshot, found, lives, easy).place.tolist() == [LISTS.index("win")]
    world.nodes["company"][1][1].update(klass="not_now")
    put_off = world.snapshot()
    made = listed(put_off, found, lives, easy)
    assert ([LISTS[at] for at in made.place], made.why(0, easy)[0].code) == (["release"], "class_not_now")


def test_a_prior_puts_nobody_on_a_list() -> None:
    """A buyer whose value and potential nobody recorded stands at priors above every threshold, and is on no list."""
    world = small()
    world.deal("won", world.names["firm"], "won", opened_on=TODAY - 60, closed_on=TODAY - 30)
    snapshot = world.snapshot()
    found = parts_of(snapshot)
    lives = lifecycles(snapshot, found.account, DEFAULTS)
    low = DEFAULTS.with_values({"lists.keep_value": 0, "lists.develop_potential": 0, "lists.develop_wallet": 1})
    assert [lives.runs(0)[-1][0], listed(snapshot, found, lives, low).place.tolist()] == ["bought", [-1]]


def test_eighty_of_twenty_by_hand() -> None:
    """50, 30, 10, 10 of 100: two of four bring 80. Ascending 10, 10, 30, 50:
    2(10 + 20 + 90 + 200)/(4 * 100) - 5/4 = .35. Not known counts as nothing.
    """
    found = concentration(np.array([10.0, 50.0, 10.0, 30.0]))
    assert (found.row.tolist(), found.reached, found.total) == ([1, 3, 0, 2], 2, 100.0)
    assert found.cumulative.tolist() == pytest.approx([0.5, 0.8, 0.9, 1.0])
    assert found.gini == pytest.approx(0.35)
    assert concentration(np.array([np.nan, 5.0])).gini == pytest.approx(0.5)
    assert math.isnan(concentration(np.array([np.nan, 0.0])).gini)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30), st.floats(0.1, 10))
def test_concentration_knows_no_unit(values: list[float], factor: float) -> None:
    one, other = concentration(np.array(values)), concentration(factor * np.array(values))
    if math.isnan(one.gini):
        return
    assert 0 <= one.gini < 1
    assert other.gini == pytest.approx(one.gini, abs=1e-9)
    assert one.cumulative[one.reached - 1] >= 0.8 - 1e-9


def test_currencies_that_are_not_compared_do_not_count() -> None:
    """A contract in another currency is no volume: the account's is not known."""
    world = small()
    world.edge("belongs_to", world.node("contract", signed_on=TODAY - 3, amount=5.0), world.names["firm"])
    assert math.isnan(parts_of(world.snapshot()).entry[0, ENTRY.index("volume")])


def test_effort_is_hours_of_the_last_year() -> None:
    """A meeting of 90 minutes and a mail (.1), two hours of an action done; an older meeting does not count."""
    world = small()
    e, a, firm = (world.names[name] for name in ("E", "A", "firm"))
    world.meet("meeting", (e,), (a,), TODAY - 20, duration=90.0)
    world.meet("mail", (e,), (a,), TODAY - 10, starter=e)
    world.meet("meeting", (e,), (a,), TODAY - 400, duration=600.0)
    done = world.node("action", done_on=TODAY - 5, hours=2.0)
    world.edge("belongs_to", done, firm)
    assert parts_of(world.snapshot()).measures.hours.tolist() == pytest.approx([3.6])
