"""A link as a QR code for a projector."""

from __future__ import annotations

import numpy as np
import segno

from demo import languages
from fieldlib import InputError

SCALE = 8  # screen pixels of a module


def qr_picture(link: str) -> np.ndarray:
    """``link`` as a QR code with its quiet zone, uint8 (N, N, 3), black on white.

    Raises:
        InputError: the link is too long for one.
    """
    try:
        code = segno.make_qr(link, error="l")
    except segno.DataOverflowError:
        raise InputError(languages.text("LINK")["qr_too_long"]) from None
    rows = np.array([list(row) for row in code.matrix_iter(scale=SCALE, border=4)], dtype=bool)
    return np.repeat(np.where(rows, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
