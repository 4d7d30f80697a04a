"""Where noise lives and how the finished picture is read: 64x64, 512x512 or a scattered set of points.

A model draws the pixels of its training grid that the context leaves open, its anchors, whatever is asked for. Other
coordinates only read: their number and order change nothing, and a picture has one answer at every size. Of the readers
tried on 64 test pictures (LOG.md), cubic convolution passes through every pixel value and agrees best with the picture
when its own 64x64 answer is averaged back by 2x2: 41.4 dB (least 35.2), against 34.7 (28.9) for kriging on all 1024
pixels and 33.7 (28.3) for linear interpolation. No detail finer than the grid is invented.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.nn.lattice import cells, offsets, read_cells
from fieldlib.points import Points, grid, to_picture

SNAP = 1e-4  # a coordinate so close to a pixel centre, in half pixels, is that centre


class Anchors(NamedTuple):
    """The points of B pictures that are drawn; build them with :func:`place`."""

    coords: Tensor  # (B, A, D)
    mask: Tensor | None = None  # (B, A) which of them count: a picture may have fewer than others; None: all
    pixel: Tensor | None = None  # (B, A) which pixels they are; None: the queries themselves are drawn
    taken: Tensor | None = None  # (B, side^2, 1) pixels that the context knows
    known: Tensor | None = None  # (B, side^2, C) their values, 0 elsewhere

    def picture(self, values: Tensor) -> Tensor:
        """The whole pictures (S, side^2, C) with drawn ``values`` (S, A, C); S / B in a row for each picture."""
        if self.pixel is None or self.taken is None or self.known is None:
            return values
        share = len(values) // len(self.coords)
        pixel, taken, known = (x.repeat_interleave(share, dim=0) for x in (self.pixel, self.taken, self.known))
        drawn = torch.zeros_like(known).scatter(1, pixel[..., None].expand_as(values), values.to(known))
        return torch.where(taken, known, drawn)


def place(context: Points, coords: Tensor, side: int | None) -> Anchors:
    """The pixels of a ``side`` x ``side`` grid that ``context`` leaves open, at least one for each picture.

    Where a picture has fewer of them than others, known pixels that do not count follow.

    Where there is no grid, ``side`` None or coordinates other than (row, column), ``coords`` (B, N, D) are drawn
    themselves.
    """
    if side is None or coords.shape[-1] != 2:
        return Anchors(coords)
    known, taken = lay(context, side)
    counts = (~taken).sum(1).clamp_min(1)
    most = int(counts.max())
    opened = taken[..., 0].byte().argsort(dim=1, stable=True)[:, :most]
    mask = None if int(counts.min()) == most else torch.arange(most, device=counts.device) < counts
    return Anchors(grid(side, side).to(context.coords)[opened], mask, opened, taken, known)


def lay(context: Points, side: int) -> tuple[Tensor, Tensor]:
    """The context's values on a grid, zero elsewhere, (B, side^2, C), and where there are any, (B, side^2, 1)."""
    centred = at_centre(context.coords, side)
    if context.mask is not None:
        centred = centred & context.mask
    pixel = torch.where(centred, cells(context.coords, side), side**2)[..., None]  # the last place is for the others
    known = context.values.new_zeros(len(pixel), side**2 + 1, context.values.shape[-1])
    taken = centred.new_zeros(len(pixel), side**2 + 1, 1).scatter(1, pixel, True)
    known = known.scatter(1, pixel.expand_as(context.values), context.values)
    return known[:, :-1], taken[:, :-1]


def at_centre(coords: Tensor, side: int) -> Tensor:
    """Which ``coords`` (..., 2) are pixel centres of a ``side`` x ``side`` grid, (...)."""
    return (offsets(coords, side).abs() < SNAP).all(-1)


def read(pictures: Tensor, side: int, coords: Tensor) -> Tensor:
    """:func:`render` of square pictures (S, side^2, C), with no rounding at all at pixel centres."""
    coords = coords.expand(len(pictures), *coords.shape[-2:])
    centred = at_centre(coords, side)
    if not centred.any():
        return render(pictures, side, side, coords)
    exact = read_cells(to_picture(pictures, side, side), cells(coords, side))
    return exact if centred.all() else torch.where(centred[..., None], exact, render(pictures, side, side, coords))


def render(values: Tensor, height: int, width: int, coords: Tensor) -> Tensor:
    """Values (S, N, C) at ``coords`` (N, 2) or (S, N, 2) in [-1, 1] of pictures (S, height * width, C).

    Values of the picture at pixel centres, up to rounding; between them a bright edge may overshoot by a few percent.
    The border is continued beyond the outermost centres. Time and memory are linear in N.

    Raises:
        InputError: the values are not those of a whole picture.

    References: Keys 1981, Cubic convolution interpolation for digital image processing; with torch's
    a = -3/4, by which a linear ramp is met within 5% of a pixel's step.
    """
    if values.ndim != 3 or values.shape[1] != height * width:
        raise InputError(
            f"values of a {height}x{width} picture are (S, {height * width}, C); got {tuple(values.shape)}"
        )
    pictures = to_picture(values, height, width)
    where = coords.to(values).flip(-1).expand(len(values), *coords.shape[-2:])[:, None]  # grid_sample wants (x, y)
    found = F.grid_sample(pictures, where, mode="bicubic", padding_mode="border", align_corners=False)
    return found[:, :, 0].transpose(1, 2)
