"""From context points to a stream of frames: noise becomes the missing values, one solver step per frame."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from fieldlib.baselines.base import Baseline
from fieldlib.draws import Draws, NoiseDraws, check_draws, check_points
from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.points import Points
from fieldlib.registry import SOLVERS
from fieldlib.resolution import place, read
from fieldlib.solvers.base import Solver
from fieldlib.time_grids import time_grid

Model = FieldModel | Baseline


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


class Moment(NamedTuple):
    """Time, values x_t and x0 at what is drawn (see :class:`fieldlib.resolution.Anchors`) and network calls so far."""

    t: float
    x: Tensor
    x0: Tensor
    calls: int


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
    noise_length: float = 0.0,
    seeds: Sequence[int] = (0,),
) -> Generator[Frame, None, None]:
    """Draw samples of the values at ``coords`` given ``context``, as a stream of steps + 1 frames.

    A field model always draws the pixels of its training grid that the context leaves open; ``coords`` read the
    picture that results (see :mod:`fieldlib.resolution`). So one seed is one picture at every size, points known at the
    centres of that grid keep their values, and more queries cost only their reading. A baseline, or a model of points
    with other coordinates than two, is asked at ``coords`` themselves: which ones are asked changes a sample there.

    Args:
        model: a trained field model or a baseline.
        context: known points of B pictures.
        coords: query coordinates (N, D) or (B, N, D): ``grid(32, 32)``, ``grid(512, 512)`` or scattered ones.
        solver: name or object; the method's default when None.
        steps: solver steps, 1 to 1000.
        grid: where the steps lie, see :mod:`fieldlib.time_grids`; the method's default when None.
        temperature: factor on every noise draw, the first one and those of the steps, 0 to 2. On Gaussian data with
            covariance S a run ends in N(mean, temperature^2 S) for every solver: from samples (1) to the mean (0).
        noise_length: 0 for white noise, else the length of a Gaussian random field in pixels, up to 32. The bundled
            models are trained on white noise and take smooth noise for a part of the picture, so their samples turn
            blotchy: an option for study.
        seeds: one seed per sample; S = len(seeds) is a multiple of B, and each picture gets S / B samples in a row.

    Raises:
        InputError: bad steps, grid, temperature, noise length, seeds or points, or points of another kind than the
            model's; at the first frame.
    """
    start = time.perf_counter()
    draws = Draws(solver, steps, grid, temperature, noise_length, seeds)
    for step, (t, x, x0, calls) in enumerate(moments(model, context, coords, draws)):
        values, estimated = (look(model, pictures, coords) for pictures in (x, x0))
        yield Frame(step, steps, t, values, estimated, calls, time.perf_counter() - start)


@torch.inference_mode()
def reconstruct(
    model: Model,
    context: Points,
    coords: Tensor,
    *,
    solver: str | Solver | None = None,
    steps: int = 8,
    grid: str | None = None,
    temperature: float = 1.0,
    noise_length: float = 0.0,
    seeds: Sequence[int] = (0,),
) -> Tensor:
    """The values of the last frame of :func:`sample`, (S, N, C), read only once.

    Raises:
        InputError: as there.

    >>> small, large = (reconstruct(model, context, grid(side, side)) for side in (32, 512))  # the same picture
    """
    *_, last = moments(model, context, coords, Draws(solver, steps, grid, temperature, noise_length, seeds))
    return look(model, last.x, coords)


@torch.inference_mode()
def estimate(model: Model, context: Points, coords: Tensor) -> Tensor:
    """The x0 estimate at t = 1: one network call, (B, N, C); reads like :func:`sample`.

    It is the posterior mean for networks of the residual objective, as all bundled ones are.

    Raises:
        InputError: points as at :func:`sample`, or a name in place of a model.
    """
    context = checked(model, context, coords)
    anchors = place(context, everywhere(coords, context), model.side)
    return look(model, anchors.picture(model.at(anchors.coords, context, mask=anchors.mask).estimate()), coords)


def moments(model: Model, context: Points, coords: Tensor, draws: Draws) -> Iterator[Moment]:
    """The start and every step of all samples; x and x0 are whole pictures where the model has a grid."""
    context = checked(model, context, coords)
    check_draws(draws, len(context.coords))
    method = model.method
    solver = make_solver(method.default_solver if draws.solver is None else draws.solver)
    kind = method.default_grid if draws.grid is None else draws.grid
    times = time_grid(method.path, method.t_range, draws.steps, kind)
    walk = walk_apart if solver.adaptive else walk_together
    return walk(model, context, everywhere(coords, context), solver, times, draws)


def walk_together(
    model: Model, context: Points, coords: Tensor, solver: Solver, times: Tensor, draws: Draws
) -> Iterator[Moment]:
    """All samples as one batch.

    The state is kept in double precision: near t = 0 some solvers multiply the rounding of x by several hundred.
    """
    anchors = place(context, coords, model.side)
    predictor = model.at(anchors.coords, context, samples=len(draws.seeds) // len(coords), mask=anchors.mask)
    noise = NoiseDraws(anchors.coords, context.values.shape[-1], draws)

    def moment(t: Tensor, x: Tensor, x0: Tensor) -> Moment:
        return Moment(float(t), anchors.picture(x.float()), anchors.picture(x0.float()), predictor.calls)

    x = noise().double() * predictor.path.coefficients(times[0]).sigma
    yield moment(times[0], x, predictor.base_mean)
    for t, state in zip(times[1:], solver(predictor, x, times, noise), strict=True):
        yield moment(t, state.x, state.prediction.x0)


def walk_apart(
    model: Model, context: Points, coords: Tensor, solver: Solver, times: Tensor, draws: Draws
) -> Iterator[Moment]:
    """The same for adaptive solvers: a run of its own for each sample, side by side; calls are those of the busiest."""
    share = len(draws.seeds) // len(coords)
    runs = [
        walk_together(model, *alone(context, coords, k // share), solver, times, draws._replace(seeds=[seed]))
        for k, seed in enumerate(draws.seeds)
    ]
    for parts in zip(*runs, strict=True):
        x, x0 = (torch.cat(values) for values in ([p.x for p in parts], [p.x0 for p in parts]))
        yield Moment(parts[0].t, x, x0, max(p.calls for p in parts))


def look(model: Model, pictures: Tensor, coords: Tensor) -> Tensor:
    """Values (S, N, C) at ``coords`` of pictures that :func:`moments` gave; these are the values without a grid."""
    if model.side is None or coords.shape[-1] != 2:
        return pictures
    coords = coords.to(pictures)
    share = len(pictures) // (len(coords) if coords.ndim == 3 else 1)
    return read(pictures, model.side, coords.repeat_interleave(share, dim=0) if coords.ndim == 3 else coords)


def everywhere(coords: Tensor, context: Points) -> Tensor:
    """``coords`` (N, D) or (B, N, D) for each of the B pictures, (B, N, D)."""
    return coords.to(context.coords).expand(len(context.coords), *coords.shape[-2:])


def alone(context: Points, coords: Tensor, i: int) -> tuple[Points, Tensor]:
    """Picture ``i`` and its queries, of (B, N, D), as a batch of one."""
    one = slice(i, i + 1)
    mask = None if context.mask is None else context.mask[one]
    return Points(context.coords[one], context.values[one], mask), coords[one]


def checked(model: Model, context: Points, coords: Tensor) -> Points:
    """``context`` in the precision that ``model`` computes in.

    Raises:
        InputError: points that no model can use, or a name in place of a model.
    """
    refuse_name(model)
    check_points(context, coords)
    kind = next(model.parameters()).dtype if isinstance(model, FieldModel) else torch.float32
    return Points(context.coords.to(kind), context.values.to(kind), context.mask)


def refuse_name(model: object) -> None:
    """Refuse what people may type in place of a model.

    Raises:
        InputError: ``model`` is a name.
    """
    if isinstance(model, str):
        raise InputError(f"give a model, not its name: fieldlib.load({model!r})")


def make_solver(solver: str | Solver) -> Solver:
    """The solver called ``solver``, with its default options, or the object itself.

    Raises:
        InputError: an unknown name, or no solver.
    """
    found = SOLVERS[solver]() if isinstance(solver, str) else solver
    if not isinstance(found, Solver):
        raise InputError(f"a solver is a name or an object such as Heun(); got {found!r}")
    return found
