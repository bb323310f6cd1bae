"""What fades when, whom to touch when, and who moved: worked by hand, then properties on random worlds."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scoring import DEFAULTS, SCORERS, Parameters, reduce_reference
from scoring.criteria.catalogue import IDS
from scoring.grading.grades import GRADES
from scoring.machinery.ties import PairEnergies, strength_of
from scoring.machinery.touches import meetings_of
from scoring.network import judgements as judging
from scoring.network.cadence import NEVER_TOUCHED, cadence, wanted_days
from scoring.network.decay import NEVER_DAYS, days_until
from scoring.network.judgements import CRITERION, DEPTH, STANCE, STATUS, TURNS, Judgements, confirmable, judgements
from scoring.network.members import members_of
from scoring.network.moves import ALUMNUS, JOINED, LEFT, PROMOTED, TO_RIVAL, moves, past_of
from scoring.network.ties import LEVELS, FadingTies, fading_ties, share_at, ties_of
from scoring.snapshot import MISSING, Snapshot
from scoring.types import NOBODY
from tests.scoring.random_worlds import random_world
from tests.worlds.builder import TODAY, World

FAR = DEFAULTS.with_values({"network.horizon_days": 365})
"""Everything that falls within a year."""
seeds = st.integers(0, 10_000)
checked = settings(max_examples=8, deadline=None)


def settled(seed: int, items: int = 30) -> World:
    """A random world in which some stances are known and nothing is planned or said of days to come."""
    made, end = random_world(seed, items=items), (TODAY + 1) * 86_400_000_000
    for type_ in ("interaction", "observation"):
        made.nodes[type_] = [each for each in made.nodes[type_] if each[1]["at"] < end]
    rng = random.Random(seed)
    for person in [key for name, key in made.names.items() if "/" in name and "seat" not in name][:6]:
        made.observe("stance", person, value=rng.choice((-1.0, -0.5, 0.0, 0.5, 1.0)), day=TODAY - rng.randrange(200))
        made.observe("stance", person, value=rng.choice((0.5, 1.0)), day=TODAY - rng.randrange(90))
    return made


def world() -> World:
    """Our company with two colleagues, and a customer with one person P in a seat of level 3."""
    made = World()
    us, firm = made.company("us", "ours"), made.company("firm", "customer")
    for name in ("E", "F"):
        made.person(name, us, 3)
    made.person("P", firm, 3)
    return made


def ties(made: World, day: int = TODAY, parameters: Parameters = FAR) -> FadingTies:
    snapshot = made.snapshot(day)
    return fading_ties(snapshot, reduce_reference(made.snapshot(), parameters), parameters)


def judged(made: World, day: int = TODAY) -> Judgements:
    snapshot = made.snapshot(day)
    return judgements(snapshot, reduce_reference(made.snapshot(), DEFAULTS), DEFAULTS)


def met(made: World, channel: str = "meeting", days: int = 0, who: str = "E", *, theirs: bool = False) -> None:
    """A contact with P; ``theirs``: P started it."""
    starter = made.names["P"] if theirs else None
    made.meet(channel, (made.names[who],), (made.names["P"],), TODAY - days, starter=starter)


@pytest.mark.parametrize(
    ("channel", "theirs", "energy", "day"), [("meeting", True, 4.5, 88), ("site_visit", False, 4, 58)]
)
def test_one_visit_covers_until_its_energy_is_nine_times_minus_ln_seven_tenths(
    channel: str, theirs: bool, energy: float, day: int
) -> None:
    """E* = -9 ln .7 = 3.2101. A visit that P asked for holds 3 x 1.5 = 4.5: T = .3935, and 180 log2(4.5/3.2101)
    = 87.7 days, so day 88. A site visit holds 4: T = .3588, 57.1 days, day 58."""
    made = world()
    met(made, channel, theirs=theirs)
    found = ties(made)
    assert [LEVELS[each] for each in found.level] == ["covered"]
    assert found.strength[0] == pytest.approx(1 - math.exp(-energy / 9), abs=1e-12)
    assert found.days.tolist() == [day]
    assert 180 * math.log2(energy / (-9 * math.log(0.7))) == pytest.approx(day - 0.5, abs=0.5)
    members = members_of(made.snapshot(TODAY + day), reduce_reference(made.snapshot(), FAR), FAR)
    assert (
        members.tie[0]
        <= 0.3
        < members_of(made.snapshot(TODAY + day - 1), reduce_reference(made.snapshot(), FAR), FAR).tie[0]
    )


def test_a_plain_visit_covers_nobody_and_so_does_not_fade() -> None:
    """E = 3 gives T = 1 - e^(-1/3) = .283, below .3 from the first day."""
    made = world()
    met(made)
    assert not len(ties(made).days)


def test_text_at_its_cap_falls_by_the_line_that_binds_last() -> None:
    """c = 0, w = 20, u = 5: E(d) = min(25 d, 20 d + 1, 14.5) falls to 3.2101 at d = max(.1284, .1105, 0) = .1284."""
    one = np.array([0])
    energies = PairEnergies(one, one, np.array([0.0]), np.array([20.0]), np.array([5.0]))
    assert strength_of(energies.total(DEFAULTS), DEFAULTS)[0] == pytest.approx(1 - math.exp(-14.5 / 9))
    assert share_at(energies, 0.3, DEFAULTS)[0] == pytest.approx(-9 * math.log(0.7) / 25)
    assert share_at(energies, 0.9, DEFAULTS)[0] == np.inf


def test_days_are_counted_to_the_first_whole_one() -> None:
    """A half is left after 180 days: on that day it is reached, on the next it is below."""
    half = np.array([0.5, 1.0, 2.0, 0.0])
    assert days_until(half, 180, at=True).tolist() == [180, 0, 0, NEVER_DAYS]
    assert days_until(half, 180, at=False).tolist() == [181, 1, 0, NEVER_DAYS]


def test_a_meeting_gives_the_accounts_score_what_its_key_part_gains() -> None:
    """With P's best colleague only the tie grows: 100 x .35 x I x (1 + s)/2 x .30 x (T' - T), the key part exactly."""
    made = world()
    met(made, theirs=False, days=30)
    met(made, "site_visit", days=10)
    found, before = ties(made), key_points(made)
    met(made, days=0)
    assert found.points[0] == pytest.approx(key_points(made) - before, abs=1e-9)
    assert found.only[0]


def key_points(made: World) -> float:
    snapshot = made.snapshot()
    frame = SCORERS["customer"].score(snapshot, reduce_reference(snapshot, FAR), FAR)
    return float(35 * frame.columns["key"][0])


def test_the_second_tie_with_somebody_moves_the_score_only_where_it_passes_the_best() -> None:
    """F's tie (a site visit, T .36) becomes .54 by a meeting and stays below E's: nothing is gained."""
    made = world()
    for days in (0, 10, 20, 30):
        met(made, "site_visit", days=days)
    met(made, "site_visit", who="F")
    found = ties(made)
    mine = found.colleague == made.names["F"]
    assert found.points[mine].tolist() == [0.0]
    assert not found.only[mine].any()


def test_a_stance_turns_or_runs_out_of_evidence_whichever_comes_first() -> None:
    """One act for us (e = 1, rho = 1): s = 1/1.5 = .667; it is .5 at d = .5 x .5/(1 - .5) = .5, day 180, and no
    supporter on day 181. An inside source (rho = .7) says +1 as well: W = 1.7, and .5 lasts until d = .25/.85."""
    made = world()
    made.observe("stance", made.names["P"], value=1.0)
    found = judged(made)
    assert (found.kind.tolist(), found.days.tolist(), found.nearness.tolist()) == ([STANCE], [181], [0.5])
    made.observe("stance", made.names["P"], value=1.0, source_class="inside")
    found = judged(made)
    assert found.nearness[0] == pytest.approx(0.25 / 0.85)
    assert found.days[0] == math.floor(180 * math.log2(0.85 / 0.25)) + 1


def test_a_half_hearted_supporter_turns_before_the_evidence_is_old() -> None:
    """e = 1 and e = .5 of today: S = 1.5, W = 2, s = .6; .5 at d = .25/(1.5 - 1) = .5; e = .5 twice: s = .4, no side,
    and evidence for d = .5/2."""
    made = world()
    for value in (1.0, 0.5):
        made.observe("stance", made.names["P"], value=value)
    found = judged(made)
    assert (found.days[0], found.reason[0]) == (181, TURNS)
    made = world()
    for _ in range(2):
        made.observe("stance", made.names["P"], value=0.5)
    found = judged(made)
    assert (found.days[0], judging.REASONS[found.reason[0]]) == (361, "evidence")


def test_an_opinion_alone_is_too_little_to_fade() -> None:
    made = world()
    made.observe("stance", made.names["P"], value=1.0, source_class="opinion", said_by=made.names["E"])
    assert not len(judged(made))


def test_depth_falls_when_all_that_holds_it_is_another_year_old() -> None:
    """Rung 3 was seen 360 and 400 days ago: the older holds 2, the younger 3 for 5 more days."""
    made = world()
    for days in (360, 400):
        made.observe("depth", made.names["P"], value=3.0, day=TODAY - days)
    found = judged(made)
    assert (found.kind.tolist(), found.value.tolist(), found.days.tolist()) == ([DEPTH], [3.0], [5])


def test_a_political_status_needs_half_an_item() -> None:
    """One inside source: n = .7 falls under .5 after 180 log2(1.4) = 87.4 days, on day 88."""
    made = world()
    made.observe("political_status", made.names["P"], word="inner_circle", source_class="inside")
    found = judged(made)
    assert (found.kind.tolist(), found.word.tolist(), found.days.tolist()) == ([STATUS], [0], [88])


def test_a_yes_of_three_items_is_unknown_once_they_are_worth_less_than_two() -> None:
    """n_eff = 3 falls under 2 after 180 log2(1.5) = 105.3 days, on day 106; P = .65 would come at d = .2857 only."""
    made = world()
    deal = made.deal("D", made.names["firm"])
    for _ in range(3):
        made.observe("criterion:strategic_value", deal, value=1.0)
    found = judged(made)
    row = np.flatnonzero((found.kind == CRITERION) & (found.word == IDS.index("strategic_value")))
    assert found.days[row].tolist() == [106]
    assert found.nearness[row][0] == pytest.approx(2 / 3)


@pytest.mark.parametrize(("grade", "late"), [("key", 6), ("first", -10), ("second", -40), ("third", -100)])
def test_the_next_touch_is_due_after_the_days_of_the_grade(grade: str, late: int) -> None:
    """Met 20 days ago; a mail of ours since then that nobody answered is no touch."""
    made = world()
    met(made, days=20)
    made.meet("mail", (made.names["E"],), (made.names["P"],), TODAY - 2, starter=made.names["E"])
    snapshot = made.snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    accounts, grades = np.array([made.names["firm"]]), np.array([GRADES.index(grade)])
    found = cadence(snapshot, reference, accounts, grades, DEFAULTS)
    assert (snapshot.today - found.due[found.person == NOBODY]).tolist() == [late]
    key = found.person == made.names["P"]
    assert (found.due[key] - found.last[key]).tolist() == [2 * int(wanted_days(grades, DEFAULTS)[0])]


def test_who_was_never_touched_has_no_last_day() -> None:
    snapshot = world().snapshot()
    found = cadence(snapshot, reduce_reference(snapshot, DEFAULTS), np.array([2]), np.array([0]), DEFAULTS)
    assert set(found.last.tolist()) == set(found.due.tolist()) == {NEVER_TOUCHED}


def movers() -> tuple[Snapshot, Snapshot, World]:
    """Before and after: J joins another customer, R a rival, A was ours, U rises, L leaves; P stays, N is new."""
    made = world()
    names, moved = made.names, (TODAY - 29) * 86_400_000_000
    other, rival = made.company("other", "customer"), made.company("rival", "rival")
    ways = (("J", "firm", other), ("R", "firm", rival), ("A", "us", other), ("U", "firm", names["firm"]),
            ("L", "firm", None))  # fmt: skip
    for name, start, end in ways:
        person, old = made.node("person", name), made.node("position", level=2)
        made.edge("seat_in", old, names[start])
        made.edge("holds", person, old, valid_to=moved)
        if end is not None:
            new = made.node("position", level=4)
            made.edge("seat_in", new, end)
            made.edge("holds", person, new, valid_from=moved)
    made.person("N", other)
    made.meet("site_visit", (names["E"],), (names["J"],), TODAY - 40)
    return made.snapshot(TODAY - 35), made.snapshot(), made


def test_everybody_who_moved_is_told_with_where_from_and_where_to() -> None:
    """The tie is that of 35 days ago: a site visit 5 days before, E = 4 x 2^(-5/180)."""
    before, after, made = movers()
    found = moves(past_of(before, DEFAULTS), after)
    told = {int(p): (int(k), int(b), int(a), int(d)) for p, k, b, a, d in
            zip(found.person, found.kind, found.before, found.after, found.day, strict=True)}  # fmt: skip
    at, day = made.names, TODAY - 29
    assert told == {
        at["J"]: (JOINED, at["firm"], at["other"], day), at["R"]: (TO_RIVAL, at["firm"], at["rival"], day),
        at["A"]: (ALUMNUS, at["us"], at["other"], day), at["U"]: (PROMOTED, at["firm"], at["firm"], day),
        at["L"]: (LEFT, at["firm"], NOBODY, MISSING),
    }  # fmt: skip
    mine = found.person == at["J"]
    assert found.colleague[mine].tolist() == [at["E"]]
    assert found.tie[mine][0] == pytest.approx(1 - math.exp(-4 * 2 ** (-5 / 180) / 9))
    assert not len(moves(past_of(after, DEFAULTS), after))


@given(seeds, st.integers(1, 120))
@checked
def test_what_fades_does_so_on_the_day_foretold(seed: int, later: int) -> None:
    made = settled(seed)
    first = ties(made)
    there = ties(made, TODAY + later)
    base, then = _tie_days(made.snapshot(), first, 0), _tie_days(made.snapshot(), there, later)
    for each, day in base.items():
        if day > later:
            assert then[each] == day
        else:
            assert each not in then


def _tie_days(snapshot: Snapshot, found: FadingTies, later: int) -> dict[tuple[int, int, int], int]:
    return {(int(r), int(c), int(v)): int(d) + later for r, c, v, d in
            zip(found.row, found.colleague, found.level, found.days, strict=True)}  # fmt: skip


@given(seeds)
@checked
def test_a_tie_is_above_its_level_until_the_day_and_below_from_it(seed: int) -> None:
    made = settled(seed)
    found = ties(made)
    for at in range(min(3, len(found.days))):
        for days, holds in ((int(found.days[at]) - 1, True), (int(found.days[at]), False)):
            snapshot = made.snapshot(TODAY + days)
            members = members_of(snapshot, reduce_reference(made.snapshot(), FAR), FAR)
            energies = ties_of(snapshot, members, FAR)
            strength = strength_of(energies.total(FAR), FAR)
            colleagues = np.flatnonzero(energies.owner == found.row[at])
            bound, level = float(found.bound[at]), LEVELS[found.level[at]]
            mine = [s for s, c in zip(strength[colleagues], energies.colleague[colleagues], strict=True)
                    if _colleague(snapshot, int(c)) == found.colleague[at]]  # fmt: skip
            assert ((mine[0] > bound) if level == "covered" else (mine[0] >= bound)) is np.bool_(holds)


def _colleague(snapshot: Snapshot, place: int) -> int:
    return int(meetings_of(snapshot).colleagues[place])


@given(seeds, st.integers(1, 200))
@checked
def test_a_judgements_day_stays_where_it_is_until_it_comes(seed: int, later: int) -> None:
    made = settled(seed)
    first, there = judged(made), judged(made, TODAY + later)
    then = {_judged(there, at): int(there.days[at]) + later for at in range(len(there))}
    for at in range(len(first)):
        day = int(first.days[at])
        # what is read of the graph ages in its own way, as the docstring says
        if first.kind[at] != CRITERION and NEVER_DAYS > day > later:
            assert then[_judged(first, at)] == day


@given(seeds)
@checked
def test_a_stance_holds_until_the_day_and_not_from_it(seed: int) -> None:
    made = settled(seed)
    found = judged(made)
    rows = np.flatnonzero((found.kind == STANCE) & (found.days < NEVER_DAYS))
    limits = DEFAULTS.guidance
    for at in rows[:4].tolist():
        for days, holds in ((int(found.days[at]) - 1, True), (int(found.days[at]), False)):
            then = judged(made, TODAY + days)
            mine = np.flatnonzero((then.kind == STANCE) & (then.person == found.person[at])
                                  & (then.account == found.account[at]))  # fmt: skip
            before, now = float(found.value[at]), then.value[mine].tolist()
            sides = [(v >= limits.supporter) - (v <= limits.opponent) for v in (before, *now)]
            assert (len(set(sides)) == 1 and len(now) == 1) is holds


def _judged(found: Judgements, at: int) -> tuple[int, ...]:
    return tuple(int(column[at]) for column in (found.kind, found.account, found.person, found.deal, found.word))


@given(seeds)
@checked
def test_the_five_to_confirm_are_those_of_the_greatest_weight(seed: int) -> None:
    found = judged(settled(seed))
    chosen = confirmable(found, np.arange(len(found)), 5)
    rest = np.setdiff1d(np.flatnonzero(found.days < NEVER_DAYS), chosen)
    assert len(chosen) == min(5, int((found.days < NEVER_DAYS).sum()))
    assert not len(rest) or found.weight[chosen].min() >= found.weight[rest].max()
    assert ((found.nearness > 0) & (found.nearness <= 1 + 1e-12)).all()


@given(seeds, st.integers(0, 300))
@checked
def test_a_touch_moves_the_next_one_later_and_time_alone_moves_none(seed: int, later: int) -> None:
    made = settled(seed)
    snapshot = made.snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    accounts = np.unique(members_of(snapshot, reference, DEFAULTS).account)
    grades = np.zeros(len(accounts), dtype=np.int64)
    now = cadence(snapshot, reference, accounts, grades, DEFAULTS)
    then = cadence(made.snapshot(TODAY + later), reference, accounts, grades, DEFAULTS)
    at_first = dict(zip(zip(now.account, now.person, strict=True), now.due, strict=True))
    for account, person, due in zip(then.account, then.person, then.due, strict=True):
        assert (account, person) not in at_first or due <= at_first[account, person]
    assume((now.person != NOBODY).any())
    person, colleague = now.person[now.person != NOBODY][0], made.names["colleague 0"]
    made.meet("meeting", (colleague,), (int(person),), TODAY)
    touched = cadence(made.snapshot(), reference, accounts, grades, DEFAULTS)
    mine = touched.person == person
    assert (touched.last[mine] == TODAY).any()
    assert (touched.due >= now.due).all()
