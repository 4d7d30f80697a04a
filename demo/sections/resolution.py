"""Any resolution in the page: the finished run read on finer grids under a slider, and one-click tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr
import numpy as np

from demo import checks, handlers, inputs, languages, pictures, readings, studio
from demo.events import CHECKED, SLOW, change, outdate, settle
from demo.guard import guard, warned
from demo.layout import Widgets
from demo.page_scripts import WANTED
from demo.pictures import Picture
from demo.readings import PRESETS

SHOWN = "() => { if (document.querySelector('#resolution-slider img')) document.querySelector('#resolution-read').click(); }"  # noqa: E501


def read(left: str, size: int, uploaded: Picture | None, key: str, *values: Any) -> tuple[Any, str]:  # noqa: ANN401
    """Both sides of the slider and the scores under it; no scores where ``uploaded`` got lost."""
    left = checks.one_of("reader", left, languages.text("RESOLUTION")["readers"])
    mask, setup = inputs.split(values)
    picture = with_original(pictures.from_key(key), uploaded)
    request = inputs.requests_of(picture, mask, setup)[0]
    result = studio.finish(replace(request, samples=1)).moments[-1].state
    truth = picture if request.scored else None
    found = {reading.reader: reading for reading in readings.compare(result, truth, size)}
    chosen = found[left if left in found else "nearest"].pixels
    if truth is not None and left not in found:
        chosen = readings.finest_truth(truth, size)
    return (readings.enlarge(chosen), readings.enlarge(found["field"].pixels)), scores(found, truth, size)


def with_original(picture: Picture, uploaded: Picture | None) -> Picture:
    """``picture`` with the fine original that this server may still hold of it."""
    return uploaded if uploaded is not None and np.array_equal(uploaded.pixels, picture.pixels) else picture


def scores(found: dict[str, readings.Reading], truth: Picture | None, size: int) -> str:
    """PSNR of every reader, or why there is none: too small an original, or no ``truth`` at all."""
    words = languages.text("RESOLUTION")
    names = {**words["readers"], "field": words["field"]}
    rated = [words["score"].format(names[name], one.psnr) for name, one in found.items() if one.psnr is not None]
    if rated:
        return f"{words['scores'].format(', '.join(rated))} {words['why']}"
    if truth is None:
        return f"{languages.text('NO_TRUTH')} {words['why']}"
    sides = len(truth.pixels if truth.original is None else truth.original), len(readings.finest_truth(truth, size))
    return f"{words['no_truth'].format(*sides)} {words['why']}"


def task(name: str, key: str) -> tuple[Any, ...]:
    """The pixels of the task ``name`` for painter, player and :class:`demo.inputs.Mask`; everything else stays.

    A task needs a truth, so colours of the visitor's own give way to the picture; they stay on their sheet.
    """
    wanted = PRESETS[checks.one_of("task", name, PRESETS)]
    drawn = (wanted.percent, wanted.pattern, wanted.seed)
    return *handlers.reveal(pictures.from_key(key), *drawn, wanted.drawn), *drawn


def add(w: Widgets, running: gr.events.Dependency) -> None:
    """Lay out the section and wire it."""
    words = languages.text("RESOLUTION")
    readers = [(title, name) for name, title in words["readers"].items()]
    sizes = [(words["sizes"].format(size), size) for size in readings.SIZES]
    with gr.Accordion(words["title"], open=False, elem_id="resolution", elem_classes="section") as section:
        gr.HTML(f"<p>{words['intro']}</p>")
        with gr.Row():
            tasks = {name: gr.Button(title, elem_id=f"task-{name}") for name, title in words["presets"].items()}
        with gr.Row(equal_height=True):
            size = gr.Radio(sizes, value=256, label=words["size"], elem_id="resolution-size")
            left = gr.Radio(readers, value="nearest", label=words["left"], elem_id="resolution-left")
            refresh = gr.Button(words["compare"], elem_id="resolution-read", scale=0, min_width=130)
        slider = gr.ImageSlider(
            label=words["slider"], interactive=False, elem_id="resolution-slider", max_height=512, format="png"
        )
        told = gr.HTML(elem_id="resolution-scores")
    # Not on the scores as well: Gradio makes text that is being replaced too pale to read.
    options: dict[str, Any] = {"trigger_mode": "always_last", "show_progress_on": slider, **SLOW}
    triggers = [section.expand, size.change, left.change, refresh.click]
    drawn = gr.on(triggers, warned(guard(read)), [left, size, w.uploaded, *w.run_inputs], [slider, told], **options)
    outdate(w.changes, drawn, told)
    running.success(None, None, None, js=SHOWN)
    for name, button in tasks.items():
        wanted = gr.State(name)
        revealed = [w.painter, w.player, w.percent, w.pattern, w.seed]
        options = {"trigger_mode": "always_last", **CHECKED}
        set_up = change(running, name, button.click).then(guard(task), [wanted, w.picture], revealed, **options)
        set_up.success(None, None, None, js=WANTED)
        settle(set_up, name)
