"""Reconstruct one picture from a few of its pixels.

python -m train_scripts.sample --model flow_matching --image cat.png --context 0.2 --size 64x64 --out cat.webp
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

import fieldlib
from fieldlib.data import open_picture, to_square
from fieldlib.errors import InputError
from fieldlib.evaluation import MOST_SEED
from fieldlib.files import write_atomic
from fieldlib.metrics import psnr
from fieldlib.observation import reveal
from fieldlib.patterns.base import make_mask
from fieldlib.points import SIDE, grid, to_pixels, to_values
from train_scripts.cli import output_file, run, whole_number

STILL, MOVING = (".png",), (".webp", ".gif")
LARGEST = 2048
VISIBLE = 256  # animations are enlarged by a whole number to at most this side
MOST_FRAMES = 100
FRAME_MS, LAST_MS = 80, 2000


@dataclass(frozen=True)
class Options:
    """Reconstruct one picture from a few of its pixels.

    Attributes:
        image: picture file; its central square is reduced to 32x32, of which some pixels are revealed.
        out: .png for the picture, .webp or .gif for the way from noise to picture.
        model: a method, method/preset, baseline, model folder or Hub id.
        context: share of the pixels that are revealed, between 0 and 1.
        pattern: which pixels are revealed; see fieldlib.PATTERNS.
        solver: the method's default when absent; see fieldlib.SOLVERS.
        steps: solver steps.
        grid: where the steps lie; the method's default when absent; see fieldlib.time_grids.
        temperature: factor on the noise: 0 gives a picture near the mean, 1 a sample.
        noise_length: 0 for white noise, else the length of a Gaussian random field in pixels; see fieldlib.sample.
        size: HxW, the size at which the result is read.
        seed: of mask and noise.
    """

    image: Path
    out: Path
    model: str = "flow_matching"
    context: float = 0.2
    pattern: str = "uniform"
    solver: str | None = None
    steps: int = 8
    grid: str | None = None
    temperature: float = 1.0
    noise_length: float = 0.0
    size: str = "32x32"
    seed: int = 0


def main(options: Options) -> None:
    """Observe, sample, write."""
    output_file(options.out, STILL + MOVING)
    height, width = parse_size(options.size)
    whole_number("seed", options.seed, 0, MOST_SEED)
    model = fieldlib.load(options.model)
    pixels = to_square(open_picture(options.image), SIDE)
    known = make_mask(options.pattern, SIDE, SIDE, options.context, [options.seed, 0])
    unknown = torch.from_numpy(~known.reshape(-1))
    truth = to_values(pixels)
    context, coords = reveal(pixels, known), grid(SIDE, SIDE)[unknown]
    run_of_frames = fieldlib.sample(
        model,
        context,
        torch.cat([coords, grid(height, width)]),  # for the score, then for the picture
        solver=options.solver,
        steps=options.steps,
        grid=options.grid,
        temperature=options.temperature,
        noise_length=options.noise_length,
        seeds=[options.seed],
    )
    shown = kept_steps(options.steps, moving=options.out.suffix.lower() in MOVING)
    pictures = []
    for frame in tqdm(run_of_frames, total=options.steps + 1, unit="frame", desc=options.model):
        if frame.step in shown:
            pictures.append(to_pixels(frame.values[0, len(coords) :], height, width))
    write_atomic(options.out, encode(pictures, options.out.suffix.lower()))
    score = float(psnr(frame.values[:, : len(coords)], truth[unknown][None]))
    print(
        f"{options.out}: {options.steps} steps, {frame.nfe} network calls, {frame.seconds:.2f} s, "
        f"PSNR {score:.2f} dB on the {len(coords)} unobserved pixels of 32x32"
    )


def kept_steps(steps: int, moving: bool) -> set[int]:
    """The last step for a still; evenly spread ones, the last included, for an animation."""
    stride = -(-(steps + 1) // MOST_FRAMES)
    return {steps, *(range(0, steps, stride) if moving else ())}


def parse_size(text: str) -> tuple[int, int]:
    """``"64x48"`` -> (64, 48).

    Raises:
        InputError: not two whole numbers from 1 to 2048.
    """
    match = re.fullmatch(r"(\d+)x(\d+)", text.strip().lower())
    if not match or not all(1 <= int(side) <= LARGEST for side in match.groups()):
        raise InputError(f"size is HEIGHTxWIDTH, each from 1 to {LARGEST}, for example 64x64; got {text!r}")
    return int(match[1]), int(match[2])


def encode(pictures: list[np.ndarray], suffix: str) -> bytes:
    """The last picture as PNG, or all of them as an animation that a person can see."""
    buffer = io.BytesIO()
    if suffix in STILL:
        Image.fromarray(pictures[-1]).save(buffer, "PNG")
        return buffer.getvalue()
    kept = [enlarge(pixels) for pixels in pictures]
    durations = [FRAME_MS] * (len(kept) - 1) + [LAST_MS]
    options = {"lossless": True} if suffix == ".webp" else {}
    kept[0].save(
        buffer, suffix[1:].upper(), save_all=True, append_images=kept[1:], duration=durations, loop=0, **options
    )
    return buffer.getvalue()


def enlarge(pixels: np.ndarray) -> Image.Image:
    """Each pixel as a square of pixels; the longer side becomes at most 256, unless it was longer before."""
    factor = max(1, VISIBLE // max(pixels.shape[:2]))
    return Image.fromarray(pixels.repeat(factor, axis=0).repeat(factor, axis=1))


if __name__ == "__main__":
    run(Options, main)
