"""Makes stores that something else than the program wrote into."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from brm.store import open_store
from brm.store.protocol import Store


def damaged(path: Path, fill: Callable[[Store], None], statements: str) -> Store:
    """A file store that was filled, closed, changed behind its back, and opened again."""
    with closing(open_store(f"sqlite:///{path}")) as store:
        fill(store)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statements)
    return open_store(f"sqlite:///{path}")
