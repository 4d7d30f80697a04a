"""Pictures as PNG, for downloads and for the API."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image


def png(pixels: np.ndarray) -> bytes:
    """uint8 pixels (H, W, 3) as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", optimize=True)
    return file.getvalue()


def png_address(pixels: np.ndarray) -> str:
    """uint8 pixels (H, W, 3) as a PNG data URL."""
    return f"data:image/png;base64,{base64.b64encode(png(pixels)).decode()}"
