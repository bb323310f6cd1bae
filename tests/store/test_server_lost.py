"""A commit whose answer is lost is looked up: made once, told as made; or its outcome is told as unknown."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import neo4j
import pytest
from neo4j.exceptions import IncompleteCommit, ServiceUnavailable

from brm.errors import StoreUnusable
from brm.store import Access, open_store
from brm.store.protocol import Store
from graph_schema.changes import Change, ChangeSet, NodeRef
from tests.servers import NoServer, neo4j_servers
from tests.servers.emptying import emptied

pytestmark = pytest.mark.neo4j
WRITE = ChangeSet(actor="a", source="s", changes=(Change("set", NodeRef("person", "p:1"), {"name": "N"}),))


@pytest.fixture
def store() -> Any:
    try:
        database = emptied(neo4j_servers().databases[0])
    except NoServer as problem:
        pytest.skip(str(problem))
    with closing(open_store(database.url, access=Access(database.user, database.password))) as opened:
        yield opened


def losing(monkeypatch: pytest.MonkeyPatch, *errors: Exception, made: bool) -> None:
    """The next answers of writes are lost on their way; the first write is ``made`` all the same."""
    whole, left = neo4j.Session.execute_write, list(errors)

    def write(self: neo4j.Session, *given: Any, **named: Any) -> Any:
        if not left:
            return whole(self, *given, **named)
        error = left.pop(0)
        if made and len(left) == len(errors) - 1:
            whole(self, *given, **named)
        raise error

    monkeypatch.setattr(neo4j.Session, "execute_write", write)


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize("times", [1, 2])
def test_a_lost_answer_is_looked_up(store: Store, monkeypatch: pytest.MonkeyPatch, made: bool, times: int) -> None:
    losing(monkeypatch, *[IncompleteCommit("lost")] * times, made=made)
    receipt = store.apply(WRITE)
    assert (receipt.revision, receipt.written, store.revision()) == (1, 1, 1)
    assert len(store.history("p:1")) == 1


@pytest.mark.parametrize(
    "errors", [(IncompleteCommit("lost"), ServiceUnavailable("gone")), (IncompleteCommit("lost"),) * 3]
)
@pytest.mark.parametrize("made", [True, False])
def test_what_cannot_be_learnt_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch, errors: tuple[Exception, ...], made: bool
) -> None:
    losing(monkeypatch, *errors, made=made)
    with pytest.raises(StoreUnusable) as told:
        store.apply(WRITE)
    assert told.value.code == "outcome_unknown"
    assert store.revision() == int(made)


def test_a_server_that_was_never_reached_is_told_as_such(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    losing(monkeypatch, ServiceUnavailable("gone"), made=False)
    with pytest.raises(StoreUnusable) as told:
        store.apply(WRITE)
    assert told.value.code == "unreachable"
