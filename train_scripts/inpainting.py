"""Filling in what is missing in one piece: a block inside, one half, or the border.

python -m train_scripts.inpainting --data ../shared/data/cifar10

Every cell (hole, share, model, seed) is kept as soon as it is finished: start the command again to go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from fieldlib.assets import STUDY
from fieldlib.data import gallery, load_test_pictures
from fieldlib.evaluation import evaluate
from fieldlib.patterns.base import make_mask
from fieldlib.registry import PATTERNS
from train_scripts import held_out_patterns, picture_sheets
from train_scripts.cli import picked, run
from train_scripts.models import chosen_models, load_fast, weights_of
from train_scripts.picture_grid import save
from train_scripts.protocol import Comparison, how
from train_scripts.study_command import command
from train_scripts.study_file import Cell, StudyFile

HIDDEN = (0.25, 0.5)
HOLES = {"block": "border", "half": "half", "border": "centre"}  # what is missing: the pattern of what is known
MODELS = ("flow_matching/tiny_conv", "lmmse", "thin_plate", "biharmonic", "linear", "nearest")
SHOWN = {"block": "cat", "half": "lake", "border": "temple"}  # gallery pictures on the sheets


@PATTERNS.register("centre", listed=False)
def centre(height: int, width: int, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """A block in the middle, the opposite of ``border``: everything around it must be invented."""
    return ~PATTERNS["border"](height, width, 1 - fraction, rng)


@dataclass(frozen=True)
class Options(Comparison):
    """Reconstruct pictures of which one piece is missing.

    Attributes:
        out: the study's JSON; sheets of gallery pictures go into the folder applications beside it.
    """

    samples: int = 4
    models: tuple[str, ...] = MODELS
    out: Path = STUDY / "inpainting.json"


def main(options: Options) -> None:
    """Run what is missing, then draw the sheets."""
    models = chosen_models(options.models)
    study = open_study(options)
    pictures = load_test_pictures(options.data, options.limit)
    study.scored_on(pictures)
    study.merge(*options.merge)
    plan = [
        {"model": name, "hole": hole, "hidden": hidden, "seed": seed, "sha256": weights_of(name)}
        for seed in options.seeds
        for hole in HOLES
        for hidden in HIDDEN
        for name in models
    ]
    for cell in tqdm(study.missing(plan), unit="cell"):
        study.add({**score(cell, pictures, options), **cell})
    for hole, name in SHOWN.items():
        draw_sheet(hole, name, models, options)


def open_study(options: Options) -> StudyFile:
    """The study's file, with what is finished."""
    settings = picked(options, ("limit", "solver", "steps", "samples"))
    keys = ("model", "hole", "hidden", "seed")
    return StudyFile(options.out, command("inpainting", options, settings), settings, keys)


def score(cell: Cell, pictures: np.ndarray, options: Options) -> Cell:
    """The protocol's columns for one ``cell``."""
    columns = evaluate(
        load_fast(cell["model"]),
        pictures,
        context=1 - cell["hidden"],
        pattern=HOLES[cell["hole"]],
        **how(cell["model"], options.solver, options.steps),
        samples=options.samples,
        seed=cell["seed"],
    )
    return {**columns, "trained": columns["pattern"] not in (*held_out_patterns.NAMES, "centre")}


def draw_sheet(hole: str, name: str, models: tuple[str, ...], options: Options) -> None:
    """One gallery picture with a quarter missing, reconstructed by every model."""
    pixels = gallery.picture(name).pixels
    height, width, _ = pixels.shape
    mask = make_mask(HOLES[hole], height, width, 1 - HIDDEN[0], [options.seeds[0], 0])
    how = picture_sheets.Options(
        solver=options.solver, steps=options.steps, samples=options.samples, seed=options.seeds[0]
    )
    results = [picture_sheets.reconstruct(model, pixels, mask, how) for model in models]
    sheet = picture_sheets.compose(pixels, mask, sorted(results, key=lambda one: -one.psnr))
    save(sheet, options.out.parent / "applications" / f"inpainting_{hole}.png")


if __name__ == "__main__":
    run(Options, main)
