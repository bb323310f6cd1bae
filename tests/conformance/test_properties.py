"""What holds for every history: order of imports, knowledge of the past, and pairs of equal ways."""

from __future__ import annotations

import itertools
import os
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brm.errors import InvalidInput, NotFound
from brm.store.cutting import cut
from brm.store.protocol import Query, Store, When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef

pytestmark = pytest.mark.conformance

T0 = 1_600_000_000_000_000
DAY = 86_400_000_000
ANN, BOB, TIE = NodeRef("person", "a"), NodeRef("person", "b"), EdgeRef("knows", "a", "b", "work")
BORN = tuple(Change("set", ref, {"name": "N"}, T0, None, T0) for ref in (ANN, BOB))
QUICK = settings(
    max_examples=100 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
moments = st.integers(0, 9).map(lambda n: T0 + n * DAY)


def told(*changes: Change, **more: Any) -> ChangeSet:
    return ChangeSet(actor="a", source="s", changes=changes, **more)


@st.composite
def facts(draw: st.DrawFn) -> list[Change]:
    """A history in which no two versions of an entity have equal dates of knowledge."""
    found = []
    for number in range(draw(st.integers(1, 6))):
        ref = draw(st.sampled_from((ANN, TIE)))
        known = T0 + draw(st.integers(1, 9)) * DAY + number
        start = draw(moments)
        if ref == ANN and draw(st.booleans()):
            found.append(Change("end", ref, {}, start + DAY, None, known))
            continue
        values = {"language": f"l{number}"} if ref == ANN else {"strength": number / 10}
        stop = draw(st.one_of(st.none(), st.integers(1, 4).map(lambda n, s=start: s + n * DAY)))
        found.append(Change("set", ref, values, start, stop, known))
    return found


def seen(store: Store, when: When) -> dict[str, Any]:
    """What reads show, without the numbers of commits, which tell the order of writing."""
    return {
        identity: (state.properties, state.valid_from, state.valid_to, state.recorded_at)
        for identity, state in store.fetch(["a", "b", TIE.id], when).items()
    }


def everything(store: Store) -> list[Any]:
    grid = [T0 + n * DAY for n in range(12)]
    return [seen(store, When(at, known)) for at, known in itertools.product(grid[::2], grid)]


@QUICK
@given(history=facts(), data=st.data())
def test_any_order_of_import_reads_the_same(open_empty: Any, history: list[Change], data: Any) -> None:
    shuffled = data.draw(st.permutations(history))
    reads = []
    for order in (history, shuffled):
        store = open_empty()
        store.apply(told(*BORN))
        for each in order:
            store.apply(told(each))
        reads.append((everything(store), store.snapshot(None, When(T0 + 6 * DAY, T0 + 20 * DAY)).digest))
    assert reads[0] == reads[1]


@QUICK
@given(history=facts(), past=moments)
def test_the_past_is_what_was_known_then(open_empty: Any, history: list[Change], past: int) -> None:
    whole, known_then = open_empty(), open_empty()
    for store in (whole, known_then):
        store.apply(told(*BORN))
    for each in history:
        whole.apply(told(each))
        if each.recorded_at is not None and each.recorded_at <= past:
            known_then.apply(told(each))
    assert seen(whole, When(past)) == seen(known_then, When(past))
    assert whole.snapshot(None, When(past)).digest == known_then.snapshot(None, When(past)).digest


def same(one: Store, other: Store) -> None:
    assert everything(one) == everything(other)
    later = When(2_000_000_000_000_000)
    assert one.snapshot(None, later).digest == other.snapshot(None, later).digest


def test_one_change_set_or_many(open_empty: Any, clock: Any) -> None:
    one, many = open_empty(), open_empty()
    changes = (*BORN, Change("set", TIE, {"strength": 0.5}, T0, None, T0), Change("end", BOB, {}, T0 + DAY, None, T0))
    one.apply(told(*changes))
    for each in changes:
        many.apply(told(each))
    same(one, many)


def test_either_side_of_a_symmetric_edge(open_empty: Any, clock: Any) -> None:
    one, other = open_empty(), open_empty()
    for store, (source, target) in ((one, "ab"), (other, "ba")):
        store.apply(told(*BORN, Change("set", EdgeRef("knows", source, target), {"kind": "work"}, T0, None, T0)))
    same(one, other)


def test_a_closed_set_or_a_set_and_an_end(open_empty: Any, clock: Any) -> None:
    one, other = open_empty(), open_empty()
    one.apply(told(*BORN, Change("set", TIE, {}, T0, T0 + DAY, T0)))
    other.apply(told(*BORN, Change("set", TIE, {}, T0, None, T0), Change("end", TIE, {}, T0 + DAY, None, T0)))
    same(one, other)


def test_written_and_undone_or_never_written(open_empty: Any, clock: Any) -> None:
    one, other = open_empty(), open_empty()
    for store in (one, other):
        store.apply(told(*BORN, Change("set", TIE, {"strength": 0.5}, T0, None, T0)))
    clock.tick()
    one.apply(told(Change("end", ANN, {}, T0 + DAY), Change("retract", BOB)))
    one.apply(told(undo=2))
    same(one, other)


def test_key_in_the_reference_or_in_the_properties(open_empty: Any, clock: Any) -> None:
    one, other = open_empty(), open_empty()
    one.apply(told(*BORN, Change("set", TIE, {}, T0, None, T0)))
    other.apply(told(*BORN, Change("set", EdgeRef("knows", "a", "b"), {"kind": "work"}, T0, None, T0)))
    same(one, other)
    assert list(one.export()) == list(other.export())


def test_pages_together_are_the_whole_list(store: Store) -> None:
    people = [Change("set", NodeRef("person", f"x{n}"), {"name": f"N{n % 4}"}, T0, None, T0) for n in range(23)]
    store.apply(told(*people))
    store.apply(told(*[Change("set", NodeRef("person", f"x{n}"), {"name": "M"}, T0 + DAY) for n in range(0, 23, 3)]))
    whole = [state.entity.id for state in store.find(Query(type="person", limit=100)).items]
    for size in (1, 3, 23):
        paged: list[str] = []
        page = store.find(Query(type="person", limit=size))
        paged += [state.entity.id for state in page.items]
        while page.next is not None:
            page = store.find(Query(type="person", limit=size, after=page.next))
            paged += [state.entity.id for state in page.items]
        assert paged == whole
    assert len(whole) == 23


def test_keys_begin_at_one(store: Store) -> None:
    """Key 0 means us as a vendor; no entity may have it."""
    person = Change("set", NodeRef("person", "p"), {"name": "张平"})
    store.apply(ChangeSet(actor="a", source="s", changes=(person,)))
    assert store.keys(["p"]) == {"p": 1}


def test_a_node_that_ended_by_two_accounts_closes_its_edges_from_the_earlier_one_on(open_empty: Any) -> None:
    """The end learnt later came first; the edge must still be closed for who knew the other one only."""
    node = NodeRef("person", "a")
    history = [
        Change("set", TIE, {"strength": 0.1}, valid_from=T0, recorded_at=T0 + DAY),
        Change("end", node, valid_from=T0 + DAY, recorded_at=T0 + 4 * DAY),
        Change("end", node, valid_from=T0 + DAY, recorded_at=T0 + DAY + 4),
        Change("set", TIE, {"strength": 0.3}, valid_from=T0, recorded_at=T0 + DAY + 3),
    ]
    reads = []
    for order in itertools.permutations(history):
        store = open_empty()
        store.apply(told(*BORN))
        for each in order:
            store.apply(told(each))
        reads.append(everything(store))
    assert all(each == reads[0] for each in reads)


FIRM, US, SEAT, DEAL = (
    NodeRef("company", "f"),
    NodeRef("company", "us"),
    NodeRef("position", "s"),
    NodeRef("opportunity", "d"),
)
PLACED = (
    *(Change("set", ref, {"name": "N"}, T0, None, T0) for ref in (FIRM, US, DEAL)),
    Change("set", SEAT, {"title": "T"}, T0, None, T0),
    Change("set", EdgeRef("seat_in", "s", "f"), {}, T0, None, T0),
    Change("set", EdgeRef("for", "d", "f"), {}, T0, None, T0),
)
TOLD: dict[Any, tuple[dict[str, Any], ...]] = {
    US: ({"kinds": ("ours",)}, {"kinds": ("rival",)}),
    DEAL: ({"status": "won"}, {"status": "open", "winner": "us"}),
    EdgeRef("holds", "a", "s"): ({"share": 0.5}, {"share": 1.0}),
    EdgeRef("plays", "b", "d", "decider"): ({"source_class": "opinion"},),
    EdgeRef("influences", "b", "a", "d"): ({"weight": 2.0},),
    TIE: ({"strength": 0.1}, {"strength": 0.9}),
}


@st.composite
def careers(draw: st.DrawFn) -> list[Change]:
    """Things that change around an account, learnt sooner or later."""
    found = []
    for number in range(draw(st.integers(1, 7))):
        ref = draw(st.sampled_from(list(TOLD)))
        start, known = draw(moments), T0 + draw(st.integers(1, 9)) * DAY + number
        if draw(st.integers(0, 3)) == 0 and ref in (ANN, DEAL):
            found.append(Change("end", ref, {}, start + DAY, None, known))
            continue
        stop = draw(st.one_of(st.none(), st.integers(1, 4).map(lambda n, s=start: s + n * DAY)))
        found.append(Change("set", ref, draw(st.sampled_from(TOLD[ref])), start, stop, known))
    return found


@QUICK
@given(history=careers(), late=st.booleans())
def test_a_series_holds_what_each_date_does(open_empty: Any, history: list[Change], late: bool) -> None:
    store = open_empty()
    store.apply(told(*BORN, *PLACED))
    for each in history:
        store.apply(told(each))
    whens = [When(T0 + day * DAY, T0 + 20 * DAY if late else None) for day in (0, 1, 3, 4, 7, 12)]
    series = store.series(["f"], whens)
    firm = np.array([store.keys(["f"])["f"]])
    for place, when in enumerate(whens):
        assert cut(series.at(place), firm, firm[:0]).digest == store.snapshot(["f"], when).digest


def test_a_series_of_nothing_is_refused(open_empty: Any) -> None:
    store = open_empty()
    store.apply(told(*BORN, *PLACED))
    with pytest.raises(NotFound):
        store.series(["nobody"], [When(T0)])
    for whens in ([], [When(T0 + 1), When(T0)]):
        with pytest.raises(InvalidInput):
            store.series(["f"], whens)


def test_evidence_about_whom_somebody_listens_to_is_in_the_partition(open_empty: Any) -> None:
    """B has neither seat nor role at F, A listens to B: what was seen of B counts in F's chain."""
    store = open_empty()
    seen_ = NodeRef("observation", "o")
    store.apply(told(
        *BORN, *PLACED,
        Change("set", EdgeRef("holds", "a", "s"), {}, T0, None, T0),
        Change("set", EdgeRef("influences", "b", "a", ""), {"weight": 1.0}, T0, None, T0),
        Change("set", seen_, {"at": T0, "kind": "stance", "value": 1.0, "source_class": "observed"}, T0, None, T0),
        Change("set", EdgeRef("about", "o", "b"), {}, T0, None, T0),
    ))  # fmt: skip
    snapshot = store.snapshot(["f"])
    assert len(snapshot.nodes["observation"]) == 1
