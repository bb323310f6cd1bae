"""The description itself: stable, complete, true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store import open_store
from tests.current.generate import FOLDER, openapi

pytestmark = pytest.mark.contract
DOCUMENT: dict[str, Any] = create_app(Settings(store="memory://"), open_store("memory://")).openapi()
OPERATIONS = [
    (method, path, operation) for path, each in DOCUMENT["paths"].items() for method, operation in each.items()
]
AS_OF = "2026-06-29"
NOT_IN_THE_DEMONSTRATION = {
    "read_import", "read_plan_version", "read_objective", "history_of_objective", "read_resource",
    "history_of_resource", "read_draft", "read_draft_effect", "read_review", "read_portrait", "backtest_portrait",
}  # fmt: skip
"""It holds neither imports nor objectives nor resources, nor anybody's drafts, reviews of deals or plans, portraits."""


def test_the_committed_description_is_current() -> None:
    assert (FOLDER / "openapi.json").read_text(encoding="utf-8") == openapi()


def test_operation_ids_are_unique_and_in_snake_case() -> None:
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(ids) == len(set(ids))
    assert [each for each in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)*", each)] == []


def test_the_names_that_programs_rely_on() -> None:
    """Once released they change only by deprecation."""
    named = {operation["operationId"]: f"{method.upper()} {path}" for method, path, operation in OPERATIONS}
    relied_on = {
        "list_companies": "GET /api/v1/companies", "create_person": "POST /api/v1/people",
        "read_person": "GET /api/v1/people/{id}", "revise_opportunity": "PATCH /api/v1/opportunities/{id}",
        "end_position": "DELETE /api/v1/positions/{id}", "history_of_company": "GET /api/v1/companies/{id}/history",
        "list_scores": "GET /api/v1/scores", "explain_score": "GET /api/v1/scores/{kind}/{id}",
        "read_chain": "GET /api/v1/opportunities/{id}/chain", "read_map": "GET /api/v1/accounts/{id}/map",
        "findings_of_account": "GET /api/v1/accounts/{id}/findings", "list_findings": "GET /api/v1/findings",
        "decide_finding": "PATCH /api/v1/findings/{id}", "paths_to_person": "GET /api/v1/people/{id}/paths",
        "list_paths": "GET /api/v1/paths", "apply_changes": "POST /api/v1/changes", "read_feed": "GET /api/v1/changes",
        "undo_commit": "POST /api/v1/changes/undo", "list_imports": "GET /api/v1/imports",
        "undo_import": "POST /api/v1/imports/{id}/undo", "read_parameters": "GET /api/v1/parameters",
        "save_parameters": "POST /api/v1/parameters", "read_parameters_version": "GET /api/v1/parameters/{id}",
        "activate_parameters": "POST /api/v1/parameters/{id}/activate",
        "create_draft": "POST /api/v1/drafts", "change_draft": "POST /api/v1/drafts/{id}/changes",
        "read_draft_effect": "GET /api/v1/drafts/{id}/effect", "approve_draft": "POST /api/v1/drafts/{id}/approve",
        "discard_draft": "DELETE /api/v1/drafts/{id}", "start_review": "POST /api/v1/reviews",
        "read_review": "GET /api/v1/reviews/{id}", "read_plan": "GET /api/v1/accounts/{id}/plan",
        "read_journey": "GET /api/v1/accounts/{id}/journey",
        "read_schema": "GET /api/v1/schema", "list_tokens": "GET /api/v1/tokens", "who_am_i": "GET /api/v1/me",
        "healthz": "GET /healthz", "readyz": "GET /readyz",
    }  # fmt: skip
    assert {name: named.get(name) for name in relied_on} == relied_on


@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[each["operationId"] for _, _, each in OPERATIONS]
)
def test_every_operation_is_described(method: str, path: str, operation: dict[str, Any]) -> None:
    assert (bool(operation["summary"]), bool(operation["description"]), len(operation["tags"])) == (True, True, 1)
    undescribed = [
        each["name"]
        for each in operation.get("parameters", ())
        if not (each.get("description") or each["schema"].get("description") or each["name"] in _SELF_EXPLAINING)
    ]
    assert undescribed == []
    problems = {status for status in operation["responses"] if status >= "400"}
    if path.startswith("/api/v1/"):
        writing = set() if method == "get" else {"400", "409", "412"}
        assert problems == {"401", "403", "404", "422", "503"} | writing
    for status in problems:
        assert operation["responses"][status]["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }


_SELF_EXPLAINING = {"limit", "sort", "cursor", "kind", "from", "to", "max_hops", "since"}


def _readable() -> Iterator[str]:
    """The operations that read one thing by id, of which the example stands for something real."""
    for method, path, operation in OPERATIONS:
        if method == "get" and "{id}" in path and operation["operationId"] not in NOT_IN_THE_DEMONSTRATION:
            yield operation["operationId"]


@pytest.fixture(scope="module")
def client(demo: Workspace) -> Iterator[TestClient]:
    with TestClient(create_app(demo.settings, demo.store)) as opened:
        yield opened


@pytest.mark.parametrize("operation_id", tuple(_readable()))
def test_the_example_of_a_path_is_found_in_the_made_up_world(client: TestClient, operation_id: str) -> None:
    path, operation = next((p, o) for _, p, o in OPERATIONS if o["operationId"] == operation_id)
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(parameter["example"], safe=""))
    answer = client.get(path, params={} if "history" in path else {"as_of": AS_OF})
    assert answer.status_code == 200, answer.text
