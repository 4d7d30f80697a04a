"""The trajectory player: a canvas component that plays one to three runs as frames arrive. Feeds ``player.js``."""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr
import numpy as np

from demo import checks, strings
from demo.moments import SPREAD_LIMIT, Moment, Scene, Scores
from demo.studio import View

Message = dict[str, Any]
FOLDER = Path(__file__).parent
SCRIPTS = ("codec.js", "paint.js", "lanes.js", "influence.js", "player_screen.js", "player_desk.js", "player.js")
ERROR_LIMIT = 0.4  # mean absolute error of a pixel, data range 1, at the upper end of the error map
MOUNT = """
const ask = (question) => server.ask_influence(question);
const player = new TrajectoryPlayer(element, props.labels, ask, (view) => trigger("look", { view }));
player.hear(props.value);
document.querySelector("#loading-film")?.remove();
watch("value", () => player.hear(props.value));
"""


class Lane(NamedTuple):
    """A lane in the player: the ``model`` to ask about, its ``name`` and ``how`` it is sampled as people read them.

    ``one_call``: it draws one sample, whatever number is chosen.
    """

    model: str
    name: str
    how: str
    samples: int
    one_call: bool
    steps: int
    total: int


def source(*names: str) -> str:
    """The text of files beside this one, one after the other."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def trajectory_player(value: Message | None, ask_influence: Callable[[Any], Any]) -> gr.HTML:
    """Gradio's HTML component with the player's template, style and scripts.

    Args:
        value: the first message, shown before any event.
        ask_influence: answers {model, pixels, mask, row, column} with {levels} or {error}; must carry this name.
    """
    return gr.HTML(
        value,
        html_template=source("player.html"),
        css_template=source("player.css"),
        js_on_load=source(*SCRIPTS) + MOUNT,
        apply_default_css=False,
        elem_id="player",
        labels=strings.PLAYER,
        server_functions=[ask_influence],
    )


def scene_message(scene: Scene) -> Message:
    """A picture and its revealed pixels, before any run. A lesson adds ``view``, the name of the large picture."""
    return {"kind": "scene", **_scene_fields(scene)}


def chunk_message(view: View, heading: str, lanes: Sequence[Lane], kind: str = "chunk") -> Message:
    """A few frames of a lane. The first chunk of a run also says what the run is called, its lanes and its scene.

    Args:
        view: the frames.
        heading: what the run is called, plain text.
        lanes: all lanes of the run.
        kind: "chunk", or "preview" for a coarse picture while a control moves.
    """
    opening: Message = {}
    if view.lane == view.start == 0:
        opening = {"heading": heading, "lanes": [lane._asdict() for lane in lanes], **_scene_fields(view.scene)}
    return {
        **opening,
        **{"kind": kind, "run": view.run, "lane": view.lane, "start": view.start},
        "frames": [_frame(moment) for moment in view.moments],
        "planes": [3, 3] if view.moments[0].spread is None else [3, 3, 1],
        "blob": pack_frames([pictures_of(moment) for moment in view.moments], view.scene.mask),
    }


def pictures_of(moment: Moment) -> list[np.ndarray]:
    """What travels of a moment: state, estimate and, for several samples, their spread."""
    return [moment.state, moment.estimate, *([] if moment.spread is None else [moment.spread])]


def stills_message(run: str, stills: Sequence[tuple[str, Moment]]) -> Message:
    """Finished pictures beside run ``run``: a name and the moment of each."""
    return {"kind": "stills", "run": run, "stills": [_still(name, moment) for name, moment in stills]}


def stopped_message() -> Message:
    """The visitor pressed Stop: no more frames will come."""
    return {"kind": "stopped"}


def pack_frames(pictures: Sequence[Sequence[np.ndarray]], mask: np.ndarray) -> str:
    """The hidden pixels of uint8 pictures [frame][plane] as base64 of zlib of byte differences in time; lossless.

    Neighbouring frames are alike, so 60 frames of two colour pictures take 130 to 230 KB instead of 490.
    """
    planes = [np.stack([frame[~mask].reshape(-1) for frame in frames]) for frames in zip(*pictures, strict=True)]
    deltas = (np.concatenate([plane[:1], np.diff(plane, axis=0)]) for plane in planes)
    return base64.b64encode(zlib.compress(b"".join(delta.tobytes() for delta in deltas))).decode()


def _scene_fields(scene: Scene) -> Message:
    return {
        "size": list(scene.mask.shape),
        "truth": base64.b64encode(scene.pixels.tobytes()).decode(),
        "mask": checks.pack_mask(scene.mask),
        "revealed": int(scene.mask.sum()),
        "scored": scene.scored,
        "error_limit": ERROR_LIMIT,
        "spread_limit": SPREAD_LIMIT,
    }


def _frame(moment: Moment) -> Message:
    return {
        "step": moment.step,
        "calls": moment.calls,
        "ms": round(moment.milliseconds, 1),
        "scores": {"state": _numbers(moment.state_scores), "estimate": _numbers(moment.estimate_scores)},
    }


def _still(name: str, moment: Moment) -> Message:
    scores = _numbers(moment.state_scores)
    pixels = base64.b64encode(moment.state.tobytes()).decode()
    return {"name": name, "psnr": scores[0] if scores else None, "pixels": pixels}


def _numbers(scores: Scores | None) -> list[float | None] | None:
    """Scores for JSON, which knows no infinity."""
    return None if scores is None else [round(x, 5) if math.isfinite(x) else None for x in scores]
