"""One log event and one measurement for each request; its id in the answer and in every problem document."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brm.metering import Meter

METHODS = frozenset(("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS"))
UNMATCHED = "unmatched"
"""The route of a request that fits none: its path is the caller's text, so it is neither logged nor counted by."""
PREFIXES = ("", "/api/v1")
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
log = structlog.get_logger()


def template(scope: Scope) -> str:
    """The path of the route that a request took, with its prefix, which the framework keeps to itself."""
    inner = getattr(scope.get("route"), "path", None)
    if inner is None:
        return UNMATCHED
    segments = scope["path"].split("/")
    prefix = "/".join(segments[: len(segments) - inner.count("/")])
    return f"{prefix}{inner}" if prefix in PREFIXES else UNMATCHED


class Observed:
    """Watches the requests that pass through to ``app``."""

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        self.app = app
        self.meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        # What no answer was begun for, because the application failed, is answered with 500 outside.
        status = 500

        async def begin(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        began = time.perf_counter()
        try:
            await self.app(scope, receive, begin)
        finally:
            self._tell(scope, status, time.perf_counter() - began, request_id)

    def _tell(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = template(scope)
        self.meter.request(method, route, status, seconds)
        log.info(
            "request", method=method, route=route, status=status, ms=round(1_000 * seconds, 1), request_id=request_id,
            revision=self.meter.revision,
        )  # fmt: skip
