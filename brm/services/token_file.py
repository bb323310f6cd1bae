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
        if not renew or not tokens.is_token(kept):
            raise _stale(path, record is not None)
        if record is not None and _another(store, scopes, person):
            return Ensured("revoked")
    # The first write also tries the place before a token is committed for it.
    if kept is not None and record is None:
        _write(old(path), kept + "\n")
    else:
        _write(path, "")
    made = tokens.create(store, principal, scopes=scopes, person=person, label=label)
    _write(path, made.secret + "\n")
    return Ensured("created" if kept is None else "replaced", made)


def old(path: Path) -> Path:
    """Where a token of another store goes."""
    return path.with_name(f"{path.name}.old")


def _another(store: Store, scopes: tuple[str, ...], person: str | None) -> bool:
    """Whether a token with the scopes is in force, for the person where one is meant."""
    return any(
        set(scopes) <= set(body["scopes"]) and person in (None, body.get("person")) for body in tokens.in_force(store)
    )


def _stale(path: Path, known: bool) -> Conflict:
    return Conflict(
        f"{path} holds a token that was revoked" if known else f"{path} holds nothing that this store knows",
        remedy="check which store and file are meant; remove the file, or add --renew, for a new token",
        code="token_file_stale",
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
