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
from fieldlib.time_grids import time_grid

Model = FieldModel | Baseline
MOST_STEPS, MOST_TEMPERATURE = 1000, 2.0


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
    grid: str | None = None,
    temperature: float = 1.0,
    seeds: Sequence[int] = (0,),
) -> Iterator[Frame]:
    """Draw samples of the values at ``coords`` given ``context``, as a stream of steps + 1 frames.

    Args:
        model: a trained field model or a baseline.
        context: known points of B pictures.
        coords: query coordinates (N, D) or (B, N, D).
        solver: name or object; the method's default when None.
        steps: solver steps, 1 to 1000.
        grid: where the steps lie, see :mod:`fieldlib.time_grids`; the method's default when None.
        temperature: factor on every noise draw, the first one and those of the steps, 0 to 2. On Gaussian data with
            covariance S a run ends in N(mean, temperature^2 S) for every solver: from samples (1) to the mean (0).
        seeds: one seed per sample; S = len(seeds) is a multiple of B, and each picture gets S / B samples in a row.

    Raises:
        InputError: bad steps, grid, temperature, seeds or points.
    """
    check_points(context)
    batch = len(context.coords)
    if not 1 <= steps <= MOST_STEPS:
        raise InputError(f"steps is a whole number from 1 to {MOST_STEPS}; got {steps}")
    if not 0 <= temperature <= MOST_TEMPERATURE:
        raise InputError(f"temperature is a number from 0 (mean) over 1 (sample) to 2; got {temperature}")
    if not seeds or len(seeds) % batch:
        raise InputError(f"give a multiple of {batch} seeds, one per sample of each picture; got {len(seeds)}")
    start = time.perf_counter()
    method = model.method
    chosen = make_solver(method.default_solver if solver is None else solver)
    times = time_grid(method.path, method.t_range, steps, method.default_grid if grid is None else grid)
    coords = coords.expand(batch, *coords.shape[-2:])
    walk = walk_apart if chosen.adaptive else walk_together
    for step, (x, x0, calls) in enumerate(walk(model, context, coords, chosen, times, seeds, temperature)):
        yield Frame(step, steps, float(times[step]), x, x0, calls, time.perf_counter() - start)


Moment = tuple[Tensor, Tensor, int]  # x_t, estimate of x0, network calls so far


def walk_together(
    model: Model,
    context: Points,
    coords: Tensor,
    solver: Solver,
    times: Tensor,
    seeds: Sequence[int],
    temperature: float,
) -> Iterator[Moment]:
    """The start and every step of all samples as one batch."""
    predictor = model.at(coords, context, samples=len(seeds) // len(coords))
    draws = NoiseDraws(coords, context.values.shape[-1], seeds, temperature)
    x = draws()
    yield x, predictor.base_mean, 0
    for state in solver(predictor, x, times, draws):
        yield state.x, state.prediction.x0, predictor.calls


def walk_apart(
    model: Model,
    context: Points,
    coords: Tensor,
    solver: Solver,
    times: Tensor,
    seeds: Sequence[int],
    temperature: float,
) -> Iterator[Moment]:
    """The same with a run of its own for each sample, side by side; calls are those of the busiest one."""
    share = len(seeds) // len(coords)
    runs = []
    for k, seed in enumerate(seeds):
        one = slice(k // share, k // share + 1)
        alone = Points(*(None if x is None else x[one] for x in context))  # type: ignore[arg-type]
        runs.append(walk_together(model, alone, coords[one], solver, times, [seed], temperature))
    for moments in zip(*runs, strict=True):
        xs, x0s, calls = zip(*moments, strict=True)
        yield torch.cat(xs), torch.cat(x0s), max(calls)


def reconstruct(
    model: Model,
    context: Points,
    coords: Tensor,
    *,
    solver: str | Solver | None = None,
    steps: int = 8,
    grid: str | None = None,
    temperature: float = 1.0,
    seeds: Sequence[int] = (0,),
) -> Tensor:
    """The values of the last frame of :func:`sample`, (S, N, C)."""
    *_, last = sample(
        model, context, coords, solver=solver, steps=steps, grid=grid, temperature=temperature, seeds=seeds
    )
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
    """Successive draws of white noise times ``temperature`` at fixed coordinates, (S, N, C) each."""

    def __init__(self, coords: Tensor, channels: int, seeds: Sequence[int], temperature: float = 1.0) -> None:
        self._coords = coords.repeat_interleave(len(seeds) // len(coords), dim=0)
        self._channels = channels
        self._seeds = seeds
        self._temperature = temperature
        self._draw = 0

    def __call__(self) -> Tensor:
        """The next draw."""
        noise = white_noise(self._coords, self._channels, self._seeds, self._draw)
        self._draw += 1
        return noise * self._temperature
