"""Drafts and reviews on every engine: no trace in facts, the same effect, approved at once, carried by an export."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from brm.errors import Conflict
from brm.i18n import catalogue
from brm.principal import local_admin
from brm.services import approving, drafts, following_up, reviews, whatif
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.partition import patched
from brm.store.protocol import Query, Store, When
from graph_schema.changes import ChangeSet
from tests.services import deal_world

ADMIN = local_admin()
SETTINGS = Settings(**deal_world.SETTINGS)
TEXTS = catalogue("en")
PROPOSALS = (
    {"what": "person", "name": "Newcomer", "id": "newcomer", "position": "free", "role": "decider"},
    {"what": "stance", "person": "a", "value": 1.0},
    {"what": "role", "person": "b", "role": "decider", "remove": True},
)
Opener = Callable[..., Store]


def _filled(opener: Opener) -> Workspace:
    workspace = Workspace(opener(None), SETTINGS)
    workspace.store.apply(ChangeSet(actor="t", source="t", changes=tuple(deal_world.changes())))
    return workspace


def _draft(workspace: Workspace) -> str:
    return str(drafts.start(workspace, ADMIN, "deal", "What if", PROPOSALS)["id"])


def _facts(workspace: Workspace) -> list[dict[str, Any]]:
    return [row for row in workspace.store.export() if row["kind"] in ("node", "edge")]


def test_a_draft_is_in_no_fact_snapshot_search_or_feed(open_empty: Opener) -> None:
    workspace = _filled(open_empty)
    store, when = workspace.store, workspace.moment(When())
    before = _facts(workspace), store.snapshot(None, when).digest, store.revision()
    id_ = _draft(workspace)
    assert whatif.effect(workspace, ADMIN, id_)["scores"]
    after = _facts(workspace), store.snapshot(None, when).digest
    assert after == before[:2]
    assert store.changes(before[2]) == []
    assert store.find(Query(type="person", text="Newcomer")).items == ()
    assert store.fetch(["newcomer"]) == {}
    drafts.discard(workspace, ADMIN, id_)
    assert (_facts(workspace), store.changes(before[2])) == (before[0], [])


def test_what_is_foreseen_is_what_the_store_says_afterwards(open_empty: Opener) -> None:
    workspace = _filled(open_empty)
    when = workspace.moment(When())
    items = drafts.proposals(drafts.found(workspace, _draft(workspace)))
    edits = [each.resolved(when.as_of or 0, SETTINGS.zone) for each in items]
    every = frozenset(range(len(edits)))
    foreseen = workspace.store.foresee(edits, [every], None, when)
    moved = patched(foreseen.before, foreseen.patches[every], foreseen.before.as_of)
    workspace.store.apply(ChangeSet(actor="t", source="t", changes=tuple(each for edit in edits for each in edit)))
    known = When(when.as_of, (when.as_of or 0) + 600_000_000)
    assert moved.digest == workspace.store.snapshot(None, known).digest


def test_every_engine_tells_the_same_effect(open_empty: Opener, open_reference: Opener) -> None:
    told = []
    for opener in (open_empty, open_reference):
        workspace = _filled(opener)
        effect = whatif.effect(workspace, ADMIN, _draft(workspace))
        told.append([
            (each["kind"], each["subject"]["id"], each["vendor"]["id"], each["scope"]["id"], each["after"])
            for each in effect["scores"]
        ])  # fmt: skip
    first, second = (sorted(each) for each in told)
    assert [each[:4] for each in first] == [each[:4] for each in second]
    assert [each[4] for each in first] == pytest.approx([each[4] for each in second], abs=1e-9)


def test_approving_writes_facts_and_the_draft_in_one_commit(open_empty: Opener, open_reference: Opener) -> None:
    workspace = _filled(open_empty)
    id_ = _draft(workspace)
    revision = workspace.store.revision()
    assert approving.approve(workspace, ADMIN, id_, TEXTS)["status"] == "approved"
    (commit,) = workspace.store.commits(since=revision)
    assert commit.source == f"draft:{id_}"
    assert {"newcomer", "plays:newcomer>deal#decider"} <= set(
        workspace.store.fetch(["newcomer", "plays:newcomer>deal#decider"])
    )
    assert workspace.store.fetch(["plays:b>deal#decider"]) == {}
    with pytest.raises(Conflict):
        drafts.discard(workspace, ADMIN, id_)
    other = Workspace(open_reference(None), SETTINGS)
    other.store.load(workspace.store.export())
    assert drafts.shown(other, ADMIN, id_) == drafts.shown(workspace, ADMIN, id_)


def test_a_review_is_carried_by_an_export(open_empty: Opener, open_reference: Opener) -> None:
    workspace = _filled(open_empty)
    id_ = reviews.start(workspace, ADMIN, "deal")["id"]
    action = reviews.commit(workspace, ADMIN, id_, "Visit", owner="s1", due="2027-01-01")["commitments"][0]["id"]
    visit = deal_world.meeting("visit", -1, "s1", "a", concerns="deal")
    workspace.store.apply(ChangeSet(actor="t", source="t", changes=tuple(visit)))
    reviews.attach(workspace, ADMIN, action, ["visit"])
    other = Workspace(open_reference(None), SETTINGS)
    other.store.load(workspace.store.export())
    assert reviews.shown(other, ADMIN, id_) == reviews.shown(workspace, ADMIN, id_)
    shape = following_up.follow_up(workspace, ADMIN, id_)
    person = next(s for s in shape["scores"] if s["kind"] == "key_person" and s["subject"]["id"] == "a"
                  and s["scope"]["id"] == "deal" and s["vendor"]["id"] == "us")  # fmt: skip
    assert [part["effect"] > 0 for part in person["parts"] if part["part"] == "commitment"] == [True]
