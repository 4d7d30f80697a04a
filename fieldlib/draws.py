"""How samples are drawn: the choices of a run, their limits, and the noise that follows from the seeds."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from typing import NamedTuple

import torch
from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.noise import field_noise, white_noise
from fieldlib.points import SIDE, Points
from fieldlib.solvers.base import Solver

MOST_STEPS, MOST_TEMPERATURE = 1000, 2.0
MOST_SEED = 2**63 - 1
LARGEST = 10.0  # coordinate or value of a known point: beyond, it counts pixels or grey levels
SHORTEST = 0.1  # noise length in pixels; below it a field on the pixels is white noise


class Draws(NamedTuple):
    """How samples are drawn; the fields are explained at :func:`fieldlib.sample` and checked by :func:`check_draws`."""

    solver: str | Solver | None
    steps: int
    grid: str | None
    temperature: float
    noise_length: float
    seeds: Sequence[int]


class NoiseDraws:
    """Successive draws of noise times the temperature at fixed coordinates (B, N, D), (S, N, C) each."""

    def __init__(self, coords: Tensor, channels: int, draws: Draws) -> None:
        self._coords = coords.repeat_interleave(len(draws.seeds) // len(coords), dim=0)
        self._channels = channels
        self._draws = draws
        self._number = 0

    def __call__(self) -> Tensor:
        """The next draw."""
        where = self._coords, self._channels, self._draws.seeds, self._number
        length = self._draws.noise_length
        noise = field_noise(*where, length=length, side=SIDE) if length else white_noise(*where)
        self._number += 1
        return noise * self._draws.temperature


def check_draws(draws: Draws, batch: int) -> None:
    """Refuse numbers out of range for ``batch`` pictures.

    Raises:
        InputError: bad steps, temperature, noise length or seeds.
    """
    if not (isinstance(draws.steps, Integral) and 1 <= draws.steps <= MOST_STEPS):
        raise InputError(f"steps is a whole number from 1 to {MOST_STEPS}; got {draws.steps}")
    if not (isinstance(draws.temperature, Real) and 0 <= draws.temperature <= MOST_TEMPERATURE):
        raise InputError(f"temperature is a number from 0 (mean) over 1 (sample) to 2; got {draws.temperature}")
    if draws.noise_length and not SHORTEST <= draws.noise_length <= SIDE:
        raise InputError(f"noise_length is 0 (white) or {SHORTEST} to {SIDE} pixels; got {draws.noise_length}")
    if not isinstance(draws.seeds, Sequence):
        raise InputError(f"seeds is a list of whole numbers, one for each sample; got {draws.seeds!r}")
    if not draws.seeds or len(draws.seeds) % batch:
        raise InputError(f"give a multiple of {batch} seeds, one per sample of each picture; got {len(draws.seeds)}")
    for seed in draws.seeds:
        if not (isinstance(seed, Integral) and abs(seed) <= MOST_SEED):
            raise InputError(f"a seed is a whole number within +-{MOST_SEED}; got {seed}")


def check_points(context: Points, coords: Tensor) -> None:
    """Refuse a context or query coordinates that no model can use.

    Raises:
        InputError: no tensors, no points, shapes that do not fit each other, or numbers that are not finite.
    """
    for given in (context.coords, context.values, coords):
        if not isinstance(given, Tensor):
            raise InputError(f"coordinates and values are torch tensors; got {type(given).__name__}")
    where, values, mask = context
    if where.ndim != 3 or values.ndim != 3 or where.shape[:2] != values.shape[:2]:
        shapes = f"{tuple(where.shape)}, {tuple(values.shape)}"
        raise InputError(f"context needs coords (B, M, D) and values (B, M, C); got {shapes}")
    if mask is not None and (mask.shape != where.shape[:2] or mask.dtype != torch.bool):
        shape = tuple(where.shape[:2])
        raise InputError(f"the context's mask is bool of shape {shape}; got {mask.dtype} {tuple(mask.shape)}")
    pictures, _, dims = where.shape
    if coords.ndim not in (2, 3) or coords.shape[-1] != dims or coords.shape[:-2] not in ((), (1,), (pictures,)):
        allowed = f"(N, {dims}) or ({pictures}, N, {dims})"
        raise InputError(f"for this context, query coords are {allowed}; got {tuple(coords.shape)}")
    counts = torch.full((len(where),), where.shape[1]) if mask is None else mask.sum(1)
    if not len(counts) or int(counts.min()) < 1:
        raise InputError("no pixel is revealed: reveal at least one")
    if not all(bool(numbers.isfinite().all()) for numbers in (where, values, coords)):
        raise InputError("coordinates and values must be finite numbers; got NaN or infinity")
    for name, numbers in (("coordinates", where), ("values", values)):
        most = float((numbers if mask is None else numbers[mask]).abs().max())
        if most > LARGEST:
            raise InputError(f"the context's {name} lie in [-1, 1], as fieldlib.observe makes them; got {most:g}")
