"""Reviews: frozen scores, commitments as actions, and which commitment moved which number."""

from __future__ import annotations

from typing import Any

import pytest

from brm.errors import Conflict, InvalidInput, NotAllowed, NotFound
from brm.principal import Principal, local_admin
from brm.services import editing, following_up, reviews, scores
from brm.services.workspace import Workspace
from brm.store.protocol import When
from graph_schema.changes import ChangeSet
from graph_schema.values import parse_instant
from scoring.registry import SCORERS
from tests.services import deal_world
from tests.services.deal_world import copied, filled

ADMIN = local_admin()
READER = Principal("r", frozenset(("read",)))
WRITER = Principal("w", frozenset(("write",)), "s1")


@pytest.fixture
def workspace() -> Workspace:
    return filled("memory://")


def _review(workspace: Workspace) -> str:
    return str(reviews.start(workspace, WRITER, "deal")["id"])


def _commit(workspace: Workspace, review: str, text: str) -> str:
    shape = reviews.commit(workspace, WRITER, review, text, owner="s1", due="2027-01-01")
    return str(shape["commitments"][-1]["id"])


def _observe(workspace: Workspace, person: str, value: float) -> str:
    said = {"kind": "stance", "value": value, "source_class": "observed"}
    made, _ = editing.observe(workspace.store, ADMIN, said, about=person, toward="us", concerns="deal")
    return made


def _chain(shape: dict[str, Any]) -> dict[str, Any]:
    (found,) = [s for s in shape["scores"] if s["kind"] == "decision_chain" and s["vendor"]["id"] == "us"]
    return found


def _effects(score: dict[str, Any], part: str) -> dict[str | None, float]:
    return {each.get("commitment"): each["effect"] for each in score["parts"] if each["part"] == part}


def test_what_is_frozen_are_the_scores_as_they_are_shown(workspace: Workspace) -> None:
    found = scores.shapes(workspace, scores.score(workspace, ADMIN, "decision_chain", ["deal"]))
    review = _review(workspace)
    kept = reviews.shown(workspace, READER, review)
    assert _chain(kept)["score"] == found[0]["score"]
    assert {each["kind"] for each in kept["scores"]} == set(SCORERS) - {"employee"}
    assert {each["parameters"]["digest"] for each in kept["scores"]} == {workspace.parameters.digest}
    _observe(workspace, "a", 1.0)
    assert reviews.shown(workspace, READER, review)["scores"] == kept["scores"]
    assert [each["id"] for each in reviews.listed(workspace, READER, deal="deal")] == [review]
    assert reviews.listed(workspace, READER, deal="deal2") == []


def test_a_commitment_is_an_action_of_the_plan(workspace: Workspace) -> None:
    review = _review(workspace)
    reviews.note(workspace, WRITER, review, "A is quiet")
    reviews.decide(workspace, WRITER, review, "Go on")
    action = _commit(workspace, review, "Visit A")
    shown = reviews.shown(workspace, READER, review)
    assert [each["text"] for each in (*shown["notes"], *shown["decisions"])] == ["A is quiet", "Go on"]
    (commitment,) = shown["commitments"]
    assert (commitment["status"], commitment["due_on"], commitment["by"]) == ("open", "2027-01-01", "s1")
    assert set(workspace.store.fetch([f"owned_by:{action}>s1", f"belongs_to:{action}>deal"])) == {
        f"owned_by:{action}>s1", f"belongs_to:{action}>deal",
    }  # fmt: skip
    editing.revise(workspace.store, ADMIN, action, {"status": "done", "done_on": "2026-12-01"})
    assert reviews.shown(workspace, READER, review)["commitments"][0]["status"] == "done"


def test_a_commitments_part_is_the_score_less_the_one_without_its_evidence(workspace: Workspace) -> None:
    review = _review(workspace)
    first, second = _commit(workspace, review, "Win over A"), _commit(workspace, review, "Win over B")
    seen = {first: _observe(workspace, "a", 1.0), second: _observe(workspace, "b", 1.0)}
    _observe(workspace, "d", 1.0)
    for commitment, evidence in seen.items():
        reviews.attach(workspace, WRITER, commitment, [evidence])
    shape = following_up.follow_up(workspace, READER, review)
    chain = _chain(shape)
    commitments = _effects(chain, "commitment")
    assert set(commitments) == {first, second}
    assert sum(each["effect"] for each in chain["parts"]) == pytest.approx(chain["total"], abs=1e-9)
    assert chain["total"] == pytest.approx(chain["now"] - chain["score"], abs=1e-12)
    assert _effects(chain, "stance")[None] > 0.1
    when = When(parse_instant(shape["now"]))
    alone = {each["commitment"]: each["alone"] for each in chain["parts"] if each["part"] == "commitment"}
    for commitment, evidence in seen.items():
        without = _rescored_without(workspace, [evidence], when)
        assert alone[commitment] == pytest.approx(chain["now"] - without, abs=1e-9)
    without_both = _rescored_without(workspace, list(seen.values()), when)
    assert sum(commitments.values()) == pytest.approx(chain["now"] - without_both, abs=1e-9)
    for each in shape["scores"]:
        if each["total"] is not None:
            assert sum(part["effect"] for part in each["parts"]) == pytest.approx(each["total"], abs=1e-9)


def _rescored_without(workspace: Workspace, evidence: list[str], when: When) -> float:
    """Our decision chain in a copy from which the evidence was withdrawn."""
    copy = copied(workspace)
    for each in evidence:
        editing.retract(copy.store, ADMIN, each)
    found = scores.score(copy, ADMIN, "decision_chain", ["deal"], when=when)
    return float(found.frame.score[found.rows[0]])


def test_what_is_learnt_late_about_the_day_of_the_review_is_told_apart(workspace: Workspace) -> None:
    review = _review(workspace)
    late = deal_world.seen("late", 5, "a", "us", -1.0)
    known = [
        type(each)(each.verb, each.entity, each.properties, each.valid_from, None, deal_world.ago(5)) for each in late
    ]
    workspace.store.apply(ChangeSet(actor="t", source="t", changes=tuple(known)))
    chain = _chain(following_up.follow_up(workspace, READER, review))
    assert {each["part"] for each in chain["parts"]} == {"late"}
    assert chain["parts"][0]["effect"] == pytest.approx(chain["total"], abs=1e-9)
    assert chain["total"] < 0


def test_only_what_came_after_the_review_is_evidence(workspace: Workspace) -> None:
    review = _review(workspace)
    action = _commit(workspace, review, "Visit A")
    with pytest.raises(InvalidInput):
        reviews.attach(workspace, WRITER, action, ["m1"])
    with pytest.raises(NotFound):
        reviews.attach(workspace, WRITER, action, ["nothing"])
    with pytest.raises(NotFound):
        reviews.attach(workspace, WRITER, "nothing", ["m1"])


def test_evidence_that_a_reader_may_not_see_counts_and_is_not_named(workspace: Workspace) -> None:
    review = _review(workspace)
    action = _commit(workspace, review, "Dine with A")
    said = {"kind": "stance", "value": 1.0, "source_class": "inside", "sensitivity": "restricted"}
    secret, _ = editing.observe(workspace.store, ADMIN, said, about="a", toward="us", concerns="deal")
    with pytest.raises(NotFound):
        reviews.attach(workspace, WRITER, action, [secret])
    reviews.attach(workspace, ADMIN, action, [secret])
    shape = following_up.follow_up(workspace, READER, review)
    assert (shape["commitments"][0]["evidence"], shape["commitments"][0]["evidence_hidden"]) == ([], 1)
    assert _effects(_chain(shape), "commitment")[action] > 0


def test_who_may_and_what_does_not_fit(workspace: Workspace) -> None:
    with pytest.raises(NotAllowed):
        reviews.start(workspace, READER, "deal")
    with pytest.raises(InvalidInput):
        reviews.start(workspace, WRITER, "c")
    review = _review(workspace)
    with pytest.raises(NotAllowed):
        reviews.note(workspace, READER, review, "n")
    with pytest.raises(InvalidInput):
        reviews.note(workspace, WRITER, review, " ")
    with pytest.raises(InvalidInput):
        reviews.commit(workspace, WRITER, review, "Visit", owner="s1", due="soon")
    seen = reviews.shown(workspace, WRITER, review)["revision"]
    reviews.note(workspace, WRITER, review, "first", seen=seen)
    with pytest.raises(Conflict) as refused:
        reviews.note(workspace, WRITER, review, "second", seen=seen)
    assert refused.value.code == "revision_conflict"
