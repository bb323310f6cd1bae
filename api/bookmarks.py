"""Reading one's own writes through another server process: what was written goes along as a bookmark."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from brm.services.workspace import Workspace

HEADER = "Brm-Bookmark"
_READS = ("GET", "HEAD", "OPTIONS")
_REFUSED = 300


class Bookmarked:
    """Answers to writes carry the store's bookmark, where the engine has one.

    `api.dependencies.get_principal` waits for the one that a request brings.
    """

    def __init__(self, app: ASGIApp, workspace: Callable[[], Workspace]) -> None:
        self.app = app
        self._workspace = workspace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _READS:
            await self.app(scope, receive, send)
            return

        async def begin(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < _REFUSED:
                bookmark = self._workspace().store.bookmark()
                if bookmark is not None:
                    MutableHeaders(scope=message)[HEADER] = bookmark
            await send(message)

        await self.app(scope, receive, begin)
