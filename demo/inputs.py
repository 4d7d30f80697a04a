"""What the page's widgets say, as requests: the revealed pixels, and how each lane reconstructs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from demo import checks, strings
from demo.components import painter
from demo.lesson import Lane
from demo.pictures import Picture
from demo.request import MOST_LANES, Request
from fieldlib.draws import MOST_STEPS


class Mask(NamedTuple):
    """The widgets that decide which pixels are revealed, in their order."""

    painting: object
    percent: float
    pattern: str
    seed: int


class Setup(NamedTuple):
    """The widgets that decide how to reconstruct, in their order."""

    model: str
    solver: str
    steps: int
    noise_seed: int
    samples: int
    lane_count: int
    model_2: str
    solver_2: str
    steps_2: str
    model_3: str
    solver_3: str
    steps_3: str
    stills: list[str]

    @property
    def lanes(self) -> list[Lane]:
        """The lanes that are shown."""
        count = checks.whole(strings.LANES, self.lane_count, 1, MOST_LANES)
        others = (self.model_2, self.solver_2, self.steps_2), (self.model_3, self.solver_3, self.steps_3)
        shown = [Lane(model, solver or "", _own_steps(steps)) for model, solver, steps in others[: count - 1]]
        return [Lane(self.model, self.solver or "", self.steps), *shown]


def _own_steps(text: str) -> int | None:
    """Steps of lane 2 or 3 as they were typed; None when the field was left empty."""
    return checks.digits("steps", text.strip(), 1, MOST_STEPS) if text.strip() else None


def split(values: Sequence[Any]) -> tuple[Mask, Setup]:
    """Widget values after the picture: first the mask's, then the set-up's."""
    cut = len(Mask._fields)
    return Mask(*values[:cut]), Setup(*values[cut:])


def base_request(picture: Picture, mask: Mask) -> Request:
    """What all lanes share: the picture and the revealed pixels."""
    painting = painter.read(mask.painting)
    request = Request(picture.pixels, _fraction(mask.percent), mask.pattern, mask.seed, mask=painting.mask)
    if painting.strokes is None:
        return request
    return replace(request, pixels=painting.strokes.colours, mask=painting.strokes.mask, scored=False)


def requests_of(picture: Picture, mask: Mask, setup: Setup) -> list[Request]:
    """One request for each lane."""
    base = replace(base_request(picture, mask), noise_seed=setup.noise_seed)
    return [
        replace(
            base,
            model=lane.model,
            solver=lane.solver or None,
            steps=setup.steps if lane.steps is None else lane.steps,
            samples=setup.samples,  # with the model: one that needs one call would set it to one
        )
        for lane in setup.lanes
    ]


def _fraction(percent: object) -> float:
    """Per cent to a fraction; what is no number is refused by the request itself."""
    return percent / 100 if isinstance(percent, int | float) else math.nan
