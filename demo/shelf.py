"""The page's scripts and styles are compressed once, kept, and never asked for again by a browser that has them.

Gradio 6.31 reads and compresses each of some eighty files anew for every visitor, and has browsers ask again at every
visit. Their names hold a hash of their content, so what was sent once stays true.
"""

from __future__ import annotations

import asyncio
import re
from typing import NamedTuple

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMED = re.compile(r"/assets/[\w.-]+-[\w-]{8,10}\.(js|css)$")  # as Vite names what it builds
QUALITY = 9  # of 11; with Gradio's 4 the page is a twentieth heavier
FOREVER = "public, max-age=31536000, immutable"


class File(NamedTuple):
    """A whole answer: its status, its headers and its body."""

    status: int
    headers: Headers
    body: bytes

    @property
    def is_whole(self) -> bool:
        """Whether the body is as long as its headers say."""
        return int(self.headers.get("content-length", len(self.body))) == len(self.body)


class Shelf:
    """ASGI middleware, see the module; asks ``app`` once for each file that there is, however many browsers wait."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files: dict[str, asyncio.Task[File]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if not fits(scope):
            return await self._app(scope, receive, send)
        path = scope["path"]
        if path not in self._files:
            self._files[path] = asyncio.create_task(self._fetch(scope))
        file = await asyncio.shield(self._files[path])  # a browser that leaves does not end it for the others
        await Response(file.body, file.status, dict(file.headers))(scope, receive, send)

    async def _fetch(self, scope: Scope) -> File:
        """The file that is asked for, packed; any other answer as it is, and forgotten."""
        found = False
        try:
            file = await answer_of(self._app, scope, stay)
            found = file.status == 200 and file.is_whole
            return await asyncio.to_thread(pack, file) if found else file
        finally:
            if not found:
                del self._files[scope["path"]]


async def stay() -> Message:
    """A browser that never leaves: the file is fetched for all, not for the one who asked first and may be gone."""
    return await asyncio.Event().wait()  # type: ignore[return-value]  # does not end


def fits(scope: Scope) -> bool:
    """Whether a request asks for a whole file that is named after its content, from a browser that knows Brotli."""
    if scope["type"] != "http" or scope["method"] != "GET" or not NAMED.search(scope["path"]):
        return False
    headers = Headers(scope=scope)
    return "br" in headers.get("accept-encoding", "") and "range" not in headers


async def answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> File:
    """What ``app`` answers, as a whole."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    start, *parts = messages
    return File(start["status"], Headers(raw=start["headers"]), b"".join(part.get("body", b"") for part in parts))


def pack(file: File) -> File:
    """``file`` compressed, for browsers to keep."""
    body = brotli.compress(file.body, quality=QUALITY)
    headers = MutableHeaders(raw=list(file.headers.raw))
    headers.update({"content-encoding": "br", "content-length": str(len(body)), "cache-control": FOREVER})
    headers.add_vary_header("Accept-Encoding")
    del headers["accept-ranges"]
    return File(file.status, headers, body)
