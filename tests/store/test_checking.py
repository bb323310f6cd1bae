"""A store that has exactly one defect: the check of it fails, tells it, and the others hold."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from brm.demo import DEMO_SOURCE
from brm.i18n import LANGUAGES, catalogue
from brm.services import rendering
from brm.services.doctor import OF_ENGINES
from brm.services.workspace import Workspace
from brm.store import open_store
from brm.store.checking import GENERIC
from brm.store.protocol import Store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef
from tests.store.damage import damaged

DAY = 86_400_000_000
T0 = 1_600_000_000_000_000


def fill(store: Store) -> None:
    nodes = (
        Change("set", NodeRef("company", "c"), {"name": "华辰", "kinds": ("customer",)}, T0),
        Change("set", NodeRef("person", "p"), {"name": "张平"}, T0),
        Change("set", NodeRef("position", "s"), {"title": "总裁", "level": 5, "function": "sales"}, T0),
        Change("set", NodeRef("opportunity", "d"), {"name": "项目", "status": "open"}, T0),
        Change("set", NodeRef("observation", "o"), {"at": T0, "kind": "claim", "source_class": "inside"}, T0),
        Change("set", EdgeRef("holds", "p", "s"), {}, T0),
        Change("set", EdgeRef("seat_in", "s", "c"), {}, T0),
        Change("set", EdgeRef("about", "o", "p"), {}, T0),
        Change("set", EdgeRef("plays", "p", "d"), {"role": "decider"}, T0),
        Change("set", EdgeRef("for", "d", "c"), {}, T0),
    )
    store.apply(ChangeSet(actor="a", source="s", changes=nodes))
    again = Change("set", NodeRef("person", "p"), {"name": "张萍"}, T0 + DAY)
    store.apply(ChangeSet(actor="a", source="s", changes=(again,)))


DEFECTS: dict[str, tuple[str, dict[str, Any]]] = {
    "UPDATE n_company SET _key = 77 WHERE _key = 1": (
        "references",
        {"count": 2, "first": "n_company row 77 -> entity"},
    ),
    "DELETE FROM n_opportunity": ("references", {"count": 1, "first": "d"}),
    "UPDATE n_opportunity SET specification_author = 99": (
        "references",
        {"count": 1, "first": 'n_opportunity "specification_author": 1'},
    ),
    "UPDATE n_opportunity SET status = 99": ("codes", {"count": 1, "first": 'n_opportunity "status": 1'}),
    "UPDATE n_company SET kinds = 1 << 40": ("codes", {"count": 1, "first": 'n_company "kinds": 1'}),
    "UPDATE e_plays SET _k = 99": ("codes", {"count": 1, "first": "e_plays _k: 1"}),
    "DROP INDEX e_holds__target": ("indexes", {"count": 1, "first": "INDEX e_holds__target"}),
    "DROP INDEX n_person__sort": ("indexes", {"count": 1, "first": "INDEX n_person__sort"}),
    "DROP TABLE n_ticket_v": ("indexes", {"count": 5, "first": "TABLE n_ticket_v"}),
    "UPDATE n_person_v SET _from = {T0}, _known = {T0}": ("conflicts", {"count": 1, "first": "p"}),
    "UPDATE n_person_v SET _void = 2": ("orphans", {"count": 3, "first": "holds:p>s"}),
    "UPDATE n_company SET _from = {T0} + 1": ("lifetimes", {"count": 2, "first": "seat_in:s>c"}),
    "UPDATE e_holds SET _to = {T0} + 5; UPDATE n_position SET _to = {T0} + 9; UPDATE e_seat_in SET _to = {T0} + 10": (
        "lifetimes",
        {"count": 1, "first": "seat_in:s>c"},
    ),
    "UPDATE n_position SET level = 99": ("declarations", {"count": 1, "first": "s"}),
    "UPDATE n_observation SET value = 0.5, kind = 'nothing'": ("declarations", {"count": 1, "first": "o"}),
    """UPDATE n_company SET extra = '{"a": [1]}'""": ("declarations", {"count": 1, "first": "c"}),
    "UPDATE n_company SET _revision = 9": ("stamps", {"count": 1, "first": "c"}),
    "UPDATE n_person_v SET _void = 9 WHERE _id = 2": ("stamps", {"count": 1, "first": "p"}),
    "UPDATE n_person_v SET _touched = 1": ("stamps", {"count": 1, "first": "p"}),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_fails_its_check_alone(defect: str, tmp_path: Path) -> None:
    identity, found = DEFECTS[defect]
    store = damaged(tmp_path / "store", fill, defect.replace("{T0}", str(T0)))
    failing = {check.id: dict(check.found) for check in store.check() if not check.ok}
    store.close()
    # What cannot be read at all is told by the check of reading too.
    unreadable = failing.pop("readable", None)
    assert failing == {identity: found}
    assert unreadable is None or identity in OF_ENGINES


def test_a_page_that_lost_its_content_is_found(tmp_path: Path) -> None:
    """The index says what the table does not."""
    path = tmp_path / "store"
    store = damaged(path, fill, "PRAGMA user_version")
    with closing(sqlite3.connect(path)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'n_person_v__revision'").fetchone()[
            0
        ]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    store.close()
    content = bytearray(path.read_bytes())
    empty_leaf = bytes([10, 0, 0, 0, 0, size >> 8 & 255, size & 255, 0])
    content[(page - 1) * size : (page - 1) * size + 8] = empty_leaf
    path.write_bytes(content)
    with closing(open_store(f"sqlite:///{path}")) as again:
        storage = next(check for check in again.check() if check.id == "storage")
    assert (storage.ok, storage.found["count"] > 0) == (False, True)
    assert "n_person_v" in storage.found["first"]


@pytest.mark.parametrize("url", ["memory://", "sqlite:///{path}"])
def test_a_sound_store_passes_every_check(url: str, tmp_path: Path) -> None:
    with closing(open_store(url.format(path=tmp_path / "store"))) as store:
        for _ in range(2):
            found = store.check()
            assert [check.id for check in found if not check.ok] == []
            assert [check.id for check in found] == [*(OF_ENGINES if "sqlite" in url else ()), *GENERIC]
            if not store.revision():
                fill(store)


def test_the_made_up_world_is_sound(demo: Workspace) -> None:
    assert demo.store.commits(limit=1)[0].source == DEMO_SOURCE
    assert [check for check in demo.store.check() if not check.ok] == []


def test_every_failing_check_has_a_remedy_in_both_languages(tmp_path: Path) -> None:
    with closing(
        damaged(tmp_path / "store", fill, "DROP INDEX n_person__sort; UPDATE n_position SET level = 99")
    ) as store:
        failing = [check for check in store.check() if not check.ok]
    for language in LANGUAGES:
        shown = [rendering.check(each, catalogue(language)) for each in failing]
        assert [each["id"] for each in shown] == ["indexes", "declarations"]
        assert all(each["remedy"] and each["detail"] and "{" not in each["detail"] + each["remedy"] for each in shown)
        assert "n_person__sort" in shown[0]["detail"]


def test_every_edge_that_begins_before_its_node_is_counted() -> None:
    with closing(open_store("memory://")) as store:
        people = [Change("set", NodeRef("person", f"p{n}"), {"name": "N"}, T0 + n) for n in range(30)]
        ties = [Change("set", EdgeRef("knows", f"p{n}", f"p{n + 1}", "work"), {}, T0 + n) for n in range(29)]
        store.apply(ChangeSet(actor="a", source="s", changes=(*people, *ties)))
        lifetimes = next(check for check in store.check() if check.id == "lifetimes")
    assert lifetimes.found == {"count": 29, "first": "knows:p0>p1#work"}


def test_an_edge_over_a_gap_of_its_node_is_outside_its_life() -> None:
    with closing(open_store("memory://")) as store:
        person = NodeRef("person", "p0")
        other = Change("set", NodeRef("person", "p1"), {"name": "N"})
        lives = [Change("set", person, {"name": "N"}, T0 + at * DAY, T0 + (at + 1) * DAY) for at in (0, 1, 5)]
        store.apply(ChangeSet(actor="a", source="s", changes=(*lives, other)))
        for start, stop, holds in ((0, 2, True), (5, 6, True), (1, 6, False)):
            tie = Change("set", EdgeRef("knows", "p0", "p1", "work"), {}, T0 + start * DAY, T0 + stop * DAY)
            store.apply(ChangeSet(actor="a", source="s", changes=(tie,)))
            assert next(check for check in store.check() if check.id == "lifetimes").ok is holds
            store.apply(ChangeSet(actor="a", source="s", undo=store.revision()))


@pytest.mark.parametrize(("stop", "holds"), [(None, True), (T0 + DAY, True), (T0, False), (T0 - 1, False)])
def test_an_undated_edge_holds_from_when_its_ends_do(stop: int | None, holds: bool) -> None:
    with closing(open_store("memory://")) as store:
        people = [Change("set", NodeRef("person", each), {"name": "N"}, T0) for each in ("p0", "p1")]
        tie = Change("set", EdgeRef("knows", "p0", "p1", "work"), {}, None, stop)
        store.apply(ChangeSet(actor="a", source="s", changes=(*people, tie)))
        assert next(check for check in store.check() if check.id == "lifetimes").ok is holds
