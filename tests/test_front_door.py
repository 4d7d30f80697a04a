"""``?lang=`` leads to the page in that language, and pages are sent compressed."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from demo.front_door import FrontDoor, elsewhere


@pytest.mark.parametrize(
    ("path", "query", "there"),
    [
        ("/", "lang=es", "es"),
        ("/", "picture=coffee&lang=es&seed=3", "es?picture=coffee&seed=3"),
        ("/es", "lang=en", "./"),
        ("/es", "lang=en&hide=", "./?hide="),
        ("/", "lang=en", None),
        ("/es", "lang=es", None),
        ("/", "", None),
        ("/", "lang=//evil.example", None),
        ("/", "lang=../es", None),
        ("/healthz", "lang=es", None),
    ],
)
def test_where_a_language_leads(path, query, there):
    assert elsewhere(path, query) == there


@pytest.fixture
def client():
    async def app(scope, receive, send):
        await PlainTextResponse("x" * 5000)(scope, receive, send)

    return TestClient(FrontDoor(app), follow_redirects=False)


def test_the_browser_is_sent_there(client):
    answer = client.get("/?lang=es&seed=1")
    assert answer.status_code == 307
    assert answer.headers["location"] == "es?seed=1"


@pytest.mark.parametrize(
    ("path", "compressed"), [("/", True), ("/es", True), ("/gradio_api/run/x", True), ("/gradio_api/queue/data", False)]
)
def test_pages_are_compressed_and_streams_are_not(client, path, compressed):
    answer = client.get(path, headers={"accept-encoding": "gzip"})
    assert (answer.headers.get("content-encoding") == "gzip") is compressed
    assert answer.text == "x" * 5000
