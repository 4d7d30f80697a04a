"""Decoded pictures on disk: decoding happens once, every later start maps the arrays into memory.

Each data set has a folder named after the content of its source files. It holds pictures.npy, labels.npy and, written
last, checksums.json; whatever does not match its checksum is decoded again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from fieldlib.errors import InputError
from fieldlib.files import write_atomic

FORMAT = 1  # goes up when decoding changes, so that older caches are not used
UNKNOWN = -1
ARRAYS, CHECKSUMS = ("pictures.npy", "labels.npy"), "checksums.json"


class Pictures(NamedTuple):
    """Pictures, uint8 (N, 32, 32, 3), and their class numbers, int64 (N,), UNKNOWN where there is none."""

    pixels: np.ndarray
    labels: np.ndarray


def cache_folder() -> Path:
    """$FIELDLIB_CACHE, or ~/.cache/fieldlib."""
    return Path(os.environ.get("FIELDLIB_CACHE") or Path.home() / ".cache" / "fieldlib")


def fingerprint(files: list[Path]) -> str:
    """Hexadecimal digest of the names, sizes and contents of ``files``.

    Raises:
        InputError: a file that cannot be read.
    """
    digest = hashlib.sha256(f"fieldlib pictures {FORMAT}".encode())
    for file in files:
        try:
            body = _digest(file)
        except OSError as error:
            raise InputError(f"cannot read {file}: {error.strerror or error}") from error
        digest.update(f"\n{file.name} {file.stat().st_size} {body}".encode())
    return digest.hexdigest()


def cached(files: list[Path], decode: Callable[[], Pictures]) -> Pictures:
    """What ``decode`` makes of ``files``, from disk when it was decoded before."""
    folder = cache_folder() / "pictures" / fingerprint(files)
    found = _load(folder)
    if found is not None:
        return found
    fresh = decode()
    try:
        _store(folder, fresh)
    except OSError as error:
        warnings.warn(f"cannot keep decoded pictures in {folder}: {error}; they are decoded again", stacklevel=2)
        return fresh
    return _load(folder) or fresh


def _load(folder: Path) -> Pictures | None:
    """The stored arrays, memory-mapped; None when they are missing or damaged."""
    try:
        expected = json.loads((folder / CHECKSUMS).read_text())
        if any(_digest(folder / name) != expected[name] for name in ARRAYS):
            return None
        return Pictures(*(np.load(folder / name, mmap_mode="c", allow_pickle=False) for name in ARRAYS))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _store(folder: Path, pictures: Pictures) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    checksums = {}
    for name, array in zip(ARRAYS, pictures, strict=True):
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        write_atomic(folder / name, buffer.getvalue())
        checksums[name] = hashlib.sha256(buffer.getbuffer()).hexdigest()
    write_atomic(folder / CHECKSUMS, json.dumps(checksums).encode())


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
