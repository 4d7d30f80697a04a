"""Can the samples' uncertainty be trusted: calibration curve, rank histogram, spread against error.

python -m train_scripts.calibration --data ../shared/data/cifar10 --limit 100
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from fieldlib.assets import STUDY
from fieldlib.data import load_test_pictures
from fieldlib.errors import InputError
from fieldlib.metrics import GREY_LEVEL, coverage
from fieldlib.points import to_unit
from fieldlib.registry import RIVALS, one_call
from train_scripts.cli import picked, run
from train_scripts.drawing import drawn, settings_of
from train_scripts.models import chosen_models, load_fast, weights_of
from train_scripts.protocol import Comparison
from train_scripts.study_command import command
from train_scripts.study_file import Cell, StudyFile

LEVELS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
BINS = 10  # of equal size, by spread
LEAST = 4  # samples: two sort the pixels by their spread, two are measured
SETTINGS = ("limit", "context", "solver", "steps", "samples")  # equal in cells that can be compared


@dataclass(frozen=True)
class Options(Comparison):
    """Measure whether the samples' uncertainty can be trusted.

    Attributes:
        context: share of the pixels that are known.
        out: the study's JSON.
    """

    context: float = 0.2
    seeds: tuple[int, ...] = (42,)
    out: Path = STUDY / "calibration.json"


def main(options: Options) -> None:
    """Measure what is missing."""
    if options.samples < LEAST:
        raise InputError(
            f"calibration needs at least {LEAST} samples per picture: half of them sort the pixels by spread, the "
            f"others are measured; got {options.samples}"
        )
    study = open_study(options)
    pictures = load_test_pictures(options.data, options.limit)
    study.scored_on(pictures)
    study.merge(*options.merge)
    for seed in options.seeds:
        for name in chosen_models(options.models):
            key = {"model": name, "seed": seed, "sha256": weights_of(name)}
            if study.find(**key) is None and may_spread(name):
                ensemble, truth = ensembles(name, pictures, seed, options)
                if float((ensemble.amax(0) - ensemble.amin(0)).max()) > GREY_LEVEL / 2:
                    study.add({**key, **reliability(ensemble, truth)})
    for row in study.rows():
        print(f"{row['model']}: {row['inside90']:.3f} inside the 90% interval, {row['ratio']:.2f} spread / error")


def open_study(options: Options) -> StudyFile:
    """The study's file, with what is finished."""
    settings = picked(options, SETTINGS)
    return StudyFile(options.out, command("calibration", options, settings), settings, ("model", "seed"))


def may_spread(name: str) -> bool:
    """Whether samples of a model can differ: not those of a spline, nor of a regressor."""
    return name.partition("/")[0] in RIVALS or not one_call(name) or name == "lmmse"


def ensembles(name: str, pictures: np.ndarray, seed: int, options: Options) -> tuple[Tensor, Tensor]:
    """Samples (K, n) and truth (n,) of all unobserved values of all pictures, in [0, 1]."""
    model = load_fast(name)
    settings = settings_of(name, model, options, seed)
    guessed, true = [], []
    for _, truth, samples in drawn(model, pictures, settings, options.context, name):
        guessed.append(samples.transpose(1, 2)[~truth.known].movedim(1, 0).flatten(1))
        true.append(truth.values[~truth.known].flatten())
    return to_unit(torch.cat(guessed, dim=1)), to_unit(torch.cat(true))


def reliability(ensemble: Tensor, truth: Tensor) -> Cell:
    """Calibration of samples (K, n) of ``truth`` (n,), both in [0, 1].

    ``coverage``: share of the truths in each central interval of ``levels``; ``ranks``: share of the truths with each
    of the K + 1 ranks, ties spread evenly; ``spread`` and ``error``: as :func:`spread_against_error`; ``ratio``: of
    spread to error over all values, from all samples.
    """
    variance, squared = spread_and_error(ensemble, truth)
    inside = [float(coverage(ensemble, truth, level).mean()) for level in LEVELS]
    return {
        "levels": list(LEVELS),
        "coverage": inside,
        "inside90": inside[LEVELS.index(0.9)],
        "ranks": rank_shares(ensemble, truth).tolist(),
        **spread_against_error(ensemble, truth),
        "ratio": float((variance.mean() / squared.mean()).sqrt()),
    }


def spread_against_error(ensemble: Tensor, truth: Tensor) -> Cell:
    """``spread`` and ``error`` of samples (K, n) of ``truth`` (n,): root mean squares in bins of equal size by spread.

    Every other sample says to which bin a value belongs, the others are measured. If samples did both, a bin of large
    spreads would hold those that are large by chance, and the curve of a perfect ensemble would leave the diagonal.
    """
    parts = ensemble[::2].var(0).argsort().chunk(BINS)
    found = dict(zip(("spread", "error"), spread_and_error(ensemble[1::2], truth), strict=True))
    return {name: [float(values[part].mean().sqrt()) for part in parts] for name, values in found.items()}


def spread_and_error(ensemble: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Variance of samples (K, n), widened by (K + 1) / K, and squared error of their mean, both (n,).

    Of a perfect ensemble the two are equal on average: the mean of K samples varies, too, by a K-th of the variance.
    """
    count = len(ensemble)
    return ensemble.var(0) * (count + 1) / count, (ensemble.mean(0) - truth).square()


def rank_shares(ensemble: Tensor, truth: Tensor) -> Tensor:
    """How often the truth has rank 0 ... K among the samples, (K + 1,), sum 1; equal grey levels share their ranks.

    References: Hamill 2001, Interpretation of rank histograms for verifying ensemble forecasts.
    """
    ensemble, truth = ((values / GREY_LEVEL).round() for values in (ensemble, truth))
    low, high = (ensemble < truth).sum(0), (ensemble <= truth).sum(0)
    slots = torch.arange(len(ensemble) + 1)[:, None]
    possible = ((slots >= low) & (slots <= high)).double()
    return (possible / (high - low + 1)).mean(1)


if __name__ == "__main__":
    run(Options, main)
