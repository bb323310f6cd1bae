"""A customer's journey: what stands on the line, what is open, and tickets from contact to score."""

from __future__ import annotations

from typing import Any

import pytest

from brm.errors import Conflict, InvalidInput, NotAllowed, NotFound
from brm.i18n import LANGUAGES, catalogue
from brm.principal import Principal, local_admin
from brm.services import moments, scores, tickets
from brm.services.journey import journey
from brm.services.journey_rendering import journey as told
from brm.services.workspace import Workspace
from brm.store.protocol import When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from graph_schema.markers import Money
from tests.services.deal_world import NOW, ago, edge, filled, meeting, node

ADMIN, READER = local_admin("en", "Asia/Shanghai"), Principal("r", frozenset(("read",)))
TODAY = (NOW.date() - moments.EPOCH).days


def write(workspace: Workspace, *changes: Change) -> None:
    workspace.store.apply(ChangeSet(actor="test", source="test", changes=changes))


@pytest.fixture
def workspace() -> Workspace:
    made = filled("memory://")
    write(
        made,
        Change("set", NodeRef("opportunity", "deal"), {"opened_on": TODAY - 90}),
        node("opportunity", "won", name="Won", status="won", opened_on=TODAY - 300, closed_on=TODAY - 200),
        edge("for", "won", "c"),
        node("contract", "paper", name="Frame", signed_on=TODAY - 190, amount=Money(700_000, "CNY")),
        edge("belongs_to", "paper", "won"),
        node("delivery", "box", name="Box", due_on=TODAY - 100, delivered_on=TODAY - 99),
        edge("belongs_to", "box", "c"),
        node("payment", "bill", name="Bill", due_on=TODAY - 3), edge("belongs_to", "bill", "won"),
        Change("set", NodeRef("action", "word"), {"name": "Send it", "due_on": TODAY - 1, "status": "open"}, ago(30)),
        edge("belongs_to", "word", "c", since=30), edge("promised_to", "word", "a", since=30),
    )  # fmt: skip
    return made


def line(workspace: Workspace, **given: Any) -> list[tuple[str, str]]:
    items = journey(workspace, READER, "c", limit=None, **given)["items"]
    return [(each["kind"], each.get("id") or each.get("state")) for each in items]


def test_everything_of_the_account_stands_on_one_line(workspace: Workspace) -> None:
    """x's meeting about another account is not ours to tell here; the one with b about nothing but c is."""
    assert line(workspace) == [
        ("touchpoint", "m1"), ("promise_made", "word"), ("touchpoint", "m2"), ("deal_opened", "deal"),
        ("delivered", "box"), ("contract_signed", "paper"), ("lifecycle", "bought"), ("deal_closed", "won"),
        ("lifecycle", "evaluating"), ("deal_opened", "won"),
    ]  # fmt: skip


def test_pages_make_up_the_whole(workspace: Workspace) -> None:
    whole = journey(workspace, READER, "c", limit=None)
    assert whole["total"] == len(whole["items"])
    found, after = [], None
    while True:
        page = journey(workspace, READER, "c", limit=3, after=after)
        found += page["items"]
        if page["next"] is None:
            break
        after = tuple(page["next"])
    assert found == whole["items"]


def test_what_is_kept_of_the_line(workspace: Workspace) -> None:
    write(workspace, *meeting("call", 5, "s1", "a", concerns="deal"),
          Change("correct", NodeRef("interaction", "call"), {"channel": "call", "purpose": "service"}))  # fmt: skip
    assert line(workspace, channel="call") == [("touchpoint", "call")]
    assert line(workspace, purpose="service") == [("touchpoint", "call")]
    assert line(workspace, kind="lifecycle") == [("lifecycle", "bought"), ("lifecycle", "evaluating")]
    for field, value in (("channel", "pigeon"), ("purpose", "fun"), ("kind", "party")):
        with pytest.raises(InvalidInput, match=f"there is no {field} '{value}'"):
            line(workspace, **{field: value})


def test_what_lies_ahead_or_was_cancelled_is_not_told(workspace: Workspace) -> None:
    before = line(workspace)
    write(
        workspace, *meeting("later", -30, "s1", "a", concerns="c"), *meeting("off", 8, "s1", "a", concerns="c"),
        Change("correct", NodeRef("interaction", "off"), {"cancelled": True}),
    )  # fmt: skip
    assert line(workspace) == before
    then = When(ago(95), moments.now())
    assert line(workspace, when=then)[0] == ("delivered", "box")


def test_what_is_open(workspace: Workspace) -> None:
    found = journey(workspace, READER, "c")["open"]
    now = (moments.local_day(moments.now(), "Asia/Shanghai") - moments.EPOCH).days
    assert [(each["id"], each["promised_to"]["id"], each["days_late"]) for each in found["promises"]] == [
        ("word", "a", now - TODAY + 1)
    ]
    assert [(each["id"], each["days_late"]) for each in found["payments"]] == [("bill", now - TODAY + 3)]
    assert (found["deliveries"], found["tickets"]) == ([], [])


def test_a_ticket_from_contact_to_close(workspace: Workspace) -> None:
    """It is opened on the day of the contact, where that belongs; a complaint lowers Svc, its age lets that fade."""

    def service() -> tuple[float, float]:
        found = scores.explain(workspace, ADMIN, "customer", "c")
        part = next(each for each in found["contributions"] if each["factor"] == "complaints")
        return found["score"], part["effect"]

    before = service()
    made, _ = tickets.open_ticket(workspace, ADMIN, "m2", "Leaks", severity=5, complaint=True, owner="s1")
    (ticket,) = journey(workspace, READER, "c")["open"]["tickets"]
    assert (ticket["id"], ticket["owner"]["id"], ticket["interaction"], ticket["complaint"]) == (made, "s1", "m2", True)
    assert ticket["opened"] == moments.local_day(ago(50), "Asia/Shanghai").isoformat()
    assert service()[1] < before[1]
    tickets.close_ticket(workspace, ADMIN, made, satisfaction=0.9)
    assert journey(workspace, READER, "c")["open"]["tickets"] == []
    assert line(workspace, kind="ticket_opened") == [("ticket_opened", made)]
    assert line(workspace, kind="ticket_closed") == [("ticket_closed", made)]
    with pytest.raises(Conflict, match="closed already"):
        tickets.close_ticket(workspace, ADMIN, made)


def test_what_is_refused(workspace: Workspace) -> None:
    write(workspace, *meeting("both", 5, "s1", "a", concerns="c"), Change("set", EdgeRef("concerns", "both", "deal")))
    with pytest.raises(InvalidInput, match="concerns 2 accounts or deals"):
        tickets.open_ticket(workspace, ADMIN, "both", "Leaks")
    with pytest.raises(NotFound, match="there is no interaction a"):
        tickets.open_ticket(workspace, ADMIN, "a", "Leaks")
    made, _ = tickets.open_ticket(workspace, ADMIN, "both", "Leaks", account="deal")
    with pytest.raises(InvalidInput, match="opened after that day"):
        tickets.close_ticket(workspace, ADMIN, made, on="2020-01-01")
    with pytest.raises(NotAllowed):
        tickets.open_ticket(workspace, READER, "m2", "Leaks")
    with pytest.raises(InvalidInput, match="a is a person"):
        journey(workspace, READER, "a")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_item_is_told(workspace: Workspace, language: Any) -> None:
    write(workspace, Change("set", NodeRef("payment", "bill"), {"paid_on": TODAY - 1}),
          Change("set", NodeRef("action", "word"), {"done_on": TODAY}))  # fmt: skip
    made, _ = tickets.open_ticket(workspace, ADMIN, "m2", "Leaks")
    tickets.close_ticket(workspace, ADMIN, made)
    shape = told(journey(workspace, READER, "c", limit=None), catalogue(language))
    texts = {each["kind"]: each["text"] for each in shape["items"]}
    assert "Send it" in texts["promise_kept"]
    assert all(
        name in texts[kind] for kind, name in (("paid", "Bill"), ("ticket_closed", "Leaks"), ("deal_closed", "Won"))
    )
