"""From context points to a stream of frames: noise becomes the missing values, one solver step per frame."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from fieldlib.baselines.base import Baseline
from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.noise import white_noise
from fieldlib.points import Points
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Solver

Model = FieldModel | Baseline
MOST_STEPS = 1000


class Frame(NamedTuple):
    """One moment of a run.

    ``step`` of ``steps`` (0 = pure noise), time ``t``, current ``values`` x_t and estimate ``x0`` (both (S, N, C); at
    step 0 ``x0`` is the base's mean), network calls ``nfe`` and ``seconds`` since the start.
    """

    step: int
    steps: int
    t: float
    values: Tensor
    x0: Tensor
    nfe: int
    seconds: float


@torch.inference_mode()
def sample(
    model: Model,
    context: Points,
    coords: Tensor,
    *,
    solver: str | Solver | None = None,
    steps: int = 8,
    seeds: Sequence[int] = (0,),
) -> Iterator[Frame]:
    """Draw samples of the values at ``coords`` given ``context``, as a stream of steps + 1 frames.

    Args:
        model: a trained field model or a baseline.
        context: known points of B pictures.
        coords: query coordinates (N, D) or (B, N, D).
        solver: name or object; the method's default when None.
        steps: solver steps, 1 to 1000.
        seeds: one seed per sample; S = len(seeds) is a multiple of B, and each picture gets S / B samples in a row.

    Raises:
        InputError: bad steps, seeds or points.
    """
    check_points(context)
    batch = len(context.coords)
    if not 1 <= steps <= MOST_STEPS:
        raise InputError(f"steps is a whole number from 1 to {MOST_STEPS}; got {steps}")
    if not seeds or len(seeds) % batch:
        raise InputError(f"give a multiple of {batch} seeds, one per sample of each picture; got {len(seeds)}")
    start = time.perf_counter()
    method = model.method
    chosen = make_solver(method.default_solver if solver is None else solver)
    coords = coords.expand(batch, *coords.shape[-2:])
    predictor = model.at(coords, context, samples=len(seeds) // batch)
    draws = NoiseDraws(coords, context.values.shape[-1], seeds)
    high, low = method.t_range[1], method.t_range[0]
    times = torch.linspace(high, low, steps + 1)
    x = draws()
    yield Frame(0, steps, high, x, predictor.base_mean, 0, time.perf_counter() - start)
    for step, state in enumerate(chosen(predictor, x, times, draws), 1):
        elapsed = time.perf_counter() - start
        yield Frame(step, steps, float(times[step]), state.x, state.prediction.x0, predictor.calls, elapsed)


def reconstruct(
    model: Model,
    context: Points,
    coords: Tensor,
    *,
    solver: str | Solver | None = None,
    steps: int = 8,
    seeds: Sequence[int] = (0,),
) -> Tensor:
    """The values of the last frame of :func:`sample`, (S, N, C)."""
    *_, last = sample(model, context, coords, solver=solver, steps=steps, seeds=seeds)
    return last.values


@torch.inference_mode()
def estimate(model: Model, context: Points, coords: Tensor) -> Tensor:
    """The x0 estimate at t = 1, which is the posterior mean: one network call, (B, N, C)."""
    check_points(context)
    return model.at(coords.expand(len(context.coords), *coords.shape[-2:]), context).estimate()


def make_solver(solver: str | Solver) -> Solver:
    """The solver called ``solver``, with its default options, or the object itself."""
    return SOLVERS[solver]() if isinstance(solver, str) else solver


def check_points(context: Points) -> None:
    """Refuse a context that no model can use.

    Raises:
        InputError: no points, mismatched shapes or values that are not finite.
    """
    coords, values, mask = context
    if coords.ndim != 3 or values.ndim != 3 or coords.shape[:2] != values.shape[:2]:
        raise InputError(f"context needs coords (B, M, D) and values (B, M, C); got {coords.shape}, {values.shape}")
    counts = torch.full((len(coords),), coords.shape[1]) if mask is None else mask.sum(1)
    if not len(counts) or int(counts.min()) < 1:
        raise InputError("no pixel is revealed: reveal at least one")
    if not (coords.isfinite().all() and values.isfinite().all()):
        raise InputError("context coordinates and values must be finite numbers; got NaN or infinity")


class NoiseDraws:
    """Successive white-noise draws at fixed coordinates, (S, N, C) each."""

    def __init__(self, coords: Tensor, channels: int, seeds: Sequence[int]) -> None:
        self._coords = coords.repeat_interleave(len(seeds) // len(coords), dim=0)
        self._channels = channels
        self._seeds = seeds
        self._draw = 0

    def __call__(self) -> Tensor:
        """The next draw."""
        noise = white_noise(self._coords, self._channels, self._seeds, self._draw)
        self._draw += 1
        return noise
