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

from fieldlib.errors import InputError

_RESOLUTION = 2**20  # coordinates closer than 2^-20 share their noise
_CHUNK = 2**20  # lattice points looked up at a time


def white_noise(coords: Tensor, channels: int, seeds: Sequence[int], draw: int = 0) -> Tensor:
    """Independent standard normal numbers, (len(seeds), N, channels), for coordinates (N, D) or (len(seeds), N, D)."""
    cells = ((coords.double() + 1) * _RESOLUTION).round().long()
    cells = cells.expand(len(seeds), *cells.shape[-2:])
    state = _start(seeds, draw, coords.device)[:, None]
    for axis in range(cells.shape[-1]):
        state = _mix(state + cells[..., axis])
    return _normal(state, channels).float()


def field_noise(
    coords: Tensor, channels: int, seeds: Sequence[int], draw: int = 0, *, length: float, side: int = 32
) -> Tensor:
    r"""A Gaussian random field, (len(seeds), N, channels), at coordinates (N, D) or (len(seeds), N, D).

    Standard normal everywhere, with correlation exp(-distance^2 / (2 length^2)) within a channel, ``length`` in pixels
    of a picture of ``side`` pixels. White noise z on a lattice of spacing h is smoothed by a kernel of the same width,
    sum_i w_i z_i / (sum_i w_i^2)^(1/2), so a value depends on the 8^D lattice points around it and on nothing
    else. With h = length / sqrt(2) the correlation is met within 2e-3.

    Raises:
        InputError: ``length`` is not positive.

    References: Higdon 2002, Space and space-time modeling using process convolutions.
    """
    if not length > 0:
        raise InputError(f"length is a positive number of pixels; got {length}")
    chunks = coords.split(max(_CHUNK // (len(seeds) * 8 ** coords.shape[-1]), 1), dim=-2)  # bounds the memory
    spacing = math.sqrt(2) * length / side
    return torch.cat([_smoothed(chunk.double() / spacing, channels, seeds, draw) for chunk in chunks], dim=-2)


def _smoothed(places: Tensor, channels: int, seeds: Sequence[int], draw: int) -> Tensor:
    """:func:`field_noise` at ``places`` in units of the lattice's spacing."""
    places = places.expand(len(seeds), *places.shape[-2:])
    corner = places.floor()
    around = torch.arange(-3, 5, device=places.device)
    state = _start([~seed for seed in seeds], draw, places.device)[:, None, None]  # unrelated to white noise
    weight = torch.ones_like(places[..., :1])
    for axis in range(places.shape[-1]):
        nodes = corner[..., axis, None] + around  # (S, N, 8)
        near = torch.exp(-0.5 * (places[..., axis, None] - nodes) ** 2)
        state = _mix(state[..., None] + nodes.long()[..., None, :]).flatten(2)
        weight = (weight[..., None] * near[..., None, :]).flatten(2)
    values = (weight[..., None] * _normal(state, channels)).sum(2)
    return (values / weight.square().sum(2, keepdim=True).sqrt()).float()


def _start(seeds: Sequence[int], draw: int, device: torch.device) -> Tensor:
    """The hash of each seed and the draw number, (len(seeds),)."""
    return _mix(_mix(torch.tensor(seeds, dtype=torch.int64, device=device)) + draw)


def _normal(state: Tensor, channels: int) -> Tensor:
    """Standard normal numbers (..., channels) in float64 for each hash: Box and Muller's transform of its bits."""
    bits = _mix(state[..., None] + torch.arange(channels, device=state.device))
    radius = ((_shift(bits, 40).double() + 0.5) / 2**24).log().mul(-2).sqrt()
    angle = (_shift(bits, 8) & 0xFFFFFF).double() * (2 * math.pi / 2**24)
    return radius * angle.cos()


def _shift(x: Tensor, bits: int) -> Tensor:
    """Logical right shift of int64."""
    return (x >> bits) & ((1 << (64 - bits)) - 1)


def _mix(x: Tensor) -> Tensor:
    """The SplitMix64 step: add the golden gamma, then two rounds of xor-shift and multiply (wrapping)."""
    x = x - 7046029254386353131  # + 0x9E3779B97F4A7C15 modulo 2^64
    x = (x ^ _shift(x, 30)) * -4658895280553007687  # 0xBF58476D1CE4E5B9
    x = (x ^ _shift(x, 27)) * -7723592293110705685  # 0x94D049BB133111EB
    return x ^ _shift(x, 31)
