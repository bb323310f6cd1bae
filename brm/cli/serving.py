"""Starting the server: checks first, then says where it is."""

from __future__ import annotations

import importlib
import ipaddress
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from brm.cli.session import Session
from brm.errors import InvalidInput, NotAllowed

if TYPE_CHECKING:
    from brm.services.workspace import Workspace

APPLICATION = "api.app"
"""The room above this one; named, not imported, so that services never depend on it."""


def serve(session: Session, workspace: Workspace, host: str, port: int) -> None:
    """Serve until interrupted; refuses other addresses than the loopback while no token exists."""
    import uvicorn

    from brm.services import tokens

    open_door = not tokens.any_configured(workspace.store)
    if open_door and not is_loopback(host):
        raise NotAllowed(
            f"{host} can be reached from other machines, and no token is configured",
            remedy="make one first: brm token create --scope admin; or listen on 127.0.0.1",
        )
    workspace.store.reserve()
    application = importlib.import_module(APPLICATION).create_app(session.settings, workspace.store)
    listener = listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    text = session.texts.text("cli.serving", address=address)
    session.diagnostics.print(text, soft_wrap=True)
    if open_door:
        session.diagnostics.print(session.texts.text("cli.loopback_only"), soft_wrap=True)
    # Without a configuration of its own the server's messages come through ours, which keep to themselves what
    # a request held.
    config = uvicorn.Config(application, log_config=None, access_log=False)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def is_loopback(host: str) -> bool:
    """Whether an address is only reachable from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; InvalidInput says who holds the port and what to do."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as problem:
        listener.close()
        raise InvalidInput(
            f"cannot listen on {host}:{port}: {problem.strerror}",
            remedy=f"choose another port, e.g. --port {port + 1 if port else 0} or BRM_PORT=0 for any free one",
            code="port_in_use",
            port=port,
        ) from None
    return listener
