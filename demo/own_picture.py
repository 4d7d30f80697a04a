"""A picture or strokes of the visitor's own as text that fits into a link: lossless WebP in base64url."""

from __future__ import annotations

import base64
import io
from typing import NamedTuple

import numpy as np
from PIL import Image

from demo.checks import error, from_base64url, pack_mask, picture, unpack_mask
from fieldlib import InputError
from fieldlib.data import open_picture
from fieldlib.points import SIDE

MOST_TEXT = 6000  # characters; pure noise needs about 4200


class Strokes(NamedTuple):
    """Colours painted from nothing, uint8 (32, 32, 3), and the ``mask`` of where they are, bool (32, 32)."""

    colours: np.ndarray
    mask: np.ndarray


def pack(pixels: np.ndarray) -> str:
    """uint8 pixels (32, 32, 3) as at most ``MOST_TEXT`` characters A-Z a-z 0-9 - _; nothing is lost."""
    file = io.BytesIO()
    Image.fromarray(picture(pixels, SIDE)).save(file, "WEBP", lossless=True, quality=100, method=6)
    return base64.urlsafe_b64encode(file.getvalue()).decode().rstrip("=")


def unpack(text: object) -> np.ndarray:
    """The inverse of :func:`pack`.

    Raises:
        InputError: too long, another alphabet, no picture or one of another size.
    """
    if not isinstance(text, str) or len(text) > MOST_TEXT:
        raise error("own_length", MOST_TEXT)
    blob = from_base64url("the picture in the link", text)
    try:
        pixels = open_picture(blob, most=SIDE * SIDE)
    except InputError as refused:
        raise error("own_damaged") from refused
    return picture(pixels, SIDE)


def pack_strokes(strokes: Strokes) -> str:
    """The colours by :func:`pack` and the mask by :func:`demo.checks.pack_mask`, with a comma between."""
    return f"{pack(strokes.colours)},{pack_mask(strokes.mask)}"


def unpack_strokes(text: str) -> Strokes:
    """The inverse of :func:`pack_strokes`.

    Raises:
        InputError: colours that are no picture, or a mask of another length or alphabet.
    """
    colours, _, mask = text.partition(",")
    return Strokes(unpack(colours), unpack_mask(mask, SIDE))
