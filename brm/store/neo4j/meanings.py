"""What the driver's errors mean to a user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    ConnectionAcquisitionTimeoutError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from brm.errors import StoreUnusable

_UNREACHABLE = (ServiceUnavailable, SessionExpired, ConnectionAcquisitionTimeoutError)
_BY_CODE: dict[str, tuple[str, str, str]] = {
    "Neo.ClientError.Database.DatabaseNotFound": (
        "no_database",
        "the server at {where} has no such database",
        "Name an existing database at the end of the store URL, or leave it out.",
    ),
    "Neo.ClientError.Security.Forbidden": (
        "read_only",
        "the user may not do this in the database at {where}",
        "Give the user the right to read, to write and to create constraints.",
    ),
    "Neo.ClientError.General.ForbiddenOnReadOnlyDatabase": (
        "read_only",
        "the database at {where} takes no writes",
        "Use the server that takes writes, or make the database writable.",
    ),
}
_BUSY = (
    "busy",
    "the server at {where} is too busy to carry this out",
    "Repeat it a little later; nothing was written.",
)
_BUSY_CODES = ("LockClientStopped", "TransactionTimedOut", "DeadlockDetected", "Terminated", "AlreadyExists")


def meaning(error: Exception, where: str) -> StoreUnusable | None:
    """The error as the service tells it, None when it is not about the server."""
    if isinstance(error, AuthError):
        return _told(
            "wrong_password", "the server at {where} refuses the user or the password",
            "Check BRM_NEO4J_USER and BRM_NEO4J_PASSWORD, or BRM_NEO4J_PASSWORD_FILE.", where,
        )  # fmt: skip
    if isinstance(error, _UNREACHABLE):
        return _told(
            "unreachable", "the server at {where} does not answer",
            "Start it, or check the address and the network, and repeat.", where,
        )  # fmt: skip
    if isinstance(error, Neo4jError):
        return _of_server(error, where)
    if isinstance(error, DriverError | ConfigurationError):
        return _told(
            "unreachable", "the connection to the server at {where} broke",
            "Repeat it; if it stays so, look at the server's log.", where,
        )  # fmt: skip
    return None


def _of_server(error: Neo4jError, where: str) -> StoreUnusable:
    code = error.code or ""
    if code in _BY_CODE:
        return _told(*_BY_CODE[code], where)
    if code.startswith("Neo.TransientError") or any(word in code for word in _BUSY_CODES):
        return _told(*_BUSY, where)
    return _told(
        "server_failed", f"the server at {{where}} failed: {code}",
        "Look at the server's log; disk space, memory and a server of another kind are the usual causes.", where,
    )  # fmt: skip


def _told(code: str, message: str, remedy: str, where: str) -> StoreUnusable:
    return StoreUnusable(message.format(where=where), remedy=remedy, code=code)


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn the driver's errors about the server into `StoreUnusable`."""
    try:
        yield
    except (Neo4jError, DriverError) as error:
        found = meaning(error, where)
        if found is None:
            raise
        raise found from error
