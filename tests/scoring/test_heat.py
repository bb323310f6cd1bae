"""The heat table, gaps, holdings and hand-over: worked by hand, and against the scores themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_schema.vocabulary import code_number
from scoring import DEFAULTS, SCORERS, US, Parameters, Reference, reduce_reference
from scoring.gaps import CELL, KINDS, PERSON_GAP, ROLE, SINGLE, Gaps, gaps
from scoring.handover import REASONS, falls_of, ties_of
from scoring.heat import Heat, heat
from scoring.holdings import holdings
from scoring.leaving import without_colleague
from scoring.machinery.closeness import closeness_of
from scoring.machinery.coverage import coverage_of
from scoring.machinery.dependence import dependence_of
from scoring.machinery.standings import standings_of
from scoring.machinery.touches import meetings_of
from scoring.snapshot import Snapshot
from scoring.types import NOBODY
from tests.scoring.random_worlds import random_world
from tests.scoring.test_account_oracles import CNY, RAW, T2, T7, small, tied
from tests.worlds.builder import World

seeds = st.integers(0, 10_000)
checked = settings(max_examples=15, deadline=None)


def heated(snapshot: Snapshot, parameters: Parameters = DEFAULTS) -> tuple[Heat, Reference]:
    reference = reduce_reference(snapshot, parameters)
    frames = {kind: each.score(snapshot, reference, parameters) for kind, each in SCORERS.items()}
    return heat(snapshot, reference, parameters, frames), reference


def test_the_deals_of_an_account_are_weighted_by_amount() -> None:
    """Two open deals of 300 and 100 and one without an amount, which counts as their mean, 200:
    ``(300 C1 + 100 C2 + 200 C3)/600``; the bounds alike. A closed deal and another account's do not count.
    """
    world = small()
    firm, other = world.names["firm"], world.company("other", "customer")
    money = {"amount_currency": CNY}
    deals = [
        world.deal("large", firm, amount=300.0, **money),
        world.deal("small", firm, amount=100.0, quoted=900.0, quoted_currency=CNY, **money),
        world.deal("unknown", firm),
    ]
    world.deal("closed", firm, status="won", amount=5_000.0, **money)
    world.deal("elsewhere", other, amount=5_000.0, **money)
    for deal, role in zip(deals, ("approver", "user", "gatekeeper"), strict=True):
        world.edge("plays", world.names["A"], deal, role=role)
    world.observe("stance", world.names["A"], world.names["us"], value=1.0)
    snapshot = world.snapshot()
    found, reference = heated(snapshot)
    frame = SCORERS["decision_chain"].score(snapshot, reference, DEFAULTS, vendor=US)
    rows = [int(frame.rows(scope=deal)[0]) for deal in deals]
    assert len({round(float(frame.score[row]), 6) for row in rows}) == 3
    place = found.account.tolist().index(firm)
    for cell, column in zip(("score", "p10", "p90"), (frame.score, frame.p10, frame.p90), strict=True):
        expected = (300 * column[rows[0]] + 100 * column[rows[1]] + 200 * column[rows[2]]) / 600
        assert getattr(found.cells["decision_chain"], cell)[place] == pytest.approx(expected, abs=1e-12)


def test_cells_without_a_subject_are_none() -> None:
    """An account that nobody has met and without a deal: no chain, no dependence. It may build it itself."""
    found, _ = heated(small().snapshot())
    assert len(found) == 1
    none = {kind for kind, cells in found.cells.items() if np.isnan(cells.score[0])}
    assert none == {"decision_chain", "employee"}
    assert found.rival.tolist() == found.account.tolist()


@given(seeds)
@checked
def test_cells_are_the_scores(seed: int) -> None:
    snapshot = random_world(seed).snapshot()
    found, reference = heated(snapshot)
    customer = SCORERS["customer"].score(snapshot, reference, DEFAULTS)
    ours = SCORERS["our_company"].score(snapshot, reference, DEFAULTS, scopes=found.account)
    rivals = SCORERS["competitor"].score(snapshot, reference, DEFAULTS, scopes=found.account)
    people = SCORERS["key_person"].score(snapshot, reference, DEFAULTS, scopes=found.account, vendor=US)
    standings = standings_of(snapshot, reference, DEFAULTS, found.account)
    close = closeness_of(standings, DEFAULTS)
    for at, account in enumerate(found.account):
        row = int(customer.rows(scope=int(account))[0])
        assert found.cells["customer"].score[at] == pytest.approx(customer.score[row], abs=1e-9)
        influence = close.influence[standings.chains.scopes.key[close.scope] == account]
        key = float((influence * people.score[people.scope == account]).sum())
        assert found.cells["key_person"].score[at] == pytest.approx(key, abs=1e-9)
        own = int(ours.rows(scope=int(account))[0])
        assert found.cells["our_company"].score[at] == pytest.approx(ours.score[own], abs=1e-9)
        threats = [float(rivals.score[r]) for r in rivals.rows(scope=int(account)) if rivals.vendor[r] != US]
        assert found.cells["competitor"].score[at] == pytest.approx(max(threats, default=np.nan), nan_ok=True)
    for cells in found.cells.values():
        known = ~np.isnan(cells.score)
        assert (cells.p10[known] <= cells.score[known] + 1e-9).all()
        assert (cells.score[known] <= cells.p90[known] + 1e-9).all()
        assert ((cells.completeness[known] >= 0) & (cells.completeness[known] <= 1)).all()


def test_resilience_of_the_tied_account() -> None:
    """The account of the our-company oracle: .8982 of it hangs on E, so the cell is 10.18."""
    found, _ = heated(tied().snapshot(), RAW)
    assert round(float(found.cells["employee"].score[0]), 2) == 10.18


def listed(found: Gaps) -> list[tuple[str, int, int, int, float]]:
    return [
        (KINDS[found.kind[i]], int(found.subject[i]), int(found.level[i]), int(found.role[i]), float(found.share[i]))
        for i in range(len(found))
    ]


def test_gaps_of_the_tied_account() -> None:
    """E's tie with A is .5406 (covered), with B .3588: both cells are covered, a vacant seat is not.

    I = (.8, .2), so nobody of influence is unmet. Close is .2813 and without E .1305 (the oracle of our company),
    Gen 2/3 and without E 0, so 1 - .1305/.9480 = .8623 hangs on E, and F comes next. Valued by potential, 1,000:
    862.3 at stake on E, nothing on the vacant seat.
    """
    world = tied()
    world.nodes["company"][1][1].update(potential=1_000.0, potential_currency=CNY)
    world.edge("seat_in", world.node("position", level=5), world.names["unit 2"])
    snapshot = world.snapshot()
    reference = reduce_reference(snapshot, RAW)
    found = gaps(snapshot, reference, RAW)
    e, f = world.names["E"], world.names["F"]
    assert [each[:4] for each in listed(found)] == [
        ("single", e, 0, NOBODY),
        ("cell", world.names["unit 2"], 5, NOBODY),
    ]
    assert found.basis == "potential"
    assert found.value.tolist() == pytest.approx([862.3, 0.0], abs=0.05)
    assert found.colleague.tolist() == [f, e]
    assert found.share.tolist() == pytest.approx([0.8623, 0.0], abs=1e-4)


def test_gaps_of_an_account_nobody_has_met() -> None:
    """Both cells are out of reach, with all the influence; an approver expected in a deal is unknown."""
    world = small()
    deal = world.deal("deal", world.names["firm"], kind="new")
    world.edge("plays", world.names["A"], deal, role="decider")
    world.edge("plays", world.names["B"], deal, role="user")
    found = gaps(*_read(world))
    kinds = [KINDS[kind] for kind in found.kind]
    assert kinds.count("cell") == 2
    assert kinds.count("role") == 3
    assert found.share.sum() == pytest.approx(1.0)
    roles = {int(role) for role in found.role if role != NOBODY}
    assert roles == {code_number("buying_role", word) for word in ("approver", "evaluator", "buyer")}
    cell = kinds.index("cell")
    assert [int(p) for p in found.person[found.start[cell] : found.start[cell + 1]]] == [world.names["A"]]
    assert found.colleague.tolist() == [NOBODY] * 5


def test_an_influential_stranger_in_a_covered_cell() -> None:
    """C sits beside A, whom E has met: their cell is covered, yet C (I = 16/36 > 1.5/4) knows none of ours."""
    world = tied()
    world.person("C", world.names["unit 1"], 4)
    world.person("D", world.names["unit 2"], 1)
    found = gaps(*_read(world))
    named = [each for each in listed(found) if each[0] == "person"]
    assert named == [("person", world.names["C"], 0, NOBODY, pytest.approx(16 / 38))]


def _read(world: World, parameters: Parameters = DEFAULTS) -> tuple[Snapshot, Reference, Parameters]:
    snapshot = world.snapshot()
    return snapshot, reduce_reference(snapshot, parameters), parameters


@given(seeds)
@checked
def test_gaps_are_out_of_reach(seed: int) -> None:
    """Cells are those that coverage does not count; shares of cells, persons and roles never pass 1."""
    snapshot, reference, parameters = _read(random_world(seed))
    found = gaps(snapshot, reference, parameters)
    coverage = coverage_of(snapshot, standings_of(snapshot, reference, parameters), parameters)
    firms = set(standings_of(snapshot, reference, parameters).chains.scopes.key[coverage.slot_scope].tolist())
    assert set(found.account.tolist()) <= firms | set(found.account[found.kind != CELL].tolist())
    for account in np.unique(found.account):
        own = found.account == account
        share = found.share[own & np.isin(found.kind, (PERSON_GAP, ROLE))].sum()
        assert share <= 1 + 1e-9
    assert (np.diff(found.value) <= 1e-9).all()
    assert ((found.kind != SINGLE) | (found.share >= parameters.coverage.single)).all()


@given(seeds)
@checked
def test_without_a_colleague_is_what_dependence_says(seed: int) -> None:
    """Close + Gen on the edited snapshot is ``1 - Dep`` of what it was, for every colleague and scope.

    Where it would be more (who wrote much and got no answer leaves) Dep is clipped to 0.
    """
    snapshot, reference, parameters = _read(random_world(seed))
    standings = standings_of(snapshot, reference, parameters)
    dependence = dependence_of(snapshot, standings, parameters)
    keys, scopes = meetings_of(snapshot).colleagues, standings.chains.scopes.key
    said = {
        (int(keys[who]), int(scopes[scope])): float(value)
        for who, scope, value in zip(dependence.colleague, dependence.scope, dependence.value, strict=True)
    }
    whole = dependence.close + coverage_of(snapshot, standings, parameters).value
    for colleague in keys.tolist():
        edited = without_colleague(snapshot, colleague)
        left = standings_of(edited, reference, parameters, scopes)
        assert sorted(left.chains.scopes.key.tolist()) == np.unique(scopes).tolist()
        rest = dependence_of(edited, left, parameters).close + coverage_of(edited, left, parameters).value
        by_scope = dict(zip(left.chains.scopes.key.tolist(), rest.tolist(), strict=True))
        for at, scope in enumerate(scopes.tolist()):
            lost = said.get((colleague, scope), 0.0)
            if lost > 0:
                assert by_scope[scope] == pytest.approx(whole[at] * (1 - lost), abs=1e-9)
            else:
                assert by_scope[scope] >= whole[at] - 1e-9


def test_holdings_of_the_tied_account() -> None:
    """B is tied to E alone (.3588); A to E (.5406) and F (.1993), both active. All worth 1, I = (.8, .2)."""
    world = tied()
    found = holdings(*_read(world, RAW))
    assert found.colleague.tolist() == [world.names["E"], world.names["F"]]
    assert found.ties.tolist() == [2, 1]
    assert found.ties_alone.tolist() == [1, 0]
    t4 = 1 - np.exp(-4 / 9)
    firm = 1 - (1 - 0.9 * T7) * (1 - 0.9 * T2)
    share = T7**2 / (T7**2 + T2**2)
    assert found.alone.tolist() == pytest.approx([0.2 * 0.9 * t4, 0.0])
    assert found.capital.tolist() == pytest.approx([0.2 * 0.9 * t4 + 0.8 * firm * share, 0.8 * firm * (1 - share)])
    assert found.account.tolist() == [world.names["firm"]] * 2
    assert np.isnan(found.percent).all()


def test_handing_over_the_tied_account() -> None:
    """F knows A already; B nobody else has met, so F, who knows the account, is to be introduced."""
    world = tied()
    snapshot, reference, parameters = _read(world, RAW)
    e, f, firm = (world.names[name] for name in ("E", "F", "firm"))
    found = ties_of(snapshot, reference, parameters, e)
    assert found.person.tolist() == [world.names["A"], world.names["B"]]
    assert found.successor.tolist() == [f, f]
    assert [REASONS[at] for at in found.reason] == ["knows_them", "knows_account"]
    assert found.known.tolist() == pytest.approx([T2, 0.0])
    assert found.left.tolist() == pytest.approx([0.9 * T2, 0.0], abs=1e-12)
    falls = falls_of(snapshot, reference, parameters, e, found.account)
    assert falls.account.tolist() == [firm]
    assert falls.after["our_company"][0] < falls.before["our_company"][0]
    assert falls.after["customer"][0] < falls.before["customer"][0]


def test_who_covers_takes_over_where_nobody_is_known() -> None:
    """F's ties nobody shares; G covers the account. Without G nobody does."""
    world = small()
    world.meet("meeting", (world.names["E"],), (world.names["A"],))
    alone = ties_of(*_read(world), world.names["E"])
    assert (alone.successor.tolist(), REASONS[alone.reason[0]]) == ([NOBODY], "nobody")
    world.edge("covers", world.names["F"], world.names["firm"], team_role="service")
    found = ties_of(*_read(world), world.names["E"])
    assert (found.successor.tolist(), REASONS[found.reason[0]]) == ([world.names["F"]], "covers_account")


@given(seeds)
@checked
def test_a_successor_is_somebody_else(seed: int) -> None:
    snapshot, reference, parameters = _read(random_world(seed))
    for colleague in meetings_of(snapshot).colleagues.tolist():
        found = ties_of(snapshot, reference, parameters, colleague)
        assert colleague not in found.successor.tolist()
        assert (np.diff(found.worth) <= 1e-12).all()
        assert ((found.left >= 0) & (found.left <= 1)).all()
        named = found.successor != NOBODY
        assert (found.known[found.reason == 0] >= parameters.tie.active).all()
        assert (found.reason[~named] == REASONS.index("nobody")).all()
