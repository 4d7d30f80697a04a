"""Before Gradio sees a request: ``?lang=`` leads to the page in that language, and pages are sent compressed.

Gradio 6.31 compresses files with an ending only, neither the page itself nor the answers of its events.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from demo.languages import DEFAULT, languages

SMALLEST = 1000  # bytes that are worth compressing


def pages() -> dict[str, str]:
    """Language -> path of its page."""
    return {name: "/" if name == DEFAULT else f"/{name}" for name in languages()}


def relative(language: str) -> str:
    """The address of a language's page as seen from the others, so that it also holds behind a proxy."""
    return "./" if language == DEFAULT else language


def elsewhere(path: str, query: str) -> str | None:
    """Where ``?lang=`` leads from the page at ``path``; None when it leads nowhere else."""
    known = pages()
    pairs = parse_qsl(query, keep_blank_values=True)
    wanted = dict(pairs).get("lang", "")
    if path not in known.values() or wanted not in known or known[wanted] == path:
        return None
    rest = urlencode([(key, value) for key, value in pairs if key != "lang"])
    return relative(wanted) + (f"?{rest}" if rest else "")


class FrontDoor:
    """ASGI middleware, see the module."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressed = GZipMiddleware(app, minimum_size=SMALLEST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        path = scope["path"]
        there = elsewhere(path, scope["query_string"].decode("latin-1"))
        if there is not None:
            return await RedirectResponse(there)(scope, receive, send)
        whole = path in pages().values() or path.startswith("/gradio_api/run/")
        return await (self._compressed if whole else self._app)(scope, receive, send)
