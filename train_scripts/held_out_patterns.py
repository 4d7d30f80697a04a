"""Patterns that no training has seen: they live here, and not in fieldlib/patterns, because training uses all of those.

They can be named once this module is imported, and are not listed: an import changes no training and no menu.
"""

from __future__ import annotations

import numpy as np

from fieldlib.patterns.base import revealed_count
from fieldlib.registry import PATTERNS

CLUMP = 4  # side of a clump in pixels


def nearest_first(score: np.ndarray, fraction: float) -> np.ndarray:
    """The mask of the pixels with the lowest ``score`` (height, width); exactly the fraction."""
    height, width = score.shape
    mask = np.zeros(score.size, dtype=bool)
    mask[np.argsort(score.ravel(), kind="stable")[: revealed_count(height, width, fraction)]] = True
    return mask.reshape(score.shape)


@PATTERNS.register("disc", listed=False)
def disc(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """The pixels nearest to a random centre: a spotlight."""
    rows, columns = np.indices((height, width))
    row, column = rng.uniform(0.25, 0.75, 2) * (height, width)
    return nearest_first(np.hypot(rows - row, columns - column), fraction)


@PATTERNS.register("half", listed=False)
def half(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Everything on one side of a straight cut in a random direction."""
    rows, columns = np.indices((height, width))
    angle = rng.uniform(0, 2 * np.pi)
    return nearest_first(np.cos(angle) * rows + np.sin(angle) * columns, fraction)


@PATTERNS.register("clumps", listed=False)
def clumps(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Whole squares of 4x4 pixels at random places of a board."""
    rows, columns = np.indices((height, width)) // CLUMP
    order = rng.random((rows.max() + 1, columns.max() + 1))
    return nearest_first(order[rows, columns], fraction)


@PATTERNS.register("gradient", listed=False)
def gradient(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Single pixels that grow rarer from one edge to the other."""
    place = np.indices((height, width))[rng.integers(2)] / max(height, width)
    if rng.random() < 0.5:
        place = 1 - place
    return nearest_first(rng.exponential(size=place.shape) * np.exp(4 * place), fraction)


NAMES = ("clumps", "disc", "gradient", "half")
