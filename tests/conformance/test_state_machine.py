"""Random histories: the engine under test answers like the reference, at every moment."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from brm.errors import BrmError
from brm.store.checking import GENERIC
from brm.store.partition import carried_forward
from brm.store.protocol import Expansion, Query, Store, When
from graph_schema.changes import Change, ChangeSet, EdgeRef, EntityRef, NodeRef
from graph_schema.markers import Money

pytestmark = pytest.mark.conformance

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
T0 = 1_600_000_000_000_000
BY_PEOPLE = ("conflicts", "lifetimes", "orphans")
DAY = 86_400_000_000
COMPANIES = ("c:1", "c:2")
PEOPLE = ("p:1", "p:2", "p:张")
NAMES = ("张平", "Zhang Ping", "ＬＩ 雷", "ß", "😀", "𠮷野", "Éa")

days = st.one_of(st.none(), st.integers(0, 8).map(lambda n: T0 + n * DAY))
known = st.one_of(st.none(), st.integers(0, 8).map(lambda n: T0 + n * DAY + 1))
names = st.sampled_from(NAMES)

nodes = st.one_of(
    st.builds(NodeRef, st.just("company"), st.sampled_from(COMPANIES)),
    st.builds(NodeRef, st.just("person"), st.sampled_from(PEOPLE)),
)
edges = st.one_of(
    st.builds(
        EdgeRef, st.just("knows"), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.sampled_from(("work", "family"))
    ),
    st.builds(
        EdgeRef, st.just("influences"), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.sampled_from(("", "c:1"))
    ),
    st.builds(EdgeRef, st.just("part_of"), st.sampled_from(COMPANIES), st.sampled_from(COMPANIES)),
)


def properties_of(entity: EntityRef) -> st.SearchStrategy[dict[str, Any]]:
    unit = st.one_of(st.none(), st.sampled_from((0.0, -0.0, 0.5, 1)))
    match entity.type:
        case "company":
            kinds = st.sampled_from((None, ("customer",), ("rival", "ours"), ()))
            money = st.one_of(st.none(), st.builds(Money, st.integers(0, 3), st.sampled_from(("CNY", "EUR"))))
            optional = {"kinds": kinds, "revenue": money, "employees": st.sampled_from((None, 0, 7))}
        case "person":
            extra = st.sampled_from((None, {}, {"a": True}, {"a": 1}, {"a": 1.0, "b": "x"}))
            optional = {"email": st.sampled_from((None, "A@b.cn")), "extra": extra}
        case "knows":
            return st.fixed_dictionaries({}, optional={"strength": unit})
        case "influences":
            return st.fixed_dictionaries({}, optional={"weight": unit})
        case _:
            return st.just({})
    return st.fixed_dictionaries({}, optional={"name": names, **optional})


@st.composite
def changes(draw: st.DrawFn) -> Change:
    entity = draw(st.one_of(nodes, edges))
    verb = draw(st.sampled_from(("set", "set", "set", "set", "end", "correct", "retract")))
    start, stop, when = draw(days), draw(days), draw(known)
    given = draw(properties_of(entity)) if verb in ("set", "correct") else {}
    valid_to = stop if verb == "set" and stop is not None and (start is None or start < stop) else None
    return Change(verb, entity, given, start, valid_to, when)


class Both(RuleBasedStateMachine):
    """Every step is taken on both stores; both give the same receipt or the same refusal."""

    def __init__(self, store: Store, reference: Store, clock: Any) -> None:
        super().__init__()
        self.stores = (reference, store)
        self.clock = clock
        self.held: list[Any] = []
        everything = [Change("set", NodeRef("company", i), {"name": i}, T0, None, T0) for i in COMPANIES]
        everything += [Change("set", NodeRef("person", i), {"name": "张平"}, T0, None, T0) for i in PEOPLE[:2]]
        self.both(ChangeSet(actor="a", source="s", changes=tuple(everything)))

    def both(self, change_set: ChangeSet) -> None:
        self.clock.tick()
        self.held = [(store.snapshot(), store.revision()) for store in self.stores]
        outcomes = [attempt(store, change_set) for store in self.stores]
        assert outcomes[0] == outcomes[1]

    @rule(batch=st.lists(changes(), min_size=1, max_size=4), imported=st.booleans())
    def write(self, batch: list[Change], imported: bool) -> None:
        self.both(ChangeSet(actor="a", source="s", changes=tuple(batch), import_id="i" if imported else None))

    @rule(change=changes(), keyed=st.sampled_from(("k1", "k2")))
    def write_once(self, change: Change, keyed: str) -> None:
        self.both(ChangeSet(actor="a", source="s", changes=(change,), idempotency_key=keyed))

    @rule(change=changes(), seen=st.integers(0, 4))
    def expect(self, change: Change, seen: int) -> None:
        self.both(ChangeSet(actor="a", source="s", changes=(change,), expected={change.entity.id: seen}))

    @rule(revision=st.integers(1, 12), with_later=st.booleans())
    def undo(self, revision: int, with_later: bool) -> None:
        self.both(ChangeSet(actor="a", source="s", undo=revision, with_later=with_later))

    @rule(with_later=st.booleans())
    def undo_import(self, with_later: bool) -> None:
        self.both(ChangeSet(actor="a", source="s", undo_import="i", with_later=with_later))

    @rule(entity=st.one_of(nodes, edges), revision=st.integers(1, 12))
    def retract_one(self, entity: EntityRef, revision: int) -> None:
        self.both(ChangeSet(actor="a", source="s", changes=(Change("retract", entity, revision=revision),)))

    @rule(person=st.sampled_from(PEOPLE))
    def erase(self, person: str) -> None:
        self.clock.tick()
        outcomes = [attempt_erase(store, person) for store in self.stores]
        assert outcomes[0] == outcomes[1]

    @rule(at=days, k=known)
    def read(self, at: int | None, k: int | None) -> None:
        when = When(at, k)
        one, other = (reads(store, when) for store in self.stores)
        for mine, theirs in zip(one, other, strict=True):
            assert mine == theirs

    @invariant()
    def carried_forward_like_read_anew(self) -> None:
        for store, (snapshot, revision) in zip(self.stores, self.held, strict=True):
            delta = store.delta(revision)
            assert delta is not None
            moved = carried_forward(snapshot, delta)
            assert moved is None or moved.digest == store.snapshot(None, When(moved.as_of)).digest
            assert moved is None or moved.digest == store.snapshot().digest

    @invariant()
    def same_history(self) -> None:
        one, other = (list(store.export()) for store in self.stores)
        assert one == other
        assert self.stores[0].changes(0) == self.stores[1].changes(0)
        assert self.stores[0].changes(1, 2) == self.stores[1].changes(1, 2)

    @invariant()
    def sound(self) -> None:
        """No write leaves what only damage can; people may well state what contradicts itself."""
        one, other = ({check.id: check for check in store.check()} for store in self.stores)
        assert {name: other[name] for name in GENERIC} == {name: one[name] for name in GENERIC}
        assert [each for each in other.values() if not each.ok and each.id not in BY_PEOPLE] == []


def attempt(store: Store, change_set: ChangeSet) -> Any:
    try:
        return store.apply(change_set)
    except BrmError as error:
        return type(error), error.code, error.message


def attempt_erase(store: Store, person: str) -> Any:
    try:
        return store.erase(person, "a")
    except BrmError as error:
        return type(error), error.code


def reads(store: Store, when: When) -> list[Any]:
    ids = [*COMPANIES, *PEOPLE, "knows:p:2>p:1#work", "influences:p:1>p:2", "influences:p:1>p:2#c:1"]
    found: list[Any] = [store.fetch(ids, when), store.names(range(8), when), store.keys(ids), store.commits()]
    texts = (None, "zp", "平", "li", "zhang")
    found += [store.find(Query(type="person", text=text, when=when)) for text in texts]
    page = store.find(Query(type="person", limit=1, when=when))
    while page.next:
        found.append(page)
        page = store.find(Query(type="person", limit=1, after=page.next, when=when))
    found.append(store.find(Query(type="company", equals={"kinds": "ours"}, sort="id", when=when)))
    found.append(store.find(Query(type="company", equals={"employees": None}, when=when)))
    found.append(store.expand(Expansion(starts=("p:1",), hops=3, when=when)))
    found.append(store.expand(Expansion(starts=("p:1", "c:1"), direction="out", hops=2, limit=3, when=when)))
    found.append(store.snapshot(None, when).digest)
    found.append(store.snapshot(["c:1"], when).digest)
    counts = store.info()
    found.append((counts.counts, counts.facts, counts.revision, counts.schema_digest))
    for identity in ids:
        try:
            found.append(store.history(identity))
        except BrmError as error:
            found.append(error.code)
    return found


def test_like_the_reference(open_empty: Any, open_reference: Any, clock: Any) -> None:
    run_state_machine_as_test(
        lambda: Both(open_empty(), open_reference(), clock),
        settings=settings(
            max_examples=100 if DEEP else 12,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_copy_answers_like_the_original(open_empty: Any, open_reference: Any, clock: Any) -> None:
    original, copy, back = open_reference(), open_empty(), open_reference()
    people = [Change("set", NodeRef("person", i), {"name": n}) for i, n in zip(PEOPLE, NAMES, strict=False)]
    people.append(Change("set", NodeRef("company", "c:1"), {"name": "蓝海", "kinds": ("ours",)}))
    tie = Change("set", EdgeRef("knows", "p:2", "p:1"), {"kind": "work", "strength": 0.25})
    original.apply(ChangeSet(actor="a", source="s", changes=(*people, tie)))
    clock.tick()
    original.apply(ChangeSet(actor="a", source="s", changes=(Change("end", EdgeRef("knows", "p:1", "p:2", "work")),)))
    original.apply(ChangeSet(actor="a", source="s", undo=1))
    rows = list(original.export())
    copy.load(rows)
    back.load(copy.export())
    assert list(copy.export()) == rows
    assert list(back.export()) == rows
    assert reads(copy, When()) == reads(original, When())
