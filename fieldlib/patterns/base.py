"""What a pattern is: a function that chooses which pixels are revealed."""

from __future__ import annotations

from numbers import Integral, Real
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
        InputError: unknown pattern, a fraction outside (0, 1), or no seed.
    """
    if not (isinstance(fraction, Real) and 0 < fraction < 1):
        raise InputError(f"the revealed fraction lies between 0 and 1, both excluded; got {fraction!r}")
    numbers = [seed] if isinstance(seed, Integral) else seed
    if not isinstance(numbers, list | tuple) or not all(isinstance(n, Integral) and n >= 0 for n in numbers):
        raise InputError(f"a seed is a whole number from 0 upwards, or several; got {seed!r}")
    return PATTERNS[pattern](height, width, float(fraction), np.random.default_rng(seed))
