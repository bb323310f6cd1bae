"""What is due, and a colleague's day: every kind, filters, pages, order, and what a reader is not shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from brm.errors import InvalidInput, NotAllowed
from brm.guidance.states import decide
from brm.i18n import LANGUAGES, catalogue
from brm.network import telling
from brm.network.asks import ASKS, asks_of
from brm.network.book import KINDS
from brm.network.day import day
from brm.network.due import due
from brm.principal import Principal, local_admin
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from graph_schema.changes import Change, ChangeSet, EdgeRef
from graph_schema.values import iso_day
from tests.services.day_world import TODAY, WHEN, fill, meeting, moment

ADMIN = local_admin()
READER = Principal("reader", frozenset({"read"}))
SELLER = Principal("seller", frozenset({"read", "write"}), person_id="s")


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with closing(opened()) as made:
        yield made


def opened() -> Workspace:
    store = open_store("memory://", zone="UTC")
    made = Workspace(store, Settings(store="memory://", tz="UTC", lang="en"))
    fill(store)
    return made


def listed(workspace: Workspace, principal: Principal = ADMIN, **given: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = due(workspace, principal, limit=None, when=WHEN, **given)["items"]
    return items


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in items]


def test_everything_that_is_due_is_listed_the_earliest_first(workspace: Workspace) -> None:
    """p3 moved 60 days ago, to be acted on within 14; the others have their own days."""
    found = listed(workspace)
    days = {each["id"]: each["due"] for each in found}
    assert days["occasion:joined:c2:p3"] == iso_day(TODAY - 46)
    assert days["action:a1"] == iso_day(TODAY - 3)
    assert days["promise:a2"] == iso_day(TODAY + 2)
    assert days["occasion:birthday:c1:p1"] == iso_day(TODAY + 5)
    assert days["occasion:compelling_event:c1:d1"] == iso_day(TODAY + 10)
    assert days["occasion:contract_end:c1:k1"] == iso_day(TODAY + 30)
    assert days["judgement:stance:c1:p1"] == iso_day(TODAY + 181 - 170)
    assert [each["due"] for each in found if each["due"]] == sorted(days[each["id"]] for each in found if each["due"])
    assert len(set(ids(found))) == len(found)


def test_a_tie_fades_when_its_energy_has(workspace: Workspace) -> None:
    """A site visit (4) 40 days ago carries for 57.1 days, so until day 58: 18 days from today."""
    tie = next(each for each in listed(workspace, kind="tie") if each["id"] == "tie:covered:c1:p1:s")
    assert (tie["due"], tie["why"]["numbers"]["days"]) == (iso_day(TODAY + 18), 18)
    assert tie["owner"]["id"] == "s"


def test_the_mover_could_introduce_us_to_whom_nobody_knows_well(workspace: Workspace) -> None:
    """p4 was met 30 days ago by T: a tie of .30, which is covered no longer once it is .3 or less."""
    mover = next(each for each in listed(workspace) if each["id"] == "occasion:joined:c2:p3")
    assert mover["owner"]["id"] == "s"
    assert mover["why"]["words"] == {"before": "Alder", "after": "Birch", "day": iso_day(TODAY - 60)}
    p4 = [each for each in listed(workspace, kind="tie") if each["person"]["id"] == "p4"]
    assert (mover["introduces"] == []) is bool(p4)


@pytest.mark.parametrize("kind", KINDS)
def test_filters_keep_what_they_say(workspace: Workspace, kind: str) -> None:
    every = listed(workspace)
    assert ids(listed(workspace, kind=kind)) == ids([each for each in every if each["kind"] == kind])
    for name, id_ in (("owner", "s"), ("account", "c1")):
        mine = [each for each in every if each["kind"] == kind and (each[name] or {}).get("id") == id_]
        assert ids(listed(workspace, kind=kind, **{name: id_})) == ids(mine)


def test_pages_together_are_the_list(workspace: Workspace) -> None:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = due(workspace, ADMIN, limit=2, after=after, when=WHEN)
        found += page["items"]
        if page["next"] is None:
            break
        after = tuple(page["next"])
    assert ids(found) == ids(listed(workspace))
    assert page["total"] == len(found)


def test_a_reader_sees_nothing_restricted(workspace: Workspace) -> None:
    """Neither the birthday, nor anything of p2's ties; what is left out is counted, birthdays not even that."""
    admin, found = listed(workspace), due(workspace, READER, limit=None, when=WHEN)
    gone = [each for each in admin if each["id"] not in ids(found["items"])]
    assert {each["person"]["id"] for each in gone} == {"p1", "p2"}
    assert [each["id"] for each in gone if each["person"]["id"] == "p1"] == ["occasion:birthday:c1:p1"]
    assert found["hidden"] == len(gone) - 1
    mine = day(workspace, READER, "s", when=WHEN)
    assert {"judgement:stance:c1:p2", "occasion:birthday:c1:p1"} <= set(
        ids(day(workspace, ADMIN, "s", when=WHEN)["items"])
    )
    own = [each for each in mine["items"] if each["kind"] not in ("finding", "next_action")]
    assert "p2" not in json.dumps(own)
    assert "birthday" not in json.dumps(mine)


def test_a_day_is_the_principals_own_unless_somebody_is_named(workspace: Workspace) -> None:
    own, theirs = day(workspace, SELLER, when=WHEN), day(workspace, SELLER, "t", when=WHEN)
    assert (own["person"]["id"], own["own"]) == ("s", True)
    assert (theirs["person"]["id"], theirs["own"]) == ("t", False)
    with pytest.raises(InvalidInput, match="is no person") as refused:
        day(workspace, ADMIN, when=WHEN)
    assert refused.value.detail["field"] == "person"
    with pytest.raises(InvalidInput, match="none of our people"):
        day(workspace, ADMIN, "p1", when=WHEN)
    with pytest.raises(InvalidInput, match="no kind"):
        due(workspace, ADMIN, kind="later", when=WHEN)
    with pytest.raises(NotAllowed):
        due(workspace, Principal("nobody", frozenset()), when=WHEN)


def test_a_day_puts_dated_work_first_and_then_what_gains_most(workspace: Workspace) -> None:
    found = day(workspace, SELLER, when=WHEN)
    kinds = [each["kind"] for each in found["items"]]
    assert ids(found["items"])[:3] == ["occasion:joined:c2:p3", "action:a1", "promise:a2"]
    assert {"finding", "next_action", "judgement", "touch"} <= set(kinds)
    gains = [float(each["gain"]["amount"]) for each in found["items"][3:] if each["gain"] is not None]
    assert gains == sorted(gains, reverse=True)
    assert gains
    with_gain = [each["gain"] is not None for each in found["items"][3:]]
    assert with_gain == sorted(with_gain, reverse=True)
    assert ids(found["items"]) == ids(day(workspace, SELLER, when=WHEN)["items"])
    assert sum(found["counts"].values()) == found["total"] == len(found["items"])


def test_who_waits_for_a_piece_of_work_is_named(workspace: Workspace) -> None:
    """The promise waits at p1; the action at c2 is S's, and c2 is T's account."""
    waits = {each["id"]: (each["waits"] or {}).get("id") for each in day(workspace, SELLER, when=WHEN)["items"]}
    assert (waits["promise:a2"], waits["action:a1"]) == ("p1", "t")


def test_one_touch_is_one_item(workspace: Workspace) -> None:
    """p1 is to be touched, so that their fading tie and their account's touch stand beside it."""
    found = {each["id"]: each for each in day(workspace, ADMIN, "s", when=WHEN)["items"]}
    hosts = {one["id"]: id_ for id_, each in found.items() for one in each["also"]}
    assert not set(hosts) & set(found)
    for row in listed(workspace, owner="s"):
        if row["kind"] == "tie" and f"touch:{row['account']['id']}:{row['person']['id']}" in found:
            assert hosts[row["id"]] == f"touch:{row['account']['id']}:{row['person']['id']}"


def test_a_snoozed_finding_leaves_the_day() -> None:
    with closing(opened()) as workspace:
        before = [each for each in day(workspace, SELLER, when=WHEN)["items"] if each["kind"] == "finding"]
        gone = before[0]["id"].removeprefix("finding:")
        decide(workspace.store, SELLER, gone, state="snoozed")
        after = ids(day(workspace, SELLER, when=WHEN)["items"])
        assert f"finding:{gone}" not in after


def test_a_touch_moves_what_is_due_later() -> None:
    with closing(opened()) as workspace:

        def days() -> dict[str, str]:
            return {each["id"]: each["due"] for each in listed(workspace) if each["kind"] in ("touch", "tie")}

        before = days()
        done = sorted(meeting("m9", 1, "s", "p1"), key=lambda each: isinstance(each.entity, EdgeRef))
        workspace.store.apply(ChangeSet(actor="test", source="test", changes=tuple(done)))
        after = days()
        assert "tie:covered:c1:p1:s" in before
        assert "tie:covered:c1:p1:s" not in after
        assert all(after[each] >= before[each] for each in before if each in after)


def test_who_left_without_a_trace_is_dated_by_the_end_of_their_seat() -> None:
    with closing(opened()) as workspace:
        gone = Change("end", EdgeRef("holds", "p3", "q-new"), {}, moment(7), recorded_at=moment(7))
        workspace.store.apply(ChangeSet(actor="test", source="test", changes=(gone,)))
        left = next(each for each in listed(workspace) if each["id"] == "occasion:left:c1:p3")
        assert (left["why"]["words"]["before"], left["due"]) == ("Alder", iso_day(TODAY - 60 + 14))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_item_has_a_sentence(workspace: Workspace, language: Any) -> None:
    texts = catalogue(language)
    every = telling.due(due(workspace, ADMIN, limit=None, when=WHEN), texts)["items"]
    every += telling.day(day(workspace, ADMIN, "s", when=WHEN), texts)["items"]
    for each in every:
        assert each["text"]
        assert "{" not in each["text"]
        assert each["reason"] is None or "{" not in each["reason"]
    chinese = [each["text"] for each in every if any("\u4e00" <= letter <= "\u9fff" for letter in each["text"])]
    assert len(chinese) >= len(every) - 2 if language == "zh-CN" else not chinese


def test_asks_go_along_the_route_one_by_one() -> None:
    people = [{"id": each, "name": each, "type": "person"} for each in "SABX"]
    hops = [{"tie": tie, "how": how} for tie, how in (("colleague", None), ("tie", None), ("knows", "alumni"))]
    asks = asks_of({"people": people, "hops": hops})
    assert [(each["code"], each["asked"]["id"], each["about"]["id"]) for each in asks] == [
        ("tie", "A", "B"), ("knows", "B", "X"),
    ]  # fmt: skip
    texts = [telling.ask(each, catalogue("en")) for each in asks]
    assert texts == [
        "S asks A for an introduction to B, with whom A works.",
        "S asks B for an introduction to X, whom B knows as alumni.",
    ]
    assert telling.ask(asks[1], catalogue("zh-CN")) == "请S托B引荐X（B与其为校友关系）。"
    assert [each["code"] for each in asks_of({"people": people[:2], "hops": hops[:1]})] == ["direct"]


@pytest.mark.parametrize("tie", ASKS)
def test_there_is_an_ask_for_every_sort_of_hop(tie: str) -> None:
    """A supply hop has a word of its own vocabulary, which the ask leaves to the hop's text."""
    people = [{"id": each, "name": each, "type": "person"} for each in "SAX"]
    how = {"supply": "resells", "knows": "friend"}.get(tie)
    ask = asks_of({"people": people, "hops": [{"tie": "tie", "how": None}, {"tie": tie, "how": how}]})[0]
    for language in LANGUAGES:
        told = telling.ask(ask, catalogue(language))
        assert "X" in told
        assert "{" not in told
