"""A TCP proxy on the loopback that can slow a connection down, swallow it, or cut it."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from typing import Literal

Mode = Literal["pass", "swallow", "refuse"]
CHUNK = 65_536


class Proxy:
    """Listens on a port of its own and passes bytes on to another.

    ``swallow`` keeps connections open and passes nothing on, as a firewall that drops packets does; ``refuse`` closes
    what is open and what comes. ``delay`` holds every chunk back for so many seconds.
    """

    def __init__(self, port: int) -> None:
        self.mode: Mode = "pass"
        self.delay = 0.0
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self.port = int(self._listener.getsockname()[1])
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    @property
    def url(self) -> str:
        # neo4j:// would follow the routing table to the server itself.
        return f"bolt://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._closed.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            if self.mode == "refuse":
                client.close()
                continue
            self._start(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(client)
            try:
                server = stack.enter_context(socket.create_connection(("127.0.0.1", self._target), timeout=5))
            except OSError:
                return
            selector = stack.enter_context(selectors.DefaultSelector())
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            with contextlib.suppress(OSError):
                while not self._closed.is_set() and self.mode != "refuse":
                    if not self._pass_on(selector):
                        return

    def _pass_on(self, selector: selectors.DefaultSelector) -> bool:
        """Whether the connection goes on."""
        if self.mode == "swallow":
            time.sleep(0.05)
            return True
        for key, _ in selector.select(0.1):
            source, sink = key.fileobj, key.data
            assert isinstance(source, socket.socket)
            content = source.recv(CHUNK)
            if not content:
                return False
            time.sleep(self.delay)
            sink.sendall(content)
        return True
