"""Sets of points, and the only place where pixels become values and back.

Coordinates are pixel centres: pixel i of N sits at (2 i + 1) / N - 1, (row, column) in [-1, 1], so that grids of
different size line up. Values lie in [-1, 1]; pixels are uint8.
"""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from fieldlib.errors import InputError

SIDE = 32  # of the pictures that models are trained on, in pixels


class Points(NamedTuple):
    """A batch of point sets: coords (B, N, D), values (B, N, C), mask (B, N) or None (True = point exists)."""

    coords: Tensor
    values: Tensor
    mask: Tensor | None = None


class Batch(NamedTuple):
    """What a model learns from: known context points and target points to be reconstructed."""

    context: Points
    target: Points


def grid(height: int, width: int) -> Tensor:
    """Pixel-centre coordinates of a picture, (height * width, 2), row-major, (row, column) in [-1, 1]."""
    if not all(isinstance(side, Integral) and side >= 1 for side in (height, width)):
        raise InputError(f"a grid has whole numbers of rows and columns, at least one of each; got {height}x{width}")
    rows = (2 * torch.arange(height) + 1) / height - 1
    columns = (2 * torch.arange(width) + 1) / width - 1
    return torch.stack(torch.meshgrid(rows, columns, indexing="ij"), dim=-1).reshape(-1, 2)


def to_values(pixels: np.ndarray | Tensor) -> Tensor:
    """uint8 pixels (..., H, W, C) -> float32 values (..., H * W, C) in [-1, 1]."""
    pixels = torch.as_tensor(pixels.copy() if isinstance(pixels, np.ndarray) else pixels)  # arrays may be read-only
    if pixels.dtype != torch.uint8 or pixels.ndim < 3:
        raise InputError(
            f"pixels are uint8 of shape (..., height, width, channels); got {pixels.dtype} {tuple(pixels.shape)}"
        )
    return pixels.flatten(-3, -2).float() / 127.5 - 1


def to_pixels(values: Tensor, height: int, width: int) -> np.ndarray:
    """Values (..., H * W, C) in [-1, 1] -> uint8 pixels (..., H, W, C); values outside are clipped."""
    scaled = ((values.detach().float().cpu() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return scaled.unflatten(-2, (height, width)).numpy()


def to_unit(values: Tensor) -> Tensor:
    """Values, clipped to [-1, 1], -> [0, 1]: the data range of all metrics."""
    return (values.clamp(-1, 1) + 1) / 2


def to_picture(values: Tensor, height: int, width: int) -> Tensor:
    """Values (B, H * W, C), row-major -> (B, C, H, W), the layout of convolutions."""
    return values.transpose(1, 2).unflatten(-1, (height, width))


def select(values: Tensor, where: Tensor) -> Tensor:
    """The values (B, N, C) where ``where`` (B, N) is True, (B, n, C); n must be the same for each set.

    Raises:
        InputError: it is not.
    """
    counts = where.sum(1)
    if counts.min() != counts.max():
        raise InputError(f"every set needs equally many points; got {sorted(set(counts.tolist()))}")
    return values[where].unflatten(0, (len(values), -1))


def batch(sets: Sequence[Points]) -> Points:
    """Sets of one picture each as one batch; the shorter ones are filled up with points that do not exist."""
    coords = pad_sequence([one.coords[0] for one in sets], batch_first=True)
    values = pad_sequence([one.values[0] for one in sets], batch_first=True)
    present = [torch.ones(one.coords.shape[1], dtype=torch.bool) if one.mask is None else one.mask[0] for one in sets]
    mask = pad_sequence(present, batch_first=True)
    return Points(coords, values, None if mask.all() else mask)


def take(points: Points, indices: Tensor) -> Points:
    """The points at ``indices`` (B, K) of each set."""

    def rows(tensor: Tensor) -> Tensor:
        return tensor.gather(1, indices[..., None].expand(-1, -1, tensor.shape[-1]))

    mask = None if points.mask is None else points.mask.gather(1, indices)
    return Points(rows(points.coords), rows(points.values), mask)
