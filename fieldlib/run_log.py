"""The log of a run: one JSON object a line, appended; it outlives kills and full disks."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from fieldlib.files import write_atomic

LOG, SHARED_LOG = "log.jsonl", "shared.jsonl"  # of a run, and of those whose weights it started from
log = logging.getLogger(__name__)


class RunLog:
    """Appends records to ``path``. What a full disk refuses waits in memory for the next record."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting = b""

    def add(self, record: dict[str, Any]) -> None:
        """Append one record with a ``step``, whole or not at all."""
        silent = bool(self._waiting)
        self._waiting += json.dumps(record).encode() + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            append(self.path, self._waiting)
        except OSError as error:
            if not silent:
                log.warning("%s cannot be written (%s): its lines are kept in memory until it can", self.path, error)
            return
        self._waiting = b""

    def cut(self, step: int) -> None:
        """Drop what was logged after ``step``, and the half line that a kill may have left."""
        if not self.path.exists():
            return
        kept = [line for line in self.path.read_text(errors="replace").splitlines() if step_of(line) <= step]
        write_atomic(self.path, "".join(f"{line}\n" for line in kept).encode())


def append(path: Path, blob: bytes) -> None:
    """Append ``blob``; when that fails half way, take the half back.

    Raises:
        OSError: as the file system does.
    """
    with path.open("ab", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        try:
            rest = memoryview(blob)
            while rest:
                rest = rest[file.write(rest) :]
        except OSError:
            with suppress(OSError):
                file.truncate(end)
            raise


def step_of(line: str) -> float:
    """The step that a line tells of; infinity for half a line."""
    try:
        return json.loads(line)["step"]
    except (ValueError, KeyError, TypeError):
        return float("inf")
