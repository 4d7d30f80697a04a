r"""Noise as a function of coordinates.

A draw is addressed by (seed, draw number, coordinate, channel) through an integer hash, so one seed gives one picture
whatever else is in the batch, in whatever order and however many points are asked for.

References: Salmon et al. 2011 (counter-based random numbers); Steele et al. 2014 (the SplitMix64 mixer).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

_RESOLUTION = 2**20  # coordinates closer than 2^-20 share their noise


def white_noise(coords: Tensor, channels: int, seeds: Sequence[int], draw: int = 0) -> Tensor:
    """Independent standard normal numbers, (len(seeds), N, channels), for coordinates (N, D) or (len(seeds), N, D)."""
    cells = ((coords.double() + 1) * _RESOLUTION).round().long()
    cells = cells.expand(len(seeds), *cells.shape[-2:])
    seed = torch.tensor(seeds, dtype=torch.int64, device=coords.device)
    state = _mix(_mix(seed) + draw)[:, None]
    for axis in range(cells.shape[-1]):
        state = _mix(state + cells[..., axis])
    bits = _mix(state[..., None] + torch.arange(channels, device=coords.device))
    radius = ((_shift(bits, 40).double() + 0.5) / 2**24).log().mul(-2).sqrt()
    angle = (_shift(bits, 8) & 0xFFFFFF).double() * (2 * math.pi / 2**24)
    return (radius * angle.cos()).float()


def _shift(x: Tensor, bits: int) -> Tensor:
    """Logical right shift of int64."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def _mix(x: Tensor) -> Tensor:
    """The SplitMix64 step: add the golden gamma, then two rounds of xor-shift and multiply (wrapping)."""
    x = x - 7046029254386353131  # + 0x9E3779B97F4A7C15 modulo 2^64
    x = (x ^ _shift(x, 30)) * -4658895280553007687  # 0xBF58476D1CE4E5B9
    x = (x ^ _shift(x, 27)) * -7723592293110705685  # 0x94D049BB133111EB
    return x ^ _shift(x, 31)
