"""Customers over HTTP: the shapes, pages by cursor, and who may save and activate."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

CHANGES = [
    {"verb": "set", "type": "company", "id": "us-co", "properties": {"name": "我司", "kinds": ["ours"]}},
    *(
        {"verb": "set", "type": "company", "id": f"c{n}", "properties": {
            "name": f"客户{n}", "kinds": ["customer"], "industry": "energy" if n < 3 else "finance", "employees": n,
            "potential": {"amount": f"{n**4}000000", "currency": "CNY"}, "klass": "target"}}
        for n in range(1, 4)
    ),
    *({"verb": "set", "type": "opportunity", "id": f"d{n}", "properties": {"name": "项目", "opened_on": "2026-01-05"}}
      for n in range(1, 4)),
    *({"verb": "set", "type": "for", "from": f"d{n}", "to": f"c{n}"} for n in range(1, 4)),
]  # fmt: skip


@pytest.fixture
def filled(client: TestClient) -> TestClient:
    assert client.post("/api/v1/changes", json={"changes": CHANGES}).status_code == 201
    return client


def test_accounts_are_paged_and_filtered(filled: TestClient) -> None:
    found, cursor = [], None
    while True:
        page = filled.get("/api/v1/accounts", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += [each["account"]["id"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert (sorted(found), page["total"]) == (["c1", "c2", "c3"], 3)
    energy = filled.get("/api/v1/accounts", params={"segment": "energy", "sort": "name"}).json()
    assert [each["account"]["id"] for each in energy["items"]] == ["c1", "c2"]
    assert {each["class"] for each in energy["items"]} == {"target"}
    assert filled.get("/api/v1/accounts", params={"cursor": "bm9uZQ"}).status_code == 422
    assert filled.get("/api/v1/accounts", params={"grade": "gold"}).status_code == 422


def test_lists_name_their_reasons_in_both_languages(filled: TestClient) -> None:
    found = filled.get("/api/v1/lists", params={"list": "win"}, headers={"Accept-Language": "zh"}).json()
    numbers = {each["list"]: each["number"] for each in found["lists"]}
    assert numbers["win"] == found["total"] == len(found["items"]) > 0
    assert found["items"][0]["why"][0]["text"] == "生命周期：评估中"
    english = filled.get("/api/v1/lists", params={"list": "win"}, headers={"Accept-Language": "en"}).json()
    assert english["items"][0]["why"][0]["text"] == "lifecycle evaluating"


def test_one_account_and_the_segments(filled: TestClient) -> None:
    found = filled.get("/api/v1/accounts/c1").json()
    assert found["base"] + sum(each["effect"] for each in found["contributions"]) == pytest.approx(found["score"])
    assert [each["state"] for each in found["transitions"]] == ["potential", "evaluating"]
    assert filled.get("/api/v1/accounts/nobody").status_code == 404
    spread = filled.get("/api/v1/segments", params={"limit": 2}).json()
    assert (spread["gini"], spread["unknown"], len(spread["items"])) == (None, 3, 2)
    rest = filled.get("/api/v1/segments", params={"cursor": spread["next"]}).json()
    assert len(rest["items"]) == 1


def test_profiles_by_name_and_their_effects(filled: TestClient) -> None:
    name = "北方 2026"
    body = {"name": name, "weights": {"potential": 1}, "note": "试行"}
    assert filled.post("/api/v1/focus-profiles", json=body).status_code == 201
    path = f"/api/v1/focus-profiles/{quote(name)}"
    switch = filled.get(f"{path}/switch", params={"limit": 1}).json()
    assert (switch["from"]["label"], switch["to"]["label"], switch["accounts"]) == ("balanced", name, 3)
    told = switch["items"]
    while switch["next"]:
        switch = filled.get(f"{path}/switch", params={"limit": 1, "cursor": switch["next"]}).json()
        told += switch["items"]
    assert len(told) == switch["moved"]
    assert len(filled.get(f"{path}/sensitivity").json()["items"]) == 4
    assert filled.post(f"{path}/activate", json={"note": "agreed"}).json()["active"] is True
    assert filled.get("/api/v1/accounts").json()["focus"]["name"] == name
    earlier = filled.get("/api/v1/focus-profiles", params={"as_of": "2026-01-01"}).json()
    assert (earlier["active"], len(earlier["activations"])) == ("balanced", 1)
    assert filled.post("/api/v1/focus-profiles", json={**body, "name": "sales"}).status_code == 409


def test_portraits_by_name(filled: TestClient) -> None:
    asked = [{"field": "industry", "comparison": "is", "value": "energy"}]
    saved = filled.post("/api/v1/portraits", json={"name": "Utilities", "predicates": asked})
    assert (saved.status_code, saved.json()["count"]) == (201, 2)
    again = filled.get("/api/v1/portraits/Utilities", params={"limit": 1}).json()
    assert (again["predicates"], again["total"], len(again["items"])) == (asked, 2, 1)
    matched = filled.get("/api/v1/portrait-matches", params={"where": ["industry=energy", "employees>=2"]}).json()
    assert [each["account"]["id"] for each in matched["items"]] == ["c2"]
    tested = filled.get("/api/v1/portraits/Utilities/backtest", params={"months": 6}).json()
    assert tested["matched"]["number"] + tested["others"]["number"] + tested["buyers"] == tested["accounts"]
    wrong = filled.get("/api/v1/portrait-matches", params={"where": ["size=3"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "predicates[1]")


def test_who_may_save_and_activate(guarded: TestClient, secrets: dict[str, str]) -> None:
    def post(path: str, scope: str, body: dict[str, object]) -> int:
        headers = {"Authorization": f"Bearer {secrets[scope]}"}
        return guarded.post(f"/api/v1/{path}", json=body, headers=headers).status_code

    profile = {"name": "own", "weights": {"value": 1}}
    portrait = {"name": "own", "predicates": [{"field": "kinds", "comparison": "is", "value": "customer"}]}
    assert [post("focus-profiles", scope, profile) for scope in ("read", "write", "admin")] == [403, 403, 201]
    assert [post("focus-profiles/own/activate", scope, {}) for scope in ("read", "write", "admin")] == [403, 403, 200]
    assert [post("portraits", scope, portrait) for scope in ("read", "write")] == [403, 201]
