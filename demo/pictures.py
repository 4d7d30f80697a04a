"""Where pictures come from: the bundled gallery, CIFAR-10 where it is on the machine, and what visitors upload."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from huggingface_hub import snapshot_download

from demo import checks, languages, own_picture, strings
from fieldlib import InputError
from fieldlib.data import cifar10, gallery, load_labels, load_pictures, open_picture, to_square
from fieldlib.data.picture import FORMATS, MOST_BYTES, MOST_PIXELS, PictureError
from fieldlib.points import SIDE

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "cifar10"
CIFAR_PREFIX = "cifar-"
MOST_CIFAR = 9999  # of the test pictures, from 0
OWN_PREFIX = "own:"
MOST_SIDE = 512  # of the original of an upload
DECODING = threading.Lock()  # 25 megapixels take some hundred megabytes while they are decoded: one after the other


@dataclass(frozen=True)
class Picture:
    """A true picture, uint8 (32, 32, 3), with a title and a credit line that people read.

    ``name`` is what links call it: a gallery name, ``cifar-17``, or nothing for a picture of the visitor's own.
    ``original`` is the larger square that it comes from, uint8 (S, S, 3) with S at most 512, where there is one.
    """

    title: str
    pixels: np.ndarray
    credit: str = ""
    name: str = ""
    original: np.ndarray | None = None

    @property
    def key(self) -> str:
        """What the browser keeps of the choice, so that no server has to: see :func:`from_key`."""
        return self.name or OWN_PREFIX + own_picture.pack(self.pixels)


def offered() -> tuple[Picture, ...]:
    """The bundled pictures, in the order in which they are offered."""
    return _offered(languages.current())


@cache
def _offered(language: str) -> tuple[Picture, ...]:
    with languages.use(language):
        return tuple(_bundled(entry) for entry in gallery.gallery())


def from_gallery(name: str) -> Picture:
    """The bundled picture called ``name``.

    Raises:
        InputError: there is none of that name.
    """
    return _bundled(gallery.picture(checks.one_of("gallery picture", name, gallery.names())))


def _bundled(entry: gallery.GalleryPicture) -> Picture:
    credit = strings.CREDIT.format(entry.author, entry.licence)
    title = strings.PICTURE_TITLES.get(entry.name, entry.title)
    return Picture(title, entry.pixels, credit, entry.name, entry.original)


def from_upload(blob: bytes) -> Picture:
    """The central square of an uploaded picture file, shrunk to the size of the field.

    Raises:
        InputError: not a picture, damaged or too large.
    """
    with DECODING:
        whole = _opened(blob)
        original, pixels = to_square(whole, min(*whole.shape[:2], MOST_SIDE)), to_square(whole, SIDE)
        del whole
    return Picture(strings.YOUR_PICTURE, pixels, original=original if len(original) > SIDE else None)


def _opened(blob: bytes) -> np.ndarray:
    """:func:`fieldlib.data.open_picture`, which says in the language in use what it refuses."""
    try:
        return open_picture(blob, enough=MOST_SIDE)
    except PictureError as error:
        limits = {"megabytes": MOST_BYTES // 2**20, "megapixels": MOST_PIXELS // 1_000_000, "kinds": ", ".join(FORMATS)}
        raise InputError(strings.UPLOADS[error.fault].format(**limits)) from error


def from_link(name: str, own: str = "") -> Picture:
    """The picture that a lesson link means: ``own`` from :func:`demo.own_picture.pack`, else the one called ``name``.

    Raises:
        InputError: there is none of that name, or ``own`` is no picture.
    """
    if own:
        return Picture(strings.YOUR_PICTURE, own_picture.unpack(own))
    number = name.removeprefix(CIFAR_PREFIX)
    return from_gallery(name) if number == name else from_cifar(checks.digits("the picture", number, 0, MOST_CIFAR))


def cifar_number(name: str) -> str:
    """The digits in the name of a CIFAR-10 picture; nothing for any other name."""
    return name.removeprefix(CIFAR_PREFIX) if name.startswith(CIFAR_PREFIX) else ""


def from_key(key: object) -> Picture:
    """The picture that a browser has chosen, from :attr:`Picture.key`; of one of the visitor's own, only its pixels.

    Raises:
        InputError: there is none of that name, or its own picture is none.
    """
    if not isinstance(key, str):
        raise checks.refusal("the picture", key, "a name or a picture in base64url")
    own = key.removeprefix(OWN_PREFIX)
    return from_link(key) if own == key else from_link("", own)


def cifar_count() -> int:
    """How many CIFAR-10 test pictures are on this machine; 0 when there are none."""
    found = _cifar()
    return 0 if found is None else len(found[0])


def from_cifar(number: object) -> Picture:
    """Test picture ``number`` of CIFAR-10.

    Raises:
        InputError: no such number, or no CIFAR-10 on this machine.
    """
    found = _cifar()
    if found is None:
        raise InputError(strings.NO_CIFAR)
    pixels, labels = found
    index = checks.whole("the picture number", number, 0, len(pixels) - 1)
    kind = strings.CIFAR_CLASSES[cifar10.CLASSES[labels[index]]]
    title, credit = strings.CIFAR_TITLE.format(index), strings.CIFAR_CREDIT.format(kind)
    return Picture(title, np.array(pixels[index]), credit, f"{CIFAR_PREFIX}{index}")


@cache
def _cifar() -> tuple[np.ndarray, np.ndarray] | None:
    for place in _cifar_places():
        try:
            return load_pictures(place, "test"), load_labels(place, "test")
        except InputError:
            continue
    return None


def _cifar_places() -> Iterator[Path]:
    """Where CIFAR-10 may lie; nothing is downloaded."""
    named = os.environ.get("FIELDLIB_DATA")
    for folder in (Path(named) if named else None, SHARED, _hub_cache()):
        if folder is not None and (folder.suffix == ".parquet" or cifar10.parquet_files(folder, "test")):
            yield folder


def _hub_cache() -> Path | None:
    try:
        return Path(snapshot_download(cifar10.REPOSITORY, repo_type="dataset", local_files_only=True))
    except (OSError, ValueError):
        return None
