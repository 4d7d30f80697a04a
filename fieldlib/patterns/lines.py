"""Whole rows or columns: the way a scanner or a satellite sees."""

from __future__ import annotations

import numpy as np

from fieldlib.patterns.shapes import evenly
from fieldlib.registry import PATTERNS


@PATTERNS.register("lines")
def lines(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Rows or columns, evenly or randomly placed: two coins decide. An axis of one pixel is never cut."""
    rows = height > 1 and (width == 1 or rng.random() < 0.5)
    size = height if rows else width
    count = min(max(round(fraction * size), 1), size - 1)
    chosen = evenly(size, count, rng) if rng.random() < 0.5 else rng.permutation(size)[:count]
    mask = np.zeros((height, width), dtype=bool)
    if rows:
        mask[chosen] = True
    else:
        mask[:, chosen] = True
    return mask
