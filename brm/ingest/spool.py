"""Lists that may grow long: a megabyte in memory, the rest in a temporary file."""

from __future__ import annotations

import tempfile
import weakref


def spool(owner: object) -> tempfile.SpooledTemporaryFile[str]:
    """A text buffer that is closed, and its file removed, together with its owner."""
    opened = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - lives as long as its owner
        max_size=1 << 20, mode="w+", newline="", encoding="utf-8", errors="backslashreplace"
    )
    weakref.finalize(owner, opened.close)
    return opened
