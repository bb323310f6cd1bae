"""An outer bound on calls: no setting of the driver ends one on an open connection to a frozen server."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from brm.errors import StoreUnusable

T = TypeVar("T")


class Pulse:
    """Beats whenever the server answers; work that was given up stops at its next beat."""

    def __init__(self) -> None:
        self.last = time.monotonic()
        self.given_up = False

    def beat(self) -> None:
        """The server answered."""
        if self.given_up:
            raise StoreUnusable("the call was given up", remedy="Repeat it.", code="timeout")
        self.last = time.monotonic()


class _Running(Generic[T]):
    """Work in a thread of its own, which ends with the process if the server never answers."""

    def __init__(self, work: Callable[[Pulse], T]) -> None:
        self.pulse = Pulse()
        self.done = threading.Event()
        self.result: T | None = None
        self.error: BaseException | None = None
        self._work = work
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._run,), daemon=True, name="store-call").start()

    def _run(self) -> None:
        try:
            self.result = self._work(self.pulse)
        except BaseException as error:
            self.error = error
        finally:
            self.done.set()


def bounded(work: Callable[[Pulse], T], seconds: float, where: str) -> T:
    """What ``work`` gives; StoreUnusable once the server was silent for so long."""
    running = _Running(work)
    while not running.done.wait(max(running.pulse.last + seconds - time.monotonic(), 0.001)):
        if time.monotonic() - running.pulse.last >= seconds:
            running.pulse.given_up = True
            raise StoreUnusable(
                f"the server at {where} did not answer within {seconds:g} seconds",
                remedy="Check the server. If this was a write, read before repeating it: it may have been made.",
                code="timeout",
            )
    if running.error is not None:
        raise running.error
    result: Any = running.result
    return result  # type: ignore[no-any-return]
