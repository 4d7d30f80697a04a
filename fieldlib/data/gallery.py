"""The bundled pictures: free ones, with credits, for the studio, the command line and the tests.

None is from CIFAR-10. ``assets/gallery/gallery.json`` names author, licence and source of each;
``train_scripts/make_gallery.py`` makes the files from the packages that they were published in.
"""

from __future__ import annotations

import json
from functools import cache
from typing import NamedTuple

import numpy as np

from fieldlib.assets import GALLERY
from fieldlib.data.picture import open_picture, to_square
from fieldlib.errors import InputError

CATALOGUE = "gallery.json"
SMALLEST_CROP = 0.5  # of the side of the original, for the pictures that are made from it


class GalleryPicture(NamedTuple):
    """A bundled picture.

    ``name`` is what people type and ``title`` what they read; ``author``, ``licence`` and ``package`` are the credits;
    ``pixels`` are uint8 (32, 32, 3) and ``original`` is the larger square they come from, uint8 (S, S, 3).
    """

    name: str
    title: str
    author: str
    licence: str
    package: str
    pixels: np.ndarray
    original: np.ndarray

    @property
    def credit(self) -> str:
        """One line that names author, licence and source."""
        return f"{self.title}: {self.author}, {self.licence}, from {self.package}"


@cache
def gallery() -> tuple[GalleryPicture, ...]:
    """All bundled pictures, the most telling first.

    Raises:
        InputError: the files are missing or damaged.
    """
    try:
        entries = json.loads((GALLERY / CATALOGUE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"the gallery in {GALLERY} is missing or damaged ({error}): fetch the repository again"
        ) from error
    return tuple(_open(entry) for entry in entries)


def names() -> tuple[str, ...]:
    """The names of the bundled pictures, in gallery order."""
    return tuple(picture.name for picture in gallery())


def picture(name: str) -> GalleryPicture:
    """The bundled picture called ``name``.

    Raises:
        InputError: there is none; the message lists the names.
    """
    for entry in gallery():
        if entry.name == name:
            return entry
    raise InputError(f"unknown gallery picture {name!r}; known: {', '.join(names())}")


def sample_pictures(count: int) -> np.ndarray:
    """``count`` different pictures, uint8 (count, 32, 32, 3), for machines without a data set; always the same ones.

    First the gallery itself, then square crops of its originals at places and sizes drawn from a fixed seed.
    """
    pictures = gallery()
    rng = np.random.default_rng(0)
    crops = [_crop(pictures[i % len(pictures)].original, rng) for i in range(count - len(pictures))]
    return np.stack([*(entry.pixels for entry in pictures), *crops][:count])


def _open(entry: dict[str, str]) -> GalleryPicture:
    original = open_picture(GALLERY / f"{entry['name']}.webp")
    credits = {field: entry[field] for field in ("name", "title", "author", "licence", "package")}
    return GalleryPicture(**credits, pixels=to_square(original), original=original)


def _crop(original: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side = int(len(original) * rng.uniform(SMALLEST_CROP, 1))
    top, left = rng.integers(len(original) - side + 1, size=2)
    return to_square(original[top : top + side, left : left + side])
