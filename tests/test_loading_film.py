"""The recorded run moves inside the first answer, long before any script."""

import base64
import gzip
import io
import re

import pytest
from PIL import Image
from starlette.responses import HTMLResponse
from starlette.testclient import TestClient

from demo import loading_film, menus, opening, pictures

PAGE = "<body><gradio-app></gradio-app></body>"


@pytest.fixture
def client():
    return TestClient(loading_film.LoadingFilm(HTMLResponse(PAGE), "<i>film</i>"))


def test_pages_begin_with_the_film(client):
    for path in ("/", "/es"):
        answer = client.get(path)
        assert answer.text == "<body><i>film</i><gradio-app></gradio-app></body>"
        assert int(answer.headers["content-length"]) == len(answer.content)


def test_everything_else_is_left_alone(client):
    assert client.get("/config").text == PAGE
    assert client.post("/").text == PAGE


def test_the_film_is_the_recorded_run_and_weighs_little():
    film = loading_film.film(pictures.offered()[0])
    [strip] = re.findall(r"base64,([^)]+)", film)
    picture = Image.open(io.BytesIO(base64.b64decode(strip)))
    assert picture.size == (32 * (opening.STEPS // opening.STRIDE + 1), 32)
    assert len(gzip.compress(film.encode())) < 10_000


def test_without_a_model_there_is_no_film(monkeypatch):
    monkeypatch.setattr(menus, "default_model", lambda: "nobody/nothing")
    assert loading_film.film(pictures.offered()[0]) == ""
