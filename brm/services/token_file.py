"""A token kept in a file for programs that start without a person: made once, read only by its owner."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from brm.errors import Conflict, InvalidInput, NotAllowed
from brm.principal import Principal
from brm.services import tokens
from brm.store.protocol import Store


def ensure(
    store: Store,
    principal: Principal,
    path: Path,
    *,
    scopes: tuple[str, ...],
    person: str | None = None,
    label: str | None = None,
) -> tokens.NewToken | None:
    """A new token whose secret is written to ``path``; None where the file holds one that this store knows.

    The token is committed before the file appears: a crash between the two leaves a token that nobody has, and the
    next call makes another.
    """
    principal.require("admin")
    kept = _read(path)
    if kept is not None:
        _check(store, principal, path, kept)
        return None
    _write(path, "")  # tries the place before a token is committed for it
    made = tokens.create(store, principal, scopes=scopes, person=person, label=label)
    _write(path, made.secret + "\n")
    return made


def _check(store: Store, principal: Principal, path: Path, secret: str) -> None:
    try:
        tokens.principal_of(store, secret, principal.locale, principal.zone)
    except NotAllowed:
        raise Conflict(
            f"{path} holds a token that this store does not know, or that was revoked",
            remedy="remove the file to make a new token, or check which store is meant",
            code="token_file_stale",
        ) from None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as problem:
        raise _unusable(path, problem) from None


def _write(path: Path, text: str) -> None:
    """Replace the file as a whole; readable by its owner alone from the first moment."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as problem:
        part.unlink(missing_ok=True)
        raise _unusable(path, problem) from None


def _unusable(path: Path, problem: Exception) -> InvalidInput:
    reason = getattr(problem, "strerror", None) or str(problem)
    return InvalidInput(
        f"cannot keep a token in {path}: {reason}",
        remedy="name a file in an existing directory that only you can write",
        code="file_unusable",
    )
