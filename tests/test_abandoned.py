"""Whoever leaves or cancels frees the processor: the call ends at most two steps later, and is counted as cancelled."""

import http.client
import json
import secrets
import socket
import time
import urllib.request

import pytest
from test_hardening import OPENER
from waiting import until

import fieldlib
from benchmarks.load_page import Event, Page
from demo import gradio_ui
from demo.meter import METER

MODEL, STEP = "flow_matching/tiny_conv", 0.25  # seconds of each step: long enough for a message to come between
LONG = {"model": MODEL, "steps": 1000}


@pytest.fixture(scope="module")
def address():
    page = gradio_ui.serve("127.0.0.1", None, block=False)
    yield page.local_url.rstrip("/")
    page.close()


@pytest.fixture
def made(monkeypatch):
    """The steps that the samplers make, slowly."""
    steps, plain = [], fieldlib.sample

    def slow(*args, **options):
        for frame in plain(*args, **options):
            time.sleep(STEP)
            steps.append(frame.step)
            yield frame

    monkeypatch.setattr(fieldlib, "sample", slow)
    return steps


def ask(address, path, body=None):
    blob = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}{path}", blob, {"Content-Type": "application/json"})
    with OPENER.open(request, timeout=30) as answer:
        return json.loads(answer.read())


def sampling(config):
    number = next(one["id"] for one in config["dependencies"] if one["api_name"] == "sample")
    return Event(number, 0, ["coffee", None, 0.2, "uniform", MODEL, "euler", 1000, 0, 0, ""])


CALLS = {
    "sample": sampling,
    "write": lambda config: Page(config).event("export-strip", "click", **LONG),
    "draw": lambda config: Page(config).event("numbers-refresh", "click", numbers_which="ways", **LONG),
    "run": lambda config: Page(config).event("run", "click", **LONG),
}


class Visitor:
    """A connection that waits for the answer of one event."""

    def __init__(self, address, event):
        self.address, self.session = address, secrets.token_hex(5)
        names = {"fn_index": event.number, "session_hash": self.session}
        body = {"data": event.values, "trigger_id": event.sender, **names}
        self.event = {**names, **ask(address, "/gradio_api/queue/join", body)}
        self.connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
        self.connection.request("GET", f"/gradio_api/queue/data?session_hash={self.session}")
        self.connection.getresponse()

    def leave(self):
        self.connection.sock.shutdown(socket.SHUT_RDWR)

    def cancel(self):
        ask(self.address, "/gradio_api/cancel", self.event)


@pytest.mark.alone
@pytest.mark.parametrize("end", [Visitor.leave, Visitor.cancel])
@pytest.mark.parametrize("name", CALLS)
def test_an_abandoned_call_ends_within_two_steps(address, made, name, end):
    visitor = Visitor(address, CALLS[name](ask(address, "/config")))
    assert until(lambda: len(made) >= 3)
    cancelled = METER._calls[name, "cancelled"]
    before = len(made)
    end(visitor)
    assert until(lambda: METER.running == 0)
    assert len(made) - before <= 2
    assert METER._calls[name, "cancelled"] == cancelled + 1
