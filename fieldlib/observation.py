"""From a picture to its known points."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from fieldlib.data.picture import to_rgb
from fieldlib.errors import InputError
from fieldlib.patterns.base import make_mask
from fieldlib.points import Points, grid, to_values


def observe(
    image: np.ndarray | Tensor | Image.Image,
    pattern: str = "uniform",
    fraction: float = 0.2,
    seed: int = 0,
    mask: np.ndarray | Tensor | None = None,
) -> Points:
    """The revealed pixels of one picture as points with batch size 1.

    Args:
        image: uint8 (H, W, 3) array or tensor, or a PIL image, of which transparent parts become white. Models know
            pictures of 32x32 pixels: :func:`fieldlib.data.to_square` makes one of others.
        pattern: which kind of pixels are revealed; see ``fieldlib.PATTERNS``.
        fraction: share of the pixels that is revealed, between 0 and 1.
        seed: of the pattern.
        mask: bool (H, W) array or tensor, True = revealed, instead of a pattern.

    Raises:
        InputError: not a uint8 colour picture, an unknown pattern, an empty mask or one of another size.
    """
    pixels = np.asarray(to_rgb(image) if isinstance(image, Image.Image) else image)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[-1] != 3:
        raise InputError(f"a picture is uint8 of shape (height, width, 3); got {pixels.dtype} {pixels.shape}")
    height, width, _ = pixels.shape
    if mask is None:
        mask = make_mask(pattern, height, width, fraction, [seed, 0])
    return reveal(pixels, np.asarray(mask))


def reveal(pixels: np.ndarray, mask: np.ndarray) -> Points:
    """The points of ``pixels`` (H, W, 3) where ``mask`` (H, W) is True, in row-major order, batch size 1."""
    height, width, _ = pixels.shape
    if mask.shape != (height, width) or mask.dtype != bool:
        raise InputError(f"the mask must be bool of shape {(height, width)}; got {mask.dtype} {mask.shape}")
    if not mask.any():
        raise InputError("no pixel is revealed: reveal at least one")
    index = torch.from_numpy(np.flatnonzero(mask))
    return Points(grid(height, width)[index][None], to_values(pixels)[index][None])
