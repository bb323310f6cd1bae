"""An erased person leaves no value behind, anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brm.errors import NotFound
from brm.store import open_store
from brm.store.protocol import Query, Store
from graph_schema.changes import Change, ChangeSet, EdgeRef, NodeRef

pytestmark = pytest.mark.conformance

SECRETS = ("Zaphod Beeblebrox", "zaphod@heart.example", "wants-the-presidency", "said-he-was-late", "extra-secret")


def fill(store: Store) -> None:
    person, note = NodeRef("person", "p:7"), NodeRef("observation", "o:1")
    told = {"name": SECRETS[0], "email": SECRETS[1], "extra": {"k": SECRETS[4]}}
    changes = (
        Change("set", person, told),
        Change("set", NodeRef("person", "p:8"), {"name": "Trillian"}),
        Change("set", EdgeRef("knows", "p:7", "p:8"), {"kind": "work"}),
        Change("set", note, {"at": 0, "kind": "claim", "source_class": "opinion", "note": SECRETS[3]}),
        Change("set", EdgeRef("about", "o:1", "p:7")),
    )
    store.apply(ChangeSet(actor="a", source="s", changes=changes, idempotency_key="once"))
    store.apply(ChangeSet(actor="a", source="s", changes=(Change("set", person, {"personal_win": SECRETS[2]}),)))


def test_values_go_and_shape_stays(store: Store) -> None:
    fill(store)
    receipt = store.erase("p:7", "officer")
    states = store.fetch(["p:7", "p:8", "o:1", "knows:p:7>p:8#work", "about:o:1>p:7"])
    assert states["p:7"].properties == {}
    assert states["p:8"].properties == {"name": "Trillian"}
    assert states["o:1"].properties == {"at": 0, "kind": "claim", "source_class": "opinion"}
    assert states["knows:p:7>p:8#work"].properties == {"kind": "work"}
    assert "about:o:1>p:7" in states
    assert not any(secret in repr(list(store.export())) for secret in SECRETS)
    assert not any(secret in repr(store.history("p:7")) for secret in SECRETS)
    assert store.find(Query(type="person", text="zaphod")).items == ()
    tombstone = store.records("tombstone")[0]
    assert (tombstone.id, tombstone.body["actor"]) == ("p:7", "officer")
    assert [commit.kind for commit in store.commits()] == ["change", "change", "erase"]
    assert receipt.revision == 3
    again = store.apply(ChangeSet(actor="a", source="s", idempotency_key="once"))
    assert not again.replayed


def test_only_a_person_is_erased(store: Store) -> None:
    fill(store)
    with pytest.raises(NotFound):
        store.erase("o:1", "officer")


def test_no_byte_stays_in_the_files(persistent: str, tmp_path: Path, clock: Any) -> None:
    store = open_store(persistent, clock=clock)
    fill(store)
    store.erase("p:7", "officer")
    for path in tmp_path.glob("kept.store*"):
        content = path.read_bytes().lower()
        assert not [secret for secret in SECRETS if secret.lower().encode() in content], path.name
    store.close()
