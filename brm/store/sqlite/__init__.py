"""The embedded engine: one SQLite file, nothing to install."""

from brm.store.sqlite.store import SQLiteStore

__all__ = ["SQLiteStore"]
