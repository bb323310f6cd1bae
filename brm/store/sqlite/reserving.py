"""One server process per file: a lock that the operating system gives back when the process ends."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from brm.errors import Conflict


class Reservation:
    """Held from construction to `release`, as an exclusive lock on a file beside the store."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(f"{store.name}-server")
        self._connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            self._connection.close()
            raise Conflict(
                f"another server process already serves {store}",
                remedy="End it, or use a server engine for several processes; the command line may go on beside one.",
                code="already_served",
            ) from None

    def release(self) -> None:
        """Let another server have the store."""
        self._connection.close()
        with suppress(OSError):
            self.path.unlink()
