"""Between the page's widgets and a lesson: what they show as a lesson, and a lesson as values for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from demo import handlers, lesson_link, menus, own_picture, pictures, studio
from demo.checks import pack_mask
from demo.components import painter, picker, player
from demo.lesson_link import Lane, Lesson

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
    mask, setup = handlers.split(values)
    picture = pictures.from_key(key)
    painting = painter.read(mask.painting)
    colours = None if painting is None else painting.colours
    strokes = colours is not None
    pixels = picture.pixels if colours is None else colours
    steps = setup.steps
    return Lesson(
        picture="" if strokes else picture.name,
        own=own_picture.pack(pixels) if strokes or not picture.name else "",
        strokes=int(strokes),
        fraction=mask.percent / 100,
        pattern=mask.pattern,
        seed=mask.seed,
        mask="" if painting is None else pack_mask(painting.mask),
        lanes=tuple(Lane(lane.model, lane.solver, lane.steps or steps) for lane in setup.lanes),
        noise=setup.noise_seed,
        samples=setup.samples,
        stills=tuple(setup.stills or ()),
        view=view if view in lesson_link.VIEWS else lesson_link.VIEWS[0],
    )


def settable(w: Any) -> list[Any]:  # noqa: ANN401
    """The widgets that :func:`updates` sets, in its order."""
    first = [w.picture, w.uploaded, w.picker, w.painter, w.player, w.percent, w.pattern, w.seed]
    second = [w.lanes, w.model, w.solver, w.steps, w.steps_slider, w.noise_seed, w.samples, w.stills]
    return [*first, *second, *w.other_boxes, *w.others]


def updates(lesson: Lesson) -> Updates:
    """Values that make the page show ``lesson``.

    Raises:
        InputError: a picture that is not on this machine.
    """
    chosen = lesson.chosen
    scene = studio.set_scene(lesson.requests()[0])
    offered = [picture.name for picture in pictures.offered()]
    index = offered.index(chosen.name) if chosen.name in offered else picker.NOTHING
    painting = painter.show(chosen.pixels, scene.mask, painted=bool(lesson.mask))
    if lesson.strokes:
        painting |= {"mode": painter.COLOURS, "colours": painting["pixels"], "painted": True}
    sheet = painter.with_pattern(painting, scene.mask)
    first, *others = lesson.lanes
    thumbs = picker.thumbnails(pictures.offered(), chosen, index)
    boxes = [gr.update(visible=number < len(lesson.lanes)) for number in range(1, studio.MOST_LANES)]
    return [
        *(chosen.key, None, thumbs, sheet, {**player.scene_message(scene), "view": lesson.view}),
        *(100 * lesson.fraction, lesson.pattern, lesson.seed),
        *(len(lesson.lanes), first.model, first.solver, first.steps, min(first.steps, 100)),
        *(lesson.noise, lesson.samples, list(lesson.stills)),
        *boxes,
        *(value for lane in _filled(others) for value in lane),
    ]


def _filled(others: Sequence[Lane]) -> list[tuple[str, str, int | None]]:
    """Lanes 2 and 3; those that the lesson does not use keep their usual model."""
    given: list[tuple[str, str, int | None]] = [(lane.model, lane.solver, lane.steps) for lane in others]
    usual = menus.lane_models(studio.MOST_LANES)[1:]
    return given + [(model, "", None) for model in usual[len(given) :]]
