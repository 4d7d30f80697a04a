"""The evaluation protocol: one way to get numbers, for models and baselines alike.

Pictures are seen as :mod:`fieldlib.scenes` says, and all unobserved pixels are reconstructed. The columns are those of
:class:`fieldlib.metrics.MetricsTracker`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from fieldlib.baselines.base import Baseline
from fieldlib.errors import InputError
from fieldlib.metrics import MetricsTracker, Truth
from fieldlib.parallel import Team
from fieldlib.points import Points, grid, select, to_values
from fieldlib.sampling import Model, estimate, make_solver, reconstruct, refuse_name, sample
from fieldlib.scenes import Scene, batches, observe_scene
from fieldlib.solvers.base import Solver

LEAST_SIDE = 6  # half of SSIM's window and one
MOST_SAMPLES = 1024
MOST_PICTURES = 2**20
MOST_SEED = 2**32 - 1
BATCH = {"cpu": 8, "cuda": 64}  # pictures at a time
TIMED = 5  # pictures whose single runs are timed


class Settings(NamedTuple):
    """How samples are drawn: solver, steps, where they lie, temperature, samples per picture, seed of everything."""

    solver: Solver
    steps: int
    grid: str
    temperature: float
    samples: int
    seed: int

    def how(self) -> dict[str, Any]:
        """The keywords of :func:`fieldlib.sample` that all pictures share."""
        return {name: getattr(self, name) for name in ("solver", "steps", "grid", "temperature")}

    def seeds(self, index: int, samples: int | None = None) -> list[int]:
        """The seed of sample k of picture i is (seed * 2^20 + i) * 2^10 + k, whatever else is in the batch."""
        first = (self.seed * MOST_PICTURES + index) * MOST_SAMPLES
        return list(range(first, first + (self.samples if samples is None else samples)))


def evaluate(
    model: Model,
    pictures: np.ndarray,
    *,
    context: float = 0.2,
    pattern: str = "uniform",
    solver: str | Solver | None = None,
    steps: int = 8,
    grid: str | None = None,
    temperature: float = 1.0,
    samples: int = 8,
    seed: int = 42,
    batch: int | None = None,
    progress: Callable[[int], object] = lambda done: None,
    team: Team | None = None,
) -> dict[str, Any]:
    """Scores of ``model`` on ``pictures``, as plain values that JSON can hold.

    Args:
        model: a trained field model or a baseline.
        pictures: uint8 (N, H, W, 3).
        context: share of the pixels that are known, in (0, 1).
        pattern: which pixels are known; see ``fieldlib.PATTERNS``.
        solver: name or object, the method's default when None.
        steps: solver steps, 1 to 1000.
        grid: where the steps lie, see :mod:`fieldlib.time_grids`; the method's default when None.
        temperature: factor on the noise, from mean (0) to sample (1).
        samples: K, samples per picture.
        seed: of masks and noise, 0 to 2^32 - 1.
        batch: pictures per network call (times K samples), what suits the device when None; changes speed, not results.
        progress: called with the number of pictures just finished.
        team: processes that share the pictures and all get the scores; costs are those of the first one.

    Returns:
        The columns of :class:`MetricsTracker` and method, solver, steps, grid, temperature, nfe (network calls per
        sample, of the busiest one), images, context, pattern, seed, samples, params; ``seconds_per_image``: least wall
        time of one sample of one picture alone, encoding included, over 5 pictures after a warm-up;
        ``seconds_per_sample_batched``: wall time of all sampling divided by N * K, lower because pictures share a batch
        and samples an encoding.

    Raises:
        InputError: unusable pictures, names or numbers.
    """
    refuse_name(model)
    chosen = make_solver(model.method.default_solver if solver is None else solver)
    where = model.method.default_grid if grid is None else grid
    settings = Settings(chosen, steps, where, temperature, samples, seed)
    team = team or Team()
    batch = batch_for(model) if batch is None else batch
    check(pictures, settings, batch, team.size)
    numbers = team.share(range(len(pictures)))
    scenes = [observe_scene(pictures[i], i, context, pattern, seed) for i in numbers]
    seconds = time_single(model, scenes[:TIMED], settings)
    tracker = MetricsTracker(*pictures.shape[1:3])
    spent, calls = score(model, batches(scenes, batch), settings, tracker, progress)
    tracker, *others = team.collect(tracker)
    for other in others:
        tracker.merge(other)
    seconds, batched = team.agree((seconds, spent / (len(scenes) * samples)))
    calls = max(team.collect(calls))
    return {
        "method": name_of(model),
        "solver": chosen.name,
        "steps": steps,
        "grid": where,
        "temperature": temperature,
        "nfe": calls,
        "images": len(pictures),
        "context": context,
        "pattern": pattern,
        "seed": seed,
        "samples": samples,
        "params": count_parameters(model),
        "seconds_per_image": seconds,
        "seconds_per_sample_batched": batched,
        **tracker.compute(),
    }


def score(
    model: Model,
    groups: Iterable[list[Scene]],
    settings: Settings,
    tracker: MetricsTracker,
    progress: Callable[[int], object],
) -> tuple[float, int]:
    """Show ``tracker`` groups of equally large scenes; seconds of all sampling, and calls of the busiest sample."""
    spent, calls = 0.0, 0
    for group in groups:
        start = time.perf_counter()
        truth, drawn, asked = draw(model, group, settings)
        calls = max(calls, asked)
        spent += time.perf_counter() - start
        tracker.update(truth, drawn, paste(truth, estimate(model, *locate(model, group))))
        progress(len(group))
    return spent, calls


def check(pictures: np.ndarray, settings: Settings, batch: int, processes: int = 1) -> None:
    """Refuse what cannot be evaluated.

    Raises:
        InputError: pictures that are not uint8 (N, H, W, 3) or none, and numbers out of range.
    """
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[-1] != 3:
        raise InputError(f"pictures are uint8 of shape (N, height, width, 3); got {pictures.dtype} {pictures.shape}")
    if not processes <= len(pictures) <= MOST_PICTURES:
        raise InputError(f"evaluation needs {processes} to {MOST_PICTURES} pictures; got {len(pictures)}")
    if min(pictures.shape[1:3]) < LEAST_SIDE:
        raise InputError(f"SSIM needs pictures of at least {LEAST_SIDE}x{LEAST_SIDE} pixels; got {pictures.shape[1:3]}")
    if not (isinstance(settings.samples, Integral) and 1 <= settings.samples <= MOST_SAMPLES):
        raise InputError(f"samples is a whole number from 1 to {MOST_SAMPLES}; got {settings.samples}")
    if not (isinstance(settings.seed, Integral) and 0 <= settings.seed <= MOST_SEED):
        raise InputError(f"seed is a whole number from 0 to {MOST_SEED}; got {settings.seed}")
    if not (isinstance(batch, Integral) and batch >= 1):
        raise InputError(f"batch is a whole number of pictures, at least one; got {batch}")


def locate(model: Model, scenes: Sequence[Scene]) -> tuple[Points, Tensor]:
    """Context points and the coordinates of all unobserved pixels, on the model's device."""
    height, width, _ = scenes[0].pixels.shape
    coords = grid(height, width).expand(len(scenes), -1, -1)
    known = torch.from_numpy(np.stack([scene.known for scene in scenes]))
    values = to_values(np.stack([scene.pixels for scene in scenes]))
    device = device_of(model)
    context = Points(*(select(x, known).to(device) for x in (coords, values)))
    return context, select(coords, ~known).to(device)


def draw(model: Model, scenes: Sequence[Scene], settings: Settings) -> tuple[Truth, Tensor, int]:
    """Truth, samples of all pixels (B, K, N, C), and network calls per sample.

    Raises:
        InputError: samples that are not finite.
    """
    context, coords = locate(model, scenes)
    seeds = [seed for scene in scenes for seed in settings.seeds(scene.number)]
    *_, last = sample(model, context, coords, seeds=seeds, **settings.how())
    if not last.values.isfinite().all():
        raise InputError(
            f"{settings.solver.name} with {settings.steps} steps gave values that are not finite; "
            "use more steps or another solver"
        )
    known, target = (torch.from_numpy(np.stack(masks)) for masks in zip(*(scene[2:] for scene in scenes), strict=True))
    truth = Truth(to_values(np.stack([scene.pixels for scene in scenes])), known, target)
    return truth, paste(truth, last.values.unflatten(0, (len(scenes), -1))), last.nfe


def paste(truth: Truth, values: Tensor) -> Tensor:
    """Values of the unobserved pixels (B, ..., n, C) -> of all pixels (B, ..., N, C), known ones from the truth."""
    extra = values.ndim - truth.values.ndim
    shape = (len(values), *values.shape[1 : 1 + extra], *truth.values.shape[1:])
    unknown = ~truth.known.reshape(len(values), *[1] * extra, -1, 1).expand(shape)
    full = truth.values.reshape(len(values), *[1] * extra, *truth.values.shape[1:]).expand(shape)
    return full.masked_scatter(unknown, values.float().cpu())


def time_single(model: Model, scenes: Sequence[Scene], settings: Settings) -> float:
    """Least seconds of one sample of one picture alone, from context to values on the host.

    The least, as timeit recommends: whatever else runs on the machine only adds.
    """
    time_once(model, scenes[0], settings._replace(steps=1))
    return min(time_once(model, scene, settings) for scene in scenes)


def time_once(model: Model, scene: Scene, settings: Settings) -> float:
    """Seconds of one sample of one picture alone, from context to values on the host."""
    context, coords = locate(model, [scene])
    seeds = settings.seeds(scene.number, 1)
    start = time.perf_counter()
    reconstruct(model, context, coords, seeds=seeds, **settings.how()).cpu()
    return time.perf_counter() - start


def name_of(model: Model) -> str:
    """What people type to get this kind of model."""
    return model.name if isinstance(model, Baseline) else model.method.name


def count_parameters(model: Model) -> int:
    """Number of trained parameters, 0 for a baseline."""
    return 0 if isinstance(model, Baseline) else sum(p.numel() for p in model.parameters())


def batch_for(model: Model) -> int:
    """Pictures at a time that suit the model's device."""
    return BATCH[device_of(model).type]


def device_of(model: Model) -> torch.device:
    """Where the model's parameters live."""
    return torch.device("cpu") if isinstance(model, Baseline) else next(model.parameters()).device
