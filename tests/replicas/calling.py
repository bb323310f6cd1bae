"""Calls to one server process."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Any
    body: Any

    @property
    def bookmark(self) -> str:
        return str(self.headers["Brm-Bookmark"])


@dataclass(frozen=True, slots=True)
class Replica:
    address: str

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; header names with underscores for dashes."""
        request = urllib.request.Request(
            f"{self.address}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                content = answer.read()
                return Answer(answer.status, answer.headers, json.loads(content) if content else None)
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, json.loads(refused.read()))
