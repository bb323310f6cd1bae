"""What is foreseen of changes is what the store says once they are committed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brm.errors import BrmError
from brm.store import open_store
from brm.store.partition import patched
from brm.store.protocol import Store, When
from graph_schema.changes import Change, ChangeSet, EdgeRef, EntityRef, NodeRef
from scoring.snapshot import Snapshot

T0 = 1_600_000_000_000_000
AT = T0 + 1_000
PERSONS, COMPANIES, SEATS, DEALS = ("p1", "p2", "p3"), ("c1", "ours"), ("s1", "s2"), ("d1",)
WORLD = (
    *(Change("set", NodeRef("person", each), {"name": each}) for each in PERSONS),
    *(Change("set", NodeRef("company", each), {"name": each}) for each in COMPANIES),
    *(Change("set", NodeRef("position", each), {"title": each}) for each in SEATS),
    Change("set", NodeRef("company", "ours"), {"kinds": ("ours",)}, T0 - 50),
    Change("set", NodeRef("opportunity", "d1"), {"name": "d1", "status": "open"}),
    Change("set", EdgeRef("for", "d1", "c1")),
    Change("set", EdgeRef("seat_in", "s1", "c1")),
    Change("set", EdgeRef("seat_in", "s2", "ours")),
    Change("set", EdgeRef("holds", "p1", "s1"), {"share": 0.5}, T0 - 40),
    Change("set", EdgeRef("plays", "p1", "d1", "user")),
    Change("set", EdgeRef("knows", "p1", "p2", "work"), {"strength": 0.25}, T0 - 30, T0 + 10),
    # somebody who is away, and whose seat waits
    Change("set", NodeRef("person", "p4"), {"name": "p4"}, T0 - 60, T0 - 10),
    Change("set", EdgeRef("holds", "p4", "s2"), {"share": 1.0}),
)


def _change(entity: EntityRef, names: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Change]:
    values = st.fixed_dictionaries({}, optional=names)
    starts = st.sampled_from([None, T0 - 45, T0 - 5, AT, AT + 5])
    spoken = st.builds(lambda v, f: Change("set", entity, v, f), values, starts)
    corrected = st.builds(lambda v: Change("correct", entity, v, AT), values)
    ended = st.builds(lambda f: Change("end", entity, valid_from=f), st.sampled_from([T0 - 20, AT - 1, AT]))
    return st.one_of(spoken, spoken, corrected, ended, st.just(Change("retract", entity)))


def _edges() -> st.SearchStrategy[Change]:
    share = {"share": st.sampled_from([0.25, 0.5, None])}
    strength = {"strength": st.sampled_from([0.25, 0.75])}
    return st.one_of(
        *(_change(EdgeRef("holds", person, seat), share) for person in ("p1", "p3", "new") for seat in SEATS),
        *(
            _change(EdgeRef("plays", person, "d1", role), {})
            for person in ("p1", "new")
            for role in ("user", "decider")
        ),
        _change(EdgeRef("knows", "p1", "p2", "work"), strength),
        _change(EdgeRef("influences", "p2", "p1", "d1"), {"weight": st.sampled_from([0.5, 1.0])}),
    )


def _nodes() -> st.SearchStrategy[Change]:
    amount = {"status": st.sampled_from(["open", "won"]), "winner": st.sampled_from(["c1", "ours"])}
    return st.one_of(
        *(_change(NodeRef("person", each), {"name": st.just("other")}) for each in ("p1", "p2", "p4", "new")),
        _change(NodeRef("position", "s1"), {"level": st.sampled_from([2, 5])}),
        _change(NodeRef("opportunity", "d1"), amount),
        st.just(Change("set", NodeRef("person", "new"), {"name": "new"})),
    )


EDITS = st.lists(st.lists(st.one_of(_edges(), _nodes()), min_size=1, max_size=3), min_size=1, max_size=3)


@pytest.fixture(scope="module", params=["memory://", "sqlite:///{path}"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("foreseen") / "s"
    opened = open_store(request.param.format(path=path), zone="Asia/Shanghai", clock=lambda: T0)
    opened.apply(ChangeSet(actor="a", source="s", changes=WORLD))
    opened.apply(ChangeSet(actor="a", source="s", changes=(Change("end", NodeRef("person", "p3"), valid_from=T0 + 1),)))
    yield opened
    opened.close()


def _copy_after(store: Store, edits: list[list[Change]], chosen: frozenset[int]) -> tuple[Snapshot, set[int]]:
    """The graph of a copy to which the edits were applied in turn, and the edits that it refused."""
    copy = open_store("memory://", zone="Asia/Shanghai", clock=lambda: AT)
    copy.load(store.export())
    refused = set()
    for place in sorted(chosen):
        try:
            # known at the moment that is looked at, whatever number the copy's clock has reached
            changes = tuple(Change(c.verb, c.entity, c.properties, c.valid_from, c.valid_to) for c in edits[place])
            copy.apply(ChangeSet(actor="a", source="s", changes=changes))
        except BrmError:
            refused.add(place)
    return copy.snapshot(None, When(AT, AT + 100)), refused


@given(edits=EDITS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_patch_is_what_committing_would_change(store: Store, edits: list[list[Change]]) -> None:
    every = frozenset(range(len(edits)))
    sets = [frozenset(), *(frozenset([each]) for each in sorted(every)), every]
    exported = list(store.export())
    foreseen = store.foresee(edits, sets, None, When(AT, AT + 100))
    assert foreseen.before.digest == store.snapshot(None, When(AT, AT + 100)).digest
    for chosen in sets:
        after, refused = _copy_after(store, edits, chosen)
        assert _told(patched(foreseen.before, foreseen.patches[chosen], AT)) == _told(after)
        if chosen == every:
            assert set(foreseen.refused) == refused
    assert list(store.export()) == exported


def _told(snapshot: Snapshot) -> dict[str, list[tuple[Any, ...]]]:
    """Every row, so that a difference shows which."""
    told = {name: _rows(table.key, *table.columns.values()) for name, table in snapshot.nodes.items()}
    for name, edges in snapshot.edges.items():
        stamps = (edges.source, edges.target, edges.key, edges.valid_from, edges.valid_to)
        told[name] = _rows(*stamps, *edges.columns.values())
    return told


def _rows(*columns: Any) -> list[tuple[Any, ...]]:
    plain = [
        np.where(np.isnan(each), None, each).tolist() if each.dtype.kind == "f" else each.tolist() for each in columns
    ]
    return list(zip(*plain, strict=True))


def test_edits_that_say_nothing_new_or_cannot_be_made_are_named(store: Store) -> None:
    edits = [
        [Change("set", EdgeRef("plays", "p1", "d1", "user"), {}, AT)],
        [Change("set", EdgeRef("plays", "nobody", "d1", "user"), {}, AT)],
        [Change("set", NodeRef("person", "p1"), {"shoe": 44}, AT)],
        [Change("set", NodeRef("person", "p9"), {"name": "p9"}, AT)],
    ]
    foreseen = store.foresee(edits, [frozenset(range(4))], ["c1"], When(AT))
    assert foreseen.unchanged == {0}
    assert {place: why.code for place, why in foreseen.refused.items()} == {1: "dangling", 2: "unknown_property"}
    assert list(foreseen.created.values()) == [NodeRef("person", "p9")]
    assert not set(foreseen.created) & set(store.keys([*PERSONS, *COMPANIES, *SEATS, *DEALS]).values())


def test_who_joins_an_account_brings_what_is_known_of_them(store: Store) -> None:
    seen = {"at": T0, "kind": "stance", "value": 0.5, "source_class": "observed"}
    world = (
        Change("set", NodeRef("observation", "o1"), seen),
        Change("set", EdgeRef("about", "o1", "p2")),
    )
    store.apply(ChangeSet(actor="a", source="s", changes=world))
    joins = [[Change("set", EdgeRef("plays", "p2", "d1", "decider"), {}, AT)]]
    foreseen = store.foresee(joins, [frozenset([0])], ["c1"], When(AT))
    assert len(store.snapshot(["c1"], When(AT)).nodes["observation"]) == 0
    after = patched(foreseen.before, foreseen.patches[frozenset([0])], AT)
    assert (len(after.nodes["observation"]), len(after.edges["about"])) == (1, 1)
