"""What a pattern is: a function that chooses which pixels are revealed."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from fieldlib.errors import InputError
from fieldlib.registry import PATTERNS


class Pattern(Protocol):
    """(height, width, fraction in (0, 1), generator) -> bool mask (height, width), True = revealed."""

    def __call__(self, height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
        """The mask; close to ``fraction`` of it is True, as close as the pattern's shape allows."""
        ...


def revealed_count(height: int, width: int, fraction: float) -> int:
    """How many pixels ``fraction`` reveals: rounded down, at least one and not all."""
    return min(max(int(fraction * height * width), 1), height * width - 1)


def make_mask(
    pattern: str, height: int, width: int, fraction: float, seed: int | tuple[int, ...] | list[int]
) -> np.ndarray:
    """The mask (height, width) that ``pattern`` draws from ``seed``.

    Raises:
        InputError: unknown pattern, or a fraction outside (0, 1).
    """
    if not (isinstance(fraction, int | float) and 0 < fraction < 1):
        raise InputError(f"the revealed fraction lies between 0 and 1, both excluded; got {fraction!r}")
    return PATTERNS[pattern](height, width, float(fraction), np.random.default_rng(seed))
