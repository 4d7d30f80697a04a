"""One connected walk, grown into a brush where it crosses itself too often."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_cdt

from fieldlib.patterns.base import revealed_count
from fieldlib.patterns.shapes import least, reflect
from fieldlib.registry import PATTERNS

STEPS_PER_PIXEL = 2
CENTRE = 0.5  # of a pixel: walked on from there, both edges mirror alike
TURN = 0.12  # probability of a turn to each side per step
ROW_STEP, COLUMN_STEP = np.array([0, 1, 0, -1]), np.array([1, 0, -1, 0])


@PATTERNS.register("random_walk")
def random_walk(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """The first pixels that a random walk on the lattice visits, then those nearest to it; exactly the fraction.

    The walk is reflected at the edges. Every pixel at taxicab distance d from it touches one at distance d - 1,
    so the mask is connected.
    """
    count = revealed_count(height, width, fraction)
    length = STEPS_PER_PIXEL * count
    turn = rng.choice([-1, 0, 1], length, p=[TURN, 1 - 2 * TURN, TURN])
    heading = (rng.integers(4) + np.cumsum(turn)) % 4
    row = reflect(rng.integers(height) + CENTRE + np.cumsum(ROW_STEP[heading]), height)
    column = reflect(rng.integers(width) + CENTRE + np.cumsum(COLUMN_STEP[heading]), width)
    visited = np.full(height * width, np.inf)
    visited[(row * width + column)[::-1]] = np.arange(length)[::-1] / length  # the first visit is written last
    when = visited.reshape(height, width)
    away = distance_transform_cdt(np.isinf(when), metric="taxicab")
    return least(np.where(away == 0, when, away), count, rng)
