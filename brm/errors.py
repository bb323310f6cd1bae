"""One tree of errors. Each says what happened and what to do, and carries data, not HTTP."""

from __future__ import annotations

from typing import Any


class BrmError(Exception):
    """Base of everything the service refuses. ``code`` is stable; ``detail`` fills its message.

    ``message`` is the English sentence; ``remedy`` says what the user can do about it.
    """

    code = "error"

    def __init__(self, message: str, *, remedy: str = "", code: str | None = None, **detail: Any) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.detail = detail
        if code is not None:
            self.code = code


class InvalidInput(BrmError):
    """The request or a row of it does not fit the declarations."""

    code = "invalid_input"


class NotFound(BrmError):
    """There is no such entity at that date."""

    code = "not_found"


class Conflict(BrmError):
    """Somebody else changed it first, or the idempotency key was used for something else."""

    code = "conflict"


class NotAllowed(BrmError):
    """The principal may not do this."""

    code = "not_allowed"


class StoreUnusable(BrmError):
    """The store is missing, locked, damaged, full, read-only or of another version."""

    code = "store_unusable"


class NotComputable(BrmError):
    """The number asked for does not exist for this subject, and why."""

    code = "not_computable"


class NotInstalled(BrmError):
    """A part of the program is needed that was not installed with it."""

    code = "not_installed"
