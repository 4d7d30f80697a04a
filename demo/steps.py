"""From a request to moments, one solver step at a time, for one visitor or for several who begin together."""

from __future__ import annotations

import time
from collections.abc import Generator, Hashable, Iterable, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

import fieldlib
from demo import checks, time_limit, zerogpu
from demo.moments import Moment, Scene, look
from demo.request import Request, solver_of
from fieldlib import BASELINES, SOLVERS, Frame
from fieldlib.points import SIDE, batch

MOST_MOMENTS = 60  # display frames of a run, whatever its number of steps
ABOUT = 64  # revealed pixels; all of a batch cost as much as the one that has most of them
MOST_TOGETHER = 8  # samples of one batch: more gain nothing (LOG.md)
T = TypeVar("T")


class Member(NamedTuple):
    """What one visitor wants to see, and the scene of it."""

    request: Request
    scene: Scene


def walk(members: Sequence[Member]) -> Generator[list[Moment | None], None, None]:
    """The moments of each step, one for each of the ``members``, all of one :func:`kind`; None where none is shown.

    A member's milliseconds are its share of what the batch took.
    """
    wanted = display_steps(members[0].request.steps)
    for frame, spent in clocked(unlimited(members)):
        parts = zip(shares(frame, members), members, strict=True)
        share = spent / len(members)
        yield [look(part, share, member.scene) if frame.step in wanted else None for part, member in parts]


def shares(frame: Frame, members: Sequence[Member]) -> Iterator[Frame]:
    """Each member's own part of ``frame``: its samples and its hidden pixels."""
    parts = zip(frame.values.chunk(len(members)), frame.x0.chunk(len(members)), members, strict=True)
    for values, x0, (_, scene) in parts:
        count = int((~scene.mask).sum())
        yield frame._replace(values=values[:, :count], x0=x0[:, :count])


def identity(request: Request, scene: Scene) -> Hashable:
    """Equal for runs that give equal moments: the same weights, pixels and settings."""
    settings = request.solver, request.steps, request.noise_seed, request.samples, request.scored
    return _weights(request), scene.pixels.tobytes(), scene.mask.tobytes(), *settings


def kind(request: Request, scene: Scene) -> Hashable:
    """Equal for runs that can be one batch: the same weights, solver and steps, as many samples, about as many pixels.

    Baselines, adaptive solvers and runs of many steps, which others should not wait for, are each of their own kind.
    """
    if request.model in BASELINES or request.steps > MOST_MOMENTS or _adaptive(request):
        return object()
    return _weights(request), request.solver, request.steps, request.samples, int(scene.mask.sum()) // ABOUT


def _weights(request: Request) -> object:
    return request.model if request.model in BASELINES else fieldlib.load(request.model)


def _adaptive(request: Request) -> bool:
    solver = solver_of(request)
    return solver in SOLVERS and SOLVERS[solver].adaptive


def sample(request: Request, scene: Scene) -> Generator[Frame, None, None]:
    """The frames of ``request``, :func:`limited`."""
    with closing(unlimited([Member(request, scene)])) as frames:
        yield from limited(frames)


def limited(steps: Iterable[T]) -> Iterator[T]:
    """``steps`` while the call that they are made for has time left and somebody waits for it.

    Raises:
        InputError: its time is used up.
        Abandoned: nobody waits for it any more.
    """
    for step in steps:
        time_limit.check()
        yield step


def unlimited(members: Sequence[Member]) -> Generator[Frame, None, None]:
    """The frames of all ``members`` as one batch, each one's samples in a row, as the library gives them."""
    request = members[0].request
    context = batch([fieldlib.observe(scene.pixels, mask=scene.mask) for _, scene in members])
    pixels = fieldlib.grid(SIDE, SIDE)
    hidden = [pixels[torch.from_numpy(~scene.mask.reshape(-1))] for _, scene in members]
    coords = pad_sequence(hidden, batch_first=True, padding_value=float(pixels[0, 0]))  # some pixel again and again
    if request.model not in BASELINES and zerogpu.device().type == "cpu":
        zerogpu.at_hand(request.model)  # now: the clock counts from the first frame on
    seeds = [(one.noise_seed + k) % (checks.MOST_SEED + 1) for one, _ in members for k in range(one.samples)]
    return zerogpu.sample(request.model, context, coords, request.solver, request.steps, tuple(seeds))


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
