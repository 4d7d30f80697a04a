"""The table of docs/operations.md: every check is run by its own command, and what it came to is kept with its date.

python -m benchmarks.outcomes --only audit start-up     (without --only: all of them, about an hour)
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.load_server import ROOT
from fieldlib.acceleration import machine_class
from fieldlib.errors import InputError
from fieldlib.files import write_json
from train_scripts.cli import run
from train_scripts.documents import table, write_section

HEADING = ("what", "command", "outcome", "date", "machine")


class Check(NamedTuple):
    """What is checked, and by which command; the last line that the command prints is its outcome."""

    what: str
    command: str


CHECKS = {
    "faults": Check(
        "weights cut or replaced, full disk, clock jump, too much memory, kills, respawn, two apps on one cache",
        "python -m pytest -q tests/test_faults.py tests/test_process_faults.py",
    ),
    "departures": Check("visitors who leave in the middle of a run", "python -m pytest -q tests/test_departures.py"),
    "fuzz": Check(
        "requests, masks, uploads, lesson links; HTTP API", "python -m pytest -q tests/fuzz tests/test_hardening.py"
    ),
    "operations": Check("health, metrics, logs, SIGTERM, slow clients", "python -m pytest -q tests/test_operations.py"),
    "replicas": Check("two replicas behind nginx: visitors, metrics, the whole page in a browser", "make replicas"),
    "space": Check(
        "Space in a fresh environment, 2 cores, 60 s, 2,000 MB",
        "python -m train_scripts.deploy_space --out build/space --check",
    ),
    "docker": Check(
        "Docker form: its command, its page in a browser", "python -m pytest -q tests/browser/test_docker_form.py"
    ),
    "start-up": Check("warm start", "python -m benchmarks.start_up"),
    "hub": Check("the Hub over HTTP, on this machine", "python -m pytest -q tests/test_hub.py"),
    "packaging": Check("wheel: contents, size, commands, pins", "python -m pytest -q tests/test_packaging.py"),
    "offline": Check("page, API and commands in a network namespace without a network", "make offline"),
    "pythons": Check("fast tests on Python 3.12 and 3.13", "make pythons"),
    "audit": Check("known weaknesses of what is installed", "make audit"),
}


@dataclass(frozen=True)
class Options:
    """Run checks and put their outcomes into the table.

    Attributes:
        only: names of checks, all when absent.
        json: the file that keeps the outcomes.
        docs: the document with the table.
    """

    only: tuple[str, ...] = ()
    json: Path = ROOT / "assets" / "study" / "ops.json"
    docs: Path = ROOT / "docs" / "operations.md"


def main(options: Options) -> None:
    """Run, keep, show.

    Raises:
        InputError: an unknown name, or a check that failed; its row says so.
    """
    unknown = set(options.only) - CHECKS.keys()
    if unknown:
        raise InputError(f"unknown check {', '.join(sorted(unknown))}; known: {', '.join(CHECKS)}")
    failed = []
    for name in options.only or CHECKS:
        row = outcome(name, CHECKS[name])
        print(f"{name}: {row['outcome']}", flush=True)
        keep(row, options.json)
        failed += [] if row["ok"] else [name]
    show(options)
    if failed:
        raise InputError(f"failed: {', '.join(failed)}")


def outcome(name: str, check: Check) -> dict[str, Any]:
    """The row of ``check`` after running its command in the repository."""
    command = [sys.executable if word == "python" else word for word in shlex.split(check.command)]
    start = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = [line.strip("= ") for line in done.stdout.splitlines() if line.strip() and not line.startswith("make")]
    return {
        "name": name,
        "ok": done.returncode == 0,
        "outcome": ("" if done.returncode == 0 else "FAILED: ") + (lines[-1] if lines else "no output"),
        "seconds": round(time.monotonic() - start),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": machine_class(),
    }


def rows(file: Path) -> list[dict[str, Any]]:
    """The rows that ``file`` keeps; none when it is not there yet."""
    return json.loads(file.read_text())["rows"] if file.exists() else []


def keep(row: dict[str, Any], file: Path) -> None:
    """Put ``row`` into ``file`` in place of the older one of its name."""
    kept = [old for old in rows(file) if old["name"] != row["name"]]
    document = {"made_by": "make outcomes", "machine": row["machine"], "date": row["date"], "rows": [*kept, row]}
    write_json(file, document)


def show(options: Options) -> None:
    """Replace the table in the document.

    Raises:
        InputError: a document without the two marks.
    """
    found = {row["name"]: row for row in rows(options.json)}
    body = [line(check, found.get(name)) for name, check in CHECKS.items()]
    write_section("outcomes", table(HEADING, body), options.docs)


def line(check: Check, row: dict[str, Any] | None) -> list[str]:
    """One row of the table; a check that was never run says so."""
    told = (row["outcome"], row["date"], row["machine"]) if row else ("not run yet", "-", "-")
    return [check.what, f"`{check.command}`", *told]


if __name__ == "__main__":
    run(Options, main)
