"""Who may do what: every route asks for a scope, and the loopback rule without tokens."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from brm.cli.serving import is_loopback
from brm.settings import Settings
from brm.store import open_store

OPEN_PATHS = {"/healthz", "/readyz"}
ADMIN_PATHS = {"/api/v1/tokens": "GET", "/api/v1/tokens/{id}": "DELETE", "/api/v1/parameters": "POST",
               "/api/v1/parameters/{id}/activate": "POST", "/api/v1/focus-profiles": "POST",
               "/api/v1/focus-profiles/{id}/activate": "POST"}  # fmt: skip


def _operations() -> list[tuple[str, str]]:
    app = create_app(Settings(store="memory://"), open_store("memory://"))
    return sorted(
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if path not in OPEN_PATHS
    )


def _header(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize(("method", "path"), _operations())
def test_every_route_needs_a_token_once_one_exists(guarded: TestClient, method: str, path: str) -> None:
    answer = guarded.request(method, path.replace("{id}", "x").replace("{kind}", "key_person"), json={})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), [each for each in _operations() if each[0] != "GET"])
def test_every_writing_route_refuses_a_reader(
    guarded: TestClient, secrets: dict[str, str], method: str, path: str
) -> None:
    answer = guarded.request(method, path.replace("{id}", "x"), json={}, headers=_header(secrets["read"]))
    assert answer.status_code == 403


@pytest.mark.parametrize("path", sorted(ADMIN_PATHS))
def test_tokens_and_changes_of_parameters_are_for_admins(
    guarded: TestClient, secrets: dict[str, str], path: str
) -> None:
    assert guarded.request(ADMIN_PATHS[path], path, headers=_header(secrets["write"])).status_code == 403


def test_a_revoked_or_forged_token_is_refused(guarded: TestClient, secrets: dict[str, str]) -> None:
    identity = secrets["read"].split("_")[1]
    assert guarded.get("/api/v1/me", headers=_header(secrets["read"])).json()["scopes"] == ["read"]
    assert guarded.delete(f"/api/v1/tokens/{identity}", headers=_header(secrets["admin"])).status_code == 204
    assert guarded.get("/api/v1/me", headers=_header(secrets["read"])).status_code == 401
    assert guarded.get("/api/v1/me", headers=_header(secrets["write"] + "x")).status_code == 401


def test_no_answer_ever_shows_a_digest_or_a_secret_again(guarded: TestClient, secrets: dict[str, str]) -> None:
    listed = guarded.get("/api/v1/tokens", headers=_header(secrets["admin"])).text
    assert "digest" not in listed
    assert not any(secret.split("_", 2)[2] in listed for secret in secrets.values())


def test_restricted_values_are_for_admins_only(guarded: TestClient, secrets: dict[str, str]) -> None:
    body = {"id": "p1", "properties": {"name": "张平", "agenda": "升任总裁"}}
    assert guarded.post("/api/v1/people", json=body, headers=_header(secrets["write"])).status_code == 201
    assert "升任总裁" not in guarded.get("/api/v1/people/p1", headers=_header(secrets["read"])).text
    assert "升任总裁" not in guarded.get("/api/v1/people/p1/history", headers=_header(secrets["read"])).text
    assert "升任总裁" in guarded.get("/api/v1/people/p1", headers=_header(secrets["admin"])).text


def test_without_tokens_a_foreign_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/api/v1/me").status_code == 200
    assert client.get("/api/v1/me", headers={"Host": "attacker.example"}).status_code == 403


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("192.0.2.7", False), ("x", False)],
)
def test_what_counts_as_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def _graph_with_a_restricted_statement(client: TestClient, secret: str) -> None:
    def node(type_: str, id_: str, **properties: object) -> dict[str, object]:
        return {"verb": "set", "type": type_, "id": id_, "properties": properties}

    def edge(type_: str, source: str, target: str, **properties: object) -> dict[str, object]:
        return {
            "verb": "set",
            "type": type_,
            "from": source,
            "to": target,
            "properties": properties,
            "valid_from": "2025-01-01",
        }

    seen = {"kind": "stance", "value": 0.5, "source_class": "inside", "at": "2026-01-05T02:00:00Z"}
    changes = [
        node("company", "us-co", name="我司", kinds=["ours"]),
        node("company", "c1", name="华辰", kinds=["customer"]),
        node("opportunity", "o1", name="项目", status="open"),
        node("person", "p1", name="张平"),
        node("person", "p2", name="徐静", sensitivity="restricted"),
        node("observation", "open-one", **seen),
        node("observation", "closed-one", **seen, note="饭局上说的", sensitivity="restricted"),
        edge("for", "o1", "c1"),
        edge("plays", "p1", "o1", role="approver"),
        edge("knows", "p1", "p2", kind="friend"),
        edge("about", "open-one", "p1"),
        edge("about", "closed-one", "p1"),
    ]
    answer = client.post("/api/v1/changes", json={"changes": changes}, headers=_header(secret))
    assert answer.status_code == 201, answer.text


def test_restricted_evidence_counts_but_is_not_named(guarded: TestClient, secrets: dict[str, str]) -> None:
    _graph_with_a_restricted_statement(guarded, secrets["write"])
    path = "/api/v1/scores/decision_chain/o1"
    for_all = guarded.get(path, headers=_header(secrets["read"]))
    for_admin = guarded.get(path, headers=_header(secrets["admin"]))
    assert for_all.json()["score"] == for_admin.json()["score"]
    assert "closed-one" in for_admin.text
    assert "closed-one" not in for_all.text
    assert max(each["evidence_hidden"] for each in for_all.json()["contributions"]) == 1
    assert guarded.get("/api/v1/observations/closed-one", headers=_header(secrets["read"])).status_code == 404
    assert "closed-one" not in guarded.get("/api/v1/neighbourhoods/p1", headers=_header(secrets["read"])).text
    findings = guarded.get("/api/v1/findings", params={"subject": "o1"}, headers=_header(secrets["read"]))
    assert "closed-one" not in findings.text


def test_a_restricted_persons_ties_are_for_admins(guarded: TestClient, secrets: dict[str, str]) -> None:
    _graph_with_a_restricted_statement(guarded, secrets["write"])
    for person in ("p1", "p2"):
        seen = guarded.get(f"/api/v1/neighbourhoods/{person}", headers=_header(secrets["read"]))
        assert seen.status_code == 200
        assert [edge["type"] for edge in seen.json()["edges"] if edge["type"] == "knows"] == []
        full = guarded.get(f"/api/v1/neighbourhoods/{person}", headers=_header(secrets["admin"]))
        assert [edge["type"] for edge in full.json()["edges"] if edge["type"] == "knows"] == ["knows"]
