"""Next actions over HTTP: read, accepted once, by whom, and in which language."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from brm.store.protocol import Store
from graph_schema.changes import ChangeSet
from tests.services import deal_world

PATH = "/api/v1/opportunities/deal/guidance"


def _header(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture(autouse=True)
def deal(store: Store) -> None:
    store.apply(ChangeSet(actor="t", source="t", changes=tuple(deal_world.changes())))


def test_an_action_is_accepted_by_its_key(client: TestClient) -> None:
    body = {"key": "ask_funds", "owner": "e", "due": "2099-01-01"}
    taken = client.post(f"{PATH}/accept", json=body, headers={"Accept-Language": "zh-CN"})
    assert taken.status_code == 200, taken.text
    shape = taken.json()
    assert (shape["play"], shape["due"], shape["created"]) == ("ask_funds", "2099-01-01", True)
    assert [each["id"] for each in shape["owners"]] == ["e"]
    assert shape["action"]["name"] == "问清资金是否到位、由谁批款。"
    made = client.get(f"/api/v1/actions/{shape['action']['id']}").json()
    assert made["properties"]["status"] == "open"
    again = client.post(f"{PATH}/accept", json={"key": "ask_funds"})
    assert (again.status_code, again.json()) == (200, {**shape, "created": False})


def test_what_cannot_be_accepted(client: TestClient) -> None:
    refused = client.post(f"{PATH}/accept", json={"key": "dance"})
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
    assert "no next action dance" in refused.json()["detail"]
    assert client.post(f"{PATH}/accept", json={}).status_code == 422
    assert client.post(f"{PATH}/accept", json={"key": "ask_funds", "due": "2099-13-01"}).status_code == 422
    assert client.post(PATH.replace("deal", "none") + "/accept", json={"key": "ask_funds"}).status_code == 404


def test_reading_does_not_allow_accepting(guarded: TestClient, secrets: dict[str, str]) -> None:
    body = {"key": "ask_funds", "owner": "e"}
    assert guarded.post(f"{PATH}/accept", json=body).status_code == 401
    assert guarded.get(PATH, headers=_header(secrets["read"])).status_code == 200
    assert guarded.post(f"{PATH}/accept", json=body, headers=_header(secrets["read"])).status_code == 403
    assert guarded.post(f"{PATH}/accept", json=body, headers=_header(secrets["write"])).status_code == 200
