"""Pictures a second in training, and how much of the machine's peak that is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.effort import Effort
from benchmarks.machine import count_flops, peak
from benchmarks.scenes import METHOD
from benchmarks.section import Row, Section
from benchmarks.timing import elapsed
from fieldlib.checkpoint import build
from fieldlib.data.gallery import sample_pictures
from fieldlib.model import FieldModel
from fieldlib.presets import get_preset
from fieldlib.training import Budget, Trainer

STEPS_AN_EPOCH = 200  # more than are run: validation comes at the end of an epoch
LONG = Budget(epochs=10_000)  # a plan that is worth compiling for
SHORT = Budget(epochs=1)
WARM = {"cpu": 2, "cuda": 60}  # uncounted steps; on a GPU every size of batch is compiled in them


def measure(effort: Effort) -> list[Row]:
    """One row for each preset, on the device that training would use here."""
    return [measure_preset(preset, effort.training_steps) for preset in effort.training]


def measure_preset(preset: str, steps: int) -> Row:
    """Run the trainer as people do, and the fastest matrix product after each step."""
    with tempfile.TemporaryDirectory() as folder:
        trainer = make_trainer(preset, Path(folder))
        device, precision = trainer.device.type, "bf16" if trainer.loss.bf16 else "fp32"
        product, product_flops = peak(precision, device)
        peaks: list[float] = []
        records = trainer.run()
        skip(records, WARM[device])
        first, start = trainer.step, trainer.seconds
        for _ in islice(records, steps if device == "cpu" else 10 * steps):
            peaks.append(elapsed(product))
        seconds, done = trainer.seconds - start, trainer.step - first
    flops = sum(step_flops(trainer, preset, number) for number in range(first, first + min(done, steps)))
    rate = flops / min(done, steps) * done / seconds
    limit = product_flops / float(np.median(peaks))
    pictures = done * trainer.preset.batch_size
    compiled = "compiled" if device == "cuda" else "not compiled"
    return {
        "name": preset,
        "what": f"{done} steps of {trainer.preset.batch_size} pictures on {device}, {precision}, {compiled}",
        "device": device,
        "precision": precision,
        "pictures_per_second": pictures / seconds,
        "gflops": rate / 1e9,
        "peak_gflops": limit / 1e9,
        "fraction": rate / limit,
    }


def make_trainer(preset: str, folder: Path) -> Trainer:
    """A fresh run on tiled gallery pictures."""
    recipe = get_preset(preset)
    config = recipe.describe(METHOD)
    torch.manual_seed(0)
    pictures = np.resize(sample_pictures(64), (STEPS_AN_EPOCH * recipe.batch_size, 32, 32, 3))
    budget = LONG if torch.cuda.is_available() else SHORT
    return Trainer(build(config), config, recipe, budget, pictures, pictures[:1], folder)


def skip(records: Iterator[dict[str, Any]], count: int) -> None:
    """Let ``count`` steps pass."""
    for _ in islice(records, count):
        pass


def step_flops(trainer: Trainer, preset: str, step: int) -> float:
    """Operations of the forward and backward pass of step ``step``; the optimiser's own products do not count."""
    model: FieldModel = build(get_preset(preset).describe(METHOD))
    batch = trainer.batches.batch(step)
    return count_flops(lambda: model.loss(batch, torch.Generator().manual_seed(step)).backward(), backward=True)


SECTION = Section(
    "Training",
    "The trainer as train_scripts.train runs it, data preparation and optimiser included. Fraction: operations of the "
    "forward and backward passes alone, relative to the fastest matrix product in the same precision, timed in turns.",
    {
        "name": ("preset", "s"),
        "device": ("device", "s"),
        "precision": ("precision", "s"),
        "pictures_per_second": ("pictures/s", ",.0f"),
        "gflops": ("GFLOP/s", ",.0f"),
        "fraction": ("of the peak", ".2f"),
        "what": ("how", "s"),
    },
    measure,
)
