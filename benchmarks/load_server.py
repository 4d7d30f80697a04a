"""The app under load: started here, or running elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fieldlib.errors import InputError
from train_scripts.space_check import fetch, free_port

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0  # seconds until the app has to answer
MEMORY, RUNNING, QUEUED = "process_resident_memory_bytes", "fieldlib_running_calls", "fieldlib_queue_length"


@contextmanager
def served(url: str) -> Iterator[str]:
    """The address of the app at ``url``, or of one started for the time being when it is empty.

    Raises:
        InputError: nobody answers there, or the app does not start.
    """
    if url:
        wait_for(url.rstrip("/"), None)
        yield url.rstrip("/")
        return
    address = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "app.py", "--port", address.rpartition(":")[2]]
    environment = {**os.environ, "FIELDLIB_LOG": "WARNING"}
    app = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(address, app)
        yield address
    finally:
        app.terminate()
        app.wait(60)


def wait_for(address: str, app: subprocess.Popen[bytes] | None) -> None:
    """Return when ``address`` is healthy; ``app`` is its process when we started it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError):
            fetch(f"{address}/healthz")
            return
        if (app is not None and app.poll() is not None) or time.monotonic() > deadline:
            raise InputError(f"no studio answers at {address}: start it with make demo, or leave --url out")
        time.sleep(0.2)


def metrics(address: str) -> dict[str, float]:
    """Name -> value of /metrics, labelled lines with their labels; none where a proxy keeps them to itself."""
    try:
        lines = fetch(f"{address}/metrics").splitlines()
    except OSError:
        return dict.fromkeys((MEMORY, RUNNING, QUEUED), 0.0)
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[:1] != "#")}


def left_over(address: str, seconds: float = 30.0) -> int:
    """Runs that still go on or wait after ``seconds`` of nobody asking; 0 as soon as there is none."""
    deadline = time.monotonic() + seconds
    while True:
        now = metrics(address)
        count = int(now[RUNNING] + now[QUEUED])
        if not count or time.monotonic() > deadline:
            return count
        time.sleep(0.2)
