"""One hidden block: inpainting."""

from __future__ import annotations

import numpy as np

from fieldlib.patterns.shapes import fit_rectangle
from fieldlib.registry import PATTERNS


@PATTERNS.register("block")
def block(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Everything but one block at a random place; the block has the proportions of the picture."""
    rows, columns = fit_rectangle(height, width, (1 - fraction) * height * width)
    top, left = rng.integers(height - rows + 1), rng.integers(width - columns + 1)
    mask = np.ones((height, width), dtype=bool)
    mask[top : top + rows, left : left + columns] = False
    return mask
