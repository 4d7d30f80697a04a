"""What stands below the studio, folded: each file lays out one section and wires its events."""

from __future__ import annotations

import gradio as gr

from demo.layout import Widgets
from demo.sections import learn, lesson, numbers, resolution, share


def add(w: Widgets, running: gr.events.Dependency, page: gr.Blocks) -> None:
    """All sections, in their order on the page, and the links that set the page up."""
    numbers.add(w, running, page)
    resolution.add(w, running)
    learn.add(w)
    share.add(w, lesson.add(w, running, page))
