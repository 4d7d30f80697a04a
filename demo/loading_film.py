"""What moves while the page is still on its way: the recorded run as a film strip inside the first answer.

Gradio's scripts take a second on a laptop and several over a slow line. Until the player is there, which takes this
away, noise becomes a picture in the place where the page will be.
"""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from demo import opening
from demo.front_door import pages
from demo.pictures import Picture
from demo.shelf import answer_of
from fieldlib import InputError

BEFORE = b"<gradio-app"
QUALITY = 60  # of WebP: noise is half of the strip, and needs no care
MARKUP = """<style>
#loading-film {{
  position: fixed; inset: 22vh 0 auto; margin: auto; width: min(16rem, 60vw); aspect-ratio: 1; border-radius: 12px;
  background: url(data:image/webp;base64,{strip}) 0 0 / {count}00% 100%; image-rendering: pixelated;
  animation: loading-film {seconds}s steps({count}, jump-none) infinite;
}}
@keyframes loading-film {{ 70%, to {{ background-position-x: 100% }} }}
@media (prefers-reduced-motion: reduce) {{ #loading-film {{ animation: none; background-position-x: 100% }} }}
</style><div id="loading-film" aria-hidden="true"></div>"""
SECONDS = 2.0  # of one round, a third of it rest on the result


def film(picture: Picture) -> str:
    """The run that greets visitors as HTML; empty when the default model cannot be used."""
    try:
        states = [moment.state for moment in opening.recorded(picture).moments]
    except InputError:
        return ""
    file = io.BytesIO()
    Image.fromarray(np.concatenate(states, axis=1)).save(file, "WEBP", quality=QUALITY)
    return MARKUP.format(strip=base64.b64encode(file.getvalue()).decode(), count=len(states), seconds=SECONDS)


class LoadingFilm:
    """ASGI middleware that puts ``film`` into every page of ``app``, before everything that can be seen."""

    def __init__(self, app: ASGIApp, film: str) -> None:
        self._app = app
        self._film = film.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the ASGI specification."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in pages().values():
            return await self._app(scope, receive, send)
        page = await answer_of(self._app, scope, receive)
        body = page.body.replace(BEFORE, self._film + BEFORE, 1)
        headers = MutableHeaders(raw=list(page.headers.raw))
        headers["content-length"] = str(len(body))
        await Response(body, page.status, dict(headers))(scope, receive, send)
