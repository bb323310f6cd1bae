"""Typed dependencies of the routes: workspace, principal, moment, cursor, terms of a write."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import AfterValidator

from api.models import ReceiptBody
from brm.errors import InvalidInput, NotAllowed
from brm.i18n import Catalogue, catalogue
from brm.principal import Language, Principal
from brm.services import moments, shapes, tokens
from brm.services.editing import Terms
from brm.services.workspace import Workspace
from brm.store.protocol import When
from graph_schema.changes import Receipt

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1", "testserver")
ItemId = Annotated[
    str,
    Path(min_length=1, max_length=700, description="Id, percent-encoded", examples=["demo:person/17"]),
    AfterValidator(unquote),
]
_bearer = HTTPBearer(auto_error=False, description="A token made with `brm token create`")


def get_workspace(request: Request) -> Workspace:
    """The workspace that the app was created with; one request is answered with one set of parameters."""
    workspace: Workspace = request.app.state.workspace
    return workspace.under()


Space = Annotated[Workspace, Depends(get_workspace)]


def get_scoring_workspace(
    space: Space,
    parameters: Annotated[
        str | None, Query(max_length=200, description="Version of the parameters; default the active one")
    ] = None,
) -> Workspace:
    """The workspace with the version of the parameters that is asked for."""
    return space if parameters is None else space.under(parameters)


ScoringSpace = Annotated[Workspace, Depends(get_scoring_workspace)]


def get_language(
    space: Space, accept_language: Annotated[str | None, Header(description="zh-CN or en")] = None
) -> Language:
    """The first language of the header that there are texts in, else the installation's."""
    for part in (accept_language or "").split(","):
        wanted = part.partition(";")[0].strip().lower()
        if wanted.startswith("zh"):
            return "zh-CN"
        if wanted.startswith("en"):
            return "en"
    return space.settings.language


def get_principal(
    request: Request,
    space: Space,
    language: Annotated[Language, Depends(get_language)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    brm_bookmark: Annotated[
        str | None, Header(max_length=4_000, description="Of an earlier answer; this answer includes what it wrote")
    ] = None,
) -> Principal:
    """Whoever the bearer token stands for; on a loopback server without tokens, the local admin.

    Without tokens the request must also be addressed to the loopback, so that a page of another site
    cannot reach the service through a name of its own.
    """
    principal = _identified(request, space, language, credentials)
    if brm_bookmark is not None:
        space.store.catch_up(brm_bookmark)
    return principal


def _identified(
    request: Request, space: Workspace, language: Language, credentials: HTTPAuthorizationCredentials | None
) -> Principal:
    if credentials is not None:
        return tokens.principal_of(space.store, credentials.credentials, language, space.settings.zone)
    if tokens.any_configured(space.store):
        raise NotAllowed(
            "this server asks for a token",
            remedy="send Authorization: Bearer TOKEN; brm token create makes one",
            code="not_authenticated",
        )
    if (request.url.hostname or "") not in LOOPBACK_NAMES:
        raise NotAllowed(
            f"without tokens only requests to this machine are answered, not to {request.url.hostname}",
            remedy="use http://127.0.0.1, or make a token with brm token create",
        )
    return space.local_principal(language)


def _require(scope: Any) -> Any:
    def check(principal: Annotated[Principal, Depends(get_principal)]) -> Principal:
        principal.require(scope)
        return principal

    return check


Reader = Annotated[Principal, Depends(_require("read"))]
Writer = Annotated[Principal, Depends(_require("write"))]
Admin = Annotated[Principal, Depends(_require("admin"))]


def get_when(
    space: Space,
    as_of: Annotated[
        str | None,
        Query(description="Day (its end) or moment that the read looks at; default now", examples=["2026-06-30"]),
    ] = None,
    known_at: Annotated[
        str | None, Query(description="Knowledge by this day or moment, or `now`; default as_of")
    ] = None,
) -> When:
    """The moment a read looks at."""
    return moments.when(as_of, known_at, space.settings.zone)


Moment = Annotated[When, Depends(get_when)]


def get_texts(principal: Annotated[Principal, Depends(get_principal)]) -> Catalogue:
    """The texts in the principal's language."""
    return catalogue(principal.locale)


Texts = Annotated[Catalogue, Depends(get_texts)]


def get_terms(
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="The same key with the same body is done once")
    ] = None,
) -> Terms:
    """The key of a retry."""
    return Terms(idempotency_key=idempotency_key)


WriteTerms = Annotated[Terms, Depends(get_terms)]
IfMatch = Annotated[str | None, Header(description="ETag of the state the change is based on")]


def expected_revision(if_match: str | None, entity_id: str) -> dict[str, int]:
    """What an If-Match header demands of an entity."""
    if if_match is None or if_match.strip() == "*":
        return {}
    try:
        return {entity_id: int(if_match.strip().removeprefix("W/").strip('"'))}
    except ValueError:
        raise InvalidInput(
            f"If-Match {if_match!r} is not an ETag of this server",
            remedy='send the ETag as given, e.g. "17"',
            field="If-Match",
        ) from None


def encode_cursor(parts: dict[str, Any]) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps(parts, ensure_ascii=False).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> dict[str, Any]:
    """The parts of a cursor; InvalidInput when it was not made by this server."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, UnicodeError):
        parts = None
    if not isinstance(parts, dict):
        raise foreign_cursor()
    return parts


def foreign_cursor() -> InvalidInput:
    """The cursor is none that was given out for this list."""
    return InvalidInput(
        "the cursor was not made by this server for this list", remedy="start again without a cursor", field="cursor"
    )


def receipted(response: Response, id_: str, receipt: Receipt) -> ReceiptBody:
    """What a commit did to one thing, with its ETag."""
    response.headers["ETag"] = f'"{receipt.revision}"'
    return ReceiptBody(id=id_, **shapes.receipt(receipt))
