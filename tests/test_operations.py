"""Operations as an administrator meets them: the app as a process of its own, asked over HTTP, ended by signals."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from demo.operations import GRACE, READING
from fieldlib import __version__
from train_scripts.space_check import free_port

pytestmark = pytest.mark.slow  # processes of their own

ROOT = Path(__file__).resolve().parent.parent
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class App:
    """``python app.py`` on a port of its own; its log lines after :meth:`stop`.

    ``command`` runs it in another way; ``settings`` go into its environment.
    """

    def __init__(self, log, port=None, command=(sys.executable, "app.py"), **settings):
        self.port, self.log = port or free_port(), log
        self.address = f"http://127.0.0.1:{self.port}"
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "FIELDLIB_LOG": "DEBUG",
            "PORT": str(self.port),
            **settings,
        }
        with log.open("w") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        self.wait()

    def wait(self):
        """Until it is healthy."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                return self.get("/healthz")
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.2)
        raise AssertionError("the app did not start")

    def get(self, path, body=None, **headers):
        blob = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, blob, {"Content-Type": "application/json", **headers})
        with OPENER.open(request, timeout=60) as answer:
            return answer.headers, answer.read().decode()

    def call(self, request_id, **changes):
        """The id of a new event of /sample."""
        values = {"picture": "", "file": None, "fraction": 0.2, "pattern": "uniform", "model": "nearest"}
        values |= {"solver": "", "steps": 4, "seed": 0, "noise_seed": 0, "mask": "", **changes}
        body = {"data": list(values.values())}
        return json.loads(self.get("/gradio_api/call/sample", body, **{"X-Request-ID": request_id})[1])["event_id"]

    def answer(self, event):
        return self.get(f"/gradio_api/call/sample/{event}")[1]

    def metrics(self):
        lines = self.get("/metrics")[1].splitlines()
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(60)

    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@pytest.fixture
def app(tmp_path):
    running = App(tmp_path / "log")
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait(10)


def test_health_metrics_ids_and_logs(app):
    assert json.loads(app.get("/healthz")[1]) == {"status": "ok", "version": __version__, "waiting": 0}
    assert "event: complete" in app.answer(app.call("good-1"))
    assert "event: error" in app.answer(app.call("bad-2", pattern="my secret pattern"))
    counts = app.metrics()
    assert counts['fieldlib_calls_total{call="sample",outcome="ok"}'] == 1
    assert counts['fieldlib_calls_total{call="sample",outcome="refused"}'] == 1
    assert counts['fieldlib_call_seconds_count{call="sample"}'] == 2
    assert counts["fieldlib_running_calls"] == 0 and counts["fieldlib_queue_length"] == 0
    assert 10**8 < counts["process_resident_memory_bytes"] < 2 * 10**9
    buckets = [value for name, value in counts.items() if name.startswith("fieldlib_call_seconds_bucket")]
    assert buckets == sorted(buckets) and buckets[-1] == 2
    headers, _ = app.get("/healthz", **{"X-Request-ID": "mine_3"})
    assert headers["X-Request-ID"] == "mine_3"
    made, _ = app.get("/healthz?token=hf_very_secret", **{"X-Request-ID": 'x"} \\ forged'})
    assert re.fullmatch(r"[0-9a-f]{16}", made["X-Request-ID"]), "an id that is not well formed is replaced"
    assert app.stop() == 0
    calls = {line["request_id"]: line for line in app.lines() if line["message"] == "call"}
    assert calls["good-1"]["outcome"] == "ok" and calls["bad-2"]["outcome"] == "refused"
    assert any(line.get("path") == "/healthz" and line["request_id"] == "mine_3" for line in app.lines())
    text = app.log.read_text()
    assert "secret" not in text and "forged" not in text and "Traceback" not in text


def test_secrets_are_never_logged(tmp_path, monkeypatch):
    secrets = {name: f"{name.lower()}-0123456789" for name in ("HF_TOKEN", "BEARER", "COOKIE", "QUERY", "BODY")}
    monkeypatch.setenv("HF_TOKEN", secrets["HF_TOKEN"])
    app = App(tmp_path / "log")
    try:
        headers = {"Authorization": f"Bearer {secrets['BEARER']}", "Cookie": f"access-token={secrets['COOKIE']}"}
        query = f"?token={secrets['QUERY']}"
        for path in ("/", "/healthz", "/config", "/gradio_api/info"):
            app.get(path + query, **headers)
        bad = [("/gradio_api/call/none", {"data": []})]
        bad += [("/gradio_api/queue/join", {"data": [], "fn_index": 9999}), ("/none", None)]
        for path, body in bad:
            with suppress(urllib.error.HTTPError):
                app.get(path + query, body, **headers)
        for field in ("fraction", "pattern", "steps", "seed", "file", "mask"):
            assert "event: error" in app.answer(app.call("bad-1", **{field: secrets["BODY"]}))
        dependencies = json.loads(app.get("/config")[1])["dependencies"]
        longest = max(dependencies, key=lambda one: len(one["inputs"]))  # widgets of every kind
        body = {"data": [secrets["BODY"]] * len(longest["inputs"]), "fn_index": longest["id"], "session_hash": "bad"}
        app.get("/gradio_api/queue/join", body)
        assert '"success":false' in app.get("/gradio_api/queue/data?session_hash=bad")[1]
    finally:
        app.stop()
    text = app.log.read_text()
    assert len(app.lines()) > 8, "every request was logged"
    assert not [name for name, value in secrets.items() if value in text]


def test_sigterm_lets_a_running_trajectory_end_and_refuses_new_work(app):
    event = app.call("long", model="flow_matching/tiny", steps=150)
    answers = []
    reader = threading.Thread(target=lambda: answers.append(app.answer(event)))
    reader.start()
    deadline = time.monotonic() + 30
    while app.metrics()["fieldlib_running_calls"] == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    app.process.send_signal(signal.SIGTERM)
    refused = []
    while not refused and app.process.poll() is None:
        try:
            app.call("late")
        except urllib.error.HTTPError as error:
            refused.append((error.code, error.headers["Retry-After"]))
        except OSError:
            break
        time.sleep(0.1)
    reader.join(60)
    assert "event: complete" in answers[0] and "data:image/png" in answers[0]
    assert refused == [(503, "10")]
    assert app.process.wait(60) == 0
    assert [line["outcome"] for line in app.lines() if line.get("request_id") == "long" and "outcome" in line] == ["ok"]


def test_slow_clients_still_get_their_answers(app):
    event = app.call("slow")
    app.process.send_signal(signal.SIGTERM)
    time.sleep(3)  # the answer has been ready for long
    assert app.process.poll() is None and "event: complete" in app.answer(event)
    assert app.process.wait(30) == 0


def test_an_answer_that_nobody_fetches_does_not_hold_it_up_for_long(app):
    app.call("lost")
    start = time.monotonic()
    assert app.stop() == 0
    assert READING - 1 < time.monotonic() - start < READING + GRACE


def test_ctrl_c_ends_it(app):
    assert app.stop(signal.SIGINT) == 0
    assert "Traceback" not in app.log.read_text()
