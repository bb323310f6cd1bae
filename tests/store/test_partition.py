"""What the partition of an account holds, on a world small enough to count by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brm.errors import NotFound
from brm.store import open_store
from brm.store.protocol import When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from graph_schema.markers import Money
from scoring.snapshot import ALWAYS, MISSING, OPEN, category_code

T0 = 1_600_000_000_000_000
NODES = {
    "company": ("acme", "ours", "rival", "elsewhere"),
    "org_unit": ("unit", "team", "far-unit"),
    "position": ("seat", "far-seat", "our-seat", "rival-seat"),
    "person": ("buyer", "player", "colleague", "rival-staff", "friend", "stranger"),
    "opportunity": ("deal", "far-deal"),
    "requirement": ("need",),
    "contract": ("paper",),
}
EDGES = (
    ("part_of", "unit", "acme"), ("part_of", "team", "unit"), ("part_of", "far-unit", "elsewhere"),
    ("seat_in", "seat", "team"), ("seat_in", "far-seat", "far-unit"), ("seat_in", "our-seat", "ours"),
    ("seat_in", "rival-seat", "rival"), ("holds", "buyer", "seat"), ("holds", "friend", "far-seat"),
    ("holds", "colleague", "our-seat"), ("holds", "rival-staff", "rival-seat"), ("for", "deal", "acme"),
    ("for", "far-deal", "elsewhere"), ("requires", "deal", "need"), ("competes", "rival", "deal"),
    ("meets", "rival", "need"), ("belongs_to", "paper", "deal"), ("took_part", "buyer", "call"),
    ("took_part", "colleague", "call"), ("concerns", "call", "acme"), ("concerns", "far-call", "elsewhere"),
    ("took_part", "stranger", "far-call"), ("about", "note", "buyer"), ("toward", "note", "rival"),
    ("said_by", "note", "rival-staff"),
)  # fmt: skip
KEYED = (
    ("plays", "player", "deal", "champion"), ("knows", "buyer", "friend", "work"),
    ("covers", "colleague", "acme", "sales"), ("knows", "stranger", "friend", "work"),
)  # fmt: skip


@pytest.fixture(params=["memory://", "sqlite:///{path}"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    opened = open_store(request.param.format(path=tmp_path / "s"), zone="Asia/Shanghai", clock=lambda: T0)
    labels = {"position": "title", "requirement": "text"}
    changes = [
        Change("set", NodeRef(type_, identity), {labels.get(type_, "name"): identity})
        for type_, ids in NODES.items()
        for identity in ids
    ]
    changes.append(Change("set", NodeRef("company", "ours"), {"kinds": ("ours",)}, T0 - 1))
    told = {"at": T0, "channel": "call"}
    changes += [Change("set", NodeRef("interaction", call), told) for call in ("call", "far-call")]
    note = {"at": T0, "kind": "stance", "value": 0.5, "source_class": "observed"}
    changes.append(Change("set", NodeRef("observation", "note"), note))
    changes += [Change("set", EdgeRef(*edge)) for edge in (*EDGES, *KEYED)]
    opened.apply(ChangeSet(actor="a", source="s", changes=tuple(changes)))
    yield opened
    opened.close()


def ids(store: Any, snapshot: Any) -> dict[str, set[str]]:
    return {
        name: {each.id for each in store.names(table.key.tolist()).values()}
        for name, table in snapshot.nodes.items()
        if len(table)
    }


def test_the_partition(store: Any) -> None:
    snapshot = store.snapshot(["acme"])
    assert ids(store, snapshot) == {
        "company": {"acme", "ours", "rival", "elsewhere"},
        "org_unit": {"unit", "team", "far-unit"},
        "position": {"seat", "far-seat", "our-seat", "rival-seat"},
        "person": {"buyer", "player", "colleague", "rival-staff", "friend"},
        "opportunity": {"deal"},
        "interaction": {"call"},
        "observation": {"note"},
        "requirement": {"need"},
        "contract": {"paper"},
    }
    left_out = {("for", 1), ("concerns", 1), ("took_part", 1), ("knows", 1)}
    whole = store.snapshot()
    missing = {name: len(whole.edges[name]) - len(snapshot.edges[name]) for name in whole.edges}
    assert {(name, number) for name, number in missing.items() if number} == left_out


def test_our_own_companies_are_always_there(store: Any) -> None:
    assert "ours" in ids(store, store.snapshot(["elsewhere"]))["company"]


def test_an_account_before_it_is_known(store: Any) -> None:
    snapshot = store.snapshot(["acme"], When(T0 - 10))
    assert all(len(table) == 0 for table in (*snapshot.nodes.values(), *snapshot.edges.values()))


def test_unknown_account(store: Any) -> None:
    with pytest.raises(NotFound):
        store.snapshot(["nobody"])
    with pytest.raises(NotFound):
        store.snapshot(["knows:buyer>friend#work"])


def test_columns(store: Any) -> None:
    deal = {"amount": Money(15_000, "CNY"), "winner": "rival", "bundled": True, "status": "won", "closed_on": 9}
    store.apply(ChangeSet(actor="a", source="s", changes=(Change("set", NodeRef("opportunity", "deal"), deal),)))
    tenure = Change("set", EdgeRef("holds", "buyer", "far-seat"), {"share": 0.25}, T0 - 5, T0 + 5, T0)
    store.apply(ChangeSet(actor="a", source="s", changes=(tenure,)))
    snapshot = store.snapshot(None, When(T0 + 1, T0 + 100))
    keys = store.keys(["deal", "rival", "buyer", "far-seat", "far-deal"])
    table = snapshot.nodes["opportunity"]
    one, other = table.rows(np.array([keys["deal"], keys["far-deal"]]))
    assert (table["amount"][one], table["amount_currency"][one]) == (1.5, category_code("CNY"))
    assert (table["winner"][one], table["bundled"][one], table["status"][one], table["closed_on"][one]) == (
        keys["rival"], 1, 1, 9,
    )  # fmt: skip
    assert np.isnan(table["amount"][other])
    assert (table["amount_currency"][other], table["winner"][other], table["bundled"][other]) == (MISSING, -1, -1)
    holds = snapshot.edges["holds"]
    row = np.flatnonzero((holds.source == keys["buyer"]) & (holds.target == keys["far-seat"]))[0]
    assert (holds.valid_from[row], holds.valid_to[row], holds["share"][row]) == (T0 - 5, T0 + 5, 0.25)
    others = np.delete(np.arange(len(holds)), row)
    assert set(holds.valid_from[others]) == {ALWAYS}
    assert set(holds.valid_to[others]) == {OPEN}
    assert snapshot.local_days.of(T0) == (T0 + 8 * 3_600_000_000) // 86_400_000_000
