"""What tests get to know about the servers they may use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["given", "container", "local", "stand-in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neo4jDatabase:
    """One database on the loopback that a test may wipe."""

    url: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neo4jServers:
    """The databases of this process, where they come from and what they say they are."""

    kind: Kind
    product: str
    version: str
    databases: tuple[Neo4jDatabase, ...]
    passed_over: dict[str, str] = field(default_factory=dict)
    """The better ways that this machine does not offer, and why."""
    close: Callable[[], None] = field(repr=False, default=lambda: None)

    @property
    def is_real(self) -> bool:
        """Whether this is Neo4j itself rather than something that speaks its protocol."""
        return self.kind != "stand-in" and self.product.startswith("Neo4j")

    def __str__(self) -> str:
        return f"{self.product} {self.version} ({self.kind})"


def told(reasons: dict[str, str]) -> str:
    """Why each way failed, in one line."""
    return "; ".join(f"{tried}: {reason}" for tried, reason in reasons.items())


class NoServer(RuntimeError):
    """No server could be had; says what was tried and why each failed."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__("no Neo4j server: " + told(reasons))
        self.reasons = reasons


class Unavailable(RuntimeError):
    """One way to a server does not work on this machine; the text is the reason."""
