"""Errors as problem documents (RFC 9457): one table from the service's errors to HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from brm.errors import (
    BrmError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotComputable,
    NotFound,
    NotInstalled,
    StoreUnusable,
)
from brm.logs import places

MEDIA_TYPE = "application/problem+json"
STATUS: tuple[tuple[type[BrmError], int], ...] = (
    (InvalidInput, 422),
    (NotFound, 404),
    (Conflict, 409),
    (NotAllowed, 403),
    (StoreUnusable, 503),
    (NotComputable, 422),
    (NotInstalled, 501),
    (BrmError, 500),
)
STATUS_OF_CODE = {"not_authenticated": 401, "revision_conflict": 412}
TITLES = {
    400: "Bad request", 401: "Not authenticated", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    409: "Conflict", 412: "Changed meanwhile", 422: "Input does not fit", 500: "Internal error",
    501: "Not installed", 503: "Store not usable",
}  # fmt: skip
HTTP_REMEDIES = {
    400: "send the body as JSON in UTF-8",
    404: "see /api/v1/docs for the paths",
    405: "see the Allow header for the methods",
}
log = structlog.get_logger()


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str = Field(description="Stable name of the problem: urn:brm:problem:<code>")
    title: str
    status: int
    detail: str = Field(description="What happened")
    remedy: str | None = Field(description="What to do about it")
    instance: str = Field(description="The request's id, as in the log")
    errors: list[dict[str, Any]] | None = Field(default=None, description="Field, value and reason of each bad input")


def status_of(error: BrmError) -> int:
    """The HTTP status of a service error."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next(status for kind, status in STATUS if isinstance(error, kind))


def problem_response(
    request: Request, status: int, code: str, detail: str, remedy: str = "", errors: list[dict[str, Any]] | None = None
) -> JSONResponse:
    """A problem document as the answer to a request."""
    instance = getattr(request.state, "request_id", None) or str(uuid.uuid4())
    body = Problem(
        type=f"urn:brm:problem:{code}",
        title=TITLES.get(status, "Error"),
        status=status,
        detail=detail,
        remedy=remedy or None,
        instance=instance,
        errors=errors,
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(jsonable_encoder(body), status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""

    def on_service_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, BrmError)  # noqa: S101
        errors = [error.detail] if error.detail else None
        return problem_response(request, status_of(error), error.code, error.message, error.remedy, errors)

    def on_bad_request(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        errors = [
            {
                "field": ".".join(str(part) for part in each["loc"]),
                "reason": each["msg"],
                "value": str(each.get("input"))[:200],
            }
            for each in error.errors()
        ]
        return problem_response(
            request,
            422,
            "invalid_input",
            "the request does not fit the interface",
            "see errors and the API docs",
            errors,
        )

    def on_http_error(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        remedy = HTTP_REMEDIES.get(error.status_code, "")
        response = problem_response(request, error.status_code, f"http_{error.status_code}", str(error.detail), remedy)
        response.headers.update(error.headers or {})
        return response

    def on_crash(request: Request, error: Exception) -> JSONResponse:
        request_id = getattr(request.state, "request_id", None)
        log.error("request_failed", error=type(error).__name__, places=places(error), request_id=request_id)
        return problem_response(request, 500, "internal", "the server failed on this request", "report the instance id")

    app.add_exception_handler(BrmError, on_service_error)
    app.add_exception_handler(RequestValidationError, on_bad_request)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_crash)


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": TITLES[status]} for status in (400, 401, 403, 404, 409, 412, 422, 503)
}
NOT_INSTALLED: dict[int | str, dict[str, Any]] = {501: {"model": Problem, "description": TITLES[501]}}
