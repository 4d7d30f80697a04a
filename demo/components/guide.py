"""The guided walk as a card of the page. Feeds ``guide.js``; its events are about the station :data:`AT`."""

from __future__ import annotations

import gradio as gr

from demo import languages, stations
from demo.components.player import source

# Read when an event is sent: Gradio 6.31 sends an event that had to wait with the data of the one before it.
AT = "() => Number(document.querySelector('#guide .guide').dataset.station)"
MOUNT = """
const run = () => document.querySelector("#run").click();
const turned = () => setTimeout(() => trigger("turn"), 150); // when the page holds what it shows
new GuidedWalk(element, props.labels, props.stations, () => trigger("go"), run, turned);
"""


def guided_walk() -> gr.HTML:
    """The component, closed: a title and a button. Not shown where no station can be run."""
    told = stations.walk_told()
    return gr.HTML(
        {},
        html_template=source("guide.html"),
        css_template=source("guide.css"),
        js_on_load=source("guide.js") + MOUNT,
        apply_default_css=False,
        elem_id="guide",
        labels=languages.text("GUIDE"),
        stations=told,
        visible=bool(told),
    )
