"""Trying a Space folder out as the Hub would: a fresh environment, a start, an answer."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path
from typing import NamedTuple

from fieldlib.acceleration import processors
from fieldlib.errors import InputError

PATIENCE = 60.0  # seconds until it must answer
CORES = 2  # of a free Space
MOST_MEMORY = 2000.0  # megabytes
READY = "fieldlib_workers_ready"  # in /metrics
CALL = {"data": ["", None, 0.2, "uniform", "", "", 4, 0, 0, ""]}  # arguments of /sample


class Report(NamedTuple):
    """Seconds from the start to the first picture; most megabytes of memory until then and until workers are ready."""

    seconds: float
    megabytes: float


def try_out(folder: Path, *, docker: bool = False, python: Path | None = None) -> Report:
    """Start the Space in ``folder`` in an environment of its own and ask it for a picture.

    Args:
        folder: what :mod:`train_scripts.deploy_space` wrote.
        docker: the Docker form, which is asked for its page.
        python: an interpreter that has the requirements; a fresh environment is made when absent.

    It may use ``CORES`` processors, also where there are more.

    Raises:
        InputError: it cannot be installed, does not answer in time or takes too much memory.
    """
    with tempfile.TemporaryDirectory() as place:
        python = python or install(folder, Path(place) / "env")
        log = Path(place) / "log"
        port, start = free_port(), time.monotonic()
        ui = ["--ui", "streamlit"] if docker else []
        command = [str(python.absolute()), "app.py", "--port", str(port), *ui]
        with log.open("w") as output:
            app = subprocess.Popen(
                command, cwd=folder, stdout=output, stderr=output, env=clean_environment(place), preexec_fn=few_cores
            )
        try:
            ask(app, f"http://127.0.0.1:{port}", log, docker)
            seconds = time.monotonic() - start
            if not docker:
                wait_for_workers(f"http://127.0.0.1:{port}")
            return check(Report(seconds, memory(app.pid)))
        finally:
            end(app, 40)


def end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Ask ``process`` to end; kill it after ``patience`` seconds."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def install(folder: Path, environment: Path) -> Path:
    """The interpreter of a new environment with the folder's requirements.

    Raises:
        InputError: pip failed.
    """
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "-q", "-r", "requirements.txt"]
    done = subprocess.run(pip, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"the requirements of {folder} cannot be installed: {done.stderr.strip()[-600:]}")
    return python


def few_cores() -> None:
    """Leave this process ``CORES`` processors where the system lets us choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def clean_environment(home: str) -> dict[str, str]:
    """No settings of this machine's user: no data, tokens or caches."""
    unset = ("FIELDLIB_", "HF_", "GRADIO_", "PYTHONPATH", "PORT")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(unset)}
    return kept | {"HOME": home, "HF_HUB_OFFLINE": "1"}


def ask(app: subprocess.Popen[bytes], address: str, log: Path, docker: bool) -> None:
    """Wait for a healthy answer, then for a picture."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fetch(f"{address}/_stcore/health" if docker else f"{address}/healthz")
            break
        except OSError:
            if app.poll() is not None or time.monotonic() > deadline:
                raise InputError(
                    f"the Space does not answer within {PATIENCE:.0f} s: {log.read_text()[-600:]}"
                ) from None
            time.sleep(0.2)
    if docker:
        return
    event = json.loads(fetch(f"{address}/gradio_api/call/sample", CALL))["event_id"]
    answer = fetch(f"{address}/gradio_api/call/sample/{event}")
    if "data:image/png" not in answer:
        raise InputError(f"the Space gives no picture: {answer[-300:]}")


def wait_for_workers(address: str) -> None:
    """Return when the app has as many workers at work as it starts on so many processors; they take memory, too.

    Raises:
        InputError: they are not ready in time.
    """
    count = min(CORES, processors())
    deadline = time.monotonic() + PATIENCE
    while count > 1 and f"{READY} {count}\n" not in fetch(f"{address}/metrics"):
        if time.monotonic() > deadline:
            raise InputError(f"the Space's {count} workers are not ready within {PATIENCE:.0f} s")
        time.sleep(0.2)


def fetch(address: str, body: object = None) -> str:
    """The text at ``address``, after a POST of ``body`` as JSON when there is one."""
    blob = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, blob, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=PATIENCE) as answer:
        return answer.read().decode()


def check(report: Report) -> Report:
    """``report`` when it is within the limits.

    Raises:
        InputError: too slow or too much memory.
    """
    if report.seconds > PATIENCE or report.megabytes > MOST_MEMORY:
        raise InputError(
            f"the Space took {report.seconds:.0f} s and {report.megabytes:.0f} MB; "
            f"allowed are {PATIENCE:.0f} s and {MOST_MEMORY:.0f} MB"
        )
    return report


def memory(process: int) -> float:
    """The most memory that was resident in a process so far and in those it started, in megabytes.

    Each counts whole, though they share libraries; 0 where /proc does not tell.
    """
    if not sys.platform.startswith("linux"):
        return 0.0
    started = [
        int(child)
        for listing in Path(f"/proc/{process}/task").glob("*/children")
        for child in listing.read_text().split()
    ]
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kilobytes) / 2**10 + sum(map(memory, started))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])
