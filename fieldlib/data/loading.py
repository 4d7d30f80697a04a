"""From what a person typed after --data to an array of pictures."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from fieldlib.data import cifar10, folder
from fieldlib.data.cache import UNKNOWN, Pictures, cached
from fieldlib.data.cifar10 import Labelled
from fieldlib.errors import InputError
from fieldlib.points import SIDE

SPLITS = ("train", "test")
OF_EACH_CLASS = 100  # test pictures that are scored first
ALLOWED = (
    f"a Parquet file, a folder in the layout of the Hub data set {cifar10.REPOSITORY} (plain_text/test-*.parquet), "
    "a picture file or a folder of pictures"
)


def load_pictures(data: str | Path | None, split: str = "train", limit: int | None = None) -> np.ndarray:
    """Pictures, uint8 (N, 32, 32, 3), perhaps memory-mapped (writing to them changes no file).

    Args:
        data: a Parquet file, a folder in the layout of the Hub data set, a picture or a folder of pictures. None means
            the folder that the environment variable FIELDLIB_DATA names, or else CIFAR-10 from the Hub.
        split: ``"train"`` or ``"test"``. A single file is used whole, and so is a folder of pictures unless it has a
            subfolder of that name.
        limit: at most this many, from the start.

    Raises:
        InputError: nothing usable there; the message says what is allowed.
    """
    return _load(data, split, limit).pixels


def load_labels(data: str | Path | None, split: str = "train", limit: int | None = None) -> np.ndarray:
    """Class numbers, int64 (N,), of the pictures that :func:`load_pictures` gives for the same arguments.

    Raises:
        InputError: as there, or pictures without classes.
    """
    return _known(_load(data, split, limit).labels, data)


def load_test_pictures(data: str | Path | None, limit: int | None = None) -> np.ndarray:
    """The pictures that models are scored on, uint8 (N, 32, 32, 3): the test pictures, in an order of their own.

    First come the first 100 of each class, in the order of the test set, then its others. So a copy that holds only the
    former gives the same first 1,000 as all 10,000. Pictures without classes stay as they are.

    Args:
        data: as for :func:`load_pictures`.
        limit: at most this many, from the start.

    Raises:
        InputError: as there.
    """
    return _load_test(data, limit).pixels


def load_test_labels(data: str | Path | None, limit: int | None = None) -> np.ndarray:
    """Class numbers, int64 (N,), of the pictures that :func:`load_test_pictures` gives for the same arguments.

    Raises:
        InputError: as there, or pictures without classes.
    """
    return _known(_load_test(data, limit).labels, data)


def _load_test(data: str | Path | None, limit: int | None) -> Pictures:
    _check_limit(limit)
    pixels, labels = _load(data, "test", None)
    late = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        late[np.flatnonzero(labels == label)[OF_EACH_CLASS:]] = True
    order = np.argsort(late, kind="stable")[:limit]
    return Pictures(pixels[order], labels[order])


def _known(labels: np.ndarray, data: str | Path | None) -> np.ndarray:
    if (labels == UNKNOWN).all():
        where = data or os.environ.get("FIELDLIB_DATA")
        raise InputError(f"the pictures in {where} have no class labels; a Parquet file with a label column has")
    return labels


def _check_limit(limit: int | None) -> None:
    if limit is not None and limit < 1:
        raise InputError(f"the limit is a whole number of pictures from 1 upwards; got {limit}")


def _load(data: str | Path | None, split: str, limit: int | None) -> Pictures:
    if split not in SPLITS:
        raise InputError(f"unknown split {split!r}; known: {', '.join(SPLITS)}")
    _check_limit(limit)
    files = _find(data or os.environ.get("FIELDLIB_DATA"), split)
    decode = _decode_parquet if files[0].suffix.lower() == ".parquet" else _decode_pictures
    pictures = cached(files, partial(decode, files))
    return Pictures(pictures.pixels[:limit], pictures.labels[:limit])


def _find(data: str | Path | None, split: str) -> list[Path]:
    """The source files: Parquet files or pictures, never both."""
    if not data:
        return cifar10.download(split)
    path = Path(data).expanduser()
    if os.path.isfile(path):  # unlike Path's, False for what no file can be called
        if path.suffix.lower() not in (".parquet", *folder.SUFFIXES):
            raise InputError(f"cannot use the file {path}; give {ALLOWED}")
        return [path]
    if not os.path.isdir(path):
        raise InputError(f"there is no file or folder {path}; give {ALLOWED}")
    files = cifar10.parquet_files(path, split)
    if not files and any(path.rglob("*.parquet")):
        raise InputError(f"the folder {path} has Parquet files but no {split}-*.parquet; name the file itself")
    files = files or folder.picture_files(path / split if (path / split).is_dir() else path)
    if not files:
        raise InputError(f"the folder {path} holds no pictures; give {ALLOWED}")
    return files


def _decode_parquet(files: list[Path]) -> Pictures:
    return _collect(cifar10.read_rows(files), cifar10.count_rows(files))


def _decode_pictures(files: list[Path]) -> Pictures:
    rows: Iterator[Labelled] = (Labelled(pixels, UNKNOWN) for pixels in folder.read_pictures(files))
    return _collect(rows, len(files))


def _collect(rows: Iterable[Labelled], count: int) -> Pictures:
    if count == 0:
        raise InputError("the Parquet files hold no rows; give others")
    pictures = Pictures(np.empty((count, SIDE, SIDE, 3), np.uint8), np.empty(count, np.int64))
    for i, row in enumerate(
        tqdm(rows, total=count, desc="decoding pictures", unit="picture", leave=False, disable=None)
    ):
        pictures.pixels[i], pictures.labels[i] = row
    return pictures
