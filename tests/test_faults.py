"""What goes wrong on servers: weights damaged while serving, full disks, jumping clocks, large requests, kills."""

import ast
import hashlib
import json
import logging
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_operations import OPENER, App

from demo import operations, studio
from demo.guard import guard
from demo.pictures import offered
from demo.sections import share
from fieldlib import hub
from fieldlib.assets import WEIGHTS

ROOT = Path(__file__).resolve().parent.parent
MODEL = "flow_matching/tiny"


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """The weights file of a server that has just used it."""
    shutil.copytree(WEIGHTS / MODEL, tmp_path / MODEL)
    monkeypatch.setattr(hub, "BUNDLED", tmp_path)
    return tmp_path / MODEL / "model.safetensors"


def request(**changes):
    return studio.Request(offered()[0].pixels, **{"model": MODEL, "steps": 2, **changes})


def test_weights_truncated_while_serving_are_told_and_recover(weights):
    run = studio.run(request(steps=20))
    next(run)
    before = studio.finish(request()).moments[-1].state
    whole = weights.read_bytes()
    weights.write_bytes(whole[:1000])
    with pytest.raises(Exception, match=r"model\.safetensors") as caught:
        guard(studio.finish)(request())
    assert caught.value.title == "Please check"
    assert [moment.step for view in run for moment in view.moments][-1] == 20, "a run that goes on keeps its weights"
    weights.write_bytes(whole)
    assert np.array_equal(guard(studio.finish)(request()).moments[-1].state, before)


def test_weights_replaced_by_those_of_another_model_are_refused(weights):
    studio.finish(request())
    shutil.copy(WEIGHTS / "denoiser" / "tiny" / "model.safetensors", weights)
    with pytest.raises(Exception, match="SHA-256"):
        guard(studio.finish)(request())


def test_a_disk_that_is_full_during_an_export_is_told_in_one_line_and_leaves_nothing(caplog, tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    values = [None, 20, "uniform", 0, "nearest", "", 4, 0, 1, 1, "nearest", "", None, "nearest", "", None, []]
    export = guard(share.writer("bundle"))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # a write beyond fails, as on a full disk
    try:
        with caplog.at_level(logging.CRITICAL), pytest.raises(Exception, match="logged"):
            export(offered()[0].key, *values)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()], "no partial file"
    assert Path(export(offered()[0].key, *values)).stat().st_size > 1000


def test_clocks_that_jump_do_not_matter():
    """Durations come from clocks that only go forward; the wall clock only says what time it is."""
    for folder in ("fieldlib", "demo", "train_scripts", "benchmarks"):
        for file in (ROOT / folder).rglob("*.py"):
            calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
            wall = [node for node in calls if ast.unparse(node.func) in ("time.time", "datetime.now")]
            assert len(wall) <= (file.name == "meter.py"), file  # the time of the start, for Prometheus


@pytest.mark.parametrize(
    ("headers", "fine"),
    [
        ({}, True),
        ({b"content-length": b"20"}, True),
        ({b"content-length": str(operations.MOST_BODY).encode()}, True),
        ({b"content-length": str(operations.MOST_BODY + 1).encode()}, False),
        ({b"content-length": b"-1"}, False),
        ({b"transfer-encoding": b"chunked"}, False),
    ],
)
def test_requests_tell_how_long_they_are(headers, fine):
    assert operations.bounded({"headers": list(headers.items())}) == fine


@pytest.fixture
def app(tmp_path):
    running = App(tmp_path / "log")
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait(10)


@pytest.mark.slow
def test_too_large_a_request_is_refused_and_a_killed_app_starts_again(app, tmp_path):
    headers = {"Content-Length": str(10**9), "Content-Type": "application/json"}
    large = urllib.request.Request(f"{app.address}/gradio_api/queue/join", b"{}", headers)
    with pytest.raises(urllib.error.HTTPError) as caught:
        OPENER.open(large, timeout=30)
    assert caught.value.code == 413 and "at most" in json.loads(caught.value.read())["detail"]
    app.call("cut", model=MODEL, steps=1000)
    app.process.send_signal(signal.SIGKILL)
    app.process.wait(30)
    again = App(tmp_path / "again")
    try:
        assert "event: complete" in again.answer(again.call("after", model=MODEL))
    finally:
        again.stop()


READ = """
import sys, hashlib
from fieldlib.data import load_pictures
print(hashlib.sha256(load_pictures(sys.argv[1], "train").tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_copies_that_fill_one_cache_at_once_all_read_the_same(tmp_path):
    (tmp_path / "photos").mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (300, 32, 32, 3), dtype=np.uint8)
    for number, picture in enumerate(pixels):
        Image.fromarray(picture).save(tmp_path / "photos" / f"{number:03}.png")
    environment = {**os.environ, "FIELDLIB_CACHE": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", READ, str(tmp_path / "photos")]
    copies = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = [copy.communicate(timeout=120)[0].strip() for copy in copies]
    assert answers == [hashlib.sha256(pixels.tobytes()).hexdigest()] * 3
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert again.stdout.strip() == answers[0], "from the cache"
