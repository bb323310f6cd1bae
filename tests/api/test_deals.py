"""Questions of a deal over HTTP: reading them, answering them, who may."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

PATH = "/api/v1/opportunities/d1/questions"


@pytest.fixture
def deal(client: TestClient) -> TestClient:
    """We, a customer, a rival and a deal between them, with a restricted observation of funds."""
    changes: list[dict[str, Any]] = [
        {"verb": "set", "type": "company", "id": "us1", "properties": {"name": "We", "kinds": ["ours"]}},
        {"verb": "set", "type": "company", "id": "c1", "properties": {"name": "Customer", "kinds": ["customer"]}},
        {"verb": "set", "type": "company", "id": "r1", "properties": {"name": "Rival", "kinds": ["rival"]}},
        {"verb": "set", "type": "opportunity", "id": "d1", "properties": {"name": "Deal", "status": "open"}},
        {"verb": "set", "type": "for", "from": "d1", "to": "c1", "properties": {}},
        {"verb": "set", "type": "competes", "from": "r1", "to": "d1", "properties": {}},
        {
            "verb": "set", "type": "observation", "id": "o1",
            "properties": {"kind": "funds", "at": "2026-06-01T10:00:00Z", "value": 1.0, "source_class": "observed",
                           "sensitivity": "restricted"},
        },
        {"verb": "set", "type": "about", "from": "o1", "to": "d1", "properties": {}},
    ]  # fmt: skip
    assert client.post("/api/v1/changes", json={"changes": changes}).status_code == 201
    return client


def _criterion(client: TestClient, id_: str, vendor: int = 0, **headers: str) -> Any:
    told = client.get(PATH, headers=headers).json()["vendors"][vendor]["criteria"]
    return next(each for each in told if each["id"] == id_)


def test_answers_given_are_read_back(deal: TestClient) -> None:
    answer = deal.post(PATH, json={"answers": {"profit": "no"}, "note": "price war"})
    assert (answer.status_code, len(answer.json()["ids"])) == (200, 1)
    told = _criterion(deal, "profit")
    assert (told["claim"], told["answer"], told["text"]) == (0.0, "unknown", "Profit")
    assert [each["evidence"]["id"] for each in told["items"]] == answer.json()["ids"]
    assert _criterion(deal, "profit", vendor=1)["claim"] is None


def test_they_are_asked_in_the_readers_language(deal: TestClient) -> None:
    assert _criterion(deal, "profit", **{"Accept-Language": "zh-CN"})["ask"] == "有没有利润，是不是只拼价格？"


def test_the_same_answer_with_the_same_key_is_recorded_once(deal: TestClient) -> None:
    keyed = {"Idempotency-Key": "k1"}
    body = {"answers": {"risk": "yes"}, "at": "2026-06-20T09:00:00+08:00"}
    first, second = (deal.post(PATH, json=body, headers=keyed) for _ in range(2))
    assert (first.status_code, second.status_code, second.json()["replayed"]) == (200, 200, True)
    assert len(_criterion(deal, "risk")["items"]) == 1


@pytest.mark.parametrize("body", [{"answers": {}}, {"answers": {"luck": "yes"}}, {"answers": {"profit": "perhaps"}}])
def test_what_is_no_answer_is_refused(deal: TestClient, body: dict[str, Any]) -> None:
    assert deal.post(PATH, json=body).status_code == 422


def test_a_restricted_observation_counts_but_is_not_shown(deal: TestClient) -> None:
    seen = _criterion(deal, "money_reachable")
    assert [each["evidence"]["id"] for each in seen["items"]] == ["o1"]
    made = deal.post("/api/v1/tokens", json={"scopes": ["read"]}).json()
    hidden = _criterion(deal, "money_reachable", Authorization=f"Bearer {made['secret']}")
    assert (hidden["items"], hidden["items_hidden"], hidden["belief"]) == ([], 1, seen["belief"])


def test_a_reader_may_not_answer(deal: TestClient) -> None:
    made = deal.post("/api/v1/tokens", json={"scopes": ["read"]}).json()
    answer = deal.post(PATH, json={"answers": {"profit": "no"}}, headers={"Authorization": f"Bearer {made['secret']}"})
    assert answer.status_code == 403


def test_the_process_of_a_deal(deal: TestClient) -> None:
    told = deal.get("/api/v1/opportunities/d1/process", headers={"Accept-Language": "zh-CN"}).json()
    assert (told["status"], told["stage"], told["dwell"], told["checks"]) == ("open", None, None, None)
    assert [each["text"] for each in told["steps"]][:2] == ["建人脉、立信任", "扩关系网"]
    assert {each["answer"] for each in told["project_checks"]} == {"unknown"}


def test_the_timeline_comes_in_pages(deal: TestClient) -> None:
    changes: list[dict[str, Any]] = []
    for day in range(1, 6):
        at = f"2026-06-0{day}T10:00:00Z"
        changes.append(
            {"verb": "set", "type": "interaction", "id": f"i{day}", "properties": {"at": at, "channel": "call"},
             "valid_from": at}
        )  # fmt: skip
        changes.append({"verb": "set", "type": "concerns", "from": f"i{day}", "to": "d1", "valid_from": at})
    assert deal.post("/api/v1/changes", json={"changes": changes}).status_code == 201
    found, cursor = list[str](), None
    for _ in range(3):
        page = deal.get(
            "/api/v1/opportunities/d1/timeline", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
        )
        found += [each["id"] for each in page.json()["items"]]
        cursor = page.json()["next"]
    assert (found, cursor) == (["i5", "i4", "i3", "i2", "i1"], None)
    assert deal.get("/api/v1/opportunities/d1/timeline", params={"cursor": "x"}).status_code == 422


@pytest.mark.parametrize("path", ["questions", "process", "timeline", "brief"])
def test_only_a_deal_is_reviewed(deal: TestClient, path: str) -> None:
    answer = deal.get(f"/api/v1/opportunities/c1/{path}")
    assert (answer.status_code, "opportunity" in answer.json()["remedy"]) == (422, True)


def test_a_restricted_observation_moves_a_deal_without_being_named(deal: TestClient) -> None:
    """The brief counts what the reader may not see, and says what it did all the same."""
    since, late = {"verb": "set", "valid_from": "2026-01-01"}, {"verb": "set", "valid_from": "2026-06-28T10:00:00Z"}
    changes: list[dict[str, Any]] = [
        {**since, "type": "company", "id": "us1", "properties": {"name": "We", "kinds": ["ours"]}},
        {**since, "type": "company", "id": "c1", "properties": {"name": "Customer", "kinds": ["customer"]}},
        {**since, "type": "opportunity", "id": "d1", "properties": {"name": "Deal", "status": "open"}},
        {**since, "type": "for", "from": "d1", "to": "c1"},
        {**since, "type": "person", "id": "p1", "properties": {"name": "Li"}},
        {**since, "type": "plays", "from": "p1", "to": "d1", "properties": {"role": "decider"}},
        {**late, "type": "observation", "id": "o2",
         "properties": {"kind": "stance", "at": "2026-06-28T10:00:00Z", "value": -1.0, "source_class": "observed",
                        "sensitivity": "restricted"}},
        {**late, "type": "about", "from": "o2", "to": "p1"}, {**late, "type": "toward", "from": "o2", "to": "us1"},
    ]  # fmt: skip
    assert deal.post("/api/v1/changes", json={"changes": changes}).status_code == 201
    asked = {"as_of": "2026-06-30", "known_at": "now"}
    path = "/api/v1/opportunities/d1/brief"
    seen = deal.get(path, params=asked).json()["week"]
    made = deal.post("/api/v1/tokens", json={"scopes": ["read"]}).json()
    hidden = deal.get(path, params=asked, headers={"Authorization": f"Bearer {made['secret']}"}).json()["week"]
    assert [each["id"] for each in seen["facts"]] == ["o2"]
    assert (hidden["facts"], hidden["facts_hidden"], hidden["parts"]) == ([], 1, seen["parts"])
    page = deal.get(path, params={**asked, "format": "md"}, headers={"Authorization": f"Bearer {made['secret']}"})
    assert "facts that you may not see: 1" in page.text
