"""Who is asking: every service takes a principal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from brm.errors import NotAllowed

Scope = Literal["read", "write", "admin"]
Language = Literal["zh-CN", "en"]
SCOPES: tuple[Scope, ...] = ("read", "write", "admin")


@dataclass(frozen=True, slots=True)
class Principal:
    """The one on whose behalf a service acts. ``zone`` is the installation's, for its days."""

    id: str
    scopes: frozenset[str]
    person_id: str | None = None
    locale: Language = "en"
    zone: str = "UTC"

    def allows(self, scope: Scope) -> bool:
        """Whether the principal has the scope; admin has all, write may also read."""
        implied = {"read": ("read", "write", "admin"), "write": ("write", "admin"), "admin": ("admin",)}[scope]
        return any(each in self.scopes for each in implied)

    def require(self, scope: Scope) -> None:
        """NotAllowed unless the principal has the scope."""
        if not self.allows(scope):
            raise NotAllowed(
                f"{self.id} may not do this: it needs the scope {scope}",
                remedy=f"use a token with the scope {scope} (brm token create --scope {scope})",
                scope=scope,
            )


def local_admin(locale: Language = "en", zone: str = "UTC") -> Principal:
    """The principal of the command line and of a loopback server without tokens."""
    return Principal("local", frozenset(SCOPES), None, locale, zone)
