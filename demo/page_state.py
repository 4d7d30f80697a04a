"""Between the page's widgets and a lesson: what they show as a lesson, and a lesson as values for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demo import checks, handlers, inputs, menus, own_picture, pictures
from demo.components import painter, picker, player
from demo.layout import MOST_SLIDER_STEPS
from demo.lesson import VIEWS, Lane, Lesson
from demo.moments import Scene
from demo.request import MOST_LANES, set_scene

Updates = list[Any]


def lesson_of(view: str, key: str, *values: Any) -> Lesson:  # noqa: ANN401
    """What the page shows.

    Args:
        view: name of the large picture in the player.
        key: of the chosen picture.
        values: of ``Widgets.run_inputs`` after the picture.

    Raises:
        InputError: values that cannot be run.
    """
    mask, setup = inputs.split(values)
    picture = pictures.from_key(key)
    set_scene(inputs.requests_of(picture, mask, setup)[0])  # refuses what cannot be run
    stills = [checks.one_of("baseline", name, menus.baseline_names()) for name in setup.stills or ()]
    painting = painter.read(mask.painting)
    return Lesson(
        picture=picture.name,
        own="" if picture.name else own_picture.pack(picture.pixels),
        strokes="" if painting.strokes is None else own_picture.pack_strokes(painting.strokes),
        fraction=mask.percent / 100,
        pattern=mask.pattern,
        seed=mask.seed,
        mask="" if painting.mask is None else checks.pack_mask(painting.mask),
        lanes=tuple(setup.lanes),
        noise=setup.noise_seed,
        samples=setup.samples,
        stills=tuple(stills),
        view=view if view in VIEWS else VIEWS[0],
    )


def settable(w: Any) -> list[Any]:  # noqa: ANN401
    """The widgets that :func:`updates` sets, in its order."""
    first = [w.picture, w.uploaded, w.picker, w.cifar, w.painter, w.player, w.percent, w.pattern, w.seed]
    second = [w.lanes, w.model, w.solver, w.steps, w.steps_slider, w.noise_seed, w.samples, w.stills]
    return [*first, *second, *w.other_boxes, *w.others]


def updates(lesson: Lesson) -> Updates:
    """Values that make the page show ``lesson``.

    Raises:
        InputError: a picture that is not on this machine.
    """
    chosen = lesson.chosen
    offered = [picture.name for picture in pictures.offered()]
    index = offered.index(chosen.name) if chosen.name in offered else picker.NOTHING
    drawn = (lesson.percent, lesson.pattern, lesson.seed)
    sheet, scene = handlers.reveal(chosen, *drawn, lesson.drawn)
    if lesson.painted is not None:
        sheet = painter.with_strokes(sheet, lesson.painted)
        scene = player.scene_message(Scene(*lesson.painted, scored=False))
    first, *others = lesson.lanes
    thumbs = picker.thumbnails(pictures.offered(), chosen, index)
    boxes = [gr.update(visible=number < len(lesson.lanes)) for number in range(1, MOST_LANES)]
    return [
        *(chosen.key, None, thumbs, pictures.cifar_number(chosen.name), sheet, {**scene, "view": lesson.view}),
        *drawn,
        *(len(lesson.lanes), first.model, first.solver, lesson.steps, min(lesson.steps, MOST_SLIDER_STEPS)),
        *(lesson.noise, lesson.samples, list(lesson.stills)),
        *boxes,
        *(value for lane in _filled(others) for value in lane),
    ]


def _filled(others: Sequence[Lane]) -> list[tuple[str, str, str]]:
    """Lanes 2 and 3; those that the lesson does not use keep their usual model."""
    given = [(lane.model, lane.solver, str(lane.steps or "")) for lane in others]
    usual = menus.lane_models(MOST_LANES)[1:]
    return given + [(model, "", "") for model in usual[len(given) :]]
