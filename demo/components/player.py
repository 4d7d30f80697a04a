"""The trajectory player: a canvas component that plays a run as its frames arrive. Feeds ``player.js``."""

from __future__ import annotations

import base64
import math
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np

from demo import strings
from demo.studio import ERROR_LIMIT, Moment, Scene, Scores, View

Message = dict[str, Any]
FOLDER = Path(__file__).parent
MOUNT = """
const player = new TrajectoryPlayer(element, props.labels);
player.receive(props.value);
watch("value", () => player.receive(props.value));
"""


def source(*names: str) -> str:
    """The text of files beside this one, one after the other."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def trajectory_player(value: Message | None = None) -> gr.HTML:
    """The component. A function, not a subclass: Gradio writes a .pyi file beside every subclass of a component.

    Args:
        value: the first message, shown before any event.
    """
    return gr.HTML(
        value,
        html_template=source("player.html"),
        css_template=source("player.css"),
        js_on_load=source("paint.js", "player.js") + MOUNT,
        apply_default_css=False,
        elem_id="player",
        labels=strings.PLAYER,
    )


def scene_message(scene: Scene) -> Message:
    """A picture and its revealed pixels, before any run."""
    return {"kind": "scene", **_scene_fields(scene)}


def chunk_message(view: View, heading: str) -> Message:
    """A few frames of a run; complete in itself, so that it may arrive twice or after another one.

    Args:
        view: the frames.
        heading: what the run is called, plain text.
    """
    fields = {"run": view.run, "start": view.start, "total": view.total, "steps": view.steps, "heading": heading}
    return {"kind": "chunk", **fields, **_scene_fields(view.scene), "frames": [_frame(m) for m in view.moments]}


def greeting_message(view: View, heading: str) -> Message:
    """A whole recorded run, which a page that is being used ignores."""
    return {**chunk_message(view, heading), "kind": "greeting"}


def stopped_message() -> Message:
    """The visitor pressed Stop: no more frames will come."""
    return {"kind": "stopped"}


def _scene_fields(scene: Scene) -> Message:
    return {
        "size": list(scene.mask.shape),
        "truth": _text(scene.pixels),
        "mask": _text(np.packbits(scene.mask)),
        "revealed": int(scene.mask.sum()),
        "error_limit": ERROR_LIMIT,
    }


def _frame(moment: Moment) -> Message:
    return {
        "step": moment.step,
        "t": round(moment.t, 4),
        "state": _text(moment.state),
        "estimate": _text(moment.estimate),
        "error": _text(moment.error),
        "calls": moment.calls,
        "ms": round(moment.milliseconds, 1),
        "scores": {"state": _numbers(moment.state_scores), "estimate": _numbers(moment.estimate_scores)},
    }


def _numbers(scores: Scores) -> list[float | None]:
    """Scores for JSON, which knows no infinity."""
    return [round(x, 5) if math.isfinite(x) else None for x in scores]


def _text(array: np.ndarray) -> str:
    return base64.b64encode(array.tobytes()).decode()
