"""The same pictures through every method: input, samples, mean, error and truth on one sheet each.

python -m train_scripts.picture_sheets
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

import fieldlib
from fieldlib.assets import STUDY
from fieldlib.data.gallery import GalleryPicture, gallery
from fieldlib.metrics import psnr
from fieldlib.patterns.base import make_mask
from fieldlib.points import to_pixels, to_values
from fieldlib.registry import BASELINES, learned
from train_scripts.cli import command_of, picked, run
from train_scripts.models import chosen_models, weights_of
from train_scripts.picture_grid import Row, grey, known_only, picture_grid, save
from train_scripts.protocol import how
from train_scripts.study_command import Command
from train_scripts.study_file import Cell, StudyFile

ZOOM = 4  # pixels of a cell's side for each pixel of the picture
ERROR_LIMIT = 0.4  # mean absolute error at the bright end of the error map, data range 1
SHOWN = 3  # samples on a sheet
LETTERS = 24  # in a line of a title beside a row


class Result(NamedTuple):
    """What one model makes of one picture: samples (K, 1024, 3) in [-1, 1] with the known pixels pasted in."""

    model: str
    samples: Tensor
    psnr: float

    @property
    def mean(self) -> Tensor:
        """The mean of the samples."""
        return self.samples.mean(0)


@dataclass(frozen=True)
class Options:
    """Draw a sheet for every bundled picture.

    Attributes:
        models: only these; all bundled models and baselines when absent.
        pictures: only so many gallery pictures, from the start.
        context: share of the pixels that are known.
        solver: one solver for all models.
        steps: solver steps.
        samples: samples per picture; the mean is over all of them, the first three are shown.
        seed: of masks and noise.
        out: folder of sheets.json; the sheets go into its subfolder sheets.
    """

    models: tuple[str, ...] = ()
    pictures: int | None = None
    context: float = 0.2
    solver: str = "dpmpp_2m"
    steps: int = 8
    samples: int = 8
    seed: int = 42
    out: Path = STUDY


def main(options: Options) -> None:
    """Draw what is missing and write the list of sheets."""
    study = open_study(options)
    for index, entry in enumerate(tqdm(gallery()[: options.pictures], unit="sheet")):
        if study.find(picture=entry.name, seed=options.seed) is None:
            study.add(draw_sheet(index, entry, chosen_models(options.models), options))


def open_study(options: Options) -> StudyFile:
    """The list of the sheets that are drawn; those of other models or weights are others."""
    weights = {name: weights_of(name) for name in chosen_models(options.models)}
    settings = {**picked(options, ("context", "solver", "steps", "samples")), "weights": weights}
    made_by = f"python -m train_scripts.picture_sheets {command_of(options, ('out',))}".strip()
    return StudyFile(options.out / "sheets.json", Command(made_by), settings, ("picture", "seed"))


def draw_sheet(index: int, entry: GalleryPicture, models: Sequence[str], options: Options) -> Cell:
    """One sheet on disk and its record."""
    height, width, _ = entry.pixels.shape
    mask = make_mask("uniform", height, width, options.context, [options.seed, index])
    results = sorted((reconstruct(name, entry.pixels, mask, options) for name in models), key=lambda one: -one.psnr)
    path = Path("sheets") / f"{entry.name}.png"
    save(compose(entry.pixels, mask, results), options.out / path)
    learned = [one for one in results if "/" in one.model]
    means = torch.stack([one.mean for one in learned or results])
    caption = (
        f"{entry.title}, {options.context:.0%} of the pixels known, seed {options.seed}. "
        f"Rows by PSNR of the mean of {options.samples} samples on the hidden pixels. {entry.credit}."
    )
    return {
        "picture": entry.name,
        "title": entry.title,
        "sheet": str(path),
        "seed": options.seed,
        "caption": caption,
        "psnr": {one.model: one.psnr for one in results},
        "network_psnr": max((one.psnr for one in learned), default=results[0].psnr),
        "disagreement": float(means.std(0, correction=0).mean()) / 2,
    }


def reconstruct(name: str, pixels: np.ndarray, mask: np.ndarray, options: Options) -> Result:
    """K samples of the hidden pixels; models that answer at once give theirs."""
    height, width = mask.shape
    hidden = torch.from_numpy(~mask.reshape(-1))
    drawn = fieldlib.reconstruct(
        fieldlib.load(name),
        fieldlib.observe(pixels, mask=mask),
        fieldlib.grid(height, width)[hidden],
        **how(name, options.solver, options.steps),
        seeds=range(options.samples),
    )
    truth = to_values(pixels)
    samples = truth.expand(len(drawn), -1, -1).clone()
    samples[:, hidden] = drawn.clamp(-1, 1)
    return Result(name, samples, float(psnr(samples.mean(0)[None, hidden], truth[None, hidden])))


def title_of(model: str) -> str:
    """What people read for the model of that name."""
    name, _, preset = model.partition("/")
    return f"{learned(name).title} - {preset}" if preset else f"{BASELINES[name].title} (baseline)"


def compose(pixels: np.ndarray, mask: np.ndarray, results: Sequence[Result]) -> Image.Image:
    """The sheet: a row per model, columns input, samples, mean, error, truth."""
    height, width = mask.shape
    titles = ["known", *(f"sample {k + 1}" for k in range(SHOWN)), "mean", "error", "truth"]
    rows = []
    for one in results:
        shown = [to_pixels(sample, height, width) for sample in one.samples[:SHOWN]]
        shown += [shown[-1]] * (SHOWN - len(shown))
        mean = to_pixels(one.mean, height, width)
        pictures = [known_only(pixels, mask), *shown, mean, error_map(mean, pixels), pixels]
        title = "\n".join(wrap(title_of(one.model), LETTERS))
        rows.append(Row(f"{title}\n{one.psnr:.2f} dB", pictures))
    return picture_grid(titles, rows, height * ZOOM)


def error_map(picture: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean absolute error of each pixel as grey, uint8 (H, W, 3): white = ``ERROR_LIMIT`` or more."""
    return grey(np.abs(picture.astype(np.float32) - truth).mean(-1) / 255, ERROR_LIMIT)


if __name__ == "__main__":
    run(Options, main)
