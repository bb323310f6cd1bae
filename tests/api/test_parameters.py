"""The parameters over HTTP: versions, who may change them, which one scores are computed with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.protocol import Store

PATH = "/api/v1/parameters"


def _header(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_the_active_version_and_all_others(client: TestClient) -> None:
    found = client.get(PATH).json()
    assert (found["version"], found["active"], found["changed"]) == ("1", True, 0)
    assert [each["version"] for each in found["versions"]] == ["1"]
    assert {"name", "value", "default", "unit", "low", "high", "doc", "source", "evidence"} <= set(found["items"][0])
    assert client.get(PATH, params={"changed": True}).json()["items"] == []


def test_a_version_is_saved_activated_and_left_again(client: TestClient) -> None:
    made = client.post(PATH, json={"values": {"tie.video": 1.5}, "note": "calmer"})
    assert made.status_code == 201
    assert (made.json()["version"], made.json()["active"]) == ("2", False)
    one = client.get(f"{PATH}/2", params={"changed": True}).json()
    assert [(each["name"], each["value"]) for each in one["items"]] == [("tie.video", 1.5)]
    assert client.get(PATH).json()["version"] == "1"
    active = client.post(f"{PATH}/2/activate", json={"note": "agreed"})
    assert (active.status_code, active.json()["active"], active.json()["activation"]["note"]) == (200, True, "agreed")
    assert client.get(PATH).json()["version"] == "2"
    assert client.post(f"{PATH}/1/activate", json={}).status_code == 200
    assert client.get(PATH).json()["digest"] == client.get(f"{PATH}/1").json()["digest"]


def test_only_an_admin_changes_them(guarded: TestClient, secrets: dict[str, str]) -> None:
    body = {"values": {"tie.video": 1.5}}
    for scope in ("read", "write"):
        assert guarded.get(PATH, headers=_header(secrets[scope])).status_code == 200
        assert guarded.get(f"{PATH}/1", headers=_header(secrets[scope])).status_code == 200
        assert guarded.post(PATH, json=body, headers=_header(secrets[scope])).status_code == 403
        assert guarded.post(f"{PATH}/1/activate", json={}, headers=_header(secrets[scope])).status_code == 403
    assert guarded.post(PATH, json=body, headers=_header(secrets["admin"])).status_code == 201
    saved = guarded.get(f"{PATH}/2", headers=_header(secrets["read"])).json()
    assert saved["author"].startswith("token:")


@pytest.mark.parametrize(
    ("values", "field", "remedy"),
    [
        ({"tie.video": 99}, "tie.video", "give a number from 0 to 20 (energy)"),
        ({"tie.vidio": 1}, "tie.vidio", "did you mean tie.video"),
        ({"expected_roles.new": ["king"]}, "expected_roles.new", "buying_role"),
    ],
)
def test_a_value_that_does_not_fit_names_key_value_and_range(
    client: TestClient, values: dict[str, object], field: str, remedy: str
) -> None:
    answer = client.post(PATH, json={"values": values})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["value"]) == (field, values[field])
    assert remedy in answer.json()["remedy"]


def test_a_flag_is_not_a_number(client: TestClient) -> None:
    assert client.post(PATH, json={"values": {"tie.video": True}}).status_code == 422


def test_the_same_values_again_are_a_conflict(client: TestClient) -> None:
    assert client.post(PATH, json={"values": {"tie.video": 2}}).status_code == 409
    assert client.post(f"{PATH}/9/activate", json={}).status_code == 404


def _graph(client: TestClient) -> None:
    def node(type_: str, id_: str, **properties: object) -> dict[str, object]:
        return {"verb": "set", "type": type_, "id": id_, "properties": properties}

    def edge(type_: str, source: str, target: str, **properties: object) -> dict[str, object]:
        ends = {"from": source, "to": target, "valid_from": "2024-01-01"}
        return {"verb": "set", "type": type_, "properties": properties, **ends}

    changes = [
        node("company", "us-co", name="我司", kinds=["ours"]), node("company", "c1", name="华辰", kinds=["customer"]),
        *(node("person", each, name=each) for each in ("p1", "s1")),
        *(node("position", f"{each}-seat", title="t") for each in ("p1", "s1")),
        *(edge("holds", each, f"{each}-seat") for each in ("p1", "s1")),
        edge("seat_in", "p1-seat", "c1"), edge("seat_in", "s1-seat", "us-co"),
        node("interaction", "i1", at=(datetime.now(UTC) - timedelta(days=3)).isoformat(), channel="video"),
        *(edge("took_part", each, "i1", role="attendee") for each in ("p1", "s1")),
    ]  # fmt: skip
    answer = client.post("/api/v1/changes", json={"changes": changes})
    assert answer.status_code == 201, answer.text


def test_every_surface_of_scores_takes_a_version(client: TestClient) -> None:
    _graph(client)
    client.post(PATH, json={"values": {"tie.video": 8.0}})
    asked = {"kind": "key_person"}

    def scores(**given: str) -> tuple[float, str]:
        listed = client.get("/api/v1/scores", params={**asked, **given}).json()["items"][0]
        one = client.get("/api/v1/scores/key_person/p1", params=given).json()
        series = client.get("/api/v1/scores/series", params={**asked, "subject": "p1", **given}).json()
        assert listed["score"] == one["score"] == series["items"][-1]["score"]
        assert listed["parameters"] == one["parameters"]
        return listed["score"], listed["parameters"]["version"]

    first, second = scores(), scores(parameters="2")
    assert (first[1], second[1]) == ("1", "2")
    assert second[0] > first[0]
    assert client.get("/api/v1/scores", params={**asked, "parameters": "9"}).status_code == 404
    client.post(f"{PATH}/2/activate", json={})
    assert scores() == second
    assert scores(parameters="1") == first


def test_another_server_on_the_store_answers_with_the_activated_version(
    client: TestClient, store: Store, settings: Settings
) -> None:
    other = Workspace(store, settings)
    assert other.under().parameter_set.version == "1"
    client.post(PATH, json={"values": {"tie.video": 1.5}})
    client.post(f"{PATH}/2/activate", json={})
    assert other.under().parameter_set.version == "2"
