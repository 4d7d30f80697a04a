"""Attacks that were thought of, each tried on the running app or on the source."""

import ast
import gc
import io
import json
import re
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import GeneratorType
from weakref import WeakSet

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from demo import gradio_ui
from fieldlib import InputError
from fieldlib.data import open_picture

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
NAMES = ("picture", "file", "fraction", "pattern", "model", "solver", "steps", "seed", "noise_seed", "mask")
GOOD = ("", None, 0.2, "uniform", "nearest", "", 4, 0, 0, "")


@pytest.fixture(scope="module")
def address():
    page = gradio_ui.serve("127.0.0.1", None, block=False)
    yield page.local_url.rstrip("/")
    page.close()


def ask(address, **changes):
    """Status and text of one /sample call with plain HTTP, as an attacker sends it."""
    data = list({**dict(zip(NAMES, GOOD, strict=True)), **changes}.values())
    return post(address, json.dumps({"data": data}).encode())


def post(address, blob):
    request = urllib.request.Request(f"{address}/gradio_api/call/sample", blob, {"Content-Type": "application/json"})
    try:
        with OPENER.open(request, timeout=60) as answer:
            event = json.loads(answer.read())["event_id"]
        with OPENER.open(f"{address}/gradio_api/call/sample/{event}", timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def is_error(result):
    status, text = result
    assert status < 500 and "Traceback" not in text and 'File "' not in text, text
    return status >= 400 or "event: error" in text


class Trap(BaseHTTPRequestHandler):
    seen: list

    def do_GET(self):
        self.seen.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def trap():
    """A server that nobody may ask."""
    handler = type("Handler", (Trap,), {"seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/secret.png", handler.seen
    server.shutdown()
    server.server_close()


def test_no_address_in_a_request_is_fetched(address, trap):
    url, seen = trap
    for file in (
        {"path": url, "meta": {"_type": "gradio.FileData"}},
        {"url": url, "meta": {"_type": "gradio.FileData"}},
        {"path": "x.png", "url": url, "orig_name": url, "meta": {"_type": "gradio.FileData"}},
        {"path": url},
    ):
        assert is_error(ask(address, file=file)), file
    assert seen == []


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../../etc/passwd", "assets/gallery/cat.webp", "file:///etc/passwd", ""]
)
def test_no_path_in_a_request_is_opened(address, path):
    assert is_error(ask(address, file={"path": path, "meta": {"_type": "gradio.FileData"}}))
    assert is_error(ask(address, file={"path": path}))
    assert is_error(ask(address, model=path or "/"))
    assert path == "" or is_error(ask(address, picture=path))


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../app.py", "requirements.txt", "assets/weights/denoiser/tiny/config.json"]
)
def test_no_file_of_the_machine_is_served(address, path):
    with pytest.raises(urllib.error.HTTPError) as caught:
        OPENER.open(f"{address}/gradio_api/file={path}", timeout=30)
    assert caught.value.code in (403, 404)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(NAMES),
    value=st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=300)
    ),
)
def test_any_value_over_http_gets_a_picture_or_a_message(address, name, value):
    result = ask(address, **{name: value, **({} if name == "model" else {"model": "nearest"})})
    assert is_error(result) or "data:image/png" in result[1]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(blob=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_body_over_http_is_refused_without_a_traceback(address, blob):
    assert is_error(post(address, blob))
    assert "data:image/png" in ask(address)[1]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("gradio_api/call/nothing", {"data": []}),
        ("gradio_api/run/my-secret", {"data": []}),
        ("gradio_api/call/v2/sample", {"my-secret": 1}),
        ("gradio_api/queue/join", {"data": [], "fn_index": 99999, "session_hash": "my-secret"}),
        ("?page=my-secret", None),
    ],
)
def test_what_gradio_cannot_read_is_refused_and_not_logged(address, caplog, path, body):
    blob = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}/{path}", blob, {"Content-Type": "application/json"})
    with caplog.at_level("DEBUG"), pytest.raises(urllib.error.HTTPError) as caught:
        OPENER.open(request, timeout=60)
    assert 400 <= caught.value.code < 500
    assert "my-secret" not in caught.value.read().decode()
    told = [line for line in caplog.records if line.name.startswith(("demo", "uvicorn"))]
    assert all("my-secret" not in f"{line.getMessage()} {line.exc_info}" for line in told)


def encoded(kind, **options):
    file = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "blob",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"\x80\x04\x95pickle",
        encoded("PNG")[:60],
    ],
)
def test_what_is_no_picture_is_refused_whatever_it_is_called(tmp_path, blob):
    file = tmp_path / "innocent.png"
    file.write_bytes(blob)
    with pytest.raises(InputError):
        open_picture(file)


def test_a_picture_with_a_wrong_name_is_judged_by_its_content(tmp_path):
    file = tmp_path / "picture.txt"
    file.write_bytes(encoded("WEBP", lossless=True))
    assert np.array_equal(open_picture(file)[0, 0], (255, 0, 0))


def test_templates_hold_no_place_for_values():
    """``{{value}}`` and ``${value}`` in a template would run what stands in the value as JavaScript."""
    for file in (ROOT / "demo" / "components").glob("*.html"):
        assert not re.search(r"\{\{|\$\{", file.read_text()), file


def test_scripts_write_text_and_never_html():
    risky = r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function)\b"
    for file in (ROOT / "demo" / "components").glob("*.js"):
        assert not re.search(risky, file.read_text()), file


def test_nothing_unpickles():
    for folder in ("fieldlib", "demo", "train_scripts"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    names = {alias.name for alias in node.names} | {getattr(node, "module", "") or ""}
                    assert not names & {"pickle", "marshal", "shelve", "dill", "joblib"}, file
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("torch.load", "np.load", "numpy.load"):
                    safe = {"allow_pickle": "False", "weights_only": "True"}
                    given_keys = {k.arg: ast.unparse(k.value) for k in node.keywords}
                    assert any(given_keys.get(key) == value for key, value in safe.items()), file


def test_an_abandoned_run_is_closed():
    from demo import studio

    before = open_samplers()  # of servers that other tests have left with a run: not ours
    pixels = np.zeros((32, 32, 3), np.uint8)
    run = studio.run(studio.Request(pixels, model="flow_matching/tiny", steps=1000))
    next(run)
    ours = open_samplers() - before
    assert ours
    run.close()
    assert not ours & open_samplers()


def open_samplers():
    """Generators of fieldlib.sample that still hold their frame, without keeping them alive."""
    gc.collect()
    living = [x for x in gc.get_objects() if type(x) is GeneratorType]
    return WeakSet(x for x in living if x.gi_code.co_name == "sample" and x.gi_frame is not None)
