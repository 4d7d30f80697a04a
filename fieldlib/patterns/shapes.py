"""Geometry that several patterns share."""

from __future__ import annotations

import numpy as np


def fit_rectangle(height: int, width: int, area: float) -> tuple[int, int]:
    """Rows and columns, shaped like the picture, whose product comes near ``area``; at least 1x1 and not all."""
    rows = _clip((area / (height * width)) ** 0.5 * height, height)
    columns = _clip(area / rows, width)
    rows = _clip(area / columns, height)
    if rows * columns == height * width:
        return (rows, columns - 1) if columns >= rows else (rows - 1, columns)
    return rows, columns


def evenly(size: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` different indices below ``size`` from a random start, as evenly spaced as whole numbers allow."""
    return ((np.arange(count) + rng.random()) * (size / count)).astype(int)


def reflect(position: np.ndarray, size: int) -> np.ndarray:
    """Fold positions, of which pixel i spans [i, i + 1), into the pixels 0 ... size - 1 as between two mirrors.

    Neighbours stay neighbours.
    """
    folded = position % (2 * size)
    return np.minimum(np.minimum(folded, 2 * size - folded), size - 1).astype(int)


def least(values: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Where the ``count`` smallest of ``values`` (H, W) are, bool (H, W); equal ones are taken from a random corner."""
    flip = np.s_[:: rng.choice((-1, 1)), :: rng.choice((-1, 1))]
    mask = np.zeros(values.size, dtype=bool)
    mask[np.argsort(values[flip], axis=None, kind="stable")[:count]] = True
    return mask.reshape(values.shape)[flip]


def _clip(size: float, largest: int) -> int:
    return min(max(round(size), 1), largest)
