"""Is it one picture at every size? Finer answers, averaged back to 32x32, against the 32x32 answer of the same seed.

python -m train_scripts.consistency --data ../shared/data/cifar10
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

import fieldlib
from fieldlib.acceleration import provenance
from fieldlib.assets import STUDY
from fieldlib.data import load_test_pictures
from fieldlib.errors import InputError
from fieldlib.files import write_json
from fieldlib.metrics import psnr
from fieldlib.points import SIDE, Points, to_picture
from fieldlib.sampling import Model
from train_scripts.cli import command_of, output_file, run, whole_number
from train_scripts.models import weights_of
from train_scripts.study_file import fingerprint

MOST_PICTURES = 10_000
GOAL = 30.0  # dB


@dataclass(frozen=True)
class Options:
    """Average finer answers back to 32x32 and compare them with the 32x32 answer of the same seed.

    Attributes:
        model: a method, method/preset, baseline, model folder or Hub id.
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        limit: number of test pictures: the first 100 of each class as they come, then the others.
        sizes: sides of the finer answers, multiples of 32.
        context: share of the pixels that are known, between 0 and 1.
        steps: solver steps.
        seed: of masks and noise.
        json: file for the figures.
    """

    model: str = "flow_matching/tiny_conv"
    data: str | None = None
    limit: int = 40
    sizes: tuple[int, ...] = (64, 128, 512)
    context: float = 0.2
    steps: int = 8
    seed: int = 0
    json: Path = STUDY / "consistency.json"


def main(options: Options) -> None:
    """Measure, print, write the JSON."""
    output_file(options.json, (".json",))
    whole_number("limit", options.limit, 1, MOST_PICTURES)
    check_sizes(options.sizes)
    model = fieldlib.load(options.model)
    pictures = load_test_pictures(options.data, options.limit)
    rows = []
    for i, pixels in enumerate(tqdm(pictures, unit="picture", desc=options.model)):
        context = fieldlib.observe(pixels, fraction=options.context, seed=options.seed + i)
        rows.append(agreement(model, context, options.sizes, options.steps, options.seed + i))
    report = summary(options, pictures, rows)
    for size, scores in report["sizes"].items():
        print(
            f"{size:>4}: mean {scores['mean']:.1f} dB, least {scores['least']:.1f} dB, {scores['below']} below {GOAL}"
        )
    write_json(options.json, report)
    print(f"written to {options.json}")


def check_sizes(sizes: tuple[int, ...]) -> None:
    """Refuse sides that do not average back to 32.

    Raises:
        InputError: another side than 64, 96, ... 1024.
    """
    if any(size % SIDE or not SIDE < size <= 1024 for size in sizes):
        raise InputError(f"sizes are multiples of {SIDE} from {2 * SIDE} to 1024; got {sizes}")


def agreement(model: Model, context: Points, sizes: tuple[int, ...], steps: int, seed: int) -> list[float]:
    """PSNR (dB, data range 1) of each size's box means against the 32x32 answer of the same seed, over all pixels."""
    small, *large = (
        fieldlib.reconstruct(model, context, fieldlib.grid(size, size), steps=steps, seeds=[seed]).clamp(-1, 1)
        for size in (SIDE, *sizes)
    )
    return [float(psnr(box_mean(values, size), small)) for values, size in zip(large, sizes, strict=True)]


def box_mean(values: Tensor, size: int) -> Tensor:
    """Values (S, size^2, C) averaged over boxes to (S, 1024, C)."""
    return F.avg_pool2d(to_picture(values, size, size), size // SIDE).flatten(2).transpose(1, 2)


def summary(options: Options, pictures: np.ndarray, rows: list[list[float]]) -> dict[str, Any]:
    """What was measured, and mean, least and count below the goal for each size."""
    columns = torch.tensor(rows, dtype=torch.float64).T
    return {
        "made_by": f"python -m train_scripts.consistency {command_of(options, ('data', 'json'))}".strip(),
        **provenance(),
        "model": options.model,
        "sha256": weights_of(options.model),
        "test_pictures": fingerprint(pictures),
        "pictures": len(rows),
        "context": options.context,
        "steps": options.steps,
        "seed": options.seed,
        "sizes": {
            str(size): {
                "mean": float(column.mean()),
                "least": float(column.min()),
                "below": int((column < GOAL).sum()),
            }
            for size, column in zip(options.sizes, columns, strict=True)
        },
    }


if __name__ == "__main__":
    run(Options, main)
