"""Test pictures as models see them: some pixels known, some to be scored.

Picture i of the test set is seen through the mask of ``numpy.random.default_rng([seed, i])``: the first pixels of its
permutation are known, the next 20% are the targets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from fieldlib.patterns.base import make_mask

TARGET = 0.2  # share of all pixels that are targets, whatever the context


class Scene(NamedTuple):
    """Picture ``number`` (H, W, 3) uint8 with its known and target pixels, (H * W,) bool."""

    number: int
    pixels: np.ndarray
    known: np.ndarray
    target: np.ndarray


def observe_scene(pixels: np.ndarray, index: int, context: float, pattern: str, seed: int) -> Scene:
    """Picture ``index`` with the known pixels of ``pattern``; targets come next in the same permutation."""
    height, width, _ = pixels.shape
    known = make_mask(pattern, height, width, context, [seed, index]).reshape(-1)
    order = np.random.default_rng([seed, index]).permutation(height * width)
    target = np.zeros_like(known)
    target[order[~known[order]][: max(int(TARGET * height * width), 1)]] = True
    return Scene(index, pixels, known, target)


def batches(scenes: Sequence[Scene], size: int) -> Iterator[list[Scene]]:
    """Runs of at most ``size`` pictures with equally many known pixels (patterns may reveal more or fewer)."""
    for _, run in groupby(scenes, lambda scene: int(scene.known.sum())):
        group = list(run)
        yield from (group[i : i + size] for i in range(0, len(group), size))
