"""The HTTP application."""

from __future__ import annotations

import re
import uuid
from collections.abc import Awaitable, Callable

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import docs_page, problems
from api.routers import changes, collections, meta
from brm.services import tokens
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.protocol import Store

LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
_REQUEST_ID = re.compile(r"[\w.-]{1,64}")
log = structlog.get_logger()


def create_app(settings: Settings, store: Store | None = None) -> FastAPI:
    """The application on the store that the settings name, or on the one given.

    Without any token in the store only requests addressed to the loopback are answered, so that a
    page of another site cannot reach the service through a name of its own.
    """
    workspace = Workspace.open(settings) if store is None else Workspace(store, settings)
    app = FastAPI(
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
    if not tokens.any_configured(workspace.store):
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_HOSTS)
    app.include_router(meta.health)
    for segment, type_ in collections.COLLECTIONS.items():
        app.include_router(collections.collection_router(segment, type_), prefix="/api/v1")
    for router in (changes.router, meta.router):
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
