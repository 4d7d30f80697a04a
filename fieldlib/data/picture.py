"""Opening whatever people hand in: one safe way from a file or its bytes to RGB pixels."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fieldlib.errors import InputError
from fieldlib.points import SIDE

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")  # decoders that start no other program
MOST_BYTES = 20 * 2**20
MOST_PIXELS = 25_000_000


class PictureError(InputError):
    """A picture that cannot be opened; ``fault`` is ``bytes`` or ``pixels`` (too many), ``kind`` or ``damage``."""

    def __init__(self, fault: str, message: str) -> None:
        super().__init__(message)
        self.fault = fault


def open_picture(source: str | Path | bytes, most: int = MOST_PIXELS, enough: int | None = None) -> np.ndarray:
    """RGB pixels, uint8 (H, W, 3), of a picture file or of its bytes.

    Transparent parts become white, camera rotation is applied, an animation gives its first frame, grey and CMYK
    become RGB. Size limits are checked before any pixel is decoded.

    Args:
        source: the file or its bytes.
        most: pixels that are allowed.
        enough: a side in pixels that is all the caller needs: a JPEG file is then decoded at a half, a quarter or an
            eighth, with no side shorter than that, for a fraction of the time and memory.

    Raises:
        PictureError: not a picture, damaged, over 20 MB or over ``most`` pixels.
        InputError: no such file.
    """
    name = "the picture" if isinstance(source, bytes) else str(source)
    blob = source if isinstance(source, bytes) else _read(Path(source))
    if len(blob) > MOST_BYTES:
        allowed = f"{MOST_BYTES // 2**20} MB, the most that is allowed"
        raise PictureError("bytes", f"{name} is larger than {allowed}: make it smaller")
    try:
        image = Image.open(io.BytesIO(blob), formats=FORMATS)
        width, height = image.size
        if width * height > most:
            raise _too_large(name, f"{width}x{height} pixels", most)
        if enough is not None:
            image.draft(None, (enough, enough))
        ImageOps.exif_transpose(image, in_place=True)
        return to_rgb(image)
    except Image.DecompressionBombError as error:
        raise _too_large(name, "far too many pixels", most) from error
    except UnidentifiedImageError as error:
        allowed = ", ".join(FORMATS)
        raise PictureError("kind", f"{name} is not a picture of a known kind; allowed: {allowed}") from error
    except InputError:
        raise
    except Exception as error:  # decoders raise whatever a damaged file makes them stumble over
        raise PictureError("damage", f"{name} is damaged and cannot be decoded ({error}): save it again") from error


def to_square(pixels: np.ndarray, size: int = SIDE) -> np.ndarray:
    """The central square of ``pixels`` (H, W, 3), uint8, resized to (size, size, 3) with an antialiasing filter."""
    height, width, _ = pixels.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = Image.fromarray(pixels[top : top + side, left : left + side])
    return np.asarray(square.resize((size, size), Image.Resampling.LANCZOS))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error


def _too_large(name: str, found: str, most: int) -> PictureError:
    allowed = f"{most // 1_000_000} megapixels" if most >= 1_000_000 else f"{most} pixels"
    return PictureError("pixels", f"{name} has {found}; at most {allowed}: make it smaller")


def to_rgb(image: Image.Image) -> np.ndarray:
    """RGB pixels, uint8 (H, W, 3): transparent parts become white, 16 bits become 8.

    Raises:
        PictureError: numbers with fractions, whose range nobody knows.
    """
    if image.mode == "F":
        raise PictureError("kind", "a picture of fractional numbers has no known range: save it with 8 or 16 bits")
    if image.mode.startswith("I"):  # 16 bits per pixel: keep the upper 8
        return np.repeat((np.asarray(image).astype(np.int64).clip(0, 65535) >> 8).astype(np.uint8)[..., None], 3, -1)
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return np.asarray(image.convert("RGB"))
