"""Scattered points on the pixel grid that grid-bound baselines work on."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.nn.lattice import cells, spread
from fieldlib.points import SIDE, Points


class Gridded(NamedTuple):
    """Values (32, 32, C), zero where unknown, and which pixels are known, bool (32, 32)."""

    values: Tensor
    known: Tensor


def on_grid(context: Points) -> Gridded:
    """One point set (batch size 1) on the grid; points in the same pixel are averaged.

    Raises:
        InputError: coordinates that are not (row, column).
    """
    if context.coords.shape[-1] != 2:
        raise InputError(
            f"this baseline needs pictures, with (row, column); got {context.coords.shape[-1]} coordinates"
        )
    cell = cells(context.coords, SIDE)
    known = context.values.new_zeros(SIDE * SIDE, dtype=torch.bool)
    known[cell[0]] = True
    return Gridded(spread(context.values, cell, SIDE)[0].permute(1, 2, 0), known.view(SIDE, SIDE))
