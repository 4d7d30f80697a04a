"""Take it home: a run as a strip of pictures, as an animation, as numbers. Everything is returned as bytes.

Recorded runs come in, one per lane; what they are called goes beside them in the JSON, never into a file name.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from demo import snippet, studio
from demo.checks import one_of, pack_mask
from demo.moments import Moment, Scene
from demo.pictures import Picture
from demo.pngs import png
from demo.request import Request, solver_of
from fieldlib import __version__

STRIP = 8  # pictures in a lane of the strip
ZOOM = 6  # screen pixels per pixel
GAP = 6
FRAME_MS, LAST_MS = 80, 2000
ANIMATIONS: dict[str, dict[str, Any]] = {"webp": {"lossless": True}, "gif": {}}


@dataclass(frozen=True)
class Recording:
    """A whole run: its ``request``, its ``scene`` and its display frames."""

    request: Request
    scene: Scene
    moments: tuple[Moment, ...]


def record(request: Request) -> Recording:
    """Run ``request`` again; equal requests give equal pictures, so this is the run that was seen.

    Raises:
        InputError: a mask or a model that cannot be used.
    """
    views = list(studio.run(request))
    return Recording(request, views[0].scene, tuple(moment for view in views for moment in view.moments))


def strip(recordings: Sequence[Recording]) -> bytes:
    """PNG: a row per lane with the revealed pixels, ``STRIP`` moments from noise to result, and the truth.

    The truth is left out where it is unknown.
    """
    rows = [[revealed(run.scene), *_spread(run), *_truths(run.scene)] for run in recordings]
    return png(_mosaic(rows))


def animation(recordings: Sequence[Recording], kind: str = "webp") -> bytes:
    """Animated WebP (lossless) or GIF: all lanes side by side, each from noise to result, resting on the last frame.

    A lane with fewer frames than another waits on its result.

    Raises:
        InputError: an unknown kind.
    """
    options = ANIMATIONS[one_of("kind of animation", kind, ANIMATIONS)]
    count = max(len(run.moments) for run in recordings)
    frames = [Image.fromarray(_mosaic([[_at(run, i) for run in recordings]])) for i in range(count)]
    durations = [FRAME_MS] * (count - 1) + [LAST_MS]
    file = io.BytesIO()
    frames[0].save(
        file, kind.upper(), save_all=True, append_images=frames[1:], duration=durations, loop=0, minimize_size=False,
        **options,
    )  # fmt: skip
    return file.getvalue()


def description(recording: Recording) -> dict[str, Any]:
    """The run as plain JSON values: what was asked for; of the first sample, time, scores, calls and milliseconds."""
    request = recording.request
    return {
        "fieldlib": __version__,
        "model": request.model,
        "solver": solver_of(request),
        "steps": request.steps,
        "noise_seed": request.noise_seed,
        "samples": request.samples,
        "fraction": request.fraction,
        "pattern": request.pattern,
        "seed": request.seed,
        "painted": request.mask is not None,
        "scored": request.scored,
        "mask": pack_mask(recording.scene.mask),
        "frames": [_numbers(moment) for moment in recording.moments],
    }


def arrays(recording: Recording) -> bytes:
    """NPZ without pickle: ``truth``, ``mask``, and over the frames ``step``, ``t``, ``state`` and ``estimate``.

    Where no truth is known, ``known`` stands in its place: the revealed pixels on grey.
    """
    moments, scene = recording.moments, recording.scene
    picture: dict[str, Any] = {"truth" if scene.scored else "known": picture_of(scene)}
    file = io.BytesIO()
    np.savez_compressed(
        file,
        **picture,
        mask=scene.mask,
        step=np.array([moment.step for moment in moments]),
        t=np.array([moment.t for moment in moments]),
        state=np.stack([moment.state for moment in moments]),
        estimate=np.stack([moment.estimate for moment in moments]),
    )
    return file.getvalue()


def bundle(recordings: Sequence[Recording], picture: Picture) -> bytes:
    """ZIP: the picture, and of each lane the JSON, the NPZ and the lines of code that make its picture again."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr(snippet.PICTURE_FILE, png(picture_of(recordings[0].scene)))
        for number, recording in enumerate(recordings, 1):
            folder.writestr(f"lane{number}.json", json.dumps(description(recording), indent=1, allow_nan=False))
            folder.writestr(f"lane{number}.npz", arrays(recording))
            folder.writestr(f"lane{number}.py", snippet.code(recording.request, picture.name))
    return file.getvalue()


def revealed(scene: Scene, grey: int = 128) -> np.ndarray:
    """The picture with its hidden pixels in ``grey``, uint8 (32, 32, 3)."""
    return np.where(scene.mask[..., None], scene.pixels, np.uint8(grey))


def picture_of(scene: Scene) -> np.ndarray:
    """The true picture, or what is revealed of it where nothing else is known, uint8 (32, 32, 3)."""
    return scene.pixels if scene.scored else revealed(scene)


def _truths(scene: Scene) -> list[np.ndarray]:
    return [scene.pixels] if scene.scored else []


def _at(recording: Recording, index: int) -> np.ndarray:
    return recording.moments[min(index, len(recording.moments) - 1)].state


def _spread(recording: Recording) -> list[np.ndarray]:
    """``STRIP`` frames at even distances, first and last included; a short run repeats its last one."""
    places = np.linspace(0, len(recording.moments) - 1, STRIP).round().astype(int)
    return [_at(recording, place) for place in places]


def _mosaic(rows: list[list[np.ndarray]]) -> np.ndarray:
    """Pictures side by side, enlarged, on white."""
    return np.concatenate([np.concatenate([_framed(tile) for tile in row], axis=1) for row in rows], axis=0)


def _framed(tile: np.ndarray) -> np.ndarray:
    large = tile.repeat(ZOOM, axis=0).repeat(ZOOM, axis=1)
    return np.pad(large, ((GAP, GAP), (GAP, GAP), (0, 0)), constant_values=255)


def _numbers(moment: Moment) -> dict[str, Any]:
    return {
        "step": moment.step,
        "t": moment.t,
        "calls": moment.calls,
        "milliseconds": round(moment.milliseconds, 2),
        "state": moment.state_scores and moment.state_scores._asdict(),
        "estimate": moment.estimate_scores and moment.estimate_scores._asdict(),
    }
