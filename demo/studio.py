"""The studio without a user interface: one frozen request in, a stream of views out, nothing global.

>>> for view in run(Request(pixels, fraction=0.2, model="flow_matching/tiny", steps=20)):
...     show(view.moments)

A comparison is several requests that share picture, revealed pixels and noise: their views come interleaved.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import islice, takewhile
from typing import NamedTuple

import numpy as np
import torch

from demo import zerogpu
from demo.moments import Moment, Scene, look
from demo.request import MOST_LANES, Request, set_scene
from demo.sharing import Sharing
from demo.steps import (
    MOST_TOGETHER,
    Member,
    clocked,
    display_steps,
    identity,
    kind,
    limited,
    sample,
    walk,
)
from demo.together import Seat, Together
from demo.workers import WORKERS
from fieldlib import METHODS, InputError

MOST_PER_VIEW = 8
PATIENCE = 0.15  # seconds after which a view is sent although it is not full
COARSE_STEPS = 2  # of a preview while a control moves
Stopped = Callable[[], bool]  # asked after every step: whether the run has to end
SHARED: Sharing[Moment | None] = Sharing(64)  # a run of 60 shown steps takes 400 KB
TOGETHER: Together[Member, Moment | None] = Together(partial(WORKERS.stream, walk))


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
            zerogpu.at_hand(method)


def never() -> bool:
    """Let a run go on to its end."""
    return False


def run(request: Request, stopped: Stopped = never) -> Generator[View, None, None]:
    """Sample the hidden pixels of ``request`` and show at most ``MOST_MOMENTS`` moments of it.

    Args:
        request: what to sample.
        stopped: asked after every step; a run that is stopped ends with what it has.

    Raises:
        InputError: a mask or a model that cannot be used.
    """
    with begun([request], stopped) as lanes:
        yield from lanes[0]


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
    with begun(requests, stopped) as runs:
        lanes = deque(runs)
        while lanes:
            views = lanes.popleft()
            for view in islice(views, 1):
                yield view
                lanes.append(views)


@contextmanager
def begun(requests: Sequence[Request], stopped: Stopped) -> Iterator[list[Iterator[View]]]:
    """The views of each of ``requests``, to be left again.

    Whoever asks for an equal run while one goes on, or soon after, gets the same moments: they are computed once. Those
    who ask for others of its kind before a processor is free for it are computed as one batch with it.
    """
    name, members = secrets.token_hex(6), [Member(request, set_scene(request)) for request in requests]
    with ExitStack() as stack:
        steps = [stack.enter_context(SHARED.reading(identity(*one), partial(join, one))) for one in members]
        patience = PATIENCE * len(members)  # lanes wait for each other, so that they send fewer, fuller views
        yield [
            views(name, lane, member, takewhile(lambda _: not stopped(), limited(moments)), patience)
            for lane, (member, moments) in enumerate(zip(members, steps, strict=True))
        ]


def join(member: Member) -> Seat[Member, Moment | None]:
    """The moments of ``member``."""
    return TOGETHER.join(kind(*member), member, max(1, MOST_TOGETHER // member.request.samples))


def views(name: str, lane: int, member: Member, steps: Iterable[Moment | None], patience: float) -> Iterator[View]:
    """What is shown of ``steps`` in ``lane`` of the run called ``name``."""
    start, request = 0, member.request
    total = len(display_steps(request.steps))
    for chunk in chunks((moment for moment in steps if moment is not None), patience):
        yield View(name, start, total, request.steps, member.scene, chunk, lane)
        start += len(chunk)


def coarse(request: Request) -> Request:
    """``request`` with few steps and one sample: what a control shows while it moves."""
    return replace(request, steps=min(request.steps, COARSE_STEPS), samples=1)


def finish(request: Request) -> View:
    """The last view of a run, with its last moment only; the others are not even looked at."""
    scene = set_scene(request)
    [(frame, spent)] = deque(clocked(sample(request, scene)), maxlen=1)
    total = len(display_steps(request.steps))
    return View(secrets.token_hex(6), total - 1, total, request.steps, scene, (look(frame, spent, scene),))


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
