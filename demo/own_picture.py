"""A picture of the visitor's own as text that fits into a link: lossless WebP in base64url."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from demo.checks import error, from_base64url, picture
from fieldlib import InputError
from fieldlib.data import open_picture
from fieldlib.points import SIDE

MOST_TEXT = 6000  # characters; pure noise needs about 4200


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
