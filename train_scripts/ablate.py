"""What each part of network and recipe is worth: short trainings of equal length that differ in one thing.

python -m train_scripts.ablate --data ../shared/data/cifar10                        # equal pictures
python -m train_scripts.ablate --data ../shared/data/cifar10 --minutes 2 --groups reference latents

All train in single precision, so that seeds of different machines can be compared. Every training is kept as soon as it
is scored, and a stopped one resumes: start the command again to go on.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from fieldlib.assets import STUDY
from fieldlib.checkpoint import build, load_model
from fieldlib.data import load_pictures, load_test_pictures
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.presets import Preset, get_preset
from fieldlib.train_state import STATE
from fieldlib.training import Budget, Trainer
from train_scripts.cli import picked, run
from train_scripts.study_command import command
from train_scripts.study_file import Cell, StudyFile
from train_scripts.variants import SHORT_RECIPE, Variant, variants

ESTIMATES = tuple(f"estimate_{name}" for name in ("psnr_unobserved", "psnr_full", "ssim_full", "mse", "mae"))
MEAN = "mean_psnr_unobserved"  # of SAMPLES samples
SAMPLES = 4
PICTURES = 2500  # of each training when neither minutes nor pictures are given
NEVER = float("inf")  # minutes between two validations


@dataclass(frozen=True)
class Options:
    """Train variants of a preset for equally many minutes or pictures and score them.

    Attributes:
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        method: generative method that all variants train.
        preset: the reference, a Perceiver.
        groups: only these groups of variants; all when absent.
        minutes: of each training, in place of pictures; a slower network then sees fewer of them, and no other program
            may take part of the machine.
        pictures: seen by each training; 2500 when there are no minutes either.
        limit: number of test pictures for the scores.
        train_limit: use only the first pictures for training.
        seeds: of weights, data order, masks, times and noise.
        runs: folder of the runs; each is deleted once it is scored.
        out: the study's JSON; assets/study/ablations.json for equal pictures and ablations_minutes.json for equal
            minutes when absent.
        merge: other files of this study whose cells to take in: shares of the work under --groups and --out.
    """

    data: str | None = None
    method: str = "flow_matching"
    preset: str = "tiny"
    groups: tuple[str, ...] = ()
    minutes: float | None = None
    pictures: int | None = None
    limit: int = 100
    train_limit: int | None = None
    seeds: tuple[int, ...] = (0, 1, 2)
    runs: Path = Path("runs/ablations")
    out: Path | None = None
    merge: tuple[Path, ...] = ()


def main(options: Options) -> None:
    """Train and score what is missing; one seed of all variants after the other."""
    planned = chosen(options)
    study = open_study(options)
    train = load_pictures(options.data, "train", options.train_limit)
    test = load_test_pictures(options.data, options.limit)
    study.scored_on(test)
    study.merge(*options.merge)
    missing = [
        (variant, seed)
        for seed in options.seeds
        for variant in planned
        if study.find(group=variant.group, variant=variant.variant, seed=seed) is None
    ]
    for variant, seed in tqdm(missing, unit="training"):
        folder = run_folder(variant, seed, options)
        study.add(train_and_score(variant, seed, train, test, options, folder))
        shutil.rmtree(folder)


def open_study(options: Options) -> StudyFile:
    """The study's file, with what is finished.

    Raises:
        InputError: both minutes and pictures, or a file of other settings.
    """
    length = length_of(options)
    settings = {**picked(options, ("method", "preset")), **length, **picked(options, ("limit", "train_limit"))}
    reference = get_preset(options.preset).options
    usual = {"groups": {variant.group for variant in variants(reference)}}
    made_by = command("ablate", options, settings, usual=usual)
    settings["options"] = reference  # another network of that name is another reference
    out = options.out or STUDY / ("ablations_minutes.json" if "minutes" in length else "ablations.json")
    return StudyFile(out, made_by, settings, ("group", "variant", "seed"))


def length_of(options: Options) -> dict[str, float]:
    """How long each training is: ``minutes`` or ``pictures``.

    Raises:
        InputError: both, or zero and less of one.
    """
    given = {name: value for name, value in picked(options, ("minutes", "pictures")).items() if value is not None}
    if len(given) == 2:
        raise InputError("give --minutes or --pictures, not both: trainings are equal in one of them")
    for name, value in given.items():
        if not value > 0:
            raise InputError(f"--{name} must be above zero; got {value}")
    return given or {"pictures": PICTURES}


def chosen(options: Options) -> list[Variant]:
    """The variants of the wanted groups.

    Raises:
        InputError: an unknown group, or a preset that is no Perceiver.
    """
    preset = get_preset(options.preset)
    if preset.backbone != "perceiver_io":
        raise InputError(f"the ablations change a Perceiver; the preset {options.preset} is a {preset.backbone}")
    found = variants(preset.options)
    known = list(dict.fromkeys(variant.group for variant in found))
    unknown = [name for name in options.groups if name not in known]
    if unknown:
        raise InputError(f"unknown group {unknown[0]!r}; known: {', '.join(known)}")
    return [variant for variant in found if not options.groups or variant.group in options.groups]


def run_folder(variant: Variant, seed: int, options: Options) -> Path:
    """Where a training is kept until its scores are: another for everything that changes it."""
    ((name, value),) = length_of(options).items()
    budget = f"{value}-{name}"
    parts = (options.method, options.preset, budget, options.train_limit or "all", variant.group, variant.variant, seed)
    return options.runs / "-".join(map(str, parts)).replace(" ", "_").replace(",", "")


def train_and_score(
    variant: Variant, seed: int, train: np.ndarray, test: np.ndarray, options: Options, folder: Path
) -> Cell:
    """One training, resumed where it was stopped, and its scores on ``test``."""
    method, preset = variant.method or options.method, get_preset(variant.preset or options.preset)
    recipe = {**SHORT_RECIPE, **variant.recipe}
    preset = replace(preset, options={**preset.options, **variant.options}, **recipe)
    config = preset.describe(method)
    budget = budget_of(options, preset, len(train))
    torch.manual_seed(seed)  # of the fresh weights
    trainer = Trainer(build(config), config, preset, budget, train, test[:1], folder, seed, precision="fp32")
    if (folder / STATE).exists():
        trainer.resume()
    for _ in trainer.run(save_minutes=1, validate_minutes=NEVER):
        pass
    scores = evaluate(load_model(folder).to(trainer.device), test, samples=SAMPLES, seed=42)
    cell: Cell = {"group": variant.group, "variant": variant.variant, "seed": seed, "params": scores["params"]}
    cell |= {"method": method, "preset": variant.preset or options.preset}
    cell |= {"options": dict(variant.options), "recipe": recipe}
    cell |= {"against": list(variant.against)} if variant.against else {}
    cell |= {"pictures": float(trainer.step * preset.batch_size), "training_seconds": trainer.seconds}  # to be averaged
    told = (MEAN,) if preset.objective == "textbook" else (*ESTIMATES, MEAN)  # it has seen no input without noise
    return {**cell, **{name: scores[name] for name in told}}


def budget_of(options: Options, preset: Preset, pictures: int) -> Budget:
    """How long to train: minutes, or as many steps as show so many pictures, of the ``pictures`` that there are."""
    length = length_of(options)
    if "minutes" in length:
        return Budget(preset.epochs, length["minutes"])
    steps_per_epoch = max(1, pictures // preset.batch_size)
    return Budget(length["pictures"] / preset.batch_size / steps_per_epoch)


if __name__ == "__main__":
    run(Options, main)
