"""A store whose calls are timed by name, and whose failures are logged; the protocol stays as it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import structlog

from brm.errors import BrmError, StoreUnusable
from brm.metering import Meter, Outcome
from brm.store.protocol import Store
from graph_schema.changes import Receipt

CALLS = tuple(name for name, each in vars(Store).items() if callable(each) and not name.startswith("_"))
log = structlog.get_logger()


def timed(store: Store, meter: Meter) -> Store:
    """The same store, each call of which the meter hears of."""
    return cast(Store, _Timed(store, meter))


class _Timed:
    def __init__(self, store: Store, meter: Meter) -> None:
        self._store = store
        for name in CALLS:
            setattr(self, name, _measured(name, getattr(store, name), meter))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def _measured(name: str, call: Callable[..., Any], meter: Meter) -> Callable[..., Any]:
    def measured(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            result = call(*given, **named)
        except Exception as error:
            _failed(name, error, meter, time.perf_counter() - began)
            raise
        if isinstance(result, Iterator):
            return _consumed(name, result, meter)
        meter.store_call(name, "ok", time.perf_counter() - began)
        if isinstance(result, Receipt):
            meter.revision = result.revision
        elif name == "revision":
            meter.revision = result
        return result

    return measured


def _consumed(name: str, rows: Iterator[Any], meter: Meter) -> Iterator[Any]:
    """A stream: its call lasts until its last row was taken or it was given up."""
    began = time.perf_counter()
    try:
        yield from rows
    except Exception as error:
        _failed(name, error, meter, time.perf_counter() - began)
        raise
    meter.store_call(name, "ok", time.perf_counter() - began)


def _failed(name: str, error: Exception, meter: Meter, seconds: float) -> None:
    refused = isinstance(error, BrmError) and not isinstance(error, StoreUnusable)
    outcome: Outcome = "refused" if refused else "failed"
    meter.store_call(name, outcome, seconds)
    if not refused:
        log.error(
            "store_error", call=name, error=type(error).__name__, code=getattr(error, "code", None),
            ms=round(1_000 * seconds, 1),
        )  # fmt: skip
