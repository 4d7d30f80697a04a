"""The app under load: one or several replicas behind nginx, started here, or one that runs already."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from demo.workers import COUNT, wanted
from fieldlib.errors import InputError
from train_scripts.space_check import READY, end, fetch, free_port

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0  # seconds until the app has to answer
QUIET = 30.0  # seconds after which no run is left over
RUNNING, QUEUED = "fieldlib_running_calls", "fieldlib_queue_length"
MEMORY = ("process_resident_memory_bytes", "fieldlib_workers_resident_memory_bytes")


class Server(NamedTuple):
    """Where visitors knock, and the replicas behind that door, whose /metrics the door keeps to itself."""

    address: str
    replicas: tuple[str, ...]


@contextmanager
def served(url: str, count: int = 1) -> Iterator[Server]:
    """The app at ``url``; when that is empty, ``count`` replicas started for the time being, several behind nginx.

    Raises:
        InputError: nobody answers there, the app does not start, or nginx is missing.
    """
    if url:
        wait_for(url.rstrip("/"), None)
        yield Server(url.rstrip("/"), (url.rstrip("/"),))
        return
    with ExitStack() as stack:
        workers = min(wanted(), max(1, wanted() // count))  # of each: replicas on one machine share its processors
        replicas = tuple(stack.enter_context(replica(**{COUNT: str(workers)})) for _ in range(count))
        if not wait_until(lambda: metrics(replicas)[READY] == workers * count, None):
            raise InputError(f"the {workers * count} worker processes of the app are not ready after {PATIENCE} s")
        yield Server(stack.enter_context(door(replicas)) if count > 1 else replicas[0], replicas)


@contextmanager
def replica(**environment: str) -> Iterator[str]:
    """The address of an app that is started for the time being, with ``environment`` beside ours."""
    address = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, "app.py", "--port", address.rpartition(":")[2]]
    everything = {**os.environ, "FIELDLIB_LOG": "WARNING", **environment}
    app = subprocess.Popen(command, cwd=ROOT, env=everything, stdout=subprocess.DEVNULL)
    try:
        wait_for(address, app)
        yield address
    finally:
        end(app, 60)


@contextmanager
def door(replicas: Sequence[str]) -> Iterator[str]:
    """The address of an nginx that shares the visitors among ``replicas``, as docs/nginx.conf has it.

    Raises:
        InputError: nginx is not installed.
    """
    if shutil.which("nginx") is None:
        raise InputError("several replicas need nginx: apt-get install nginx, or make nginx")
    address = f"127.0.0.1:{free_port()}"
    head, rest = (ROOT / "docs" / "nginx.conf").read_text().split("    server 127.0.0.1:7861;\n")
    servers = "".join(f"    server {replica.removeprefix('http://')};\n" for replica in replicas)
    site = head + servers + rest.replace("    server 127.0.0.1:7862;\n", "").replace("127.0.0.1:8080", address)
    with tempfile.TemporaryDirectory() as place:
        config = Path(place) / "nginx.conf"
        config.write_text(f"pid {place}/pid; events {{}} http {{ access_log off; {site} }}")
        command = ["nginx", "-e", f"{place}/errors", "-c", str(config), "-g", "daemon off;"]
        proxy = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            wait_for(f"http://{address}", proxy)
            yield f"http://{address}"
        finally:
            end(proxy, 10)


def wait_for(address: str, app: subprocess.Popen[bytes] | None) -> None:
    """Return when ``address`` is healthy; ``app`` is its process when we started it.

    Raises:
        InputError: it ended, or is not healthy in time.
    """
    if not wait_until(lambda: fetch(f"{address}/healthz"), app):
        raise InputError(f"no studio answers at {address}: start it with make demo, or leave --url out")


def wait_until(ask: Callable[[], object], app: subprocess.Popen[bytes] | None) -> bool:
    """Whether ``ask`` gets an answer that is true in time, and before ``app`` ends."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError):
            if ask():
                return True
        if (app is not None and app.poll() is not None) or time.monotonic() > deadline:
            return False
        time.sleep(0.2)


def metrics(replicas: Sequence[str]) -> dict[str, float]:
    """Name -> sum over ``replicas`` of the value in /metrics, labelled lines with their labels.

    Raises:
        InputError: a replica, or a proxy in front of it, does not tell.
    """
    total: defaultdict[str, float] = defaultdict(float)
    for address in replicas:
        try:
            lines = fetch(f"{address}/metrics").splitlines()
        except OSError as error:
            raise InputError(
                f"{address} keeps its /metrics to itself ({error}): name the replicas behind it, --metrics URL URL"
            ) from error
        for name, value in (line.rsplit(" ", 1) for line in lines if line[:1] != "#"):
            total[name] += float(value)
    return total


def memory(replicas: Sequence[str]) -> float:
    """Bytes that ``replicas`` and their workers hold; what processes share counts for each of them."""
    told = metrics(replicas)
    return sum(told[name] for name in MEMORY)


def left_over(replicas: Sequence[str]) -> int:
    """Runs that still go on or wait after ``QUIET`` seconds of nobody asking; 0 as soon as there is none."""
    deadline = time.monotonic() + QUIET
    while True:
        now = metrics(replicas)
        count = int(now[RUNNING] + now[QUEUED])
        if not count or time.monotonic() > deadline:
            return count
        time.sleep(0.2)
