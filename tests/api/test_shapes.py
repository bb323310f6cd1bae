"""Every route: one error shape, request ids, languages, health, the page of the interface."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from brm.settings import Settings
from brm.store import open_store

PROBLEM_FIELDS = {"type", "title", "status", "detail", "remedy", "instance", "errors"}


def _item_paths() -> list[str]:
    app = create_app(Settings(store="memory://"), open_store("memory://"))
    return sorted(path for path, each in app.openapi()["paths"].items() if "{id}" in path and "get" in each)


@pytest.mark.parametrize("path", _item_paths())
def test_an_unknown_id_is_a_problem_document(client: TestClient, path: str) -> None:
    answer = client.get(path.replace("{id}", "nobody").replace("{kind}", "key_person"))
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == PROBLEM_FIELDS
    assert answer.json()["remedy"]


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere"])
def test_an_unknown_path_and_method_too(client: TestClient, path: str) -> None:
    assert set(client.get(path).json()) == PROBLEM_FIELDS
    wrong = client.put("/api/v1/people")
    assert (wrong.status_code, set(wrong.json())) == (405, PROBLEM_FIELDS)
    assert "GET" in wrong.headers["allow"]


def test_the_request_id_is_kept_or_made(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["X-Request-ID"] == "abc-1"
    assert re.fullmatch(
        r"[0-9a-f-]{36}", client.get("/healthz", headers={"X-Request-ID": "a b"}).headers["X-Request-ID"]
    )
    problem = client.get("/api/v1/people/x", headers={"X-Request-ID": "abc-2"}).json()
    assert problem["instance"] == "abc-2"


def test_health_and_readiness(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "engine": "memory", "revision": 0}


@pytest.mark.parametrize(("header", "language"), [("zh-CN,zh;q=0.9", "zh-CN"), ("fr, en;q=0.5", "en"), ("fr", "en")])
def test_the_language_asked_for(client: TestClient, header: str, language: str) -> None:
    assert client.get("/api/v1/me", headers={"Accept-Language": header}).json()["language"] == language


def test_the_page_of_the_interface_names_every_operation_and_loads_nothing(client: TestClient) -> None:
    page = client.get("/api/v1/docs").text
    operations = [
        o["operationId"] for p in client.get("/api/v1/openapi.json").json()["paths"].values() for o in p.values()
    ]
    assert len(operations) == len(set(operations))
    assert [each for each in operations if each not in page] == []
    assert re.findall(r"(?:src|href)=\"?(?:https?:)?//", page) == []


def test_a_cursor_of_somebody_else_is_refused(client: TestClient) -> None:
    for cursor in ("!!!", "e30", "eyJhIjogMX0"):
        assert client.get("/api/v1/people", params={"cursor": cursor}).status_code == 422
