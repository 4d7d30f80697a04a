"""The guided walk as a card of the page. Feeds ``guide.js``; its event is called ``go``, with the station's number."""

from __future__ import annotations

import gradio as gr

from demo import languages, stations
from demo.components.player import source

MOUNT = """
const run = () => document.querySelector("#run").click();
new GuidedWalk(element, props.labels, props.stations, (station) => trigger("go", { station }), run);
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
