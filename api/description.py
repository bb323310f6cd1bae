"""The description of the interface, completed: problem documents, and examples that exist in the made-up world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from api.problems import MEDIA_TYPE
from api.routers.collections import COLLECTIONS

ONLY_WRITES = ("400", "409", "412")
"""Answers that only a request with a body or a change can have."""
EXAMPLES = {
    **{segment: f"demo:{type_}/17" for segment, type_ in COLLECTIONS.items()},
    "accounts": "demo:company/17",
    "decision_chain": "demo:opportunity/17",
    "drafts": "019d1b2a-3c4d-7e5f-8a6b-7c8d9e0f1a2b",
    "edges": "seat_in:demo:position/1>demo:org_unit/1",
    "focus-profiles": "balanced",
    "findings": "role_missing:demo:opportunity/17:decider",
    "offerings": "demo:offering/5",
    "imports": "import:0123456789abcdef",
    "neighbourhoods": "demo:person/17",
    "parameters": "1",
    "plan-versions": "019d1b2a-3c4d-7e5f-8a6b-7c8d9e0f1a2d",
    "portraits": "Large utilities",
    "reviews": "019d1b2a-3c4d-7e5f-8a6b-7c8d9e0f1a2c",
    "scores": "demo:opportunity/17",
    "tickets": "demo:ticket/17",
    "tokens": "0123456789ab",
}
"""By the first segment of a path, an id that stands there."""


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Completes the description that the framework made, in place."""
    for path, method, operation in _operations(document):
        for status in ONLY_WRITES if method == "get" else ():
            operation["responses"].pop(status, None)
        for status, answer in operation["responses"].items():
            if status >= "400":
                content = answer["content"]
                content[MEDIA_TYPE] = content.pop(next(iter(content)))
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "path":
                _example(path, parameter)
    return document


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _example(path: str, parameter: dict[str, Any]) -> None:
    parameter["schema"].pop("examples", None)
    segment = path.removeprefix("/api/v1/").split("/")[0]
    parameter["example"] = "decision_chain" if parameter["name"] == "kind" else EXAMPLES[segment]
