"""Paths across companies by hand, and the companies around a customer."""

from __future__ import annotations

import math
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from brm.errors import InvalidInput, NotAllowed
from brm.i18n import catalogue
from brm.principal import Principal, local_admin
from brm.services.chain_rendering import network as told
from brm.services.chains import network
from brm.services.paths import SORTS, People, paths
from brm.services.rendering import path_item
from brm.services.workspace import Workspace
from graph_schema.changes import EdgeRef
from scoring import DEFAULTS, reduce_reference
from tests.services.deal_world import edge, filled, node
from tests.services.test_journey import write
from tests.worlds.builder import World
from tests.worlds.named import device_chain

ADMIN, READER = local_admin("en", "Asia/Shanghai"), Principal("r", frozenset(("read",)))
T = {"chief": 1 - math.exp(-3 * 1.5 / math.sqrt(2) * 2 ** (-20 / 180) / 9)}
T["buyer"] = 1 - math.exp(-(0.4 * 1.5 * 2 ** (-1 / 180) + 0.1 * 2 ** (-3 / 180)) / 9)


def routes(world: World, target: str, *, restricted: bool = True, hops: int = 4) -> list[tuple[Any, ...]]:
    """The routes to somebody: names, sorts of hop, strength."""
    snapshot = world.snapshot()
    people = People(snapshot, reduce_reference(snapshot, DEFAULTS), DEFAULTS, restricted=restricted)
    names = {key: name for name, key in world.names.items()}
    found = people.routes(world.names[target], hops=hops, most=9, start=None, colleague=0.6)
    return [
        (tuple(names[each] for each in route.people), tuple(SORTS[people.ties.sort[at]] for at in route.ties),
         route.strength)
        for route in found
    ]  # fmt: skip


def test_through_the_distributor_to_the_buyer() -> None:
    """The seller's mails with the buyer give .0745; the dealer, with whom the tie is .2792, met the buyer today.

    T' = 1 - e^(-3/9) = .2835, so through the dealer .2792 * .2835 = .0791, a little better.
    """
    world = device_chain()
    dealer, buyer = world.names["dealer"], world.names["buyer"]
    world.meet("meeting", (dealer,), (buyer,), starter=dealer, concerns=(world.names["hospital"],))
    through = T["chief"] * (1 - math.exp(-1 / 3))
    assert (round(through, 4), round(T["buyer"], 4)) == (0.0791, 0.0745)
    found = routes(world, "buyer", hops=2)
    assert [each[:2] for each in found[:2]] == [
        (("seller", "dealer", "buyer"), ("tie", "partner")), (("seller", "buyer"), ("tie",)),
    ]  # fmt: skip
    assert [each[2] for each in found[:2]] == pytest.approx([through, T["buyer"]], abs=1e-9)


def test_a_restricted_observation_makes_no_hop_for_readers() -> None:
    """The dealer was seen with the buyer, which only admins may know: readers get the seller's mails and no more."""
    world = device_chain()
    world.observe("tie", world.names["buyer"], world.names["dealer"], word="reference", sensitivity="restricted")
    hops = ("seller", "dealer", "buyer"), ("tie", "partner")
    assert hops in [each[:2] for each in routes(world, "buyer", hops=2)]
    assert [each[:2] for each in routes(world, "buyer", hops=2, restricted=False)] == [(("seller", "buyer"), ("tie",))]


def test_down_the_chain_to_the_patients_by_equals() -> None:
    """The speaker's level is unknown and counts as 2, as the buyer's is: .0745 * .2 = .0149; nobody else is equal."""
    assert routes(device_chain(), "patients' speaker") == [
        (("seller", "buyer", "patients' speaker"), ("tie", "supply"), pytest.approx(0.2 * T["buyer"], abs=1e-9)),
    ]  # fmt: skip


def group() -> World:
    """A group with two hospitals; we know the head of one."""
    world = World()
    us, top = world.company("us", "ours"), world.company("group", "customer")
    one, two = world.company("one", "customer"), world.company("two", "customer")
    world.edge("part_of", one, top)
    world.edge("part_of", two, top)
    seller = world.person("seller", us, 2)
    known = world.person("head of one", one, 4)
    world.person("head of two", two, 4)
    world.person("nurse of two", two, 1)
    world.person("chair", top, 4)
    world.meet("site_visit", (seller,), (known,), starter=seller)
    return world


def test_across_a_group() -> None:
    """A visit today: T = 1 - e^(-4/9) = .3588; to the sister's head and to the chair .3588 * .15 = .0538."""
    expected = (1 - math.exp(-4 / 9)) * 0.15
    assert round(expected, 4) == 0.0538
    for target in ("head of two", "chair"):
        best = routes(group(), target)[0]
        assert best == (("seller", "head of one", target), ("tie", "group"), pytest.approx(expected, abs=1e-9))
    assert routes(group(), "nurse of two") == []


def test_whom_nobody_is_reached_through() -> None:
    """Opponents, rival staff and, for readers, restricted people are not passed; our own group is no bridge."""
    world = group()
    world.observe("stance", world.names["head of one"], world.names["us"], value=-1.0)
    assert routes(world, "head of two") == []
    closed = group()
    closed.nodes["person"][1][1]["sensitivity"] = "restricted"
    assert routes(closed, "head of two") != []
    assert routes(closed, "head of two", restricted=False) == []
    ours = World()
    us, sister = ours.company("us", "ours"), ours.company("sister", "customer")
    ours.edge("part_of", sister, us)
    ours.edge("supplies", us, sister, kind="supplies")
    ours.person("seller", us, 3)
    ours.person("head", sister, 3)
    assert routes(ours, "head") == []
    rival = device_chain()
    rival.edge("supplies", rival.names["rival"], rival.names["hospital"], kind="supplies")
    rival.person("spy", rival.names["rival"], 2)
    assert all("spy" not in names for names, *_ in routes(rival, "patients' speaker", hops=6))


@pytest.fixture(scope="module")
def workspace() -> Any:
    made = filled("memory://")
    write(
        made,
        node("company", "dist", name="Distributor", kinds=("channel",)),
        node("company", "maker", name="Maker", kinds=("supplier",)),
        node("company", "users", name="Users", kinds=("end_user_group",)),
        node("company", "top", name="Group", kinds=("customer",)), node("company", "sis", name="Sister"),
        node("company", "payer", name="Payer", kinds=("principal",)),
        node("person", "dl", name="Dealer"), node("position", "dseat", title="Sales", level=3),
        edge("seat_in", "dseat", "dist"), edge("holds", "dl", "dseat"),
        edge("supplies", "maker", "dist", "supplies"), edge("supplies", "dist", "c", "resells"),
        edge("supplies", "c", "users", "serves"), edge("supplies", "payer", "c", "pays_commission"),
        edge("supplies", "c", "payer", "represents"), edge("part_of", "c", "top"), edge("part_of", "sis", "top"),
        edge("partners", "dist", "deal", "reseller"),
    )  # fmt: skip
    with closing(made):
        yield made


def test_the_companies_around_a_customer(workspace: Workspace) -> None:
    found = network(workspace, READER, "c")
    rows = [(each["company"]["id"], each["relation"], each["direction"], each["depth"]) for each in found["items"]]
    assert rows == [
        ("dist", "resells", "in", 1), ("payer", "represents", "out", 1), ("users", "serves", "out", 1),
        ("payer", "pays_commission", "in", 1), ("top", "part_of", "out", 1), ("sis", "sister", "across", 1),
        ("dist", "partners", "in", 1), ("maker", "supplies", "in", 2),
    ]  # fmt: skip
    assert [each["company"]["id"] for each in found["items"] if each["customer"]] == ["top"]
    by = {(each["company"]["id"], each["relation"]): each for each in found["items"]}
    assert by["maker", "supplies"]["through"] == [{"type": "company", "id": "dist", "name": "Distributor"}]
    assert by["maker", "supplies"]["evidence"] == [EdgeRef("supplies", "maker", "dist", "supplies").id]
    assert [each["id"] for each in by["dist", "partners"]["deals"]] == ["deal"]
    assert (found["total"], found["company"]["customer"], found["company"]["ours"]) == (8, "kind", False)
    assert found["company"]["tie"]["colleague"]["id"] in ("s1", "s2", "e", "x")
    english = [each["text"] for each in told(found, catalogue("en"))["items"]]
    assert english[0] == "Distributor sells on to c"
    chinese = told(found, catalogue("zh-CN"))["items"]
    assert (chinese[0]["text"], chinese[0]["tie_text"]) == ("Distributor向c转售", "我司尚无人脉")


def test_a_path_across_companies_is_told(workspace: Workspace) -> None:
    found = paths(workspace, ADMIN, "dl")
    assert [each["hops"][-1]["tie"] for each in found["items"]] == ["supply"] * len(found["items"])
    hop = path_item(found["items"][0], catalogue("en"))["hops"][-1]
    assert [each["id"] for each in hop["between"]] == ["dist", "c"]
    assert hop["evidence"] == [EdgeRef("supplies", "dist", "c", "resells").id]
    assert hop["text"] == "Distributor sells on to c, so equals there may reach each other (20%)"


def test_who_may_ask_of_what(workspace: Workspace) -> None:
    with pytest.raises(NotAllowed):
        network(workspace, Principal("n", frozenset()), "c")
    with pytest.raises(InvalidInput, match="a is a person"):
        network(workspace, READER, "a")
    assert network(workspace, READER, "users")["items"][0]["company"]["id"] == "c"
    assert np.isfinite(network(workspace, READER, "users")["items"][0]["score"])
