"""Scripts and styles are compressed once and kept, and nothing else is."""

import asyncio

import brotli
import httpx
import pytest
from starlette.responses import PlainTextResponse

from demo.shelf import FOREVER, Shelf

SCRIPT = "/assets/index-DphvyggB.js"
BROWSER = {"accept-encoding": "gzip, deflate, br"}
TEXT = "const answer = 42;\n" * 400


class App:
    """Answers every path but those with "lost" in them; knows what it was asked for."""

    def __init__(self):
        self.asked = []

    async def __call__(self, scope, receive, send):
        self.asked.append(scope["path"])
        status = 404 if "lost" in scope["path"] else 200
        await PlainTextResponse(TEXT, status, {"accept-ranges": "bytes"})(scope, receive, send)


@pytest.fixture
def app():
    return App()


def get(app, *paths, method="GET", headers=BROWSER):
    async def ask():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://studio") as client:
            return [await client.request(method, path, headers=headers) for path in paths]

    return asyncio.run(ask())


def test_a_script_is_asked_for_once(app):
    first, again = get(Shelf(app), SCRIPT, SCRIPT)
    assert app.asked == [SCRIPT]
    for answer in (first, again):
        assert answer.status_code == 200 and answer.text == TEXT
        assert answer.headers["content-encoding"] == "br"
        assert answer.headers["cache-control"] == FOREVER
        assert "accept-ranges" not in answer.headers
        assert int(answer.headers["content-length"]) == len(brotli.compress(TEXT.encode(), quality=9))


@pytest.mark.parametrize("path", ["/assets/lost-DphvyggB.js", "/assets/logo.svg", "/config", "/x-DphvyggB.js"])
def test_what_is_missing_or_has_no_hash_in_its_name_is_not_kept(app, path):
    answers = get(Shelf(app), path, path)
    assert app.asked == [path, path]
    assert not any("cache-control" in answer.headers for answer in answers)


@pytest.mark.parametrize(
    ("method", "headers"),
    [("GET", {"accept-encoding": "gzip"}), ("GET", {**BROWSER, "range": "bytes=0-9"}), ("HEAD", BROWSER)],
)
def test_other_requests_for_it_pass(app, method, headers):
    shelf = Shelf(app)
    get(shelf, SCRIPT)
    get(shelf, SCRIPT, method=method, headers=headers)
    assert app.asked == [SCRIPT, SCRIPT]
