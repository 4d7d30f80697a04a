"""The HTTP API: named, typed endpoints over the same functions that the studio uses.

>>> from gradio_client import Client
>>> Client("http://localhost:7860").predict(picture="coffee", model="nearest", api_name="/sample")["metrics"]

    curl -s localhost:7860/gradio_api/call/models -H "Content-Type: application/json" -d '{"data": []}'
    curl -N localhost:7860/gradio_api/call/models/EVENT_ID
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.utils import get_upload_folder, is_in_or_equal

import fieldlib
from demo import menus, pictures, scattered, studio
from demo.checks import unpack_mask
from demo.moments import Scores
from demo.pngs import png_address
from demo.request import Request, solver_of
from fieldlib import BASELINES, InputError
from fieldlib.data.picture import MOST_BYTES
from fieldlib.points import SIDE
from fieldlib.registry import learned, one_call


def sample(
    picture: str = "",
    file: dict[str, Any] | None = None,
    fraction: float = 0.2,
    pattern: str = "uniform",
    model: str = "",
    solver: str = "",
    steps: int = 20,
    seed: int = 0,
    noise_seed: int = 0,
    mask: str = "",
) -> dict[str, Any]:
    """Hide most pixels of a picture and reconstruct them.

    Args:
        picture: name of a gallery picture; the first one when empty.
        file: an uploaded picture file (PNG, JPEG, WebP, GIF, BMP, TIFF; at most 20 MB and 25 megapixels) instead.
        fraction: revealed share of the pixels, between 0 and 1.
        pattern: how the revealed pixels are chosen.
        model: method/preset or a baseline; the studio's default when empty.
        solver: name of a solver; the method's default when empty.
        steps: solver steps, 1 to 1000.
        seed: seed of the revealed pixels, 0 to 2147483647.
        noise_seed: seed of the starting noise, 0 to 2147483647.
        mask: instead of a pattern, 1024 bits row by row as 171 base64url characters, 1 = revealed.

    Returns:
        What was run, scores of the final picture and of the last estimate (PSNR in dB, MSE and MAE on the hidden
        pixels, SSIM on the whole picture, data range 1), network calls, milliseconds, and the 32x32 picture as a PNG
        data URL.
    """
    revealed = _revealed(picture, file, fraction, pattern, seed, mask)
    model = model or menus.default_model()
    return answer(replace(revealed, model=model, solver=solver or None, steps=steps, noise_seed=noise_seed))


def reconstruct(
    points: list[list[float]],
    model: str = "",
    solver: str = "",
    steps: int = 8,
    noise_seed: int = 0,
    size: int = 32,
) -> dict[str, Any]:
    """Make a whole picture from scattered points of known colour.

    Args:
        points: 1 to 1024 rows of five numbers: row and column of the point in pixels of a 32x32 picture (0 to 31, pixel
            centres are whole numbers, but any place will do), then red, green and blue from 0 to 255.
        model: method/preset or a baseline; the studio's default when empty.
        solver: name of a solver; the method's default when empty.
        steps: solver steps, 1 to 1000.
        noise_seed: seed of the starting noise, 0 to 2147483647.
        size: side of the picture that comes back, 32 to 512, read from the 32x32 field by cubic convolution.

    Returns:
        What was run, network calls, milliseconds, and the picture as a PNG data URL.
    """
    return scattered.answer(points, model or menus.default_model(), solver or None, steps, noise_seed, size)


def models() -> list[dict[str, Any]]:
    """List everything that can be run: bundled models, then rivals and classical baselines.

    Returns:
        For each its name (what /sample and /reconstruct take), its title, whether it is the studio's default, whether
        one call gives its whole answer, and its default solver (empty when it has none).
    """
    return [_described(name) for name in fieldlib.model_names()]


def baselines(
    picture: str = "",
    file: dict[str, Any] | None = None,
    fraction: float = 0.2,
    pattern: str = "uniform",
    seed: int = 0,
    mask: str = "",
) -> list[dict[str, Any]]:
    """Reconstruct a picture by every classical baseline, to compare a model with.

    Args:
        picture: name of a gallery picture; the first one when empty.
        file: an uploaded picture file instead.
        fraction: revealed share of the pixels, between 0 and 1.
        pattern: how the revealed pixels are chosen.
        seed: seed of the revealed pixels, 0 to 2147483647.
        mask: instead of a pattern, 1024 bits row by row as 171 base64url characters, 1 = revealed.

    Returns:
        For each baseline what /sample would return.
    """
    request = _revealed(picture, file, fraction, pattern, seed, mask)
    return [answer(replace(request, model=name)) for name in BASELINES]


def _revealed(
    picture: str, file: dict[str, Any] | None, fraction: float, pattern: str, seed: int, mask: str
) -> Request:
    request = Request(_pixels(picture, file), fraction, pattern, seed)
    return replace(request, mask=unpack_mask(mask, SIDE)) if mask else request


def _described(name: str) -> dict[str, Any]:
    whole = one_call(name)
    return {
        "name": name,
        "title": menus.model_title(name),
        "default": name == menus.default_model(),
        "one_call": whole,
        "default_solver": "" if whole else learned(name.partition("/")[0]).default_solver,
    }


def answer(request: Request) -> dict[str, Any]:
    """The result of ``request`` as plain values."""
    view = studio.finish(request)
    last = view.moments[-1]
    return {
        "model": request.model,
        "solver": solver_of(request),
        "steps": request.steps,
        "seed": request.seed,
        "noise_seed": request.noise_seed,
        "revealed": int(view.scene.mask.sum()),
        "metrics": _plain(last.state_scores),
        "estimate_metrics": _plain(last.estimate_scores),
        "nfe": last.calls,
        "milliseconds": last.milliseconds,
        "picture": png_address(last.state),
    }


def _plain(scores: Scores | None) -> dict[str, float] | None:
    return scores._asdict() if scores else None


def _pixels(name: str, file: dict[str, Any] | None) -> np.ndarray:
    if file is not None:
        return pictures.from_upload(read_upload(file)).pixels
    return (pictures.from_gallery(name) if name else pictures.offered()[0]).pixels


def read_upload(file: object) -> bytes:
    """The bytes of an uploaded file, and of no other file on this machine.

    Raises:
        InputError: not an uploaded file.
    """
    path = file.get("path") if isinstance(file, dict) else None
    if not isinstance(path, str) or not is_in_or_equal(path, get_upload_folder()) or not Path(path).is_file():
        raise InputError(
            "the file is no upload: send it with gradio_client's handle_file or POST it to /gradio_api/upload"
        )
    with Path(path).open("rb") as content:
        return content.read(MOST_BYTES + 1)


ENDPOINTS: dict[str, Callable[..., Any]] = {
    "sample": sample,
    "reconstruct": reconstruct,
    "models": models,
    "baselines": baselines,
}
POOL: dict[str, Any] = {"concurrency_limit": 2, "concurrency_id": "sampling"}


def mount(guard: Any) -> None:  # noqa: ANN401
    """Add the endpoints to the open Blocks; ``guard`` turns exceptions into messages."""
    for name, function in ENDPOINTS.items():
        gr.api(guard(function), api_name=name, **POOL)
