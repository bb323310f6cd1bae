"""The HTTP application."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api import docs_page, problems
from api.description import complete
from api.routers import changes, collections, imports, meta, scoring
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.protocol import Store

_REQUEST_ID = re.compile(r"[\w.-]{1,64}")
log = structlog.get_logger()


class Application(FastAPI):
    """The framework's application with a completed description."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if not self.openapi_schema:
            self.openapi_schema = complete(super().openapi())
        return self.openapi_schema


def create_app(settings: Settings, store: Store | None = None) -> FastAPI:
    """The application on the store that the settings name, or on the one given.

    A path keeps an encoded slash within its segment, since ids of imported things hold slashes.
    """
    workspace = Workspace.open(settings) if store is None else Workspace(store, settings)
    app = Application(
        title="brm",
        version="0.1.0",
        summary="A graph of customer relationships that quantifies, explains and advises.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.workspace = workspace
    app.add_api_route("/api/v1/docs", lambda: HTMLResponse(docs_page.render(app.openapi())), include_in_schema=False)
    problems.install(app)
    app.middleware("http")(_with_request_id)
    app.add_middleware(SlashesInSegments)
    app.include_router(meta.health)
    for segment, type_ in collections.COLLECTIONS.items():
        app.include_router(collections.collection_router(segment, type_), prefix="/api/v1")
    for router in (scoring.router, changes.router, imports.router, meta.router):
        app.include_router(router, prefix="/api/v1")
    return app


async def _with_request_id(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    given = request.headers.get("X-Request-ID", "")
    request.state.request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
    response = await call_next(request)
    response.headers["X-Request-ID"] = request.state.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    log.info(
        "request", method=request.method, route=getattr(request.scope.get("route"), "path", None),
        status=response.status_code, request_id=request.state.request_id,
    )  # fmt: skip
    return response


class SlashesInSegments:
    """Lets a path parameter hold a slash: each segment is decoded alone, then `%` and `/` re-encoded.

    Without it an encoded slash is decoded before routing and splits the id. `api.dependencies.ItemId`
    takes the second encoding off again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw = scope.get("raw_path")
        if scope["type"] == "http" and raw and b"%" in raw:
            segments = (unquote(part) for part in raw.partition(b"?")[0].decode("ascii").split("/"))
            path = "/".join(part.replace("%", "%25").replace("/", "%2F") for part in segments)
            scope = {**scope, "path": path}
        await self.app(scope, receive, send)
