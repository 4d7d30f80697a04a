"""Scripts and styles are compressed once and kept, and nothing else is."""

import asyncio

import brotli
import httpx
import pytest
from starlette.responses import FileResponse, PlainTextResponse

from demo.shelf import FOREVER, Shelf

SCRIPT = "/assets/index-DphvyggB.js"
BROWSER = {"accept-encoding": "gzip, deflate, br"}
TEXT = "const answer = 42;\n" * 400


class App:
    """Answers every path but those with "lost" or "broken" in them; knows what it was asked for."""

    def __init__(self):
        self.asked = []

    async def __call__(self, scope, receive, send):
        self.asked.append(scope["path"])
        await asyncio.sleep(0.01)
        if "broken" in scope["path"]:
            raise ValueError("broken")
        status = 404 if "lost" in scope["path"] else 200
        await PlainTextResponse(TEXT, status, {"accept-ranges": "bytes"})(scope, receive, send)


@pytest.fixture
def app():
    return App()


async def get_from(app, *paths, method="GET", headers=BROWSER):
    """The answers to requests for ``paths``, all at once."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://studio") as client:
        return await asyncio.gather(*(client.request(method, path, headers=headers) for path in paths))


def get(*arguments, **options):
    return asyncio.run(get_from(*arguments, **options))


def test_a_script_is_asked_for_once_however_many_wait(app):
    async def ask_again(shelf):
        return [*await get_from(shelf, SCRIPT, SCRIPT), *await get_from(shelf, SCRIPT)]

    answers = asyncio.run(ask_again(Shelf(app)))
    assert app.asked == [SCRIPT] and len(answers) == 3
    for answer in answers:
        assert answer.status_code == 200 and answer.text == TEXT
        assert answer.headers["content-encoding"] == "br"
        assert answer.headers["cache-control"] == FOREVER
        assert "accept-ranges" not in answer.headers
        assert int(answer.headers["content-length"]) == len(brotli.compress(TEXT.encode(), quality=9))


@pytest.mark.parametrize("path", ["/assets/lost-DphvyggB.js", "/assets/logo.svg", "/config", "/x-DphvyggB.js"])
def test_what_is_missing_or_has_no_hash_in_its_name_is_not_kept(app, path):
    shelf = Shelf(app)
    answers = [get(shelf, path)[0] for _ in range(2)]
    assert app.asked == [path, path]
    assert not any("cache-control" in answer.headers for answer in answers)


def test_what_failed_once_is_asked_for_again(app):
    shelf, path = Shelf(app), "/assets/broken-DphvyggB.js"
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            get(shelf, path)
    assert app.asked == [path, path]


@pytest.mark.parametrize(
    ("method", "headers"),
    [("GET", {"accept-encoding": "gzip"}), ("GET", {**BROWSER, "range": "bytes=0-9"}), ("HEAD", BROWSER)],
)
def test_other_requests_for_it_pass(app, method, headers):
    async def ask(shelf):
        return [*await get_from(shelf, SCRIPT), *await get_from(shelf, SCRIPT, method=method, headers=headers)]

    asyncio.run(ask(Shelf(app)))
    assert app.asked == [SCRIPT, SCRIPT]


def test_who_leaves_early_leaves_no_half_file_to_the_others(tmp_path):
    script = tmp_path / "script.js"
    script.write_text(TEXT * 100)

    async def app(scope, receive, send):
        await FileResponse(script)(scope, receive, send)

    async def leave_then_stay(shelf):
        async def gone():
            return {"type": "http.disconnect"}

        async def nowhere(message):
            pass

        asked = [(name.encode(), value.encode()) for name, value in BROWSER.items()]
        scope = {"type": "http", "method": "GET", "path": SCRIPT, "headers": asked}
        await shelf(scope, gone, nowhere)
        return await get_from(shelf, SCRIPT)

    (answer,) = asyncio.run(leave_then_stay(Shelf(app)))
    assert answer.text == script.read_text()


def test_half_an_answer_is_not_kept():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"99")]})
        await send({"type": "http.response.body", "body": b"half"})

    sent = []

    async def keep(message):
        sent.append(message)

    shelf = Shelf(app)
    scope = {"type": "http", "method": "GET", "path": SCRIPT, "headers": [(b"accept-encoding", b"br")]}
    asyncio.run(shelf(scope, None, keep))
    assert sent[1]["body"] == b"half" and not shelf._files
