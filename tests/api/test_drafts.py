"""Drafts and reviews over HTTP: entity tags, languages, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from brm.store.protocol import Store
from graph_schema.changes import ChangeSet
from tests.services import deal_world

DRAFTS, REVIEWS = "/api/v1/drafts", "/api/v1/reviews"
STANCE = {"what": "stance", "person": "a", "value": 1.0}


def _header(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture(autouse=True)
def deal(store: Store) -> None:
    store.apply(ChangeSet(actor="t", source="t", changes=tuple(deal_world.changes())))


def _draft(client: TestClient, **given: Any) -> dict[str, Any]:
    made = client.post(DRAFTS, json={"scope": "deal", "name": "What if", "add": [STANCE]}, **given)
    assert made.status_code == 201, made.text
    shape: dict[str, Any] = made.json()
    return {**shape, "etag": made.headers["ETag"]}


def test_from_proposal_to_facts(client: TestClient) -> None:
    draft = _draft(client)
    path = f"{DRAFTS}/{draft['id']}"
    changed = client.post(
        f"{path}/changes", json={"add": [{"what": "price", "amount": "700000"}], "name": "Better"},
        headers={"If-Match": draft["etag"]},
    )  # fmt: skip
    assert (changed.status_code, changed.json()["name"], changed.json()["number"]) == (200, "Better", 2)
    late = client.post(f"{path}/changes", json={"drop": [1]}, headers={"If-Match": draft["etag"]})
    assert (late.status_code, late.json()["type"]) == (412, "urn:brm:problem:revision_conflict")
    effect = client.get(f"{path}/effect").json()
    assert effect["items"][1]["text"] == "Price asked by us: 700000 CNY"
    chain = next(s for s in effect["scores"] if s["kind"] == "decision_chain" and s["vendor"]["id"] == "us")
    assert chain["total"] == pytest.approx(sum(part["effect"] for part in chain["parts"]), abs=1e-9)
    assert [each["id"] for each in client.get(DRAFTS, params={"scope": "deal"}).json()["items"]] == [draft["id"]]
    approved = client.post(f"{path}/approve", json={})
    assert (approved.status_code, approved.json()["status"]) == (200, "approved")
    assert client.post(f"{path}/approve", json={}).json()["replayed"] is True
    assert client.delete(path).status_code == 409
    now = client.get("/api/v1/scores/decision_chain/deal").json()["score"]
    assert now == pytest.approx(chain["after"], abs=1e-6)


def test_it_is_told_in_the_readers_language(client: TestClient) -> None:
    draft = _draft(client)
    texts = {
        language: client.get(f"{DRAFTS}/{draft['id']}", headers={"Accept-Language": language}).json()["items"][0][
            "text"
        ]
        for language in ("en", "zh-CN")
    }
    assert texts == {"en": "Stance of A towards us: +1.0", "zh-CN": "A对我司的态度：+1.0"}


def test_conflicts_are_listed(client: TestClient) -> None:
    draft = _draft(client)
    path = f"{DRAFTS}/{draft['id']}"
    client.post(f"{path}/changes", json={"add": [{"what": "role", "person": "x", "role": "coach"}]})
    assert client.delete("/api/v1/people/x", params={"mode": "retract"}).status_code == 200
    refused = client.post(f"{path}/approve", json={})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:brm:problem:draft_conflicts")
    assert [each["proposal"] for each in refused.json()["errors"][0]["conflicts"]] == [2]
    assert client.get(f"{path}/effect").json()["items"][1]["state"] == "refused"


def test_drafts_are_read_by_all_and_changed_by_their_author(guarded: TestClient, secrets: dict[str, str]) -> None:
    draft = _draft(guarded, headers=_header(secrets["admin"]))
    path = f"{DRAFTS}/{draft['id']}"
    assert guarded.get(f"{path}/effect", headers=_header(secrets["read"])).status_code == 200
    assert guarded.delete(path, headers=_header(secrets["write"])).status_code == 403
    assert guarded.post(f"{path}/approve", json={}, headers=_header(secrets["read"])).status_code == 403
    assert guarded.post(f"{path}/approve", json={}, headers=_header(secrets["write"])).status_code == 200


def test_a_review_from_start_to_follow_up(client: TestClient) -> None:
    made = client.post(REVIEWS, json={"opportunity": "deal"})
    assert made.status_code == 201
    path = f"{REVIEWS}/{made.json()['id']}"
    assert client.post(f"{path}/notes", json={"text": "quiet"}, headers={"If-Match": '"1"'}).status_code == 412
    client.post(f"{path}/decisions", json={"text": "go on"})
    body = {"text": "Win over A", "owner": "s1", "due": "2027-01-01"}
    action = client.post(f"{path}/commitments", json=body).json()["commitments"][0]["id"]
    said = {
        "properties": {"kind": "stance", "value": 1.0, "source_class": "observed"},
        "about": "a",
        "concerns": "deal",
    }
    seen = client.post("/api/v1/observations", json=said).json()["id"]
    attached = client.post(f"{path}/evidence", json={"commitment": action, "ids": [seen]})
    assert attached.json()["commitments"][0]["evidence"] == [seen]
    shape = client.get(path).json()
    chain = next(s for s in shape["scores"] if s["kind"] == "decision_chain" and s["vendor"]["id"] == "us")
    (part,) = chain["parts"]
    assert (part["part"], part["commitment"], part["text"]) == ("commitment", action, "Win over A")
    assert part["effect"] == pytest.approx(chain["now"] - chain["score"], abs=1e-9)
    assert [each["id"] for each in client.get(REVIEWS, params={"opportunity": "deal"}).json()["items"]] == [shape["id"]]
