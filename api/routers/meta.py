"""The service about itself: health, readiness, schema, tokens, who am I."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from api import metrics
from api.answers import Listing
from api.dependencies import Admin, ItemId, Reader, Space
from api.models import NewTokenBody
from api.problems import NOT_INSTALLED, PROBLEMS
from brm.services import tokens
from graph_schema import registry
from graph_schema.emit.json_schema import json_schema

MEASURING: dict[int | str, dict[str, Any]] = {
    **{status: PROBLEMS[status] for status in (401, 403, 422, 503)},
    **NOT_INSTALLED,
}
"""The problems of reading the measurements."""
health = APIRouter(tags=["health"])
router = APIRouter(tags=["service"], responses=PROBLEMS)


@health.get("/healthz", operation_id="healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@health.get("/readyz", operation_id="readyz", responses={503: PROBLEMS[503]})
def readyz(space: Space) -> dict[str, Any]:
    """The store answers and has this program's schema."""
    revision = space.store.revision()
    return {"status": "ready", "engine": space.store.engine, "revision": revision}


@health.get(
    "/metrics",
    operation_id="read_metrics",
    response_class=PlainTextResponse,
    responses=MEASURING,
)
def read_metrics(request: Request, space: Space, principal: Reader) -> Response:
    """Measurements of this process in Prometheus' text form; with tokens, for a token with the scope read."""
    space.store.revision()
    return Response(metrics.exposition(request.app.state.meter), media_type=metrics.MEDIA_TYPE)


@router.get("/me", operation_id="who_am_i")
def who_am_i(principal: Reader) -> dict[str, Any]:
    """The principal behind this request."""
    return {
        "id": principal.id,
        "person": principal.person_id,
        "scopes": sorted(principal.scopes),
        "language": principal.locale,
        "zone": principal.zone,
    }


@router.get("/schema", operation_id="read_schema")
def read_schema(principal: Reader) -> dict[str, Any]:
    """JSON Schema of all node, edge and record types."""
    return json_schema(registry())


@router.get("/tokens", operation_id="list_tokens", response_model=Listing)
def list_tokens(space: Space, principal: Admin) -> dict[str, Any]:
    """All tokens, without their secrets."""
    return {"items": tokens.listed(space.store, principal), "next": None, "revision": space.store.revision()}


@router.post("/tokens", status_code=201, operation_id="create_token")
def create_token(space: Space, principal: Admin, body: NewTokenBody) -> dict[str, Any]:
    """A new token; its secret is shown this once."""
    made = tokens.create(space.store, principal, scopes=tuple(body.scopes), person=body.person, label=body.label)
    return {"id": made.id, "secret": made.secret, "scopes": list(made.scopes), "person": made.person}


@router.delete("/tokens/{id}", status_code=204, operation_id="revoke_token")
def revoke_token(space: Space, principal: Admin, id: ItemId) -> None:
    """The token works no longer."""
    tokens.revoke(space.store, principal, id)
