"""The HTTP application."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any
from urllib.parse import unquote

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api import docs_page, metrics, problems
from api.bookmarks import Bookmarked
from api.description import complete
from api.observing import Observed
from api.routers import (
    changes,
    collections,
    customers,
    days,
    deals,
    drafts,
    focus,
    imports,
    journeys,
    leading,
    meta,
    networks,
    parameters,
    plans,
    reviews,
    scoring,
)
from brm.services.workspace import Workspace
from brm.settings import Settings
from brm.store.protocol import Store


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
    app = Application(
        title="brm",
        version=version("brm"),
        summary="A graph of customer relationships that quantifies, explains and advises.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    meter = metrics.new_meter(lambda: app.state.workspace)
    app.state.meter = meter
    app.state.workspace = Workspace.open(settings, meter) if store is None else Workspace(store, settings, meter)
    app.add_api_route("/api/v1/docs", lambda: HTMLResponse(docs_page.render(app.openapi())), include_in_schema=False)
    problems.install(app)
    app.add_middleware(Bookmarked, workspace=lambda: app.state.workspace)
    app.add_middleware(Observed, meter=meter)
    app.add_middleware(SlashesInSegments)
    app.include_router(meta.health)
    for segment, type_ in collections.COLLECTIONS.items():
        app.include_router(collections.collection_router(segment, type_), prefix="/api/v1")
    for router in (
        scoring.router, deals.router, leading.router, customers.router, focus.router, plans.router, journeys.router,
        days.router,
        networks.router, drafts.router, reviews.router, parameters.router, changes.router, imports.router, meta.router,
    ):  # fmt: skip
        app.include_router(router, prefix="/api/v1")
    return app


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
