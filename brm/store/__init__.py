"""The graph store: one protocol, several engines, chosen by URL."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from urllib.parse import unquote

from brm.errors import InvalidInput
from brm.store.access import Access
from brm.store.protocol import Store

__all__ = ["Access", "open_store"]

SERVER_SCHEMES = frozenset(f"{name}{ending}" for name in ("neo4j", "bolt") for ending in ("", "+s", "+ssc"))
"""Plain, or encrypted with (``+s``) or without (``+ssc``) a certificate that is checked."""

ENTRY_POINTS = "brm.stores"
"""Entry-point group of further engines: scheme -> callable(url, zone=, clock=) that opens a store."""


def open_store(
    url: str, *, zone: str | None = None, clock: Callable[[], int] | None = None, access: Access | None = None
) -> Store:
    """Open the store at ``url``: ``memory://``, ``sqlite:///PATH``, ``neo4j://HOST``, or another engine's scheme.

    ``zone`` names the installation's time zone (UTC without it); ``clock`` gives the time in
    microseconds instead of the system's clock; ``access`` is for a server (the environment's without it).
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme == "memory":
        from brm.store.memory import MemoryStore

        return MemoryStore(url, zone=zone, clock=clock)
    if separator and scheme == "sqlite":
        if not rest.startswith("/") or rest in ("/", ""):
            raise InvalidInput(
                f"{url!r} names no file", remedy="Write sqlite:///PATH, or sqlite:////PATH from the root."
            )
        from brm.store.sqlite import SQLiteStore

        return SQLiteStore(url, unquote(rest[1:]), zone=zone, clock=clock)
    if separator and scheme in SERVER_SCHEMES:
        from brm.store.neo4j import Neo4jStore

        return Neo4jStore(url, access, zone=zone, clock=clock)
    for entry in entry_points(group=ENTRY_POINTS):
        if separator and entry.name == scheme:
            opened: Store = entry.load()(url, zone=zone, clock=clock)
            return opened
    raise InvalidInput(
        f"no engine opens {url!r}",
        remedy="Use memory://, sqlite:///PATH, neo4j://HOST or the scheme of an installed engine.",
        code="unknown_store",
    )
