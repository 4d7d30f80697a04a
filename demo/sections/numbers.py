"""Numbers and plots in the page: one plot at a time, made when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr
import plotly.graph_objects as go

from demo import exports, figures, inputs, languages, numbers, pictures, titles
from demo.checks import one_of
from demo.events import SLOW, outdate
from demo.guard import guard, warned
from demo.layout import Widgets
from demo.request import Request
from fieldlib import InputError
from fieldlib.registry import one_call

Drawn = tuple[go.Figure, str]
SHOWN = "() => { if (document.querySelector('#numbers-plot .js-plotly-plot')) document.querySelector('#numbers-refresh').click(); }"  # noqa: E501
# The line in the plot follows the player's time bar; a page without Plotly does nothing.
CURSOR = """() => {
  const player = document.querySelector("#player .player");
  const drawing = () => document.querySelector("#numbers-plot .js-plotly-plot");
  const follow = () => {
    const plot = drawing();
    const { position, total } = player.dataset, times = plot?.layout?.meta?.at ?? [];
    const share = total < 2 ? 1 : position / (total - 1); // the player may have fewer frames, or those of a former run
    const at = times[Math.round(share * (times.length - 1))];
    if (at === undefined || !window.Plotly || !plot.layout.shapes?.some((line) => line.x0 !== at)) return;
    const moves = plot.layout.shapes.flatMap((_, i) => [[`shapes[${i}].x0`, at], [`shapes[${i}].x1`, at]]);
    window.Plotly.relayout(plot, Object.fromEntries(moves));
  };
  new MutationObserver(follow).observe(player, { attributes: true, attributeFilter: ["data-position"] });
  const drawn = new MutationObserver(() => setTimeout(() => { // not in the middle of Plotly's work
    const plot = drawing();
    plot?.removeListener?.("plotly_afterplot", follow);
    plot?.on?.("plotly_afterplot", follow);
    follow();
  }));
  drawn.observe(document.querySelector("#numbers"), { childList: true, subtree: true });
}"""


def by_step(requests: Sequence[Request]) -> Drawn:
    """Metrics of every lane."""
    runs = [exports.record(request) for request in requests]
    named = [(titles.heading([run.request]), run.moments) for run in runs]
    longest = max((run.moments for run in runs), key=len)
    figure = figures.metrics_by_step(named, cursor=longest[-1].step)
    return figure.update_layout(meta={"at": [moment.step for moment in longest]}), note("steps")


def by_calls(requests: Sequence[Request]) -> Drawn:
    """A small sweep with the model of the first lane."""
    return figures.quality_by_calls(numbers.sweep(requests[0])), note("calls")


def ways(requests: Sequence[Request]) -> Drawn:
    """Every lane that goes from noise to picture."""
    moving = [request for request in requests if not one_call(request.model)]
    if not moving:
        raise InputError(languages.text("NUMBERS")["baseline"])
    named = [(titles.heading([request]), numbers.trajectories(request)) for request in moving]
    return figures.colour_ways(named), note("ways")


def over_time(requests: Sequence[Request]) -> Drawn:
    """The three paths; the line stands where the first lane's run stands."""
    moments = exports.record(requests[0]).moments
    methods = [request.model.partition("/")[0] for request in requests]
    figure = figures.schedule(numbers.schedules(), moments[-1].t, methods)
    return figure.update_layout(meta={"at": [round(moment.t, 4) for moment in moments]}), note("schedule")


def spread(requests: Sequence[Request]) -> Drawn:
    """Samples of the first lane."""
    if one_call(requests[0].model):
        raise InputError(languages.text("NUMBERS")["baseline"])
    found = numbers.spread(replace(requests[0], samples=1))
    if not requests[0].scored:
        return figures.spread(found), ""
    scores = {"one": found.one, "mean": found.mean, "estimate": found.estimate, "crps": found.crps}
    return figures.spread(found), note("spread").format(**scores)


PLOTS: dict[str, Callable[[Sequence[Request]], Drawn]] = {
    "steps": by_step,
    "calls": by_calls,
    "ways": ways,
    "schedule": over_time,
    "spread": spread,
}
NEED_TRUTH = ("steps", "calls")


def draw(which: str, key: str, *values: Any) -> Drawn:  # noqa: ANN401
    """The plot called ``which`` of what the widgets describe, and the sentence under it."""
    mask, setup = inputs.split(values)
    make, requests = PLOTS[one_of("plot", which, PLOTS)], inputs.requests_of(pictures.from_key(key), mask, setup)
    if which in NEED_TRUTH and not requests[0].scored:
        return figures.nothing(languages.text("NO_TRUTH")), ""
    return make(requests)


def note(which: str) -> str:
    """The sentence under a plot."""
    return languages.text("NUMBERS")["notes"][which]


def add(w: Widgets, running: gr.events.Dependency, page: gr.Blocks) -> None:
    """Lay out the section and wire it."""
    words = languages.text("NUMBERS")
    choices = [(words["plots"][name], name) for name in PLOTS]
    with gr.Accordion(words["title"], open=False, elem_id="numbers", elem_classes="section") as section:
        with gr.Row(equal_height=True):
            which = gr.Radio(choices, value="steps", label=words["which"], elem_id="numbers-which", scale=4)
            refresh = gr.Button(words["refresh"], elem_id="numbers-refresh", scale=0, min_width=130)
        plot = gr.Plot(label=words["label"], show_label=False, elem_id="numbers-plot")
        sentence = gr.HTML(elem_id="numbers-note")
    # Not on the sentence as well: Gradio makes text that is being replaced too pale to read.
    options: dict[str, Any] = {"trigger_mode": "always_last", "show_progress_on": plot, **SLOW}
    triggers = [section.expand, which.change, refresh.click]
    drawn = gr.on(triggers, warned(guard(draw)), [which, *w.run_inputs], [plot, sentence], **options)
    outdate(w.changes, drawn, sentence)
    running.success(None, None, None, js=SHOWN)
    page.load(None, None, None, js=CURSOR)
