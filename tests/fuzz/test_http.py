"""The HTTP routes that the page and the API use, asked with forged bodies, files and names.

No answer is an error of the server, none holds a traceback, and the studio still answers afterwards.
"""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from demo import gradio_ui

pytestmark = pytest.mark.slow
FEW = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@pytest.fixture(scope="module")
def address():
    page = gradio_ui.serve("127.0.0.1", None, block=False)
    yield page.local_url.rstrip("/")
    page.close()


@pytest.fixture(scope="module")
def client(address):
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as opened:
        yield opened


def is_safe(status, text):
    assert status < 500, text[:500]
    assert "Traceback" not in text and 'File "' not in text, text[:500]


def still_answers(client):
    event = client.post("/gradio_api/call/models", json={"data": []}).json()["event_id"]
    assert "event: complete" in client.get(f"/gradio_api/call/models/{event}").text


PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.text(max_size=20))
JSON = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=3))
)
FORGED = st.fixed_dictionaries(
    {},
    optional={
        "data": st.one_of(st.lists(JSON, max_size=30), JSON),
        "fn_index": st.one_of(st.integers(-5, 400), JSON),
        "session_hash": st.one_of(st.sampled_from(("a", "b")), JSON),
        "trigger_id": JSON,
        "event_data": JSON,
        "event_id": JSON,
        "component_id": st.one_of(st.integers(-5, 400), JSON),
        "fn_name": st.one_of(st.sampled_from(("ask_influence", "postprocess", "__class__")), JSON),
    },
)
POSTS = ("queue/join", "component_server", "cancel", "reset", "call/sample", "call/reconstruct", "call/baselines")
GETS = ("queue/data", "heartbeat/x", "call/sample/x", "upload_progress", "startup-events")


@settings(max_examples=400, **FEW)
@given(path=st.sampled_from(POSTS), body=FORGED)
def test_forged_bodies(client, path, body):
    answer = client.post(f"/gradio_api/{path}", json=body)
    is_safe(answer.status_code, answer.text)


@settings(max_examples=60, **FEW)
@given(
    name=st.text(max_size=40),
    blob=st.binary(max_size=60),
    kind=st.sampled_from(("image/png", "text/html", "", "../..")),
    field=st.sampled_from(("files", "file", "")),
)
def test_forged_uploads(client, name, blob, kind, field):
    answer = client.post("/gradio_api/upload", files={field: (name, blob, kind)})
    is_safe(answer.status_code, answer.text)


@settings(max_examples=40, **FEW)
@given(path=st.sampled_from(GETS), name=st.text("abc/%.", max_size=8), value=st.text(max_size=12))
def test_streams_for_nobody(client, path, name, value):
    with client.stream("GET", f"/gradio_api/{path}", params={"session_hash": value, name: value}) as answer:
        assert answer.status_code < 500


def test_the_studio_answers_after_all_that(client):
    still_answers(client)
    lines = client.get("/metrics").text.splitlines()
    assert next(line for line in lines if line.startswith("fieldlib_queue_length")) == "fieldlib_queue_length 0"
