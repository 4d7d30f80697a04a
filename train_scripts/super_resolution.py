"""Larger pictures from 32x32: what a model adds to bicubic and Lanczos, and whether it stays the same picture.

python -m train_scripts.super_resolution

The truth are the gallery's originals at 64x64 and 128x128. Every cell (known share, seed, model) is kept as soon as it
is finished: start the command again to go on.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

import fieldlib
from fieldlib.assets import STUDY
from fieldlib.data.gallery import GalleryPicture, gallery
from fieldlib.data.picture import to_square
from fieldlib.errors import InputError
from fieldlib.metrics import psnr, ssim
from fieldlib.model import FieldModel
from fieldlib.patterns.base import make_mask
from fieldlib.points import SIDE, grid, to_picture, to_pixels, to_values
from fieldlib.sampling import Model
from train_scripts.cli import picked, run
from train_scripts.consistency import box_mean, check_sizes
from train_scripts.models import chosen_models, weights_of
from train_scripts.picture_grid import Row, known_only, picture_grid, save
from train_scripts.study_command import command
from train_scripts.study_file import Cell, StudyFile

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
OWN, BETWEEN = "own", "between"  # the model asked at the fine points; its network itself, without the reader
SHOWN = ("cat", "leaf")  # gallery pictures on the sheet
SHEET_SIZE = 128


@dataclass(frozen=True)
class Options:
    """Enlarge the gallery's pictures and compare them with their originals.

    Attributes:
        models: names of models and baselines.
        pictures: only so many gallery pictures, from the start.
        contexts: shares of the 32x32 pixels that are known; 1 is plain enlargement.
        sizes: sides of the enlarged pictures, multiples of 32.
        seeds: of the masks.
        out: the study's JSON; a sheet goes into the folder applications beside it.
    """

    models: tuple[str, ...] = ("flow_matching/tiny_conv", "lmmse", "thin_plate")
    pictures: int | None = None
    contexts: tuple[float, ...] = (1.0, 0.2)
    sizes: tuple[int, ...] = (64, 128)
    seeds: tuple[int, ...] = (42, 43, 44)
    out: Path = STUDY / "super_resolution.json"


class Task(NamedTuple):
    """A picture to enlarge: what is known of it, and the same pixels as points."""

    entry: GalleryPicture
    mask: np.ndarray

    @property
    def context(self) -> fieldlib.Points:
        """The known pixels."""
        return fieldlib.observe(self.entry.pixels, mask=self.mask)

    @property
    def given(self) -> Tensor:
        """All pixels at 32x32, (1, 1024, 3)."""
        return to_values(self.entry.pixels)[None]

    def truth(self, size: int) -> Tensor:
        """The original at ``size``, (1, size^2, 3)."""
        return to_values(to_square(self.entry.original, size))[None]


def main(options: Options) -> None:
    """Score what is missing, then draw the sheet."""
    check_sizes(options.sizes)
    if any(not 0 < share <= 1 for share in options.contexts):
        raise InputError(f"contexts are shares above 0 up to 1; got {options.contexts}")
    models = chosen_models(options.models)
    entries = gallery()[: options.pictures]
    study = open_study(options)
    with tqdm(unit="picture") as bar:
        for share in options.contexts:
            for seed in options.seeds if share < 1 else options.seeds[:1]:  # nothing is drawn when all is known
                tasks = [Task(entry, mask_of(share, seed, i)) for i, entry in enumerate(entries)]
                for name in models:
                    key = {"model": name, "context": share, "seed": seed, "sha256": weights_of(name)}
                    if study.find(**key, reading=OWN) is None:  # a filter may be called like a baseline
                        found = score(name, tasks, options.sizes, bar)
                        study.add_all([{**key, **cell, "images": len(tasks)} for cell in found])
                if share == 1:
                    for size in options.sizes:
                        key = {"context": share, "seed": seed, "size": size}
                        if any(study.find(**key, reading=name) is None for name in FILTERS):
                            found = score_filters(tasks, size)
                            study.add_all([{**key, **cell, "images": len(tasks)} for cell in found])
    draw_sheet(options)


def open_study(options: Options) -> StudyFile:
    """The study's file, with what is finished."""
    settings = picked(options, ("pictures", "sizes"))
    keys = ("model", "reading", "context", "size", "seed")
    return StudyFile(options.out, command("super_resolution", options, settings), settings, keys)


def mask_of(share: float, seed: int, index: int) -> np.ndarray:
    """The known pixels of picture ``index``, (32, 32) bool."""
    return np.ones((SIDE, SIDE), bool) if share == 1 else make_mask("uniform", SIDE, SIDE, share, [seed, index])


def score(name: str, tasks: Sequence[Task], sizes: Sequence[int], bar: tqdm) -> list[Cell]:
    """Means over the pictures for every reading and size; of filters where they enlarge the model's answer."""
    model = fieldlib.load(name)
    found: dict[tuple[str, int], list[list[float]]] = {}
    for task in tasks:
        small = fieldlib.estimate(model, task.context, grid(SIDE, SIDE)).clamp(-1, 1)
        for size in sizes:
            truth = task.truth(size)
            ways = readings(model, task, size) | ({} if task.mask.all() else filtered(small, size))
            for reading, values in ways.items():
                found.setdefault((reading, size), []).append(compare(values, truth, small, size))
        bar.update()
    return [{"reading": reading, "size": size, **means(rows)} for (reading, size), rows in found.items()]


def score_filters(tasks: Sequence[Task], size: int) -> list[Cell]:
    """Means over the pictures for every filter, all pixels given: no model takes part."""
    found: dict[str, list[list[float]]] = {}
    for task in tasks:
        for name, values in filtered(task.given, size).items():
            found.setdefault(name, []).append(compare(values, task.truth(size), task.given, size))
    return [{"model": name, "sha256": None, "reading": name, **means(rows)} for name, rows in found.items()]


def means(rows: list[list[float]]) -> Cell:
    """The columns of a cell."""
    return dict(zip(("psnr", "ssim", "agreement"), np.mean(rows, axis=0).tolist(), strict=True))


def readings(model: Model, task: Task, size: int) -> dict[str, Tensor]:
    """What a model itself says at the fine points, (1, size^2, 3) in [-1, 1]; of a network also without the reader."""
    fine = grid(size, size)
    found = {OWN: fieldlib.estimate(model, task.context, fine)}
    if isinstance(model, FieldModel):
        network = copy.copy(model)
        network.side = None
        found[BETWEEN] = fieldlib.estimate(network, task.context, fine)
    return {name: values.clamp(-1, 1) for name, values in found.items()}


def filtered(small: Tensor, size: int) -> dict[str, Tensor]:
    """A picture (1, 1024, 3), enlarged to (1, size^2, 3) in [-1, 1] by every filter."""
    return {name: enlarge(small[0], size, kind)[None].clamp(-1, 1) for name, kind in FILTERS.items()}


def enlarge(values: Tensor, size: int, kind: Image.Resampling) -> Tensor:
    """Values (1024, 3) -> (size^2, 3) by one of Pillow's filters, in single precision."""
    planes = values.T.unflatten(1, (SIDE, SIDE)).numpy()
    larger = [np.asarray(Image.fromarray(plane).resize((size, size), kind)) for plane in planes]
    return torch.from_numpy(np.stack(larger, axis=-1).reshape(size * size, -1))


def compare(values: Tensor, truth: Tensor, small: Tensor, size: int) -> list[float]:
    """PSNR and SSIM against the original, PSNR of the box means against the 32x32 picture; dB with data range 1."""
    quality = psnr(values, truth), ssim(*(to_picture(x, size, size) for x in (values, truth)))
    return [float(x) for x in (*quality, psnr(box_mean(values, size), small))]


def draw_sheet(options: Options) -> None:
    """Gallery pictures at 128x128: from every pixel and from a fifth of them."""
    model, rows = fieldlib.load(options.models[0]), []
    for index, entry in enumerate(gallery()):
        if entry.name not in SHOWN:
            continue
        original = to_square(entry.original, SHEET_SIZE)
        for share in options.contexts:
            task = Task(entry, mask_of(share, options.seeds[0], index))
            whole = task.mask.all()
            small = task.given if whole else fieldlib.estimate(model, task.context, grid(SIDE, SIDE)).clamp(-1, 1)
            found = readings(model, task, SHEET_SIZE) | filtered(small, SHEET_SIZE)
            larger = [to_pixels(found[name][0], SHEET_SIZE, SHEET_SIZE) for name in (*FILTERS, OWN)]
            known = known_only(entry.pixels, task.mask)
            rows.append(Row(f"{entry.title}\n{share:.0%} known", [known, *larger, original]))
    sheet = picture_grid(["known", *FILTERS, "model's own", "original"], rows, SHEET_SIZE)
    save(sheet, options.out.parent / "applications" / "super_resolution.png")


if __name__ == "__main__":
    run(Options, main)
