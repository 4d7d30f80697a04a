"""What each part of the Perceiver is worth: short trainings of equal length that differ in one thing.

python -m train_scripts.ablate --data ../shared/data/cifar10 --minutes 3

Every training is kept as soon as it is scored, and a stopped one resumes: start the command again to go on.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from fieldlib.assets import STUDY
from fieldlib.checkpoint import build, load_model
from fieldlib.data import load_pictures
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.presets import get_preset
from fieldlib.train_state import STATE
from fieldlib.training import Budget, Trainer
from train_scripts.cli import run
from train_scripts.study_file import Cell, StudyFile, command

SCORES = ("estimate_psnr_unobserved", "estimate_psnr_full", "estimate_ssim_full", "estimate_mse", "estimate_mae")
ALMOST_LINEAR = 0.05  # sin(pi B x) of so slow a B is pi B x: coordinates as they are


class Variant(NamedTuple):
    """A change of the reference's options or base; variants of a ``group`` are compared with each other."""

    group: str
    variant: str
    options: dict[str, Any]
    base: str | None = None


def variants(reference: Mapping[str, Any]) -> list[Variant]:
    """The reference and everything that differs from it in one thing."""
    scales = {"none": ALMOST_LINEAR, "1": 1.0, "2": 2.0, "4": 4.0, "10": 10.0}
    found = [Variant("reference", f"scale {reference['scale']:g}, stem {reference['stem_width']}", {})]
    found += [Variant("Fourier scale", name, {"scale": scale}) for name, scale in scales.items()]
    # Beside the stem, which knows where everything is, the scale may hardly matter; so it is tried without, too.
    found += [Variant("Fourier scale, no stem", n, {"scale": s, "stem_width": 0}) for n, s in scales.items()]
    found += [Variant("encoder depth", str(depth), {"depth": depth}) for depth in (0, 1, 6)]
    found += [Variant("latents", str(count), {"latents": count}) for count in (16, 32, 128)]
    found += [Variant("blocks per call", str(count), {"blocks": count}) for count in (1, 3)]
    static_dynamic = {"5 in encode, 1 a call": (5, 1), "1 in encode, 3 a call": (1, 3)}
    found += [
        Variant("static or dynamic depth", name, {"depth": depth, "blocks": blocks})
        for name, (depth, blocks) in static_dynamic.items()
    ]
    # What a query is told of the context around it: by the base, and by the stem, which reads the base.
    found += [Variant("local evidence", "base, no stem", {"stem_width": 0})]
    return [*found, Variant("local evidence", "none", {"stem_width": 0}, base="unit")]


@dataclass(frozen=True)
class Options:
    """Train variants of a preset for equally many minutes and score them.

    Attributes:
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        method: generative method that all variants train.
        preset: the reference, a Perceiver.
        groups: only these groups of variants; all when absent.
        minutes: of each training.
        limit: number of test pictures for the scores.
        train_limit: use only the first pictures for training.
        seeds: of weights, data order, masks, times and noise.
        runs: folder of the runs; each is deleted once it is scored.
        out: the study's JSON.
    """

    data: str | None = None
    method: str = "flow_matching"
    preset: str = "tiny"
    groups: tuple[str, ...] = ()
    minutes: float = 3.0
    limit: int = 100
    train_limit: int | None = None
    seeds: tuple[int, ...] = (0, 1, 2)
    runs: Path = Path("runs/ablations")
    out: Path = STUDY / "ablations.json"


def main(options: Options) -> None:
    """Train and score what is missing; one seed of all variants after the other."""
    if options.minutes <= 0:
        raise InputError(f"--minutes must be above zero; got {options.minutes}")
    names = ("method", "preset", "minutes", "limit", "train_limit")
    settings = {name: getattr(options, name) for name in names}
    study = StudyFile(options.out, command("ablate", options, settings), settings, ("group", "variant", "seed"))
    planned = chosen(options)
    train, test = (load_pictures(options.data, split=split) for split in ("train", "test"))
    missing = [
        (variant, seed)
        for seed in options.seeds
        for variant in planned
        if study.find(group=variant.group, variant=variant.variant, seed=seed) is None
    ]
    for variant, seed in tqdm(missing, unit="training"):
        study.add(train_and_score(variant, seed, train[: options.train_limit], test[: options.limit], options))


def chosen(options: Options) -> list[Variant]:
    """The variants of the wanted groups.

    Raises:
        InputError: an unknown group, or a preset that is no Perceiver.
    """
    preset = get_preset(options.preset)
    if preset.backbone != "perceiver_io":
        raise InputError(f"the ablations change a Perceiver; the preset {options.preset} is a {preset.backbone}")
    found = variants({"stem_width": 0, **preset.options})
    known = list(dict.fromkeys(variant.group for variant in found))
    unknown = [name for name in options.groups if name not in known]
    if unknown:
        raise InputError(f"unknown group {unknown[0]!r}; known: {', '.join(known)}")
    return [variant for variant in found if not options.groups or variant.group in options.groups]


def train_and_score(variant: Variant, seed: int, train: np.ndarray, test: np.ndarray, options: Options) -> Cell:
    """One training, resumed where it was stopped, and its scores on ``test``."""
    preset = get_preset(options.preset)
    preset = replace(preset, options={**preset.options, **variant.options}, base=variant.base or preset.base)
    config = {"method": options.method, "backbone": preset.backbone, "options": preset.options}
    config |= {"base": preset.base, "objective": preset.objective}
    folder = options.runs / f"{variant.group}-{variant.variant}-{seed}".replace(" ", "_").replace(",", "")
    budget = Budget(preset.epochs, options.minutes)
    trainer = Trainer(build(config), config, preset, budget, train, test[:1], folder, seed)
    if (folder / STATE).exists():
        trainer.resume()
    for _ in trainer.run(save_minutes=1, validate_minutes=options.minutes):
        pass
    scores = evaluate(load_model(folder), test, steps=1, samples=1, seed=42)
    shutil.rmtree(folder)
    cell = {"group": variant.group, "variant": variant.variant, "seed": seed, "params": scores["params"]}
    cell |= {"pictures": trainer.step * preset.batch_size}
    cell |= {"options": variant.options, "base": preset.base}
    return {**cell, **{name: scores[name] for name in SCORES}}


if __name__ == "__main__":
    run(Options, main)
