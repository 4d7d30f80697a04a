"""A picture of the visitor's own as text that fits into a link: lossless WebP in base64url."""

from __future__ import annotations

import base64
import binascii
import io

import numpy as np
from PIL import Image

from demo.checks import picture
from demo.studio import SIZE
from fieldlib import InputError
from fieldlib.data import open_picture

MOST_TEXT = 6000  # characters; pure noise needs about 4200


def pack(pixels: np.ndarray) -> str:
    """uint8 pixels (32, 32, 3) as at most ``MOST_TEXT`` characters A-Z a-z 0-9 - _; nothing is lost."""
    file = io.BytesIO()
    Image.fromarray(picture(pixels, SIZE)).save(file, "WEBP", lossless=True, quality=100, method=6)
    return base64.urlsafe_b64encode(file.getvalue()).decode().rstrip("=")


def unpack(text: object) -> np.ndarray:
    """The inverse of :func:`pack`.

    Raises:
        InputError: too long, another alphabet, no picture or one of another size.
    """
    if not isinstance(text, str) or len(text) > MOST_TEXT:
        raise InputError(f"a picture in a link is at most {MOST_TEXT} base64url characters")
    try:
        blob = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InputError("the picture in the link holds characters outside base64url (A-Z a-z 0-9 - _)") from None
    return picture(open_picture(blob, most=SIZE * SIZE), SIZE)
