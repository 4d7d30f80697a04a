"""What the page's events do: widget values in, messages for the components out. No layout, no state."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demo import checks, menus, pictures, stopping, strings, studio
from demo.components import painter, player
from demo.moments import Scene
from demo.pictures import Picture
from demo.request import MOST_LANES, Request, solver_of
from demo.steps import display_steps
from fieldlib import InputError
from fieldlib.draws import MOST_STEPS
from fieldlib.registry import one_call

log = logging.getLogger(__name__)
OPENING_STEPS = 20  # of the run that greets visitors
OPENING_STRIDE = 2  # it shows every second step, for it is part of the page, which has to be light
Update = dict[str, Any]


class Mask(NamedTuple):
    """The widgets that decide which pixels are revealed, in their order."""

    painting: object
    percent: float
    pattern: str
    seed: int


class Lane(NamedTuple):
    """The widgets of one lane; ``steps`` None means as many as the first one."""

    model: str
    solver: str
    steps: int | None


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
        shown = [Lane(model, solver, _own_steps(steps)) for model, solver, steps in others[: count - 1]]
        return [Lane(self.model, self.solver, self.steps), *shown]


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
            model=model,
            solver=solver or None,
            steps=setup.steps if steps is None else steps,
            samples=setup.samples,  # with the model: one that needs one call would set it to one
        )
        for model, solver, steps in setup.lanes
    ]


def lane_of(request: Request) -> player.Lane:
    """What the player says of a lane."""
    name, total = menus.model_title(request.model), len(display_steps(request.steps))
    single = one_call(request.model)
    return player.Lane(request.model, name, how(request), request.samples, single, request.steps, total)


def how(request: Request) -> str:
    """Solver and steps as people read them."""
    if menus.is_baseline(request.model):
        return strings.HOW_EXACT
    text = strings.HOW_ONE if request.steps == 1 else strings.HOW
    return text.format(solver=menus.solver_title(solver_of(request)), steps=request.steps)


def heading(requests: Sequence[Request]) -> str:
    """What a run is called in the player."""
    if len(requests) > 1:
        return strings.COMPARISON.format(len(requests))
    return strings.MODEL_RUN.format(model=menus.model_title(requests[0].model), how=how(requests[0]))


def run(key: str, *values: Any) -> Iterator[player.Message]:  # noqa: ANN401
    """Messages for the player as the frames are made, then the baselines that stand beside them.

    ``key`` is that of the picture here and below: see :func:`demo.pictures.from_key`.
    """
    mask, setup = split(values)
    requests = requests_of(pictures.from_key(key), mask, setup)
    title, lanes, name = heading(requests), [lane_of(request) for request in requests], ""
    with stopping.STOPS.run(stopping.visitor()) as told:
        for view in studio.compare(requests, told.is_set):
            name = view.run
            yield player.chunk_message(view, title, lanes)
    if setup.stills and not told.is_set():
        models = [checks.one_of("baseline", model, menus.baseline_names()) for model in setup.stills]
        ends = [(menus.plain_title(m), studio.finish(replace(requests[0], model=m)).moments[-1]) for m in models]
        yield player.stills_message(name, ends)


def stop() -> player.Message:
    """The visitor pressed Stop: the run ends before its next step."""
    stopping.STOPS.stop(stopping.visitor())
    return player.stopped_message()


def preview(live: bool, key: str, *values: Any) -> Iterator[player.Message]:  # noqa: ANN401
    """The last frame of a run with few steps, while a control moves; nothing unless ``live`` or where none can be."""
    if not live or not has_work(base_request(pictures.from_key(key), split(values)[0])):
        return
    requests = [studio.coarse(request) for request in requests_of(pictures.from_key(key), *split(values))]
    lanes = [lane_of(request)._replace(total=1) for request in requests]
    name = ""
    for number, request in enumerate(requests):
        view = studio.finish(request)
        name = name or view.run
        view = view._replace(run=name, lane=number, start=0)
        yield player.chunk_message(view, heading(requests), lanes, "preview")


def painted(key: str, *values: Any) -> player.Message:  # noqa: ANN401
    """A stroke ended: its pixels; the player gives advice when nothing or everything is revealed."""
    request = base_request(pictures.from_key(key), Mask(*values))
    if request.mask is None:
        return player.scene_message(studio.set_scene(request))
    return player.scene_message(Scene(request.pixels, request.mask, request.scored))


def has_work(request: Request) -> bool:
    """Whether something is revealed and something is hidden; a pattern always leaves both."""
    return request.mask is None or (bool(request.mask.any()) and not request.mask.all())


def randomise(live: bool, key: str, *values: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    """New pixels by pattern and seed, for painter and player; then a coarse preview of what they give."""
    mask, setup = split(values)
    drawn, scene = reveal(pictures.from_key(key), *mask[1:])
    yield painter.once(drawn), scene
    for message in preview(live, key, drawn, *mask[1:], *setup):
        yield gr.skip(), message


def reveal(
    picture: Picture, percent: float, pattern: str, seed: int, painted: np.ndarray | None = None
) -> tuple[painter.Message, player.Message]:
    """What painter and player show of ``picture`` by a pattern, or by ``painted`` pixels, bool (32, 32), instead."""
    drawn = studio.set_scene(base_request(picture, Mask(None, percent, pattern, seed))).mask
    mask = drawn if painted is None else painted
    sheet = painter.show(picture.pixels, mask, painted=painted is not None)
    return painter.with_pattern(sheet, drawn), player.scene_message(Scene(picture.pixels, mask))


def opening(picture: Picture) -> Request:
    """What is run to greet visitors."""
    return Request(picture.pixels, model=menus.default_model(), steps=OPENING_STEPS)


def recorded(picture: Picture) -> studio.View:
    """The run that greets visitors, whole.

    Raises:
        InputError: the default model cannot be used.
    """
    views = list(studio.run(opening(picture)))
    moments = tuple(moment for view in views for moment in view.moments)[::OPENING_STRIDE]
    return views[0]._replace(moments=moments, total=len(moments))


def greeting(picture: Picture) -> player.Message:
    """What the player shows before any event: a whole run in one message, made once, before any model runs for them.

    Falls back to the revealed pixels when the default model cannot be used, so that the page opens all the same.
    """
    request = opening(picture)
    try:
        whole = recorded(picture)
    except InputError as error:
        log.warning("the opening run is left out: %s", error)
        return player.scene_message(studio.set_scene(request))
    lane = lane_of(request)._replace(total=whole.total)
    return player.chunk_message(whole, f"{heading([request])} ({strings.OPENING})", [lane])


def _fraction(percent: object) -> float:
    """Per cent to a fraction; what is no number is refused by the request itself."""
    return percent / 100 if isinstance(percent, int | float) else math.nan


def allow_settings(count: int, *models: str) -> list[Update]:
    """A baseline has neither solver nor steps nor noise: what no lane that is shown would use is greyed out.

    Returns:
        Updates for solver, steps slider, steps and noise seed of the page, then solver and steps of lanes 2 and 3.
    """
    asked = [not menus.is_baseline(model) for model in models]
    shared = any(asked[:count])
    return [
        gr.update(interactive=use) for use in (asked[0], *[shared] * 3, *[use for use in asked[1:] for _ in range(2)])
    ]


def show_lanes(count: int) -> list[Update]:
    """The settings of lanes 2 and 3 are there when they are used."""
    return [gr.update(visible=count >= number) for number in (2, 3)]
