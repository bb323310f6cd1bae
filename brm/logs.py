"""Structured logs on stderr, one JSON object a line, without personal data.

An event has a fixed name and fields that are names of the program, counts, times and ids of
requests and imports. Messages of errors and paths of requests can hold names and values, so they
are never logged: an error is told by its type and the places that it passed.
"""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import PurePath

import structlog

_OWN_TEMPLATES = ("uvicorn",)
"""Loggers whose messages are fixed texts until they are filled in."""


def configure(level: str) -> None:
    """Log events of this severity and above, those of libraries from warnings on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        # Looked up at each event: a stream that a test or a supervisor put in place later is used.
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(each, _Library) for each in root.handlers):
        root.addHandler(_Library(logging.WARNING))


def places(error: BaseException) -> list[str]:
    """The places that an error passed, outermost first, without any value: ``file:line function``."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{'/'.join(PurePath(f.filename).parts[-2:])}:{f.lineno} {f.name}" for f in frames]


class _Library(logging.Handler):
    """What libraries say, as events: their logger, and a message only where it cannot hold values."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        fixed = record.name.split(".")[0] in _OWN_TEMPLATES
        fields: dict[str, object] = {"logger": record.name, "text": str(record.msg).strip() if fixed else None}
        if error is not None:
            fields |= {"error": type(error).__name__, "places": places(error)}
        level = min(max(record.levelno, logging.WARNING), logging.ERROR)
        structlog.get_logger().log(level, "library", **{name: each for name, each in fields.items() if each})
