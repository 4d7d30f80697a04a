"""CIFAR-10 in Parquet: from the Hub, from a copy of it on disk, or from any file of the same layout.

References: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from fieldlib.data.cache import UNKNOWN
from fieldlib.data.picture import open_picture, to_square
from fieldlib.errors import InputError
from fieldlib.points import SIDE
from fieldlib.remote import fetch

REPOSITORY = "uoft-cs/cifar10"
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class Labelled(NamedTuple):
    """One picture, uint8 (32, 32, 3), and its class number."""

    pixels: np.ndarray
    label: int


def parquet_files(folder: Path, split: str) -> list[Path]:
    """The Parquet files of ``split`` in ``folder``, in the order of their names; the Hub keeps them in plain_text/."""
    return sorted(folder.glob(f"plain_text/{split}-*.parquet")) or sorted(folder.glob(f"{split}-*.parquet"))


def download(split: str) -> list[Path]:
    """The Parquet files of ``split`` from the Hub, checked, or from its cache when there is no network.

    Raises:
        InputError: neither can be had.
    """
    try:
        folder = fetch(REPOSITORY, [f"plain_text/{split}-*"], kind="dataset")
    except InputError as error:
        raise _unavailable(split, str(error)) from error
    files = parquet_files(folder, split)
    if not files:
        raise _unavailable(split, "no such file came")
    return files


def count_rows(files: list[Path]) -> int:
    """How many pictures the files hold.

    Raises:
        InputError: a file that is not Parquet, or of another layout.
    """
    return sum(_open(file).metadata.num_rows for file in files)


def read_rows(files: list[Path]) -> Iterator[Labelled]:
    """The pictures of the files in order.

    Raises:
        InputError: a damaged file or picture.
    """
    for file in files:
        try:
            for rows in _open(file).iter_batches(columns=["img", "label"]):
                for blob, label in zip(rows["img"].field("bytes"), rows["label"], strict=True):
                    yield Labelled(_decode(blob.as_py(), file), label.as_py() if label.is_valid else UNKNOWN)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"{file} is damaged ({error}): fetch it again") from error


def _decode(blob: bytes | None, file: Path) -> np.ndarray:
    if blob is None:
        raise InputError(f"{file} has a row without picture bytes: img.bytes holds a PNG or WebP picture in every row")
    try:
        pixels = open_picture(blob)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    return pixels if pixels.shape[:2] == (SIDE, SIDE) else to_square(pixels)


def _open(file: Path) -> pq.ParquetFile:
    try:
        parquet = pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{file} cannot be read as Parquet ({error}): fetch it again") from error
    schema = parquet.schema_arrow
    image = schema.field("img").type if "img" in schema.names else None
    label = schema.field("label").type if "label" in schema.names else pa.null()
    if not (isinstance(image, pa.StructType) and image.get_field_index("bytes") >= 0 and pa.types.is_integer(label)):
        raise InputError(
            f"{file} has the columns {', '.join(schema.names)}; needed are those of {REPOSITORY}: "
            "img (a struct with bytes) and label (a whole number)"
        )
    return parquet


def _unavailable(split: str, reason: str) -> InputError:
    return InputError(
        f"the {split} pictures of {REPOSITORY} are not cached and cannot be fetched from the Hub: {reason}. "
        "Or give a Parquet file or a folder with --data or in the environment variable FIELDLIB_DATA"
    )
