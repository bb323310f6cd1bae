"""Account plans in the cases that are easily got wrong: currencies, rivals, others' people, erasure, retries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from brm.errors import Conflict, InvalidInput
from brm.i18n import catalogue
from brm.plans import exporting, planning, versions
from brm.plans.plan import plan
from brm.principal import Principal, local_admin
from brm.services import moments, tickets
from brm.services.editing import Terms
from brm.services.workspace import Workspace
from brm.store.protocol import When
from graph_schema.changes import Change, NodeRef
from graph_schema.markers import Money
from tests.services.deal_world import ago, edge, meeting, node, seen
from tests.services.plan_world import action, cny, day, planned, write

ADMIN, READER = local_admin("en", "Asia/Shanghai"), Principal("r", frozenset(("read",)))


@pytest.fixture
def workspace() -> Workspace:
    return planned()


def test_progress_of_relationship_aims_is_the_accounts_cell(workspace: Workspace) -> None:
    """Of every kind that an account has a cell of; a threat is to fall, so no share of it is reached."""
    kinds = ("key_person", "decision_chain", "customer", "employee", "our_company", "competitor")
    for kind in kinds:
        planning.add_objective(workspace, ADMIN, "c", kind, kind="relationship", target=50, score_kind=kind)
    shape = plan(workspace, ADMIN, "c")
    found = {each["name"]: each for each in shape["strategy"]["objectives"]}
    cells = shape["who"]["cells"]
    assert {kind: found[kind]["progress"] for kind in kinds} == {kind: cells[kind]["score"] for kind in kinds}
    assert [kind for kind in kinds if found[kind]["share"] is None] == ["competitor"]
    with pytest.raises(InvalidInput, match="an account has no likelihood"):
        planning.add_objective(workspace, ADMIN, "c", "x", kind="relationship", score_kind="likelihood")


@pytest.mark.parametrize("aims_at", ["c", "deal", "r1"])
def test_an_action_against_a_rival_is_measured_on_the_rivals_threat(workspace: Workspace, aims_at: str) -> None:
    """Evidence that b turned away from r1, the only rival: taking it away raises the threat again."""
    # what is seen in the deal counts there, what is seen of the account everywhere
    seen_there = [
        each for each in seen("turned", 55, "b", "r1", -1.0) if aims_at == "deal" or each.entity.type != "concerns"
    ]
    write(
        workspace, *action("turn", 100, due=60, done=54, aims_at=aims_at, score_kind="competitor"), *seen_there,
        edge("results_from", "turned", "turn", since=54),
    )  # fmt: skip
    shape = plan(workspace, ADMIN, "c", when=When(ago(0), moments.now()))
    (found,) = [each["measured"] for each in shape["strategy"]["actions"]]
    assert (found["state"], found["effect"] < 0) == ("measured", True)


def test_white_space_in_several_currencies_is_not_guessed(workspace: Workspace) -> None:
    """Before, 20 euros beside 30 yuan left the whole potential white."""
    write(workspace, edge("buys", "c", "ops", "r1", since=10, current=Money(200_000, "EUR")))
    cells = plan(workspace, ADMIN, "c")["how"]["white_space"]["cells"]
    found = next(each for each in cells if (each["unit"], each["offering"]) == ("c", "ops"))
    assert (found["potential"]["amount"], found["white"]) == ("100", None)


def test_the_customer_reads_of_our_people_and_of_promises_to_its_own(workspace: Workspace) -> None:
    """k is of another company: what it is to look after, and what is promised to it, is not the customer's to read."""
    write(
        workspace, edge("covers", "k", "c", "presales"),
        *action("fee", 20, due=5, name="Pay the agent"), edge("promised_to", "fee", "k", since=20),
        *action("send", 20, due=5, name="Send the manual"), edge("promised_to", "send", "a", since=20),
    )  # fmt: skip
    shape = exporting.plan_for(workspace, ADMIN, "c", catalogue("en"), "customer")
    assert [each["name"] for each in shape["team"]] == ["S1"]
    assert [each["name"] for each in shape["promises"]] == ["Send the manual"]


def test_an_action_under_an_account_is_for_it_or_a_deal_of_it(workspace: Workspace) -> None:
    given: dict[str, Any] = {"owner": "s1", "due": "2030-01-01", "account": "c"}
    with pytest.raises(InvalidInput, match="deal2 is no deal of c"):
        planning.add_action(workspace, ADMIN, "deal2", "x", **given)
    planning.add_action(workspace, ADMIN, "deal", "x", **given)


def test_what_is_no_longer_bought_is_not_in_use(workspace: Workspace) -> None:
    write(workspace, edge("buys", "c", "data", "us", current=cny(0), installed_share=0.0))
    texts = catalogue("en")
    assert exporting.plan_for(workspace, ADMIN, "c", texts, "customer")["in_use"] == ["Operations"]


def test_an_erased_person_is_in_no_version_any_more(workspace: Workspace) -> None:
    write(workspace, Change("set", NodeRef("person", "a"), {"name": "Ada Forgotten"}))
    kept = versions.review(workspace, ADMIN, "c", verdict="approved")
    later = versions.review(workspace, ADMIN, "c", verdict="approved")
    assert "Ada Forgotten" in json.dumps(kept)
    workspace.store.erase("a", "admin")
    shown = versions.shown(workspace, READER, kept["id"])
    assert "Forgotten" not in json.dumps(shown)
    assert shown["plan"]["who"] == kept["plan"]["who"]
    assert [each["id"] for each in versions.listed(workspace, READER, "c")] == [later["id"], kept["id"]]


@pytest.mark.parametrize("write_", ["objective", "note", "action", "done", "attach", "ticket", "close"])
def test_a_retry_with_the_same_key_is_done_once(workspace: Workspace, write_: str) -> None:
    """The id and the moment of a retry are those of the first try; another body under the key is refused."""
    write(workspace, *action("visit", 100, due=5), *meeting("met", 3, "s1", "a", concerns="c"))
    write(workspace, node("ticket", "leak", name="Leak"), edge("belongs_to", "leak", "c"))
    terms = Terms(idempotency_key="k")

    def done(word: str) -> Any:
        calls = {
            "objective": lambda: planning.add_objective(workspace, ADMIN, "c", word, kind="revenue", terms=terms),
            "note": lambda: planning.add_note(workspace, ADMIN, "c", word, terms=terms),
            "action": lambda: planning.add_action(
                workspace, ADMIN, "c", word, owner="s1", due="2030-01-01", terms=terms
            ),
            "done": lambda: planning.finish(
                workspace, ADMIN, "visit", evidence=["met"] if word == "one" else [], terms=terms
            ),
            "attach": lambda: planning.attach(
                workspace, ADMIN, "visit", ["met"] if word == "one" else ["met", "m2"], terms=terms
            ),
            "ticket": lambda: tickets.open_ticket(workspace, ADMIN, "met", word, terms=terms),
            "close": lambda: tickets.close_ticket(
                workspace, ADMIN, "leak", satisfaction=0.5 if word == "one" else 0.1, terms=terms
            ),
        }
        made = calls[write_]()
        return made if isinstance(made, tuple) else ("", made)

    first, again = done("one"), done("one")
    assert (again[0], again[1].revision, again[1].replayed) == (first[0], first[1].revision, True)
    with pytest.raises((Conflict, InvalidInput)):
        done("two")


def test_a_sum_of_unknown_amounts_is_unknown(workspace: Workspace) -> None:
    """Nothing won is 0; a deal won of which no amount is known is not."""
    write(workspace, node("opportunity", "won", name="Won", status="won", closed_on=day(-2)), edge("for", "won", "c"))
    found = plan(workspace, ADMIN, "c")["evaluate"]["outlook"]["quarters"]
    assert [each["actual"] and each["actual"]["amount"] for each in found] == ["0", "0", "0", "0", None]
    texts = catalogue("en")
    shape = exporting.plan_for(workspace, ADMIN, "c", texts, form="pptx")
    assert exporting.exported(shape, "pptx", texts)
