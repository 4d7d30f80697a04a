"""A folder of pictures of any size as a data set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fieldlib.data.picture import open_picture, to_square

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")


def picture_files(folder: Path) -> list[Path]:
    """The picture files in ``folder`` and below, sorted by path; hidden ones are passed over."""
    files = (file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file())
    return sorted(file for file in files if not any(part.startswith(".") for part in file.relative_to(folder).parts))


def read_pictures(files: list[Path]) -> Iterator[np.ndarray]:
    """The central square of each picture, uint8 (32, 32, 3)."""
    return (to_square(open_picture(file)) for file in files)
