"""Train a small network on clips, points with (row, column, time): windows that glide over pictures.

python -m train_scripts.train_clips --data ../shared/data/cifar10
"""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from fieldlib.acceleration import machine_class, training_attention, use_bf16
from fieldlib.assets import ASSETS
from fieldlib.checkpoint import build, save_model
from fieldlib.data import load_pictures
from fieldlib.data.clips import COUNT, KINDS, glide, known_points, split
from fieldlib.errors import InputError
from fieldlib.model import FieldModel
from fieldlib.optimizer import MuonAdamW
from fieldlib.points import Batch, take
from train_scripts.cli import run

CLIPS = ASSETS / "clips"
CONFIG = {
    "method": "flow_matching",
    "backbone": "perceiver_io",
    "options": {
        "latents": 64,
        "latent_width": 128,
        "depth": 3,
        "blocks": 2,
        "width": 96,
        "heads": 2,
        "features": 96,
        "scale": 2.0,
        "dims": 3,
    },
    "base": "kriging",
    "objective": "residual",
}
SHARES = (0.05, 0.2)  # known at least and at most
QUERIES = 384  # points per clip and step
AVERAGING = 0.01
CARD = """# Clips

A Perceiver of {parameters:,} parameters (no stem, weights in half precision) on points with (row, column, time), for
flow matching. Trained for {minutes:.0f} minutes ({steps:,} steps of {batch} clips, one thread of a {machine} that did
other work beside it) on 16x16 windows that glide over CIFAR-10 training pictures. Made by
`python -m train_scripts.train_clips`. Licence: Apache-2.0, as the project.
"""


@dataclass(frozen=True)
class Options:
    """Train the network of the temporal application and write its weights and card.

    Attributes:
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        minutes: of training.
        batch_size: clips a step.
        learning_rate: at the start; it falls to zero.
        seed: of weights, clips, masks, times and noise.
        out: folder of the model.
    """

    data: str | None = None
    minutes: float = 8.0
    batch_size: int = 16
    learning_rate: float = 1.5e-3
    seed: int = 0
    out: Path = CLIPS


def main(options: Options) -> None:
    """Train and save."""
    if options.minutes <= 0 or options.batch_size < 1:
        raise InputError(
            f"--minutes is above zero and --batch-size at least 1; got {options.minutes}, {options.batch_size}"
        )
    torch.set_num_threads(1)
    pictures = load_pictures(options.data, "train")
    model, steps = train(pictures, options)
    save_model(model, CONFIG, options.out, torch.float16)
    text = CARD.format(
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        minutes=options.minutes,
        steps=steps,
        batch=options.batch_size,
        machine=machine_class(),
    )
    (options.out / "README.md").write_text(text, encoding="utf-8")
    print(f"{steps} steps; {options.out} written")


def train(pictures: np.ndarray, options: Options) -> tuple[FieldModel, int]:
    """The model with averaged weights, and the number of steps that the minutes allowed."""
    torch.manual_seed(options.seed)
    model = build(CONFIG)
    average = deepcopy(model)
    optimizer = MuonAdamW(model, options.learning_rate, 0.01)
    rng, generator = np.random.default_rng(options.seed), torch.Generator().manual_seed(options.seed)
    device = torch.device("cpu")
    bf16 = use_bf16(device)
    start, step = time.perf_counter(), 0
    with tqdm(unit="step", mininterval=5) as bar:
        while (gone := (time.perf_counter() - start) / (60 * options.minutes)) < 1:
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16), training_attention(device):
                loss = model.loss(draw_batch(pictures, options.batch_size, rng), generator)
            loss.backward()
            optimizer.step(options.learning_rate * min(1.0, (step + 1) / 50) * (1 - gone))
            step += 1
            share = max(AVERAGING, 1 / (step + 1))
            with torch.no_grad():
                for kept, current in zip(average.parameters(), model.parameters(), strict=True):
                    kept.lerp_(current, share)
            bar.update()
            bar.set_postfix(loss=f"{float(loss.detach()):.3f}")
    return average.eval(), step


def draw_batch(pictures: np.ndarray, size: int, rng: np.random.Generator) -> Batch:
    """Clips of random pictures, equally many known pixels in each, and some of the hidden ones as targets."""
    values = glide(np.asarray(pictures[np.sort(rng.integers(len(pictures), size=size))]), rng)
    share, kind = float(np.exp(rng.uniform(*np.log(SHARES)))), str(rng.choice(KINDS))
    known = torch.stack([known_points(kind, share, rng) for _ in range(size)])
    context, hidden = split(values, known)
    count = COUNT - int(share * COUNT)
    chosen = torch.stack([torch.from_numpy(rng.permutation(count)[:QUERIES]) for _ in range(size)])
    return Batch(context, take(hidden, chosen))


if __name__ == "__main__":
    run(Options, main)
