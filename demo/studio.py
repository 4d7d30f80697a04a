"""The studio without a user interface: one frozen request in, a stream of views out, nothing global.

>>> for view in run(Request(pixels, fraction=0.2, model="flow_matching/tiny", steps=20)):
...     show(view.moments)
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

import fieldlib
from demo import checks
from fieldlib import BASELINES, METHODS, PATTERNS, SOLVERS, Frame
from fieldlib.metrics import psnr, ssim, to_picture
from fieldlib.patterns.base import make_mask
from fieldlib.points import to_pixels, to_values
from fieldlib.sampling import MOST_STEPS

SIZE = 32
MOST_MOMENTS = 60  # display frames of a run, whatever its number of steps
MOST_PER_VIEW = 8
PATIENCE = 0.15  # seconds after which a view is sent although it is not full
ERROR_LIMIT = 0.4  # mean absolute error of a pixel, data range 1, at the upper end of the error map


@dataclass(frozen=True)
class Request:
    """All that a run depends on; two equal requests give equal pictures.

    Args:
        pixels: the true picture, uint8 (32, 32, 3).
        fraction, pattern, seed: which pixels are revealed; see ``fieldlib.PATTERNS``.
        mask: bool (32, 32), True = revealed, instead of the pattern.
        model: one of ``fieldlib.model_names()``; a baseline is one exact step, whatever solver and steps say.
        solver: one of ``fieldlib.SOLVERS``, None for the method's default. steps: 1 to 1000.
        noise_seed: seed of the starting noise.

    Raises:
        InputError: any field out of its range.
    """

    pixels: np.ndarray
    fraction: float = 0.2
    pattern: str = "uniform"
    seed: int = 0
    model: str = "nearest"
    solver: str | None = None
    steps: int = 20
    noise_seed: int = 0
    mask: np.ndarray | None = None

    def __post_init__(self) -> None:
        """Check every field and bring whole numbers into one form."""
        checks.picture(self.pixels, SIZE)
        checks.drawn_mask(self.mask, SIZE)
        model = checks.one_of("model", self.model, fieldlib.model_names())
        clean = {
            "fraction": checks.share("the revealed fraction", self.fraction),
            "pattern": checks.one_of("pattern", self.pattern, PATTERNS.names()),
            "seed": checks.whole("the pixel seed", self.seed, 0, checks.MOST_SEED),
            "noise_seed": checks.whole("the noise seed", self.noise_seed, 0, checks.MOST_SEED),
            "solver": None if self.solver is None else checks.one_of("solver", self.solver, SOLVERS.names()),
            "steps": checks.whole("steps", self.steps, 1, MOST_STEPS),
        }
        if model in BASELINES:
            clean |= {"solver": None, "steps": 1}
        for name, value in clean.items():
            object.__setattr__(self, name, value)


class Scene(NamedTuple):
    """What is fixed during a run: the true ``pixels`` (32, 32, 3) and the ``mask`` (32, 32), True = revealed."""

    pixels: np.ndarray
    mask: np.ndarray


class Scores(NamedTuple):
    """PSNR (dB), MSE and MAE on the hidden pixels, SSIM on the whole picture; data range 1."""

    psnr: float
    ssim: float
    mse: float
    mae: float


class Moment(NamedTuple):
    """One display frame: ``state`` x_t and ``estimate`` of x0, uint8 (32, 32, 3), revealed pixels pasted in.

    ``error`` of the estimate is uint8 (32, 32): 255 stands for ``ERROR_LIMIT`` or more.
    """

    step: int
    t: float
    state: np.ndarray
    estimate: np.ndarray
    error: np.ndarray
    state_scores: Scores
    estimate_scores: Scores
    calls: int
    milliseconds: float


class View(NamedTuple):
    """A few successive moments of run ``run``; the first one is display frame ``start`` of ``total``."""

    run: str
    start: int
    total: int
    steps: int
    scene: Scene
    moments: tuple[Moment, ...]


def limit_threads(count: int = 1) -> None:
    """Give each run ``count`` threads: two runs side by side then answer sooner than one run with two."""
    torch.set_num_threads(count)


def set_scene(request: Request) -> Scene:
    """The picture of ``request`` and the pixels that it reveals.

    Raises:
        InputError: a mask that reveals nothing or everything.
    """
    mask = request.mask
    if mask is None:
        mask = make_mask(request.pattern, SIZE, SIZE, request.fraction, [request.seed, 0])
    return Scene(request.pixels, checks.partial_mask(mask))


def run(request: Request) -> Iterator[View]:
    """Sample the hidden pixels of ``request`` and show at most ``MOST_MOMENTS`` moments of it.

    Raises:
        InputError: a mask or a model that cannot be used.
    """
    scene = set_scene(request)
    hidden = torch.from_numpy(~scene.mask.reshape(-1))
    frames = fieldlib.sample(
        fieldlib.load(request.model),
        fieldlib.observe(scene.pixels, mask=scene.mask),
        fieldlib.grid(SIZE, SIZE)[hidden],
        solver=request.solver,
        steps=request.steps,
        seeds=(request.noise_seed,),
    )
    wanted = display_steps(request.steps)
    moments = (look(frame, spent, scene) for frame, spent in clocked(frames) if frame.step in wanted)
    name, start = secrets.token_hex(6), 0
    for chunk in chunks(moments):
        yield View(name, start, len(wanted), request.steps, scene, chunk)
        start += len(chunk)


def finish(request: Request) -> View:
    """The last view of a run, with its last moment only."""
    *_, view = run(request)
    last = view.moments[-1:]
    return view._replace(start=view.total - 1, moments=last)


def display_steps(steps: int) -> frozenset[int]:
    """The steps that are shown: evenly spread, the first and the last included."""
    count = min(steps + 1, MOST_MOMENTS)
    return frozenset(np.linspace(0, steps, count).round().astype(int).tolist())


def clocked(frames: Iterator[Frame]) -> Iterator[tuple[Frame, float]]:
    """Each frame with the seconds spent on sampling alone: a frame's own clock also runs while frames are shown."""
    spent, start = 0.0, time.perf_counter()
    for frame in frames:
        spent += time.perf_counter() - start
        yield frame, spent
        start = time.perf_counter()


def chunks(moments: Iterable[Moment]) -> Iterator[tuple[Moment, ...]]:
    """The first moment at once, the others in groups that are full or have waited ``PATIENCE`` seconds."""
    waiting: list[Moment] = []
    first, since = True, time.perf_counter()
    for moment in moments:
        waiting.append(moment)
        if first or len(waiting) == MOST_PER_VIEW or time.perf_counter() - since > PATIENCE:
            yield tuple(waiting)
            waiting, first, since = [], False, time.perf_counter()
    if waiting:
        yield tuple(waiting)


def look(frame: Frame, seconds: float, scene: Scene) -> Moment:
    """What ``frame`` looks like in ``scene`` and how good it is."""
    truth = to_values(scene.pixels)
    hidden = torch.from_numpy(~scene.mask.reshape(-1))
    state, estimate = (paste(values[0], truth, hidden) for values in (frame.values, frame.x0))
    scores = score(torch.stack([state, estimate]), truth, hidden)
    return Moment(
        step=frame.step,
        t=frame.t,
        state=to_pixels(state, SIZE, SIZE),
        estimate=to_pixels(estimate, SIZE, SIZE),
        error=error_map(to_pixels(estimate, SIZE, SIZE), scene.pixels),
        state_scores=scores[0],
        estimate_scores=scores[1],
        calls=frame.nfe,
        milliseconds=1000 * seconds,
    )


def paste(values: Tensor, truth: Tensor, hidden: Tensor) -> Tensor:
    """A whole picture (1024, 3): ``values`` at the hidden pixels, the truth at the revealed ones."""
    picture = truth.clone()
    picture[hidden] = values.to(truth)
    return picture


def score(pictures: Tensor, truth: Tensor, hidden: Tensor) -> list[Scores]:
    """The scores of each of K ``pictures`` (K, 1024, 3) against ``truth`` (1024, 3); values in [-1, 1]."""
    pictures = pictures.clamp(-1, 1)
    truths = truth.expand_as(pictures)
    difference = (pictures - truths)[:, hidden] / 2  # pixel units: data range 1
    columns = (
        psnr(pictures[:, hidden], truths[:, hidden]),
        ssim(to_picture(pictures, SIZE, SIZE), to_picture(truths, SIZE, SIZE)),
        difference.square().mean((1, 2)),
        difference.abs().mean((1, 2)),
    )
    return [Scores(*row) for row in torch.stack(columns, dim=1).tolist()]


def error_map(picture: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean absolute error over the channels, uint8 (32, 32); 255 = ``ERROR_LIMIT`` or more."""
    error = np.abs(picture.astype(np.float32) - truth).mean(-1) / 255
    return (error / ERROR_LIMIT * 255).round().clip(0, 255).astype(np.uint8)


def solver_of(request: Request) -> str:
    """The name of the solver that ``request`` ends up with."""
    if request.solver is not None or request.model in BASELINES:
        return request.solver or "exact"
    return METHODS[request.model.partition("/")[0]].default_solver
