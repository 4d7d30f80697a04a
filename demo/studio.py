"""The studio without a user interface: one frozen request in, a stream of views out, nothing global.

>>> for view in run(Request(pixels, fraction=0.2, model="flow_matching/tiny", steps=20)):
...     show(view.moments)

A comparison is several requests that share picture, revealed pixels and noise: their views come interleaved.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from typing import NamedTuple, TypeVar

import numpy as np
import torch

import fieldlib
from demo import checks, time_limit, zerogpu
from demo.moments import SIZE, Moment, Scene, look
from demo.sharing import Sharing
from demo.workers import WORKERS
from fieldlib import BASELINES, METHODS, PATTERNS, SOLVERS, Frame, InputError
from fieldlib.narrow import quick
from fieldlib.patterns.base import make_mask
from fieldlib.registry import learned, one_call
from fieldlib.sampling import MOST_STEPS

MOST_MOMENTS = 60  # display frames of a run, whatever its number of steps
MOST_PER_VIEW = 8
PATIENCE = 0.15  # seconds after which a view is sent although it is not full
COARSE_STEPS = 2  # of a preview while a control moves
MOST_LANES = 3
MOST_SAMPLES = 8
Stopped = Callable[[], bool]  # asked after every step: whether the run has to end
T = TypeVar("T")
SHARED: Sharing[Moment | None] = Sharing(64)  # a run of 60 shown steps takes 400 KB


@dataclass(frozen=True)
class Request:
    """All that a run depends on; two equal requests give equal pictures.

    Args:
        pixels: the true picture, uint8 (32, 32, 3).
        fraction, pattern, seed: which pixels are revealed; see ``fieldlib.PATTERNS``.
        mask: bool (32, 32), True = revealed, instead of the pattern.
        model: one of ``fieldlib.model_names()``; a baseline or rival is one exact step, whatever solver and steps say.
        solver: one of ``fieldlib.SOLVERS``, None for the method's default. steps: 1 to 1000.
        noise_seed: seed of the starting noise; further samples take the seeds that follow.
        samples: how many are drawn side by side, 1 to 8: the first is shown, their spread is the uncertainty.
        scored: False when ``pixels`` are the visitor's own strokes, so that no truth is known at the hidden ones.

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
    samples: int = 1
    scored: bool = True

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
            "samples": checks.whole("samples", self.samples, 1, MOST_SAMPLES),
            "solver": None if self.solver is None else checks.one_of("solver", self.solver, SOLVERS.names()),
            "steps": checks.whole("steps", self.steps, 1, MOST_STEPS),
        }
        if one_call(model):
            clean |= {"solver": None, "steps": 1, "samples": 1}
        for name, value in clean.items():
            object.__setattr__(self, name, value)


class View(NamedTuple):
    """A few successive moments of ``lane`` of run ``run``; the first one is display frame ``start`` of ``total``."""

    run: str
    start: int
    total: int
    steps: int
    scene: Scene
    moments: tuple[Moment, ...]
    lane: int = 0


def limit_threads() -> None:
    """Give each run one thread: two runs side by side then answer sooner than one run with two."""
    torch.set_num_threads(1)


def warm_up() -> None:
    """Read the networks that visitors see first, and find out which precision suits them here."""
    for method in METHODS.names():
        with suppress(InputError):  # told to whoever asks for it
            quick(fieldlib.load(method))


def set_scene(request: Request) -> Scene:
    """The picture of ``request`` and the pixels that it reveals.

    Raises:
        InputError: a mask that reveals nothing or everything.
    """
    mask = request.mask
    if mask is None:
        mask = make_mask(request.pattern, SIZE, SIZE, request.fraction, [request.seed, 0])
    return Scene(request.pixels, checks.partial_mask(mask), request.scored)


def never() -> bool:
    """Let a run go on to its end."""
    return False


def run(
    request: Request, name: str | None = None, lane: int = 0, lanes: int = 1, stopped: Stopped = never
) -> Generator[View, None, None]:
    """Sample the hidden pixels of ``request`` and show at most ``MOST_MOMENTS`` moments of it.

    Whoever asks for an equal run while it goes on, or soon after, gets the same moments: it is computed once.

    Args:
        request: what to sample.
        name: of the run; a new one when None.
        lane: place in a comparison.
        lanes: how many it has; they wait for each other, so that they send fewer, fuller views.
        stopped: asked after every step; a run that is stopped ends with what it has.

    Raises:
        InputError: a mask or a model that cannot be used.
    """
    scene = set_scene(request)
    steps = limited(SHARED.items(identity(request, scene), lambda: WORKERS.stream(walk, request, scene)))
    moments = (moment for moment in takewhile(lambda _: not stopped(), steps) if moment is not None)
    name, start, total = name or secrets.token_hex(6), 0, len(display_steps(request.steps))
    for chunk in chunks(moments, PATIENCE * lanes):
        yield View(name, start, total, request.steps, scene, chunk, lane)
        start += len(chunk)


def walk(request: Request, scene: Scene) -> Iterator[Moment | None]:
    """The moment of each step; None for those that are not shown."""
    wanted = display_steps(request.steps)
    for frame, spent in clocked(unlimited(request, scene)):
        yield look(frame, spent, scene) if frame.step in wanted else None


def identity(request: Request, scene: Scene) -> Hashable:
    """Equal for runs that give equal moments: the same weights, pixels and settings."""
    weights = request.model if request.model in BASELINES else fieldlib.load(request.model)
    settings = request.solver, request.steps, request.noise_seed, request.samples, request.scored
    return weights, scene.pixels.tobytes(), scene.mask.tobytes(), *settings


def sample(request: Request, scene: Scene) -> Generator[Frame, None, None]:
    """The frames of ``request``, within the limits of the call that they are made for."""
    return limited(unlimited(request, scene))


def unlimited(request: Request, scene: Scene) -> Generator[Frame, None, None]:
    """The frames of ``request``, as the library gives them."""
    hidden = torch.from_numpy(~scene.mask.reshape(-1))
    seeds = tuple((request.noise_seed + k) % (checks.MOST_SEED + 1) for k in range(request.samples))
    return zerogpu.sample(
        request.model,
        fieldlib.observe(scene.pixels, mask=scene.mask),
        fieldlib.grid(SIZE, SIZE)[hidden],
        request.solver,
        request.steps,
        seeds,
    )


def limited(steps: Generator[T, None, None]) -> Generator[T, None, None]:
    """``steps`` while the call that they are made for has time left and somebody waits for it.

    Raises:
        InputError: its time is used up.
        Abandoned: nobody waits for it any more.
    """
    with closing(steps):  # now, not when the memory's cleaner comes: whoever reads a shared run has to leave it
        for step in steps:
            time_limit.check()
            yield step


def compare(requests: Sequence[Request], stopped: Stopped = never) -> Iterator[View]:
    """The runs of ``requests`` side by side: their views take turns and carry one name.

    Raises:
        InputError: no or too many requests, or requests about different pixels or noise.
    """
    if not 1 <= len(requests) <= MOST_LANES:
        raise InputError(f"a comparison has 1 to {MOST_LANES} lanes; got {len(requests)}")
    first = set_scene(requests[0])
    for other in requests[1:]:
        scene = set_scene(other)
        same = np.array_equal(first.pixels, scene.pixels) and np.array_equal(first.mask, scene.mask)
        if not same or other.noise_seed != requests[0].noise_seed:
            raise InputError("lanes are compared on the same picture, revealed pixels and noise seed")
    name = secrets.token_hex(6)
    runs = [run(request, name, lane, len(requests), stopped) for lane, request in enumerate(requests)]
    lanes = deque(runs)
    try:
        while lanes:
            views = lanes.popleft()
            for view in islice(views, 1):
                yield view
                lanes.append(views)
    finally:
        for views in runs:
            views.close()


def coarse(request: Request) -> Request:
    """``request`` with few steps and one sample: what a control shows while it moves."""
    return replace(request, steps=min(request.steps, COARSE_STEPS), samples=1)


def finish(request: Request) -> View:
    """The last view of a run, with its last moment only; the others are not even looked at."""
    scene = set_scene(request)
    [(frame, spent)] = deque(clocked(sample(request, scene)), maxlen=1)
    total = len(display_steps(request.steps))
    return View(secrets.token_hex(6), total - 1, total, request.steps, scene, (look(frame, spent, scene),))


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


def chunks(moments: Iterable[Moment], patience: float) -> Iterator[tuple[Moment, ...]]:
    """The first moment at once, the others in groups that are full or have waited ``patience`` seconds."""
    waiting: list[Moment] = []
    first, since = True, time.perf_counter()
    for moment in moments:
        waiting.append(moment)
        if first or len(waiting) == MOST_PER_VIEW or time.perf_counter() - since > patience:
            yield tuple(waiting)
            waiting, first, since = [], False, time.perf_counter()
    if waiting:
        yield tuple(waiting)


def solver_of(request: Request) -> str:
    """The name of the solver that ``request`` ends up with."""
    if request.solver is not None or one_call(request.model):
        return request.solver or "exact"
    return learned(request.model.partition("/")[0]).default_solver
