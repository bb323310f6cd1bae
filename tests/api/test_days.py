"""The due list and days over HTTP: pages by cursor, whose day it is, and what a reader is not shown."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from brm.principal import local_admin
from brm.services import tokens
from brm.store.protocol import Store
from tests.services.day_world import fill

AS_OF = {"as_of": "2026-06-30"}


@pytest.fixture
def filled(client: TestClient, store: Store) -> TestClient:
    fill(store)
    return client


def read(client: TestClient, path: str, token: str | None = None, **given: Any) -> Any:
    headers = {"Accept-Language": "en", **({"Authorization": f"Bearer {token}"} if token else {})}
    return client.get(f"/api/v1{path}", params=AS_OF | given, headers=headers)


def test_the_due_list_is_paged_and_filtered(filled: TestClient) -> None:
    whole = read(filled, "/due", limit=500).json()
    found, cursor = [], None
    while True:
        page = read(filled, "/due", limit=3, **({"cursor": cursor} if cursor else {})).json()
        found += [each["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == [each["id"] for each in whole["items"]]
    assert whole["total"] == len(found) == sum(whole["counts"].values())
    work = read(filled, "/due", owner="s", kind="promise").json()
    assert [(each["id"], each["text"]) for each in work["items"]] == [
        ("promise:a2", "Keep the promise to Person p1: Send the report")
    ]
    for wrong in ({"cursor": "bm9uZQ"}, {"kind": "later"}, {"owner": "c1"}, {"account": "s"}):
        assert read(filled, "/due", **wrong).status_code == 422
    assert read(filled, "/due", owner="nobody").status_code == 404


def test_a_day_is_that_of_the_person_behind_the_token(filled: TestClient, store: Store) -> None:
    assert read(filled, "/me/day").status_code == 422
    assert read(filled, "/me/day", person="t").json()["person"]["id"] == "t"
    token = tokens.create(store, local_admin(), scopes=("read",), person="s").secret
    mine = read(filled, "/me/day", token, person="t").json()
    assert (mine["person"]["id"], mine["own"]) == ("s", True)
    assert [each["id"] for each in mine["items"]] == [
        each["id"] for each in read(filled, "/people/s/day", token).json()["items"]
    ]
    assert read(filled, "/people/t/day", token).json()["own"] is False
    assert read(filled, "/people/p1/day", token).status_code == 422
    assert read(filled, "/me/day").status_code == 401


def test_a_reader_is_not_shown_what_is_restricted(filled: TestClient, store: Store) -> None:
    secrets = {scope: tokens.create(store, local_admin(), scopes=(scope,)).secret for scope in ("read", "admin")}
    admin, reader = (read(filled, "/due", secrets[scope], limit=500).json() for scope in ("admin", "read"))
    seen = {each["id"] for each in reader["items"]}
    hidden = {each["id"] for each in admin["items"]} - seen
    assert "occasion:birthday:c1:p1" in hidden
    assert {each.split(":")[-1] for each in hidden if "birthday" not in each} <= {"p2", "s"}
    assert reader["hidden"] == len(hidden) - 1
    assert "Person p2" not in str(reader["items"])


def test_days_speak_both_languages(filled: TestClient) -> None:
    path, given = "/api/v1/people/s/day", AS_OF | {"kind": "promise"}
    chinese = filled.get(path, params=given, headers={"Accept-Language": "zh-CN"}).json()
    assert [each["text"] for each in chinese["items"]] == ["兑现对Person p1的承诺：Send the report"]
    assert chinese["items"][0]["waits_text"] == "Person p1在等。"
    assert chinese["order_text"].startswith("排序")
