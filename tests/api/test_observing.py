"""What the service tells of itself: one log event a request, measurements, and no personal data in either."""

from __future__ import annotations

import builtins
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from api.app import create_app
from api.observing import METHODS
from brm.errors import StoreUnusable
from brm.principal import local_admin
from brm.services import tokens
from brm.settings import Settings
from brm.store import open_store
from brm.store.protocol import Store

Events = list[dict[str, Any]]
PRIVATE = ("张平安", "Zaphod", "zaphod@heart.example", "crm:person/secret-7", "wants-the-presidency", "+86 138-0000")


@pytest.fixture(autouse=True)
def every_severity() -> None:
    """A command that another test ran in this process may have chosen a severity."""
    structlog.reset_defaults()


@pytest.fixture
def own(store: Store, settings: Settings) -> FastAPI:
    return create_app(settings, store)


@pytest.fixture
def served(own: FastAPI) -> Iterator[TestClient]:
    with TestClient(own, raise_server_exceptions=False) as opened:
        yield opened


def _samples(client: TestClient, **headers: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = client.get("/metrics", headers=headers)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/plain"), answer.text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def _labels(**labels: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


def test_one_event_for_each_request_with_its_template(served: TestClient) -> None:
    served.post("/api/v1/people", json={"id": "p1", "properties": {"name": "张平"}})
    with capture_logs() as events:
        served.get("/api/v1/people/p1", headers={"X-Request-ID": "abc-1"})
        served.get("/api/v1/people/p2")
        served.get("/nobody/has/this/path")
        served.put("/api/v1/people/p1")
    found = [(e["event"], e["log_level"], e["method"], e["route"], e["status"], e["revision"]) for e in events]
    assert found == [
        ("request", "info", "GET", "/api/v1/people/{id}", 200, 1),
        ("request", "info", "GET", "/api/v1/people/{id}", 404, 1),
        ("request", "info", "GET", "unmatched", 404, 1),
        ("request", "info", "PUT", "/api/v1/people/{id}", 405, 1),
    ]
    assert events[0]["request_id"] == "abc-1"
    assert all(0 <= e["ms"] < 60_000 for e in events)


def test_a_failure_of_the_server_is_one_event_and_tells_where_but_not_what(
    served: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise KeyError(PRIVATE[0])

    monkeypatch.setattr("api.routers.meta.tokens.listed", broken)
    with capture_logs() as events:
        assert served.get("/api/v1/tokens").status_code == 500
    assert [(e["event"], e.get("status"), e.get("error")) for e in events] == [
        ("request", 500, None), ("request_failed", None, "KeyError"),
    ]  # fmt: skip
    assert events[0]["request_id"] == events[1]["request_id"]
    assert any(place.endswith(" broken") for place in events[1]["places"])
    assert PRIVATE[0] not in repr(events)


def test_a_store_that_fails_is_logged_and_counted(own: FastAPI, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise StoreUnusable(f"no room for {PRIVATE[1]}", remedy="Free space.", code="disk_full")

    monkeypatch.setattr(store, "apply", full)
    with TestClient(create_app(own.state.workspace.settings, store)) as client, capture_logs() as events:
        answer = client.post("/api/v1/people", json={"properties": {"name": PRIVATE[1]}})
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:brm:problem:disk_full")
        samples = _samples(client)
    (failed,) = [e for e in events if e["event"] == "store_error"]
    assert (failed["call"], failed["code"], failed["log_level"]) == ("apply", "disk_full", "error")
    assert samples["brm_store_call_seconds_count", _labels(method="apply", outcome="failed")] == 1
    assert PRIVATE[1] not in repr(events)


def test_nothing_personal_is_logged_or_measured(served: TestClient) -> None:
    name, other, mail, id_, wish, phone = PRIVATE
    with capture_logs() as events:
        body = {"id": id_, "properties": {"name": name, "email": mail, "phone": phone, "agenda": wish}}
        assert served.post("/api/v1/people", json=body).status_code == 201
        assert served.get(f"/api/v1/people/{id_.replace('/', '%2F')}").status_code == 200
        served.get(f"/api/v1/people/{mail}")
        served.get("/api/v1/people", params={"q": name})
        served.get(f"/{other}/{name}?mail={mail}", headers={"X-Request-ID": mail, "Referer": f"http://x/{other}"})
        served.post("/api/v1/people", json={"id": id_, "properties": {"name": other, "shoe": mail}})
        served.post("/api/v1/changes", json={"changes": [{"verb": "set", "type": name, "id": mail}]})
        served.request(other.upper(), f"/api/v1/people/{id_}")
        served.post("/api/v1/imports", json={"files": {"person.csv": f"id,name\n{id_}8,{name}\n,{other}\n"}})
        served.get("/api/v1/findings", params={"subject": id_})
        served.get("/api/v1/people", headers={"Authorization": f"Bearer brm_{other}_{mail}"})
        text = served.get("/metrics").text
    requests = [e for e in events if e["event"] == "request"]
    assert len(requests) == 12
    assert [e["event"] for e in events if e["event"] != "request"] == ["import"]
    assert {e["method"] for e in requests} <= {*METHODS, "other"}
    logged = "\n".join(json.dumps(e, ensure_ascii=False) for e in events)
    assert [each for each in PRIVATE if each.lower() in logged.lower()] == []
    assert [each for each in PRIVATE if each.lower() in text.lower()] == []


def test_what_is_measured(served: TestClient) -> None:
    assert (
        served.post("/api/v1/companies", json={"id": "c", "properties": {"name": "C", "kinds": ["ours"]}}).status_code
        == 201
    )
    served.post("/api/v1/people", json={"id": "p1", "properties": {"name": "张平"}})
    served.get("/api/v1/people/nobody")
    assert served.get("/api/v1/scores", params={"kind": "key_person"}).status_code == 200
    samples = _samples(served)
    requests = "brm_request_seconds_count"
    assert samples[requests, _labels(method="POST", route="/api/v1/people", status="2xx")] == 1
    assert samples[requests, _labels(method="GET", route="/api/v1/people/{id}", status="4xx")] == 1
    assert samples["brm_store_call_seconds_count", _labels(method="apply", outcome="ok")] == 2
    assert samples["brm_store_call_seconds_sum", _labels(method="apply", outcome="ok")] > 0
    assert samples["brm_scoring_seconds_count", _labels(kind="key_person")] == 1
    assert samples["brm_store_revision", ()] == samples["brm_snapshot_revision", ()] == 2
    assert 0 <= samples["brm_snapshot_age_seconds", ()] < 60
    assert [labels for name, labels in samples if name == "brm_build_info"] == [_labels(version="0.1.0")]
    assert samples["process_resident_memory_bytes", ()] > 1_000_000


def test_a_snapshot_grows_old_until_it_is_read_again(own: FastAPI, served: TestClient) -> None:
    assert not [name for name, _ in _samples(served) if name.startswith("brm_snapshot")]
    served.get("/api/v1/scores", params={"kind": "key_person"})
    first = _samples(served)
    served.post("/api/v1/people", json={"id": "p1", "properties": {"name": "张平"}})
    second = _samples(served)
    assert second["brm_snapshot_age_seconds", ()] > first["brm_snapshot_age_seconds", ()]
    assert (second["brm_snapshot_revision", ()], second["brm_store_revision", ()]) == (0, 1)
    served.get("/api/v1/scores", params={"kind": "key_person"})
    assert _samples(served)["brm_snapshot_revision", ()] == 1


def test_paths_that_do_not_exist_make_no_further_series(served: TestClient) -> None:
    served.get("/nowhere")
    before = set(_samples(served))
    for number in range(20):
        served.get(f"/nowhere/{number}")
        served.request(f"VERB{number}", "/healthz")
        served.get(f"/api/v1/people/p{number}")
    added = {labels for name, labels in set(_samples(served)) - before if name == "brm_request_seconds_count"}
    assert added == {
        _labels(method="GET", route="/api/v1/people/{id}", status="4xx"),
        _labels(method="GET", route="/metrics", status="2xx"),
        _labels(method="other", route="/healthz", status="4xx"),
    }


def test_two_applications_count_for_themselves(settings: Settings) -> None:
    counts = []
    for number in (3, 1):
        with open_store_for_test() as store, TestClient(create_app(settings, store)) as client:
            for _ in range(number):
                client.get("/healthz")
            counts.append(
                _samples(client)["brm_request_seconds_count", _labels(method="GET", route="/healthz", status="2xx")]
            )
    assert counts == [3, 1]


class open_store_for_test:
    def __enter__(self) -> Store:
        self.store = open_store("memory://")
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def test_measurements_ask_for_a_reader_once_there_are_tokens(served: TestClient, store: Store) -> None:
    assert _samples(served)
    reader = tokens.create(store, local_admin(), scopes=("read",)).secret
    assert served.get("/metrics").status_code == 401
    assert _samples(served, Authorization=f"Bearer {reader}")


def test_without_the_library_the_remedy_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("prometheus_client"):
            raise ModuleNotFoundError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with open_store_for_test() as store, TestClient(create_app(settings, store)) as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (501, "application/problem+json")
    assert answer.json()["type"] == "urn:brm:problem:not_installed"
    assert "pip install 'brm[telemetry]'" in answer.json()["remedy"]
