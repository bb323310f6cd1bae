"""What is measured while the service works. The base keeps nothing; a server may offer a meter that does."""

from __future__ import annotations

from typing import Literal

Outcome = Literal["ok", "refused", "failed"]
"""Done; refused for what was asked (input, conflict, nothing there); failed for want of a store that works."""


class Meter:
    """Takes measurements. Nothing that it is given names a person or holds a value of the graph."""

    revision: int | None = None
    """The store's revision when it was last seen."""

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """An answered request; ``route`` is the template, never the path."""

    def store_call(self, method: str, outcome: Outcome, seconds: float) -> None:
        """A call of the store."""

    def scoring(self, kind: str, seconds: float) -> None:
        """A computation of scores, paths or findings."""
