"""One run at any resolution: the finished 32x32 picture read on a finer grid, by three readers.

``field`` is :func:`fieldlib.resolution.render`, cubic convolution on the samples. "Bicubic" enlargement is the same
formula, so it would show the same picture; linear interpolation stands in its place. LOG.md tells why the network
itself is not asked between pixel centres: it never saw such a query and answers worse.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from demo.checks import one_of, pack_mask, picture, whole
from demo.lesson import Lesson
from demo.pictures import Picture
from fieldlib import grid
from fieldlib.data import to_square
from fieldlib.metrics import psnr
from fieldlib.points import SIDE, to_pixels, to_values
from fieldlib.resolution import render

SIZES = (32, 64, 128, 256, 512)
MOST = SIZES[-1]


class Reading(NamedTuple):
    """What a reader gives at one size: uint8 ``pixels`` (N, N, 3); PSNR in dB against the true fine grid, or None."""

    reader: str
    pixels: np.ndarray
    psnr: float | None


def _nearest(values: Tensor, coords: Tensor) -> Tensor:
    return _grid_sample(values, coords, "nearest")


def _bilinear(values: Tensor, coords: Tensor) -> Tensor:
    return _grid_sample(values, coords, "bilinear")


def _field(values: Tensor, coords: Tensor) -> Tensor:
    return render(values[None], SIDE, SIDE, coords)[0]


def _grid_sample(values: Tensor, coords: Tensor, mode: str) -> Tensor:
    pictures = values.T.reshape(1, -1, SIDE, SIDE)
    read = F.grid_sample(pictures, coords.flip(-1)[None, None], mode, padding_mode="border", align_corners=False)
    return read[0, :, 0].T


READERS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"nearest": _nearest, "bilinear": _bilinear, "field": _field}


def read(pixels: np.ndarray, size: int, reader: str = "field") -> np.ndarray:
    """``pixels``, uint8 (32, 32, 3), read on a grid of ``size`` x ``size``, 32 to 512: uint8 (size, size, 3).

    Raises:
        InputError: another size, an unknown reader or no picture.
    """
    size = whole("the size", size, SIDE, MOST)
    values = to_values(picture(pixels, SIDE))
    return to_pixels(READERS[one_of("reader", reader, READERS)](values, grid(size, size)), size, size)


def fine_truth(chosen: Picture | None, size: int) -> np.ndarray | None:
    """The true picture on a grid of ``size`` x ``size``; None when its original is smaller than that, or unknown."""
    if chosen is None:
        return None
    if size == SIDE:
        return chosen.pixels
    original = chosen.original
    return None if original is None or len(original) < size else to_square(original, size)


def finest_truth(chosen: Picture, size: int) -> np.ndarray:
    """The true picture on the finest of ``SIZES`` up to ``size`` that its original is large enough for."""
    found = (fine_truth(chosen, side) for side in reversed(SIZES) if side <= size)
    return next(truth for truth in found if truth is not None)


def enlarge(pixels: np.ndarray) -> np.ndarray:
    """``pixels`` of one of ``SIZES`` as squares, uint8 (512, 512, 3), so that a browser has nothing to smooth."""
    factor = MOST // len(pixels)
    return np.asarray(pixels).repeat(factor, axis=0).repeat(factor, axis=1)


def compare(result: np.ndarray, chosen: Picture | None, size: int) -> tuple[Reading, ...]:
    """``result``, uint8 (32, 32, 3), by every reader, each compared with the fine truth where there is one."""
    truth = fine_truth(chosen, size)
    pictures = ((name, read(result, size, name)) for name in READERS)
    return tuple(Reading(name, pixels, None if truth is None else _psnr(pixels, truth)) for name, pixels in pictures)


def _psnr(ours: np.ndarray, truth: np.ndarray) -> float:
    return float(psnr(to_values(ours)[None], to_values(np.array(truth))[None]))


def hole() -> np.ndarray:
    """A mask that hides a disc in the middle, as a thumb over the picture would: bool (32, 32)."""
    away = grid(SIDE, SIDE).square().sum(-1).sqrt().reshape(SIDE, SIDE)
    return torch.greater(away, 0.45).numpy()


# One click each: what the run is asked to do; picture, lanes and noise stay.
PRESETS: dict[str, Lesson] = {
    "inpainting": Lesson(mask=pack_mask(hole())),
    "super_resolution": Lesson(pattern="grid", fraction=0.25),
}
