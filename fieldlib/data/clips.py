"""Clips: a window that glides over a picture, as points with three coordinates (row, column, time)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.points import Points, grid, select, to_values
from fieldlib.resolution import render

SIDE, FRAMES = 16, 8
PIXELS = SIDE**2
COUNT = FRAMES * PIXELS
KINDS = ("scattered", "between")  # known pixels in all frames; in every second frame only


def clip_grid() -> Tensor:
    """Coordinates (FRAMES * SIDE^2, 3) in [-1, 1] of all pixels, frame by frame."""
    time = (2 * torch.arange(FRAMES) + 1) / FRAMES - 1
    places = grid(SIDE, SIDE)
    return torch.cat([places.repeat(FRAMES, 1), time.repeat_interleave(PIXELS)[:, None]], dim=1)


def glide(pixels: np.ndarray, rng: np.random.Generator) -> Tensor:
    """Values (B, FRAMES * SIDE^2, 3) of windows that glide straight over pictures uint8 (B, H, H, 3), H >= 16.

    Start and end are drawn evenly from all places where the window fits, fractions of pixels included.
    """
    height = pixels.shape[1]
    free = 1 - SIDE / height  # how far the window's centre may lie from the picture's, in half pictures
    start, end = torch.from_numpy(rng.uniform(-free, free, (2, len(pixels), 1, 1, 2))).float()
    along = torch.linspace(0, 1, FRAMES)[:, None, None]
    places = start + along * (end - start) + grid(SIDE, SIDE) * (SIDE / height)  # (B, FRAMES, SIDE^2, 2)
    return render(to_values(pixels), height, height, places.flatten(1, 2)).clamp(-1, 1)


def known_points(kind: str, fraction: float, rng: np.random.Generator) -> Tensor:
    """Which pixels of a clip are known, bool (FRAMES * SIDE^2,): ``fraction`` of all, spread as ``kind`` says.

    Raises:
        InputError: an unknown kind, or more than its frames hold.
    """
    if kind not in KINDS:
        raise InputError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")
    step = 2 if kind == "between" else 1
    places = np.arange(COUNT).reshape(FRAMES, PIXELS)[::step].ravel()
    count = int(fraction * COUNT)
    if not 0 < count <= len(places):
        raise InputError(
            f"{kind} points are at most {len(places) / COUNT:.0%} of a clip, and one at least; got {fraction}"
        )
    known = torch.zeros(COUNT, dtype=torch.bool)
    known[torch.from_numpy(rng.permutation(places)[:count])] = True
    return known


def split(values: Tensor, known: Tensor) -> tuple[Points, Points]:
    """Known and hidden points of clips (B, N, 3) with masks (B, N) that know equally many pixels each."""
    coords = clip_grid().expand(len(values), -1, -1)
    return (pick(coords, values, known), pick(coords, values, ~known))


def pick(coords: Tensor, values: Tensor, chosen: Tensor) -> Points:
    """The chosen points of each clip."""
    return Points(*(select(x, chosen) for x in (coords, values)))
