"""Strokes of a thick pen, the way people paint on the canvas of the studio."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt

from fieldlib.patterns.base import revealed_count
from fieldlib.patterns.shapes import least, reflect
from fieldlib.registry import PATTERNS

MOST_STROKES = 4
PEN = 0.1  # width of the pen relative to the shorter side
BEND = 0.25  # change of direction per pixel of way, in radians (standard deviation)


@PATTERNS.register("drawn")
def drawn(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """The pixels nearest to one to four smooth strokes of about equal length; exactly the fraction."""
    count = revealed_count(height, width, fraction)
    strokes = int(rng.integers(1, MOST_STROKES + 1))
    way = max(1, int(count / max(1.5, PEN * min(height, width)) / strokes))
    turns = BEND * rng.standard_normal((strokes, way))
    heading = rng.uniform(0, 2 * np.pi, (strokes, 1)) + np.cumsum(turns, axis=1)
    row = reflect(rng.random((strokes, 1)) * height + np.cumsum(np.sin(heading), axis=1), height)
    column = reflect(rng.random((strokes, 1)) * width + np.cumsum(np.cos(heading), axis=1), width)
    hidden = np.ones((height, width), dtype=bool)
    hidden[row, column] = False
    return least(distance_transform_edt(hidden), count, rng)
