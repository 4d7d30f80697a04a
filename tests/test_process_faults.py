"""Faults of whole processes: kills and respawns, jumping clocks, too little memory, two apps on one cache."""

import asyncio
import http.client
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from test_operations import App
from waiting import until

from benchmarks.load import one_round
from benchmarks.load_answers import wish
from benchmarks.load_browser import STAYING
from demo.operations import FLUSH, GRACE, READING

pytestmark = pytest.mark.slow  # processes of their own

ROOT = Path(__file__).resolve().parent.parent
MODEL = "flow_matching/tiny"
DAY = 86_400
RESPAWN = ("sh", "-c", 'until "$0" app.py; do :; done', sys.executable)  # what Restart=on-failure does


@pytest.fixture
def start(tmp_path):
    """Starts apps, each with a log of its own; those that still run after the test are killed."""
    started = []

    def start_app(**options):
        started.append(App(tmp_path / f"log{len(started)}", **options))
        return started[-1]

    yield start_app
    for app in started:
        if app.process.poll() is None:
            children = children_of(app)
            app.process.kill()
            for child in children:
                os.kill(child, signal.SIGKILL)
            app.process.wait(10)


def children_of(app):
    """What the shell of RESPAWN runs."""
    listing = Path(f"/proc/{app.process.pid}/task/{app.process.pid}/children")
    return [int(child) for child in listing.read_text().split()]


def running(app):
    """Return when a call is being computed."""
    deadline = time.monotonic() + 30
    while app.metrics()["fieldlib_running_calls"] == 0 and time.monotonic() < deadline:
        time.sleep(0.02)


def read(app, event):
    """The answer to ``event``, or what a client gets to see in its place."""
    try:
        return app.answer(event)
    except (OSError, http.client.HTTPException) as error:
        return error


def test_killed_in_the_middle_the_client_is_told_and_a_supervisor_starts_it_again(start):
    app = start(command=RESPAWN)
    event = app.call("cut", model=MODEL, steps=1000)
    answers = []
    reader = threading.Thread(target=lambda: answers.append(read(app, event)))
    reader.start()
    running(app)
    (child,) = children_of(app)
    os.kill(child, signal.SIGKILL)  # as the kernel does when memory is short
    reader.join(30)
    assert isinstance(answers[0], Exception), "a cut stream is no answer"
    app.wait()
    assert "event: complete" in app.answer(app.call("after", model=MODEL))
    assert "event: complete" not in str(read(app, event)), "an event of the process before"


def test_a_killed_worker_ends_its_runs_with_a_message_and_the_app_goes_on(start):
    app = start(FIELDLIB_WORKERS="2")
    assert until(lambda: app.metrics()["fieldlib_workers_ready"] == 2, 60)
    pids = workers_of(app)
    assert app.metrics()["fieldlib_workers_resident_memory_bytes"] > 4 * 10**8
    outcome = visit(app, steps=8)
    assert not outcome.errors
    cut = []
    reader = threading.Thread(target=lambda: cut.append(visit(app, steps=1000)))
    reader.start()
    running(app)
    time.sleep(1)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    reader.join(60)
    assert "Something went wrong on our side" in cut[0].errors[0]
    assert not visit(app, steps=8, number=1).errors
    assert not set(workers_of(app)) & set(pids)
    started = workers_of(app)
    app.process.kill()
    app.process.wait(10)
    assert until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))


def workers_of(app):
    """Numbers of the processes that compute for ``app``."""
    listings = Path(f"/proc/{app.process.pid}/task").glob("*/children")
    children = [int(child) for listing in listings for child in listing.read_text().split()]
    return [child for child in children if b"demo.workers" in Path(f"/proc/{child}/cmdline").read_bytes()]


def visit(app, steps, number=0):
    """The outcome of one browser that presses Run."""
    wishes = [wish(number, ("flow_matching/tiny_conv",), steps)]
    outcomes, _ = asyncio.run(one_round(app.address, [STAYING], wishes))
    return outcomes[0]


def test_a_stop_on_purpose_is_not_undone_by_the_supervisor(start):
    app = start(command=RESPAWN)
    (child,) = children_of(app)
    os.kill(child, signal.SIGTERM)
    assert app.process.wait(60) == 0


def test_the_service_file_restarts_after_failures_and_waits_long_enough():
    lines = (ROOT / "docs" / "studio.service").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    assert settings["Restart"] == "on-failure" and settings["ExecStart"].endswith(".venv/bin/python app.py")
    assert float(settings["TimeoutStopSec"]) > GRACE + READING + FLUSH


@pytest.fixture
def clock(tmp_path):
    """A library to preload, and the file that tells it by how many seconds the wall clock is wrong."""
    library, file = tmp_path / "jumping_clock.so", tmp_path / "seconds"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, ROOT / "tests" / "jumping_clock.c", "-ldl"], check=True)
    file.write_text("0")
    return library, file


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_a_wall_clock_that_jumps_by_a_day_does_not_disturb_a_run(start, clock):
    library, seconds = clock
    app = start(LD_PRELOAD=str(library), CLOCK_FILE=str(seconds))
    for jump in (DAY, -DAY):
        event = app.call(f"jump{jump}", model=MODEL, steps=150)
        running(app)
        seconds.write_text(str(jump))
        assert "event: complete" in app.answer(event)
    assert app.metrics()['fieldlib_call_seconds_sum{call="sample"}'] < DAY / 2
    assert app.stop() == 0
    days = {line["time"][:10] for line in app.lines()}
    assert len(days) == 3, f"the clock did jump: {days}"


def test_a_request_that_needs_too_much_memory_is_refused_and_others_go_on(start, tmp_path):
    app = start()
    large = tmp_path / "large.png"
    Image.fromarray(np.zeros((4900, 4900, 3), np.uint8)).save(large)
    client = Client(app.address, verbose=False)
    ask = {"file": handle_file(large), "model": "nearest", "api_name": "/sample"}
    assert "metrics" in client.predict(**ask)
    size = int(Path(f"/proc/{app.process.pid}/statm").read_text().split()[0]) * resource.getpagesize()
    _, most = resource.prlimit(app.process.pid, resource.RLIMIT_AS)
    resource.prlimit(app.process.pid, resource.RLIMIT_AS, (size + 2**24, most))  # 16 MB more; the picture has 72
    with pytest.raises(AppError):
        client.predict(**ask)
    assert "event: complete" in app.answer(app.call("small")), "with the same little memory"
    resource.prlimit(app.process.pid, resource.RLIMIT_AS, (most, most))
    assert "metrics" in client.predict(**ask)
    assert app.metrics()['fieldlib_calls_total{call="sample",outcome="ok"}'] == 3


def test_two_apps_on_one_cache_start_at_once_and_answer(start, tmp_path):
    folders = {name: str(tmp_path / "shared" / name) for name in ("HF_HOME", "GRADIO_TEMP_DIR", "FIELDLIB_CACHE")}
    apps = []
    threads = [threading.Thread(target=lambda: apps.append(start(**folders))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(150)
    picture = tmp_path / "mine.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(picture)
    answers = []
    for app in apps:
        client = Client(app.address, verbose=False)
        answers.append(client.predict(file=handle_file(picture), model=MODEL, steps=4, api_name="/sample")["picture"])
    assert len(answers) == 2 and answers[0] == answers[1]
    assert list((tmp_path / "shared" / "GRADIO_TEMP_DIR").rglob("mine.png")), "both kept the upload there"
