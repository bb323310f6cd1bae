"""What a draft would do is what writing its changes to a copy and scoring again does; and it leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from brm.errors import Conflict, InvalidInput, NotAllowed, NotFound
from brm.i18n import catalogue
from brm.principal import Principal, local_admin
from brm.services import approving, drafts, editing, whatif
from brm.services.workspace import Workspace
from brm.store.protocol import When
from graph_schema.changes import ChangeSet
from graph_schema.values import parse_instant
from scoring.frames import points
from scoring.holdings import held_at
from scoring.registry import SCORERS
from tests.services import deal_world
from tests.services.deal_world import copied, filled, url_of

ADMIN = local_admin()
WRITER = Principal("w", frozenset(("write",)), "s1")
OTHER = Principal("o", frozenset(("write",)), "s2")
READER = Principal("r", frozenset(("read",)))
TEXTS = catalogue("en")
PROPOSALS: dict[str, list[dict[str, Any]]] = {
    "stance": [{"what": "stance", "person": "a", "value": 1.0}],
    "rival's stance": [{"what": "stance", "person": "b", "value": -1.0, "vendor": "r1"}],
    "depth": [{"what": "depth", "person": "a", "value": 4.0}],
    "role": [{"what": "role", "person": "d", "role": "decider"}],
    "role goes": [{"what": "role", "person": "b", "role": "decider", "remove": True}],
    "somebody of another account": [{"what": "role", "person": "x", "role": "decider"}],
    "somebody without a seat": [{"what": "role", "person": "stray", "role": "decider"}],
    "influence": [{"what": "influence", "person": "b", "other": "d", "weight": 2.0}],
    "influence goes": [{"what": "influence", "person": "a", "other": "d", "remove": True}],
    "conflict": [{"what": "conflict", "person": "b", "other": "d"}],
    "conflict settled": [{"what": "conflict", "person": "d", "other": "a", "remove": True}],
    "tie": [{"what": "tie", "person": "b", "other": "k", "kind": "friend", "strength": 0.8}],
    "tie goes": [{"what": "tie", "person": "b", "other": "a", "kind": "friend", "remove": True}],
    "meeting": [{"what": "meeting", "people": ["e", "d"], "colleagues": ["s2"], "channel": "site_visit"}],
    "meeting of somebody with two seats": [{"what": "changes", "on": deal_world.NOW.date().isoformat(), "changes": [
        {"verb": "set", "type": "interaction", "id": "lunch", "properties": {
            "channel": "meeting", "at": deal_world.NOW.isoformat()}},
        {"verb": "set", "type": "took_part", "from": "x", "to": "lunch", "properties": {"role": "organiser"}},
        {"verb": "set", "type": "took_part", "from": "s2", "to": "lunch", "properties": {"role": "attendee"}},
    ]}],
    "seat": [{"what": "seat", "person": "stray", "position": "free"}],
    "seat left": [{"what": "seat", "person": "x", "position": "x2", "remove": True}],
    "colleague leaves": [{"what": "seat", "person": "s2", "position": "s2-seat", "remove": True}],
    "person": [{"what": "person", "name": "New", "position": "free", "role": "buyer"}],
    "rival": [{"what": "rival", "vendor": "r2", "incumbent": False, "amount": "900000"}],
    "rival goes": [{"what": "rival", "vendor": "r1", "remove": True}],
    "price": [{"what": "price", "amount": "700000"}],
    "fit": [{"what": "fit", "requirement": "q2", "met": 1.0, "proof": "delivered"}],
    "changes": [{"what": "changes", "changes": [
        {"verb": "end", "type": "person", "id": "b"},
        {"verb": "set", "type": "position", "id": "a-seat", "properties": {"level": 5}},
    ]}],
    "several": [
        {"what": "person", "name": "New", "id": "new", "position": "free"},
        {"what": "role", "person": "new", "role": "decider"},
        {"what": "stance", "person": "new", "value": 1.0},
        {"what": "meeting", "people": ["new", "a"], "colleagues": ["s1"]},
        {"what": "rival", "vendor": "r1", "remove": True},
        {"what": "stance", "person": "a", "value": -1.0, "on": (deal_world.NOW.date()).isoformat()},
    ],
}  # fmt: skip


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def workspace(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = filled(url_of(request.param, tmp_path_factory.mktemp("deal")))
    yield made
    made.store.close()


@pytest.fixture
def fresh() -> Workspace:
    return filled("memory://")


def _draft(workspace: Workspace, proposals: list[dict[str, Any]], principal: Principal = ADMIN) -> str:
    id_ = drafts.start(workspace, principal, "deal", "What if")["id"]
    drafts.change(workspace, principal, id_, add=proposals)
    return str(id_)


def _numbers(workspace: Workspace, when: When, reference: Any) -> dict[tuple[str, ...], float]:
    """Every score of both accounts, their deals and people, and what colleagues hold there."""
    snapshot = workspace.store.snapshot(None, when)
    keys = workspace.store.keys(["c", "other", "deal", "deal2"])
    accounts = np.unique(np.array([keys["c"], keys["other"]]))
    found: dict[tuple[int, ...] | tuple[str, int, int, int], float] = {}
    for kind, scorer in SCORERS.items():
        if scorer.whole:
            held = held_at(snapshot, reference, workspace.parameters, accounts)
            rows = zip(held.colleague.tolist(), held.account.tolist(), held.worth.tolist(), strict=True)
            found.update({(kind, colleague, 0, account): worth for colleague, account, worth in rows})
            continue
        frame = scorer.score(snapshot, reference, workspace.parameters)
        for subject, vendor, scope, score in zip(
            frame.subject.tolist(), frame.vendor.tolist(), frame.scope.tolist(), points(frame).tolist(), strict=True
        ):
            if scope in keys.values() and score == score:
                found[kind, subject, vendor, scope] = score
    ids = {key: each.id for key, each in workspace.store.names({k for row in found for k in row[1:]} - {0}).items()}
    ids[0] = "us"
    return {(row[0], *(ids[int(key)] for key in row[1:])): value for row, value in found.items()}  # type: ignore[misc]


def _told(effect: dict[str, Any], end: str) -> dict[tuple[str, ...], float | None]:
    return {
        (each["kind"], each["subject"]["id"], each["vendor"]["id"], each["scope"]["id"]): each[end]
        for each in effect["scores"]
    }


@pytest.mark.parametrize("name", PROPOSALS)
def test_the_effect_is_that_of_writing_it_to_a_copy(workspace: Workspace, name: str) -> None:
    id_ = _draft(workspace, PROPOSALS[name])
    effect = whatif.effect(workspace, ADMIN, id_)
    when = workspace.moment(When(parse_instant(effect["moment"])))
    copy = copied(workspace)
    resolved = [
        each.resolved(when.as_of or 0, "Asia/Shanghai") for each in drafts.proposals(drafts.found(workspace, id_))
    ]
    copy.store.apply(ChangeSet(actor="t", source="t", changes=tuple(change for edit in resolved for change in edit)))
    reference = workspace.reference(when)
    before = _numbers(workspace, when, reference)
    # known when it was written, which is a little after the moment that was looked at
    after = _numbers(copy, When(when.as_of, (when.as_of or 0) + 600_000_000), reference)
    moves = {key for key in {*before, *after} if abs(before.get(key, np.inf) - after.get(key, np.inf)) > 1e-9}
    told_before, told_after = _told(effect, "before"), _told(effect, "after")
    assert set(told_after) == moves
    assert moves
    for key in moves:
        assert told_before[key] == (pytest.approx(before[key], abs=1e-9) if key in before else None)
        assert told_after[key] == (pytest.approx(after[key], abs=1e-9) if key in after else None)
    assert {each["state"] for each in effect["items"]} == {"applies"}


@pytest.mark.parametrize("name", ["stance", "several"])
def test_the_parts_sum_to_the_change(workspace: Workspace, name: str) -> None:
    effect = whatif.effect(workspace, ADMIN, _draft(workspace, PROPOSALS[name]))
    summed = [each for each in effect["scores"] if each["total"] is not None]
    assert len(summed) > 1
    for each in summed:
        assert sum(part["effect"] for part in each["parts"]) == pytest.approx(each["total"], abs=1e-9)
    assert {part["number"] for each in summed for part in each["parts"]} == set(range(1, len(PROPOSALS[name]) + 1))


def test_two_proposals_that_do_the_same_share_it(fresh: Workspace) -> None:
    """Two equal observations are alike, so Shapley's value gives each half of what both do."""
    effect = whatif.effect(fresh, ADMIN, _draft(fresh, PROPOSALS["stance"] * 2))
    (chain,) = [each for each in effect["scores"] if each["kind"] == "decision_chain" and each["vendor"]["id"] == "us"]
    first, second = (part["effect"] for part in chain["parts"])
    assert first == pytest.approx(second, abs=1e-9)
    assert first + second == pytest.approx(chain["total"], abs=1e-9)


def test_a_proposal_that_is_so_already_or_no_longer_applies_is_marked(fresh: Workspace) -> None:
    proposals = [*PROPOSALS["role"], *PROPOSALS["rival goes"], *PROPOSALS["somebody of another account"]]
    id_ = _draft(fresh, proposals)
    editing.link(fresh.store, ADMIN, "plays", "d", "deal", {"role": "decider"}, valid_from=deal_world.ago(5))
    editing.retract(fresh.store, ADMIN, "x")
    effect = whatif.effect(fresh, ADMIN, id_)
    assert [each["state"] for each in effect["items"]] == ["unchanged", "applies", "refused"]
    assert "x" in effect["items"][2]["reason"]
    assert [each["moved"] for each in effect["items"]] == [["plays:d>deal#decider"], [], []]
    assert (effect["base"], effect["revision"] > effect["base"]) == (1, True)
    with pytest.raises(Conflict) as refused:
        approving.approve(fresh, ADMIN, id_, TEXTS)
    assert refused.value.code == "draft_conflicts"
    assert [each["proposal"] for each in refused.value.detail["conflicts"]] == [1, 3]
    drafts.change(fresh, ADMIN, id_, drop=[3])
    drafts.refresh(fresh, ADMIN, id_)
    approving.approve(fresh, ADMIN, id_, TEXTS)
    assert "competes:r1>deal" not in fresh.store.fetch(["competes:r1>deal"])


@pytest.mark.parametrize("name", sorted(set(PROPOSALS) - {"several"}))
def test_approved_as_facts_the_graph_says_what_was_foreseen(name: str) -> None:
    workspace = filled("memory://")
    id_ = _draft(workspace, PROPOSALS[name])
    foreseen = whatif.effect(workspace, ADMIN, id_)
    revision = workspace.store.revision()
    approved = approving.approve(workspace, WRITER, id_, TEXTS)
    assert (approved["status"], approved["closed_by"], approved["outcome"]["as"]) == ("approved", "s1", "facts")
    (commit,) = workspace.store.commits(since=revision)
    assert (commit.actor, commit.source) == ("s1", f"draft:{id_}")
    assert {each.entity.id for each in workspace.store.changes(revision)} >= set(
        drafts.proposals(drafts.found(workspace, id_))[0].seen
    )
    when = workspace.moment(When())
    numbers = _numbers(workspace, When(when.as_of), workspace.reference())
    for key, after in _told(foreseen, "after").items():
        if after is not None:
            names = {each["id"]: each["id"] for each in foreseen["items"][0]["changes"] if "id" in each}
            assert numbers[key] == pytest.approx(after, abs=1e-9), names
    again = approving.approve(workspace, WRITER, id_, TEXTS)
    assert again["replayed"]
    assert workspace.store.revision() == revision + 1


def test_approved_as_actions_each_proposal_is_somebodys_to_do(fresh: Workspace) -> None:
    id_ = _draft(fresh, [*PROPOSALS["stance"], *PROPOSALS["meeting"]])
    foreseen = whatif.effect(fresh, ADMIN, id_)
    with pytest.raises(InvalidInput):
        approving.approve(fresh, ADMIN, id_, TEXTS, form="actions", owner="s1")
    with pytest.raises(NotFound):
        approving.approve(fresh, ADMIN, id_, TEXTS, form="actions", owner="nobody", due="2027-01-01")
    approved = approving.approve(fresh, ADMIN, id_, TEXTS, form="actions", owner="s1", due="2027-01-01")
    actions = fresh.store.fetch(list(approved["outcome"]["actions"].values()))
    assert [each.properties["name"] for each in actions.values()] == [
        "Stance of A towards us: +1.0", "Meeting of S2 with E, D",
    ]  # fmt: skip
    (chain,) = [s for s in foreseen["scores"] if s["kind"] == "decision_chain" and s["vendor"]["id"] == "us"]
    effects = [each.properties["expected_effect"] for each in actions.values()]
    assert effects == pytest.approx([part["effect"] for part in chain["parts"]], abs=1e-6)
    for id_ in actions:
        ends = fresh.store.fetch([f"owned_by:{id_}>s1", f"belongs_to:{id_}>deal"])
        assert len(ends) == 2
    assert _numbers(fresh, fresh.moment(When()), fresh.reference()).keys()
    assert not [each for each in fresh.store.fetch(["o1"]) if each != "o1"]


def test_a_draft_leaves_no_trace_until_it_is_approved(fresh: Workspace) -> None:
    when = fresh.moment(When())
    before = fresh.store.snapshot(None, when).digest
    facts = [row for row in fresh.store.export() if row["kind"] in ("node", "edge")]
    id_ = _draft(fresh, PROPOSALS["several"])
    whatif.effect(fresh, ADMIN, id_)
    drafts.discard(fresh, ADMIN, id_)
    assert fresh.store.changes(1) == []
    assert fresh.store.snapshot(None, when).digest == before
    assert [row for row in fresh.store.export() if row["kind"] in ("node", "edge")] == facts
    kept = drafts.shown(fresh, READER, id_)
    assert (kept["status"], len(kept["items"])) == ("discarded", 6)
    with pytest.raises(Conflict):
        drafts.change(fresh, ADMIN, id_, add=PROPOSALS["stance"])
    with pytest.raises(Conflict):
        approving.approve(fresh, ADMIN, id_, TEXTS)


def test_who_may_do_what(fresh: Workspace) -> None:
    with pytest.raises(NotAllowed):
        drafts.start(fresh, READER, "deal", "n")
    id_ = _draft(fresh, PROPOSALS["stance"], WRITER)
    assert drafts.shown(fresh, READER, id_)["author"] == "s1"
    for refused in (
        lambda: drafts.change(fresh, OTHER, id_, add=PROPOSALS["role"]),
        lambda: drafts.discard(fresh, OTHER, id_),
        lambda: approving.approve(fresh, READER, id_, TEXTS),
    ):
        with pytest.raises(NotAllowed):
            refused()
    drafts.change(fresh, ADMIN, id_, add=PROPOSALS["role"])
    assert approving.approve(fresh, OTHER, id_, TEXTS)["closed_by"] == "s2"


def test_what_is_restricted_is_not_shown_and_not_approved_by_others(fresh: Workspace) -> None:
    secret = {"verb": "set", "type": "observation", "id": "secret", "new": True, "properties": {
        "kind": "stance", "value": 1.0, "source_class": "inside", "at": "2026-01-05T02:00:00Z",
        "sensitivity": "restricted", "note": "heard at dinner"}}  # fmt: skip
    id_ = _draft(fresh, [{"what": "changes", "changes": [secret]}, *PROPOSALS["stance"]])
    shown = drafts.shown(fresh, WRITER, id_)
    assert [each["hidden"] for each in shown["items"]] == [True, False]
    assert "dinner" not in str(shown)
    assert "secret" not in str(shown)
    assert "dinner" not in str(whatif.effect(fresh, WRITER, id_))
    assert "dinner" in str(drafts.shown(fresh, ADMIN, id_))
    with pytest.raises(NotAllowed):
        approving.approve(fresh, WRITER, id_, TEXTS)


def test_whoever_saw_an_older_draft_is_told_so(fresh: Workspace) -> None:
    id_ = _draft(fresh, PROPOSALS["stance"])
    seen = drafts.shown(fresh, ADMIN, id_)["revision"]
    drafts.change(fresh, ADMIN, id_, add=PROPOSALS["role"], seen=seen)
    for late in (
        lambda: drafts.change(fresh, ADMIN, id_, add=PROPOSALS["tie"], seen=seen),
        lambda: drafts.discard(fresh, ADMIN, id_, seen=seen),
        lambda: approving.approve(fresh, ADMIN, id_, TEXTS, seen=seen),
    ):
        with pytest.raises(Conflict) as refused:
            late()
        assert refused.value.code == "revision_conflict"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"what": "wish"}, "what"),
        ({"what": "stance", "person": "a"}, "value"),
        ({"what": "stance", "person": "a", "value": "much"}, "value"),
        ({"what": "role", "person": "a", "role": "king"}, "role"),
        ({"what": "stance", "person": "a", "value": 1.0, "on": "soon"}, "valid_from"),
        ({"what": "changes", "changes": [{"verb": "wish", "type": "person"}]}, "changes"),
    ],
)
def test_a_proposal_that_does_not_fit_names_what_is_wrong(fresh: Workspace, body: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _draft(fresh, [body])
    named = refused.value.detail.get("field") or refused.value.detail["problems"][0].field
    assert named == field


def test_a_proposal_about_nobody_is_refused(fresh: Workspace) -> None:
    with pytest.raises(InvalidInput):
        _draft(fresh, [{"what": "stance", "person": "nobody", "value": 1.0}])


def test_a_draft_about_an_account_needs_the_deal_of_a_role(fresh: Workspace) -> None:
    id_ = drafts.start(fresh, ADMIN, "c", "Account")["id"]
    with pytest.raises(InvalidInput) as refused:
        drafts.change(fresh, ADMIN, id_, add=[{"what": "role", "person": "a", "role": "coach"}])
    assert refused.value.detail["field"] == "deal"
    drafts.change(fresh, ADMIN, id_, add=[{"what": "role", "person": "a", "role": "coach", "deal": "deal"}])
    drafts.change(fresh, ADMIN, id_, add=PROPOSALS["stance"])
    kinds = {each["kind"] for each in whatif.effect(fresh, ADMIN, id_)["scores"]}
    assert {"key_person", "decision_chain", "customer"} <= kinds
