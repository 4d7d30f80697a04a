"""A frame around the hidden centre: the inside must be invented from the outside."""

from __future__ import annotations

import numpy as np

from fieldlib.patterns.shapes import fit_rectangle
from fieldlib.registry import PATTERNS


@PATTERNS.register("border")
def border(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Everything but the centre. The same for every generator: a frame leaves nothing to chance."""
    rows, columns = fit_rectangle(height, width, (1 - fraction) * height * width)
    top, left = (height - rows) // 2, (width - columns) // 2
    mask = np.ones((height, width), dtype=bool)
    mask[top : top + rows, left : left + columns] = False
    return mask
