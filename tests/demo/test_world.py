"""The demonstration world is what it promises to be."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from brm.demo import generate
from brm.guidance import engine
from brm.guidance.rules import RULES
from brm.services.moments import when
from brm.services.workspace import Workspace
from graph_schema.changes import Change, EdgeRef
from graph_schema.vocabulary import code_number
from scoring.machinery.people import company_of, current
from scoring.snapshot import MISSING, Snapshot, category_code
from scoring.types import US
from scoring.view import chain_view

AS_OF = "2026-06-29"


@pytest.fixture(scope="module")
def snapshot(demo: Workspace) -> Snapshot:
    return demo.snapshot(None, when(AS_OF, None, "Asia/Shanghai"))


@pytest.fixture(scope="module")
def changes() -> list[Change]:
    return generate(date(2026, 6, 30))


def test_its_size(snapshot: Snapshot) -> None:
    kinds = snapshot.nodes["company"]["kinds"]
    assert int((kinds & 2 > 0).sum()) >= 40
    assert int((kinds == 1 << code_number("company_kind", "rival")).sum()) == 4
    holds, held = current(snapshot, "holds")
    assert len(np.unique(holds.source[held])) >= 600
    assert len(snapshot.edges["reports_to"]) >= 500
    assert len(snapshot.nodes["interaction"]) >= 20_000
    assert len(snapshot.nodes["observation"]) >= 3_000


def test_its_deals(snapshot: Snapshot) -> None:
    table = snapshot.nodes["opportunity"]
    closed = table["closed_on"] != MISSING
    assert (len(table), int(closed.sum())) == (300, 180)
    won = table["status"] == code_number("opportunity_status", "won")
    assert 0.35 <= won.sum() / closed.sum() <= 0.55


def test_every_chain_has_an_approver(snapshot: Snapshot) -> None:
    plays = snapshot.edges["plays"]
    approvers = plays.target[plays["role"] == code_number("buying_role", "approver")]
    assert set(snapshot.nodes["opportunity"].key) - set(approvers) == set()


def test_stances_tell_something_about_outcomes(demo: Workspace, snapshot: Snapshot) -> None:
    """AUC of our support at the day before the decision against won or lost: informative, not decisive."""
    table = snapshot.nodes["opportunity"]
    won, lost = (code_number("opportunity_status", word) for word in ("won", "lost"))
    decided = np.isin(table["status"], [won, lost])
    reference = demo.reference(when(AS_OF, None, "Asia/Shanghai"))
    support = np.array([
        chain_view(snapshot, reference, demo.parameters, int(key), US).support for key in table.key[decided]
    ])  # fmt: skip
    outcome = table["status"][decided] == won
    better = (support[outcome][:, None] > support[~outcome]).mean() + 0.5 * (
        support[outcome][:, None] == support[~outcome]
    ).mean()
    assert 0.65 <= better <= 0.85


def test_movers_shared_and_vacant_seats(snapshot: Snapshot, changes: list[Change]) -> None:
    ended = {
        c.entity.source
        for c in changes
        if c.verb == "end" and isinstance(c.entity, EdgeRef) and c.entity.type == "holds"
    }
    assert len(ended) >= 10
    holds, held = current(snapshot, "holds")
    seats, holders = np.unique(holds.target[held], return_counts=True)
    assert int((holders > 1).sum()) >= 5
    assert len(set(snapshot.nodes["position"].key) - set(seats)) >= 20


def test_supply_chains(snapshot: Snapshot) -> None:
    """The two worlds of the concepts page are in it: maker to patients, and agent, carrier and users."""
    supplies = snapshot.edges["supplies"]
    kinds = [code_number("supply_kind", word) for word in ("supplies", "resells", "serves", "pays_commission")]
    by_kind = {kind: supplies["kind"] == kind for kind in kinds}
    onward = {
        kind: dict(zip(supplies.source[rows], supplies.target[rows], strict=True)) for kind, rows in by_kind.items()
    }
    hospital_chains = [
        maker for maker, channel in onward[kinds[0]].items()
        if channel in onward[kinds[1]] and onward[kinds[1]][channel] in onward[kinds[2]]
    ]  # fmt: skip
    agents = [agent for agent in onward[kinds[3]].values() if agent in onward[kinds[2]]]
    assert (len(hospital_chains) >= 1, len(agents) >= 1, len(supplies) >= 3) == (True, True, True)


def test_contracts_payments_and_complaints(snapshot: Snapshot) -> None:
    complaints = snapshot.nodes["ticket"]["complaint"] == 1
    assert min(len(snapshot.nodes["contract"]), len(snapshot.nodes["payment"]), int(complaints.sum())) >= 10


def test_it_is_marked_as_made_up(demo: Workspace) -> None:
    states = demo.store.fetch(["demo:us", "demo:company/7"]).values()
    assert [state.properties["extra"]["made_up"] for state in states] == [True, True]
    assert {commit.source for commit in demo.store.commits()} == {"demonstration (made up)"}


def test_the_same_within_a_week_and_by_seed() -> None:
    monday = date(2026, 6, 29)
    first = generate(monday)
    assert first == generate(monday + timedelta(days=6))
    assert first != generate(monday, seed=7)


def test_every_rule_fires_somewhere(demo: Workspace, snapshot: Snapshot) -> None:
    moment = when(AS_OF, None, "Asia/Shanghai")
    principal = demo.local_principal()
    open_deals = snapshot.nodes["opportunity"].key[snapshot.nodes["opportunity"]["closed_on"] == MISSING]
    customers = snapshot.nodes["company"].key[snapshot.nodes["company"]["kinds"] & 2 > 0]
    names = demo.store.names([int(key) for key in (*customers, *open_deals)], moment)
    fired: set[str] = set()
    for name in names.values():
        fired |= {each["rule"] for each in engine.findings(demo, principal, name.id, when=moment)}
        if len(fired) == len(RULES):
            break
    assert {rule.id for rule in RULES} - fired == set()


def test_units_belong_to_companies(snapshot: Snapshot) -> None:
    assert -1 not in company_of(snapshot, snapshot.nodes["org_unit"].key)
    assert category_code("stance") in snapshot.nodes["observation"]["kind"]
