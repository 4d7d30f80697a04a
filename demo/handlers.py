"""What the page's events do: widget values in, messages for the components out. No layout, no state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np

from demo import checks, menus, pictures, stopping, studio
from demo.components import painter, player
from demo.inputs import Mask, base_request, requests_of, split
from demo.moments import Scene
from demo.pictures import Picture
from demo.request import Request
from demo.titles import heading, lane_of

Update = dict[str, Any]


def run(key: str, *values: Any) -> Iterator[player.Message]:  # noqa: ANN401
    """Messages for the player as the frames are made, then the baselines that stand beside them.

    A run that fails midway ends in the player as one that was stopped. ``key`` is that of the picture here and below:
    see :func:`demo.pictures.from_key`.
    """
    mask, setup = split(values)
    requests = requests_of(pictures.from_key(key), mask, setup)
    title, lanes, name = heading(requests), [lane_of(request) for request in requests], ""
    with stopping.STOPS.run(stopping.visitor()) as told:
        try:
            for view in studio.compare(requests, told.is_set):
                name = view.run
                yield player.chunk_message(view, title, lanes)
        except Exception:
            yield player.stopped_message()
            raise
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


def allow_settings(count: int, *models: str) -> list[Update]:
    """A model of one step has neither solver nor steps: what no lane that is shown would use is greyed out.

    Returns:
        Updates for solver, steps slider and steps of the page, then solver and steps of lanes 2 and 3.
    """
    asked = [not menus.answers_at_once(model) for model in models]
    shared = any(asked[:count])
    return [
        gr.update(interactive=use) for use in (asked[0], *[shared] * 2, *[use for use in asked[1:] for _ in range(2)])
    ]


def show_lanes(count: int) -> list[Update]:
    """The settings of lanes 2 and 3 are there when they are used."""
    return [gr.update(visible=count >= number) for number in (2, 3)]
