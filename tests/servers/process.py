"""A server process of a test: started, told when it is ready, and ended only by a pid that is still its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.servers.model import Unavailable

READY_SECONDS = 120
STOP_SECONDS = 60


def free_ports(number: int) -> list[int]:
    """Ports that the system had free on the loopback just now, all different."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(listener.getsockname()[1]) for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


class ServerProcess:
    """A child whose standard input we hold: when this process dies, the child reads the end and leaves."""

    def __init__(self, command: list[str], log: Path, ready: str, directory: Path | None = None) -> None:
        self.command = command
        self.log = log
        self.ready = ready
        self.directory = directory
        """Where it runs; None for ours."""
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._child is None or self._child.poll() is not None:
            raise Unavailable(f"the server is not running{self._last_words()}")
        return self._child.pid

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def start(self, first_line: str = "") -> None:
        if self.is_running:
            return
        with self.log.open("wb") as log:
            self._child = subprocess.Popen(
                self.command, cwd=self.directory, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT
            )
        assert self._child.stdin is not None
        self._child.stdin.write(f"{first_line}\n".encode())
        self._child.stdin.flush()
        deadline = time.monotonic() + READY_SECONDS
        while self.ready not in self.log.read_text(encoding="utf-8", errors="replace"):
            if not self.is_running:
                raise Unavailable(f"the server ended while it started{self._last_words()}")
            if time.monotonic() > deadline:
                self.kill()
                raise Unavailable(f"the server was not ready within {READY_SECONDS} s{self._last_words()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it cleanly; by force where it does not end."""
        if self._child is None:
            return
        assert self._child.stdin is not None
        self._child.stdin.close()
        try:
            self._child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once, as a crash does."""
        if self._child is None:
            return
        self._child.kill()
        self._child.wait(STOP_SECONDS)
        assert self._child.stdin is not None
        self._child.stdin.close()

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        cause = [line for line in lines if line.startswith("Caused by:")]
        return f": {(cause or lines or [''])[-1]}"
