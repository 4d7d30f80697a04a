"""Pixels chosen independently of each other."""

from __future__ import annotations

import numpy as np

from fieldlib.patterns.base import revealed_count
from fieldlib.registry import PATTERNS


@PATTERNS.register("uniform")
def uniform(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """The first pixels of a random permutation, as in the evaluation protocol."""
    mask = np.zeros(height * width, dtype=bool)
    mask[rng.permutation(height * width)[: revealed_count(height, width, fraction)]] = True
    return mask.reshape(height, width)
