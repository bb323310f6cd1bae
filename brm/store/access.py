"""Who the service is to the server, and how long it waits for an answer."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from brm.errors import InvalidInput, StoreUnusable

DEFAULT_USER: Final = "neo4j"
SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Access:
    """``seconds`` is how long the server may be silent before a call fails."""

    user: str = DEFAULT_USER
    password: str = field(default="", repr=False)
    seconds: float = SECONDS


def from_environment() -> Access:
    """What the environment says, for programs that open a store by its URL alone."""
    file, password = os.environ.get("BRM_NEO4J_PASSWORD_FILE"), os.environ.get("BRM_NEO4J_PASSWORD", "")
    seconds = os.environ.get("BRM_NEO4J_TIMEOUT")
    try:
        waiting = SECONDS if not seconds else float(seconds)
    except ValueError:
        raise InvalidInput(
            f"BRM_NEO4J_TIMEOUT {seconds!r} is not a number of seconds", remedy="Write a number such as 15."
        ) from None
    return Access(
        os.environ.get("BRM_NEO4J_USER") or DEFAULT_USER,
        password or (read_password(file) if file else ""),
        waiting,
    )


def read_password(file: str) -> str:
    """The first line of a password file."""
    try:
        return Path(file).read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is not text"
        raise StoreUnusable(
            f"the password file {file} cannot be read: {why}",
            remedy="Check BRM_NEO4J_PASSWORD_FILE and who may read the file.",
            code="no_password",
        ) from None
