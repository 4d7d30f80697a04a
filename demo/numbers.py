"""The numbers behind the plots: what a run, a sweep, several samples and the paths look like. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

import fieldlib
from demo import menus, studio
from demo.checks import MOST_SEED, whole
from demo.request import Request, solver_of
from fieldlib import METHODS, SOLVERS
from fieldlib.metrics import coverage, fair_crps, psnr
from fieldlib.points import SIDE, to_unit, to_values
from fieldlib.registry import one_call
from fieldlib.sampling import estimate, sample

BUDGETS = (1, 2, 4, 8, 16, 32)
SWEPT = ("euler", "heun", "dpmpp_2m", "ancestral")
PIXELS = 12  # trajectories in a plot
MOST_SPREAD = 16  # samples
POINTS = 101  # of a schedule


class Sweep(NamedTuple):
    """PSNR (dB, hidden pixels) of the final picture of ``solver`` against network ``calls``; ``milliseconds`` of it."""

    solver: str
    calls: tuple[int, ...]
    psnr: tuple[float, ...]
    milliseconds: tuple[float, ...]


class Trajectories(NamedTuple):
    """Colours of a few hidden pixels over a run: ``values`` (steps + 1, P, 3) in [-1, 1] and beyond.

    ``truth`` (P, 3) is where they should end, or do end where no truth is known; ``bend`` is the length of the way over
    the straight distance, the mean over all hidden pixels: 1 = straight lines.
    """

    values: np.ndarray
    truth: np.ndarray
    bend: float

    @property
    def colours(self) -> np.ndarray:
        """``truth`` as bytes, int (P, 3)."""
        return np.clip((self.truth + 1) * 127.5, 0, 255).round().astype(int)


class Spread(NamedTuple):
    """K samples of one picture: ``deviation`` (32, 32), data range 1; shares of truths in the 50% and 90% intervals.

    ``crps`` (fair, data range 1) and PSNR in dB of ``one`` sample (their mean), the ``mean`` picture and the
    ``estimate`` in one call. All but the deviation is NaN where no truth is known.
    """

    samples: int
    deviation: np.ndarray
    coverage50: float
    coverage90: float
    crps: float
    one: float
    mean: float
    estimate: float


class Schedule(NamedTuple):
    """alpha, sigma and log10 SNR of a method's path over ``t``."""

    method: str
    title: str
    t: np.ndarray
    alpha: np.ndarray
    sigma: np.ndarray
    log_snr: np.ndarray


def sweep(request: Request, solvers: Sequence[str] = SWEPT, budgets: Sequence[int] = BUDGETS) -> list[Sweep]:
    """Quality against network calls for this picture, one row per solver; each budget is spent on whole steps.

    What answers at once has nothing to sweep: one row with its single point.

    Raises:
        InputError: a mask or a model that cannot be used.
    """
    if one_call(request.model):
        return [_row(solver_of(request), [replace(request, samples=1)])]
    rows = []
    for name in solvers:
        per_step = SOLVERS[name].calls_per_step
        counts = sorted({budget // per_step for budget in budgets if budget >= per_step})
        rows.append(_row(name, [replace(request, solver=name, steps=count, samples=1) for count in counts]))
    return rows


def _row(solver: str, requests: list[Request]) -> Sweep:
    ends = [studio.finish(request).moments[-1] for request in requests]
    quality = tuple(end.state_scores.psnr if end.state_scores else float("nan") for end in ends)
    return Sweep(solver, tuple(end.calls for end in ends), quality, tuple(end.milliseconds for end in ends))


def trajectories(request: Request) -> Trajectories:
    """The ways of ``PIXELS`` hidden pixels, evenly spread over the picture, from noise to colour.

    Raises:
        InputError: a mask or a model that cannot be used.
    """
    scene = studio.set_scene(request)
    frames = [frame.values[0] for frame in studio.sample(replace(request, samples=1), scene)]
    ways = torch.stack(frames).numpy()
    truth = to_values(scene.pixels).numpy()[~scene.mask.reshape(-1)] if scene.scored else ways[-1]
    chosen = np.unique(np.linspace(0, len(truth) - 1, min(PIXELS, len(truth))).round().astype(int))
    return Trajectories(ways[:, chosen], truth[chosen], bend(ways))


def bend(ways: np.ndarray) -> float:
    """Length of the ways (steps + 1, N, C) over the straight distance between their ends, mean over N; 1 = straight."""
    length = np.linalg.norm(np.diff(ways, axis=0), axis=-1).sum(0)
    straight = np.linalg.norm(ways[-1] - ways[0], axis=-1)
    return float((length / np.maximum(straight, 1e-9)).mean())


def spread(request: Request, count: int = 8) -> Spread:
    """How far ``count`` samples of this picture lie apart, and how often the truth lies among them.

    Args:
        request: picture, pixels, model, solver, steps and first noise seed.
        count: number of samples, 2 to 16.

    Raises:
        InputError: a number out of range, a mask or a model that cannot be used.
    """
    count = whole("the number of samples", count, 2, MOST_SPREAD)
    scene = studio.set_scene(request)
    hidden = ~scene.mask.reshape(-1)
    context = fieldlib.observe(scene.pixels, mask=scene.mask)
    coords = fieldlib.grid(SIDE, SIDE)[torch.from_numpy(hidden)]
    model = fieldlib.load(request.model)
    seeds = [(request.noise_seed + k) % (MOST_SEED + 1) for k in range(count)]
    frames = sample(model, context, coords, solver=request.solver, steps=request.steps, seeds=seeds)
    *_, last = studio.limited(frames)
    ensemble = to_unit(last.values)
    deviation = np.zeros((SIDE, SIDE), np.float32)
    deviation[~scene.mask] = ensemble.std(0).mean(-1).numpy()
    if not scene.scored:
        return Spread(count, deviation, *[float("nan")] * 6)
    expected = to_unit(estimate(model, context, coords))
    truth = to_unit(to_values(scene.pixels)[torch.from_numpy(hidden)])
    return Spread(count, deviation, *_rated(ensemble, expected, truth))


def _rated(ensemble: Tensor, expected: Tensor, truth: Tensor) -> tuple[float, ...]:
    """The scores in a :class:`Spread` of ``ensemble`` (K, N, 3) and ``expected`` (1, N, 3); all data range 1."""
    found = [coverage(ensemble, truth, 0.5), coverage(ensemble, truth, 0.9), fair_crps(ensemble, truth)]
    for pictures in (ensemble, ensemble.mean(0, keepdim=True), expected):
        found.append(psnr(2 * pictures - 1, 2 * truth.expand_as(pictures) - 1))
    return tuple(float(scores.mean()) for scores in found)


def schedules() -> list[Schedule]:
    """The paths of all methods."""
    return [_schedule(name) for name in METHODS]


def _schedule(name: str) -> Schedule:
    method = METHODS[name]()
    first, last = method.t_range
    t = torch.linspace(first, last, POINTS)
    alpha, sigma, _, _ = method.path.coefficients(t)
    log_snr = method.path.log_snr(t) / np.log(10)
    return Schedule(name, menus.said(method.title), *(x.numpy() for x in (t, alpha, sigma, log_snr)))
