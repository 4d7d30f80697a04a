"""The HTTP API: named, typed endpoints over the same functions that the studio uses."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
from gradio.utils import get_upload_folder, is_in_or_equal
from PIL import Image

from demo import menus, pictures, studio
from demo.checks import unpack_mask
from demo.studio import Request
from fieldlib import InputError
from fieldlib.data.picture import MOST_BYTES


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
    request = Request(
        _pixels(picture, file),
        fraction,
        pattern,
        seed,
        model or menus.default_model(),
        solver or None,
        steps,
        noise_seed,
    )
    if mask:
        request = replace(request, mask=unpack_mask(mask, studio.SIZE))
    return answer(request)


def answer(request: Request) -> dict[str, Any]:
    """The result of ``request`` as plain values."""
    view = studio.finish(request)
    last = view.moments[-1]
    return {
        "model": request.model,
        "solver": studio.solver_of(request),
        "steps": request.steps,
        "seed": request.seed,
        "noise_seed": request.noise_seed,
        "revealed": int(view.scene.mask.sum()),
        "metrics": last.state_scores._asdict(),
        "estimate_metrics": last.estimate_scores._asdict(),
        "nfe": last.calls,
        "milliseconds": last.milliseconds,
        "picture": png_address(last.state),
    }


def png_address(pixels: np.ndarray) -> str:
    """uint8 pixels (H, W, 3) as a PNG data URL."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


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


ENDPOINTS = {"sample": sample}
POOL: dict[str, Any] = {"concurrency_limit": 2, "concurrency_id": "sampling"}


def mount(guard: Any) -> None:  # noqa: ANN401
    """Add the endpoints to the open Blocks; ``guard`` turns exceptions into messages."""
    for name, function in ENDPOINTS.items():
        gr.api(guard(function), api_name=name, **POOL)
