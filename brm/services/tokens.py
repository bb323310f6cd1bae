"""Bearer tokens: shown once, kept as a hash, scoped, revocable."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from brm.errors import InvalidInput, NotAllowed, NotFound
from brm.principal import SCOPES, Language, Principal
from brm.services.moments import now
from brm.store.protocol import Store
from graph_schema.changes import ChangeSet, RecordChange
from graph_schema.values import iso_instant

PREFIX = "brm"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown, once."""

    id: str
    secret: str
    scopes: tuple[str, ...]
    person: str | None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def create(
    store: Store, principal: Principal, *, scopes: tuple[str, ...], person: str | None = None, label: str | None = None
) -> NewToken:
    """A new token. A person given must exist; scopes are read, write, admin."""
    principal.require("admin")
    wrong = [scope for scope in scopes if scope not in SCOPES]
    if wrong or not scopes:
        raise InvalidInput(
            f"scope {', '.join(wrong) or '(none)'} is not known", remedy=f"use {', '.join(SCOPES)}", field="scope"
        )
    if person is not None and getattr(store.fetch([person]).get(person), "entity", None) is None:
        raise NotFound(f"there is no person {person}", remedy="create the person first, or check the id", id=person)
    identity = secrets.token_hex(6)
    secret = f"{PREFIX}_{identity}_{secrets.token_urlsafe(32)}"
    body = {
        "digest": _digest(secret),
        "scopes": sorted(set(scopes)),
        "person": person,
        "label": label,
        "created_at": now(),
    }
    _write(store, principal, identity, body)
    return NewToken(identity, secret, tuple(sorted(set(scopes))), person)


def listed(store: Store, principal: Principal) -> list[dict[str, Any]]:
    """All tokens, without digests."""
    principal.require("admin")
    return [
        {
            "id": record.id,
            "scopes": record.body["scopes"],
            "person": record.body.get("person"),
            "label": record.body.get("label"),
            "created_at": iso_instant(record.body["created_at"]),
            "revoked_at": iso_instant(record.body["revoked_at"]) if record.body.get("revoked_at") else None,
        }
        for record in store.records("token")
    ]


def revoke(store: Store, principal: Principal, identity: str) -> None:
    """The token works no longer."""
    principal.require("admin")
    found = store.records("token", [identity])
    if not found:
        raise NotFound(f"there is no token {identity}", remedy="list them with brm token list", id=identity)
    _write(store, principal, identity, {**found[0].body, "revoked_at": now()})


def any_configured(store: Store) -> bool:
    """Whether any token is in force, so that the server asks for one."""
    return any(True for _ in in_force(store))


def in_force(store: Store) -> Iterator[Mapping[str, Any]]:
    """What is kept of each token that was not revoked."""
    return (record.body for record in store.records("token") if not record.body.get("revoked_at"))


def is_token(text: str) -> bool:
    """Whether a text has the form of a token, of whichever store."""
    return _identity(text) is not None


def record_of(store: Store, secret: str) -> Mapping[str, Any] | None:
    """What is kept of a token, revoked or not; None for one that this store does not know."""
    identity = _identity(secret)
    found = store.records("token", [identity]) if identity else []
    body: Mapping[str, Any] = found[0].body if found else {"digest": ""}
    return body if hmac.compare_digest(str(body["digest"]), _digest(secret)) else None


def principal_of(store: Store, secret: str, locale: Language, zone: str) -> Principal:
    """The principal behind a bearer token; NotAllowed for an unknown or revoked one."""
    body = record_of(store, secret)
    if body is None or body.get("revoked_at"):
        raise NotAllowed(
            "the token is unknown or revoked", remedy="create one with brm token create", code="not_authenticated"
        )
    person = body.get("person")
    return Principal(person or f"token:{_identity(secret)}", frozenset(body["scopes"]), person, locale, zone)


def _identity(secret: str) -> str | None:
    parts = secret.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == PREFIX else None


def _write(store: Store, principal: Principal, identity: str, body: dict[str, Any]) -> None:
    store.apply(
        ChangeSet(
            actor=principal.person_id or principal.id,
            source="token",
            records=(RecordChange("token", identity, body),),
        )
    )
