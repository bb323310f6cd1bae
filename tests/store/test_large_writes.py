"""Large change sets take shorter ways through the SQLite engine; what they leave is the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from brm.errors import InvalidInput
from brm.store import open_store
from brm.store.protocol import Store, When
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef

T0 = 1_600_000_000_000_000
DAY = 86_400_000_000
MANY = 300


def told(*changes: Change) -> ChangeSet:
    return ChangeSet(actor="a", source="s", changes=changes)


def people(start: int = 0, name: str = "P") -> tuple[Change, ...]:
    return tuple(
        Change("set", NodeRef("person", f"p{n}"), {"name": f"{name} {n}"}, T0, None, T0)
        for n in range(start, start + MANY)
    )


def ties(strength: float = 0.5, known: int = T0) -> tuple[Change, ...]:
    return tuple(
        Change(
            "set", EdgeRef("knows", *sorted((f"p{n}", f"p{n + 1}")), "work"), {"strength": strength}, T0, None, known
        )
        for n in range(MANY - 1)
    )


def whole(store: Store) -> list[dict[str, Any]]:
    return [row for row in store.export() if "committed_at" not in row]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    clock = iter(range(T0 + 90 * DAY, T0 + 91 * DAY))
    other = iter(range(T0 + 90 * DAY, T0 + 91 * DAY))
    with (
        closing(open_store(f"sqlite:///{tmp_path / 's.sqlite'}", clock=lambda: next(clock))) as sqlite,
        closing(open_store("memory://", clock=lambda: next(other))) as memory,
    ):
        yield sqlite, memory


def test_new_repeated_and_changed_facts(pair: tuple[Store, Store]) -> None:
    steps = (
        people(),
        ties(),
        ties(),
        ties(0.7, T0 + DAY),
        (*ties(0.9, T0 + 2 * DAY), *people(200, "Q")),
        people(MANY),
        tuple(Change("end", NodeRef("person", f"p{n}"), {}, T0 + 5 * DAY, None, T0 + 5 * DAY) for n in range(MANY)),
        ties(0.2, T0 + 3 * DAY),
    )
    receipts = []
    for store in pair:
        receipts.append([store.apply(told(*step)) for step in steps])
        receipts[-1] = [(r.revision, r.written, r.unchanged) for r in receipts[-1]]
    assert receipts[0] == receipts[1]
    assert receipts[0][2] == (2, 0, MANY - 1)
    assert whole(pair[0]) == whole(pair[1])
    for day in (1, 4, 6):
        digests = {store.snapshot(None, When(T0 + day * DAY, T0 + 9 * DAY)).digest for store in pair}
        assert len(digests) == 1


def test_an_old_fact_among_versions_is_found(pair: tuple[Store, Store]) -> None:
    for store in pair:
        store.apply(told(*people()))
        store.apply(told(*ties()[:1]))
        store.apply(told(Change("correct", ties()[0].entity, {"strength": 0.1}, T0 + DAY)))
        store.apply(told(*ties(0.3, T0 + 200 * DAY)))
    assert whole(pair[0]) == whole(pair[1])


def test_another_connection_in_between(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 's.sqlite'}"
    one, other = open_store(url), open_store(url)
    one.apply(told(*people()))
    other.apply(told(Change("retract", NodeRef("person", "p0"))))
    with pytest.raises(InvalidInput) as refused:
        one.apply(told(*ties()))
    assert [each.code for each in refused.value.detail["problems"]] == ["dangling"]
    other.apply(told(*people(0)[:1]))
    assert one.apply(told(*ties())).written == MANY - 1
    one.close()
    other.close()


def test_a_refused_set_leaves_nothing_remembered(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 's.sqlite'}")
    bad = Change("set", EdgeRef("knows", "p0", "nobody", "work"), {}, T0, None, T0)
    with pytest.raises(InvalidInput):
        store.apply(told(*people(), bad))
    with pytest.raises(InvalidInput):
        store.apply(told(*ties()))
    assert store.apply(told(*people())).written == MANY
    store.close()
