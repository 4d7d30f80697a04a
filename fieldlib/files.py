"""Writing files so that a stop or a full disk never leaves half of one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write_atomic(path: Path, blob: bytes) -> None:
    """Write ``blob`` so that ``path`` holds either the old or the new content, whatever happens.

    Raises:
        OSError: no space, for example.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(blob)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_json(path: Path, document: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """:func:`write_atomic` of ``document`` as indented JSON."""
    write_atomic(path, (json.dumps(document, indent=1) + "\n").encode())


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` outlive a power cut, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
