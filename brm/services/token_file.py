"""A token kept in a file for programs that start without a person: made once, read only by its owner."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from brm.errors import Conflict, InvalidInput
from brm.principal import Principal
from brm.services import tokens
from brm.store.protocol import Store


@dataclass(frozen=True, slots=True)
class Ensured:
    """What became of the file: its token works, is new, is new in place of another, or is left although revoked."""

    state: Literal["kept", "created", "replaced", "revoked"]
    token: tokens.NewToken | None = None
    aside: Path | None = None
    """Where the token of another store is now."""


def ensure(
    store: Store,
    principal: Principal,
    path: Path,
    *,
    scopes: tuple[str, ...],
    person: str | None = None,
    label: str | None = None,
    renew: bool = False,
) -> Ensured:
    """See to it that the file holds a token of this store, without touching one that works.

    One that does not work is refused, unless ``renew``: a revoked one stays where it is while another token with the
    scopes is in force, and is replaced where none is; one of another store is replaced and goes to a file beside, as
    it may still work there. A new token is committed before it is in the file: a crash between the two leaves a
    token that nobody has, and the next call makes another.
    """
    principal.require("admin")
    kept = _read(path)
    record = tokens.record_of(store, kept) if kept else None
    if record is not None and not record.get("revoked_at"):
        return Ensured("kept")
    if kept is not None:
        _refuse(path, kept, renew=renew, revoked=record is not None)
        if record is not None and _another(store, scopes, person):
            return Ensured("revoked")
    # This write also tries the place before a token is committed for it.
    aside = path.with_name(f"{path.name}.old") if kept is not None and record is None else None
    _write(aside or path, f"{kept}\n" if aside else "")
    made = tokens.create(store, principal, scopes=scopes, person=person, label=label)
    _write(path, made.secret + "\n")
    return Ensured("created" if kept is None else "replaced", made, aside)


def _another(store: Store, scopes: tuple[str, ...], person: str | None) -> bool:
    """Whether a token with the scopes is in force, for the person where one is meant."""
    return any(
        set(scopes) <= set(body["scopes"]) and person in (None, body.get("person")) for body in tokens.in_force(store)
    )


def _refuse(path: Path, kept: str, *, renew: bool, revoked: bool) -> None:
    """What does not work is only touched when that is wanted, and what is no token never."""
    if not tokens.is_token(kept):
        raise Conflict(
            f"{path} holds something that is not a token",
            remedy="name another file, or move this one away if it is not needed",
            code="token_file_foreign",
        )
    if not renew:
        raise Conflict(
            f"{path} holds a token that this store does not know, or that was revoked",
            remedy="check which store is meant; for a new token remove the file, or add --renew",
            code="token_file_stale",
            revoked=revoked,
        )


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
