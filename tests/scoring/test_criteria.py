"""The twenty criteria: each answered yes, no and unknown by a world of its own, and what holds for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.criteria.answers import answers_of
from scoring.criteria.catalogue import CRITERIA, IDS, QUESTIONS
from scoring.machinery.beliefs import NO, UNKNOWN, YES
from scoring.parameters import DEFAULTS
from scoring.population import reduce_reference
from scoring.snapshot import category_code
from scoring.types import US
from tests.worlds.builder import TODAY, World
from tests.worlds.named import hold

YUAN = category_code("CNY")
CNY: dict[str, Any] = {"amount_currency": YUAN}


class Field(World):
    """A deal at a customer with one rival in it; nothing else is known."""

    def __init__(self, *, company: dict[str, Any] | None = None, **deal: Any) -> None:
        super().__init__()
        self.us = self.company("us", "ours")
        self.seller = self.person("seller", self.us, 4)
        self.customer = self.company("customer", "customer", **(company or {}))
        self.rival = self.company("rival", "rival")
        self.opportunity = self.deal("deal", self.customer, **deal)
        self.edge("competes", self.rival, self.opportunity)

    def play(self, name: str, role: str, level: int | None = None, source: str | None = "observed") -> int:
        person = self.person(name, self.customer, level)
        how: dict[str, Any] = {"source_class": source} if source else {}
        self.edge("plays", person, self.opportunity, role=role, **how)
        return person

    def need(self, number: int = 1) -> Field:
        for at in range(number):
            self.edge("needs", self.opportunity, self.node("offering", f"offering {at}"))
        return self

    def told(self, kind: str, value: float, times: int = 1, toward: int | None = None, **more: Any) -> Field:
        for _ in range(times):
            self.observe(kind, self.opportunity, toward, value=value, **more)
        return self

    def state(self, kind: str, value: float, times: int = 1) -> Field:
        for _ in range(times):
            self.observe(f"state:{kind}", self.customer, value=value)
        return self

    def paper(self, type_: str, times: int = 1, to: int | None = None, **values: Any) -> Field:
        for _ in range(times):
            self.edge("belongs_to", self.node(type_, **values), self.customer if to is None else to)
        return self

    def require(self, met: float, proof: str, number: int = 3, vendor: int | None = None) -> Field:
        for _ in range(number):
            need = self.node("requirement", weight=1.0)
            self.edge("requires", self.opportunity, need)
            self.edge("meets", self.us if vendor is None else vendor, need, met=met, proof=proof)
        return self

    def rival_too(self, ours: float, theirs: float) -> Field:
        for _ in range(3):
            need = self.node("requirement", weight=1.0)
            self.edge("requires", self.opportunity, need)
            self.edge("meets", self.us, need, met=ours, proof="delivered")
            self.edge("meets", self.rival, need, met=theirs, proof="delivered")
        return self

    def contact(self, person: int, times: int = 4, **more: Any) -> Field:
        for at in range(times):
            self.meet("meeting", (self.seller,), (person,), TODAY - at, starter=self.seller, **more)
        return self

    def deep(self, person: int, rung: float, stance: float = 0.0) -> Field:
        self.observe("depth", person, self.us, value=rung, concerns=(self.opportunity,))
        if stance:
            hold(self, person, self.us, stance, self.opportunity)
        return self

    def answers(self, **values: float) -> Any:
        parameters = DEFAULTS.with_values(values)
        snapshot = self.snapshot()
        return answers_of(snapshot, reduce_reference(snapshot, parameters), parameters)


def owned() -> Field:
    world = Field().need()
    world.play("A", "approver")
    return world


def unproven() -> Field:
    """The need is there, but nobody says how we know who owns it."""
    world = Field().need()
    world.play("A", "approver", source=None)
    return world


def workshops(number: int, channel: str = "workshop") -> Field:
    world = Field()
    person = world.play("U", "user")
    for at in range(number):
        world.meet(channel, (world.seller,), (person,), TODAY - at, concerns=(world.opportunity,))
    return world


def team(*roles: str) -> Field:
    world = Field()
    for role in roles:
        world.edge("covers", world.person(role, world.us), world.opportunity, team_role=role)
    return world


def reached(contacts: int, captured: bool = False) -> Field:
    """Four people who decide; with ``captured`` all that the seller does for a year is on record."""
    world = Field()
    for name, role in zip("ADEU", ("approver", "decider", "evaluator", "user"), strict=True):
        person = world.play(name, role)
        if contacts:
            world.contact(person, contacts)
    if captured:
        return recorded(world)
    return world


def recorded(world: Field) -> Field:
    """Everything that the seller does is on record from years ago until yesterday, with somebody else."""
    clerk = world.person("clerk", world.customer)
    world.edge("covers", world.seller, world.customer, team_role="account_manager")
    for day in (TODAY - 900, TODAY - 1):
        world.meet("mail", (world.seller,), (clerk,), day, starter=world.seller, capture="mail")
    return world


def inside(rung: float, stance: float, number: int = 1, at_first: float | None = None) -> Field:
    world = Field()
    for at in range(number):
        world.deep(world.play(f"E{at}", "evaluator"), rung if at or at_first is None else at_first, stance)
    return world


def executives(*, met: bool, captured: bool = False) -> Field:
    world = Field()
    for name, role in (("A", "approver"), ("D", "decider"), ("B", "buyer")):
        person = world.play(name, role, 5)
        if met:
            world.contact(person, executive=True)
    return recorded(world) if captured else world


def joint(value: float, times: int) -> Field:
    world = Field()
    for _ in range(times):
        world.observe("state:joint_plan", world.customer, world.us, value=value)
    return world


def read(number: int, word: str = "technical") -> Field:
    world = Field()
    for at in range(number):
        world.observe("orientation", world.play(f"P{at}", "user"), word=word)
    return world


def circle(stance: float, outsider: float = 0.0) -> Field:
    """Two people of the inner circle with a stance, and one outside it."""
    world = Field()
    for name in "AD":
        person = world.play(name, "evaluator")
        world.observe("political_status", person, word="inner_circle", concerns=(world.customer,))
        for _ in range(3):
            world.observe("stance", person, world.us, value=stance, concerns=(world.opportunity,))
    if outsider:
        hold(world, world.play("X", "decider"), world.us, outsider, world.opportunity)
    return world


def worth_money(amount: float, **more: Any) -> Field:
    columns: dict[str, Any] = dict.fromkeys(("amount", "budget", "quoted"), amount)
    columns |= {f"{name}_currency": YUAN for name in columns}
    return Field(**columns, **more)


def potential(stated: float, *installed: float) -> Field:
    world = Field(company={"potential": stated, "potential_currency": YUAN})
    for at, each in enumerate(installed):
        offering = world.node("offering", f"offering {at}")
        world.edge("buys", world.customer, offering, potential=each, potential_currency=YUAN)
    return world


def margins(*shares: float, **more: Any) -> Field:
    """The margin of the deal, then those of deals that were closed before."""
    money: dict[str, Any] = {"amount": 1e6, "amount_currency": YUAN, "margin_currency": YUAN}
    world = Field(margin=1e6 * shares[0], **money, **more)
    for at, share in enumerate(shares[1:]):
        world.deal(f"before {at}", world.customer, "won", closed_on=TODAY - 10, margin=1e6 * share, **money)
    return world


def delivered(late: int, in_time: int) -> Field:
    world = Field()
    world.paper("delivery", late, due_on=TODAY - 40, delivered_on=TODAY - 10)
    return world.paper("delivery", in_time, due_on=TODAY - 5, delivered_on=TODAY - 10)


Make = Callable[[], Field]
WORLDS: dict[str, tuple[Make, Make, Make]] = {
    "need_owner": (
        owned,
        lambda: Field().told("criterion:need_owner", 0.0, 2),
        unproven,
    ),
    "business_understood": (
        lambda: workshops(3),
        lambda: workshops(0).told("criterion:business_understood", 0.0, 2),
        lambda: workshops(3, "call"),
    ),
    "financially_able": (
        lambda: Field().paper("payment", 3, due_on=TODAY - 9, paid_on=TODAY - 10),
        lambda: Field().state("distress", 1.0, 2),
        lambda: Field().paper("payment", 1, due_on=TODAY - 9, paid_on=TODAY - 10),
    ),
    "money_reachable": (
        lambda: Field(budget=2e6, budget_currency=YUAN, amount=2e6, **CNY).told("funds", 1.0, 2),
        lambda: Field().state("budget_freeze", 1.0).told("funds", 0.0),
        lambda: Field(budget=2e6, budget_currency=YUAN),
    ),
    "compelling_event": (
        lambda: Field(compelling_event_on=TODAY + 30).told("event", 1.0, 2),
        lambda: Field(compelling_event_on=TODAY - 1).told("event", 0.0),
        lambda: Field(compelling_event_on=TODAY + 30),
    ),
    "formal_criteria": (
        lambda: Field(award_form="open_tender", award_rule="points", price_weight=0.4),
        lambda: Field().told("project_check:scoring_sheet_known", 0.0, 2),
        lambda: Field(award_form="open_tender"),
    ),
    "solution_fit": (
        lambda: Field().require(1.0, "delivered"),
        lambda: Field().require(0.1, "tested"),
        lambda: Field().require(1.0, "claimed"),
    ),
    "resource_need": (
        lambda: team("presales", "delivery", "service"),
        lambda: (lambda world: world.paper("action", 2, world.opportunity, due_on=TODAY - 3, status="open"))(team()),
        lambda: team("presales", "account_manager"),
    ),
    "current_relationship": (
        lambda: reached(4),
        lambda: reached(0, captured=True),
        lambda: reached(0),
    ),
    "unique_value": (
        lambda: Field().rival_too(0.9, 0.3),
        lambda: Field().rival_too(0.3, 0.9),
        lambda: Field().rival_too(0.6, 0.6),
    ),
    "inside_support": (
        lambda: inside(4.0, 0.6, 2),
        lambda: inside(1.0, 0.6, 3),
        lambda: inside(4.0, -0.6, 3),
    ),
    "executive_credibility": (
        lambda: executives(met=True),
        lambda: executives(met=False, captured=True),
        lambda: executives(met=False),
    ),
    "cultural_match": (
        lambda: joint(1.0, 3),
        lambda: joint(0.0, 3),
        lambda: joint(1.0, 1),
    ),
    "unwritten_criteria": (
        lambda: read(3),
        lambda: read(0).told("criterion:unwritten_criteria", 0.0, 2),
        lambda: read(1),
    ),
    "political_alignment": (
        lambda: circle(1.0),
        lambda: circle(-1.0, outsider=0.9),
        lambda: circle(0.0),
    ),
    "short_term_revenue": (
        lambda: worth_money(2e6, expected_close_on=TODAY + 60),
        lambda: worth_money(1e5),
        lambda: worth_money(7.5e5),
    ),
    "future_revenue": (
        lambda: potential(1e7, 4e6, 4e6).state("growth", 1.0),
        lambda: potential(1e6, 5e5),
        lambda: potential(1e7),
    ),
    "profit": (
        lambda: margins(0.4, 0.3, 0.3),
        lambda: margins(0.05, 0.05),
        lambda: margins(0.4),
    ),
    "risk": (
        lambda: delivered(0, 3),
        lambda: delivered(3, 0),
        lambda: delivered(2, 2),
    ),
    "strategic_value": (
        lambda: Field(company={"klass": "target", "grade": "key"}).paper("objective", status="open"),
        lambda: Field(company={"klass": "not_now", "grade": "third"}),
        lambda: Field(company={"klass": "potential", "grade": "second"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("id_", IDS)
@pytest.mark.parametrize("answer", [YES, NO, UNKNOWN])
def test_each_criterion_is_answered_by_its_evidence(id_: str, answer: int) -> None:
    made = WORLDS[id_][(YES, NO, UNKNOWN).index(answer)]()
    found = made.answers()
    assert found.answer[found.row(made.opportunity, US), IDS.index(id_)] == answer


@pytest.mark.parametrize("id_", IDS)
def test_each_criterion_is_answered_for_a_rival_by_what_was_observed(id_: str) -> None:
    world = Field().told(f"criterion:{id_}", 1.0, 3, None)
    for _ in range(3):
        world.observe(f"criterion:{id_}", world.opportunity, world.rival, value=0.0)
    found = world.answers()
    at, side = IDS.index(id_), next(each.side for each in CRITERIA if each.id == id_)
    both = [int(found.answer[found.row(world.opportunity, vendor), at]) for vendor in (US, world.rival)]
    assert both == ([UNKNOWN, UNKNOWN] if side == "deal" else [YES, NO])


def test_a_belief_by_hand() -> None:
    """Funds seen today (weight 1), denied inside 180 days ago (.7/2 = .35), and a budget of half the amount (.7).

    ``P = (.5*2 + 1 + 0 + .7*.5)/(2 + 1 + .35 + .7) = 2.35/4.05``.
    """
    world = Field(budget=1e6, budget_currency=YUAN, amount=2e6, **CNY).told("funds", 1.0)
    world.told("funds", 0.0, day=TODAY - 180, source_class="inside")
    found = world.answers()
    row, at = found.row(world.opportunity, US), IDS.index("money_reachable")
    assert found.belief[row, at] == pytest.approx(2.35 / 4.05)
    assert found.evidence[row, at] == pytest.approx(2.05)


def test_a_question_by_hand() -> None:
    """All five of the first at .5 but one: ``(1*.75 + (.5 + 1 + 1.5 + 1.5)*.5)/5.5``."""
    world = Field().told("criterion:need_owner", 1.0, 2)
    found = world.answers()
    assert found.question[found.row(world.opportunity, US), 0] == pytest.approx((0.75 + 4.5 * 0.5) / 5.5)


def test_the_first_question_needs_money_and_event() -> None:
    def first(*ids: str) -> int:
        world = Field()
        for id_ in ids:
            world.told(f"criterion:{id_}", 1.0, 20)
        found = world.answers()
        return int(found.question_answer[found.row(world.opportunity, US), 0])

    every = tuple(each.id for each in CRITERIA if each.question == QUESTIONS[0])
    assert first(*every) == YES
    assert [first(*(each for each in every if each != left)) for left in ("money_reachable", "compelling_event")] == [
        UNKNOWN, UNKNOWN,
    ]  # fmt: skip
    assert first(*(each for each in every if each != "financially_able")) == YES


def test_an_opinion_is_one_item_and_kept_as_a_claim() -> None:
    """The latest of a person counts with .3: ``(1 + .3)/(2 + .3)``; two more of the same person change nothing."""
    world = Field()
    for day, value in ((TODAY - 20, 0.0), (TODAY - 10, 0.0), (TODAY, 1.0)):
        world.told("criterion:profit", value, day=day, source_class="opinion", said_by=world.seller)
    found = world.answers()
    row, at = found.row(world.opportunity, US), IDS.index("profit")
    assert found.belief[row, at] == pytest.approx(1.3 / 2.3)
    assert (found.claim[row, at], found.answer[row, at]) == (1.0, UNKNOWN)
    assert np.isnan(found.claim[row, IDS.index("risk")])


def test_one_insider_is_enough() -> None:
    """With one who supports us and is deep, others who are not known deeply say nothing against it."""
    found = inside(1.0, 0.6, 4, at_first=4.0).answers()
    assert found.belief[0, IDS.index("inside_support")] > 0.5


def test_blind_spots_are_what_is_unknown_by_weight() -> None:
    world = Field().told("criterion:solution_fit", 1.0, 3)
    found = world.answers(**{"criterion_weight.profit": 9.0, "criterion_weight.risk": 0.0})
    spots = found.blind_spots(found.row(world.opportunity, US), DEFAULTS.with_values(
        {"criterion_weight.profit": 9.0, "criterion_weight.risk": 0.0}))  # fmt: skip
    assert spots[0] == ("profit", 9.0)
    assert {each for each, _ in spots} == set(IDS) - {"solution_fit", "risk"}


def test_no_evidence_leaves_every_criterion_at_its_prior() -> None:
    found = Field().answers()
    assert set(found.belief.ravel()) == {0.5}
    assert set(found.answer.ravel()) == {UNKNOWN}


@given(
    id_=st.sampled_from(IDS),
    items=st.lists(
        st.tuples(st.sampled_from(["observed", "inside"]), st.integers(0, 900), st.floats(0, 1)), max_size=5
    ),
    days=st.integers(0, 400),
)
@settings(max_examples=40)
def test_a_yes_never_lowers_and_a_no_never_raises(id_: str, items: list[tuple[str, int, float]], days: int) -> None:
    def made(*more: float) -> tuple[float, float]:
        world = owned()
        for source_class, day, value in items:
            world.told(f"criterion:{id_}", value, day=TODAY - day, source_class=source_class)
        for value in more:
            world.told(f"criterion:{id_}", value, day=TODAY - days)
        found = world.answers()
        row = found.row(world.opportunity, US)
        question = QUESTIONS.index(CRITERIA[IDS.index(id_)].question)
        return float(found.belief[row, IDS.index(id_)]), float(found.question[row, question])

    plain, yes, no = made(), made(1.0), made(0.0)
    assert all(low <= mid + 1e-12 and mid <= high + 1e-12 for low, mid, high in zip(no, plain, yes, strict=True))


def test_a_deal_alone_is_answered_as_among_all() -> None:
    world = reached(4).need().require(0.8, "tested")
    other = world.deal("other", world.customer)
    world.edge("competes", world.rival, other)
    snapshot = world.snapshot()
    reference = reduce_reference(snapshot, DEFAULTS)
    whole = answers_of(snapshot, reference, DEFAULTS)
    alone = answers_of(snapshot, reference, DEFAULTS, scopes=np.array([world.opportunity]))
    rows = np.flatnonzero(whole.deal == world.opportunity)
    assert np.array_equal(whole.belief[rows], alone.belief)
    assert len(whole.deal) == 4
