"""Several server processes on one database: none shows a stale answer as fresh, whoever wrote."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from brm.store import Access, open_store
from scoring.parameters import Parameters
from scoring.population import reduce_reference
from scoring.registry import SCORERS
from tests.replicas.calling import Answer, Replica
from tests.servers import Neo4jDatabase

pytestmark = pytest.mark.neo4j
STEPS = 12
NOW = "2026-01-05T10:00:00Z"


def observe(replica: Replica, number: str, person: str, kind: str, value: float | None) -> Answer:
    """An observation about a person, towards us where it has a value."""
    told = {"at": NOW, "kind": kind, "source_class": "observed", **({} if value is None else {"value": value})}
    ends = [("about", person), *([("toward", "us")] if value is not None else [])]
    changes: list[dict[str, Any]] = [
        {"verb": "set", "type": "observation", "id": f"w:{number}", "properties": told, "valid_from": NOW},
        *(
            {"verb": "set", "type": edge, "from": f"w:{number}", "to": target, "valid_from": NOW}
            for edge, target in ends
        ),
    ]
    answer = replica.call("POST", "/api/v1/changes", {"changes": changes})
    assert answer.status == 201, answer.body
    return answer


def chain_score(replica: Replica, bookmark: str, *, everything: bool = False) -> tuple[int, float]:
    """Revision and score of the deal, out of its account alone or out of the whole graph."""
    subject = "" if everything else "&subject=o:1"
    answer = replica.call("GET", f"/api/v1/scores?kind=decision_chain{subject}", Brm_Bookmark=bookmark)
    assert answer.status == 200, answer.body
    (item,) = [each for each in answer.body["items"] if each["subject"]["id"] == "o:1"]
    return answer.body["revision"], item["score"]


def test_no_stale_answer_is_shown_as_fresh(replicas: tuple[Replica, ...], database: Neo4jDatabase) -> None:
    """Each step raises the score. Meanwhile another process is kept busy with writes that do not."""
    first, second, third = replicas
    done = threading.Event()
    load: list[int] = []

    def keep_writing() -> None:
        while not done.is_set() and len(load) < 5_000:
            load.append(observe(third, f"load:{len(load)}", "p:3", "event", None).body["revision"])

    thread = threading.Thread(target=keep_writing)
    thread.start()
    scores: list[float] = []
    try:
        for step in range(STEPS):
            writer, readers = (first, (second, third)) if step % 2 else (second, (third, first))
            written = observe(writer, f"step:{step}", "p:1", "stance", 1.0)
            seen = [chain_score(each, written.bookmark, everything=bool(step % 3)) for each in readers]
            assert min(revision for revision, _ in seen) >= written.body["revision"]
            assert min(score for _, score in seen) > max(scores, default=0.0)
            scores += [score for _, score in seen]
    finally:
        done.set()
        thread.join()
    assert len(load) > STEPS
    bookmark = observe(first, "last", "p:1", "stance", 1.0).bookmark
    ends = {chain_score(each, bookmark, everything=whole) for each in replicas for whole in (True, False)}
    assert len(ends) == 1
    assert next(iter(ends))[1] == pytest.approx(_worked_out_anew(database), abs=1e-9)


def _worked_out_anew(database: Neo4jDatabase) -> float:
    store = open_store(database.url, access=Access(database.user, database.password), zone="UTC")
    snapshot = store.snapshot()
    frame = SCORERS["decision_chain"].score(snapshot, reduce_reference(snapshot, Parameters()), Parameters())
    (row,) = [i for i, key in enumerate(frame.subject) if key == store.keys(["o:1"])["o:1"] and frame.vendor[i] == 0]
    store.close()
    return float(frame.score[row])


def test_etags_hold_across_processes(replicas: tuple[Replica, ...]) -> None:
    first, second, third = replicas
    made = first.call("POST", "/api/v1/people", {"id": "p:etag", "properties": {"name": "Before"}})
    assert made.status == 201, made.body
    read = second.call("GET", "/api/v1/people/p:etag", Brm_Bookmark=made.bookmark)
    tag = read.headers["ETag"]
    changed = third.call("PATCH", "/api/v1/people/p:etag", {"properties": {"name": "After"}}, If_Match=tag)
    assert changed.status == 200, changed.body
    late = first.call(
        "PATCH",
        "/api/v1/people/p:etag",
        {"properties": {"name": "Too late"}},
        If_Match=tag,
        Brm_Bookmark=changed.bookmark,
    )
    assert (late.status, late.body["type"].rpartition(":")[2]) == (412, "revision_conflict")
    again = second.call("GET", "/api/v1/people/p:etag", Brm_Bookmark=changed.bookmark)
    assert (again.body["properties"]["name"], again.headers["ETag"] != tag) == ("After", True)


def test_an_idempotency_key_holds_across_processes(replicas: tuple[Replica, ...]) -> None:
    body = {"changes": [{"verb": "set", "type": "person", "id": "p:once", "properties": {"name": "Once"}}]}
    answers = [each.call("POST", "/api/v1/changes", body, Idempotency_Key="once") for each in replicas]
    assert [(a.body["revision"], a.body["replayed"]) for a in answers] == [
        (answers[0].body["revision"], number > 0) for number in range(len(replicas))
    ]


def test_the_feed_is_the_same_everywhere(replicas: tuple[Replica, ...]) -> None:
    bookmark = observe(replicas[0], "feed", "p:2", "event", None).bookmark
    feeds = [each.call("GET", "/api/v1/changes?since=0&limit=1000", Brm_Bookmark=bookmark).body for each in replicas]
    assert feeds[0]["items"] == feeds[1]["items"] == feeds[2]["items"]


def test_a_bookmark_of_nobody_is_refused(replicas: tuple[Replica, ...]) -> None:
    answer = replicas[0].call("GET", "/api/v1/people/p:1", Brm_Bookmark="nonsense")
    assert answer.status == 422
    assert answer.body["remedy"]
