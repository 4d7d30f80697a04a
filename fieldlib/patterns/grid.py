"""A regular lattice of pixels: super-resolution."""

from __future__ import annotations

import numpy as np

from fieldlib.patterns.shapes import evenly, fit_rectangle
from fieldlib.registry import PATTERNS


@PATTERNS.register("grid")
def grid(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Rows and columns at even steps from a random start; a quarter of the pixels is every second row and column."""
    rows, columns = fit_rectangle(height, width, fraction * height * width)
    mask = np.zeros((height, width), dtype=bool)
    mask[np.ix_(evenly(height, rows, rng), evenly(width, columns, rng))] = True
    return mask
