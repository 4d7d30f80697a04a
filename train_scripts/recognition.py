"""Can reconstructions be recognised, and do they look like pictures: accuracy and a Frechet distance of a classifier.

python -m train_scripts.recognition --data ../shared/data/cifar10
python -m train_scripts.recognition --data ../shared/data/cifar10 --quick

Every cell (model, seed) is kept as soon as it is finished: start the command again to go on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from fieldlib.assets import STUDY
from fieldlib.classifier import CLASSIFIER, Classifier, describe, frechet_distance, load_classifier
from fieldlib.data import load_pictures, load_test_labels, load_test_pictures
from fieldlib.errors import InputError
from fieldlib.evaluation import locate, paste
from fieldlib.points import to_values
from fieldlib.sampling import estimate
from fieldlib.study import read_study
from train_scripts.cli import picked, run
from train_scripts.drawing import drawn, settings_of
from train_scripts.models import chosen_models, load_fast, weights_of
from train_scripts.protocol import Comparison
from train_scripts.study_command import command
from train_scripts.study_file import Cell, StudyFile

SETTINGS = ("limit", "context", "solver", "steps")
TRUTH, OTHERS = "truth", "others"  # rows that tell what the numbers can be at best
QUICK = 32  # pictures of the quick form
MOST_APART = 0.01  # of mean probabilities: other processors round otherwise


@dataclass(frozen=True)
class Options(Comparison):
    """Classify what every model makes of the test pictures.

    Attributes:
        context: share of the pixels that are known.
        out: the study's JSON.
        quick: classify a few pictures only and check that they agree with the file; write nothing.
    """

    context: float = 0.2
    limit: int = 1000
    samples: int = 1
    seeds: tuple[int, ...] = (42,)
    out: Path = STUDY / "recognition.json"
    quick: bool = False


class Judge(NamedTuple):
    """The classifier, the classes (N,) of the pictures and its features (N, F) of the true ones."""

    network: Classifier
    labels: Tensor
    reference: Tensor

    def scores(self, values: Tensor, view: str) -> Cell:
        """Accuracy and Frechet distance of ``values`` (N, 1024, 3) in [-1, 1], and the quick form's numbers."""
        features, classes = describe(self.network, values)
        return {
            f"{view}_accuracy": float((classes == self.labels).double().mean()),
            f"{view}_frechet": frechet_distance(features, self.reference),
            f"{view}_quick": self.confidence(features[:QUICK]),
        }

    def confidence(self, features: Tensor) -> float:
        """Mean probability that the classifier gives to the true class of the first pictures, features (n, F)."""
        shares = self.network.classify(features).softmax(1)
        return float(shares.gather(1, self.labels[: len(shares), None]).mean())


def main(options: Options) -> None:
    """Judge what is missing; or check the file against a quick run."""
    if options.limit < QUICK or options.samples != 1:
        raise InputError(f"needed are at least {QUICK} pictures and 1 sample; got {options.limit}, {options.samples}")
    if options.quick:
        check(options)
        return
    models = chosen_models(options.models)
    study = open_study(options)
    pictures, judge = prepare(options, options.limit)
    study.scored_on(pictures)
    study.merge(*options.merge)
    yardsticks(study, pictures, judge, options)
    for seed in options.seeds:
        for name in models:
            key = {"model": name, "seed": seed, "sha256": weights_of(name)}
            if study.find(**key) is None:
                study.add({**key, **score(name, pictures, judge, seed, options)})
    for row in study.rows():
        if "sample_accuracy" in row:
            print(
                f"{row['model']}: estimates {row['estimate_accuracy']:.1%} recognised, distance "
                f"{row['estimate_frechet']:.2f}; samples {row['sample_accuracy']:.1%}, {row['sample_frechet']:.2f}"
            )


def open_study(options: Options) -> StudyFile:
    """The study's file, with what is finished."""
    chosen = picked(options, SETTINGS)
    settings = {**chosen, "classifier": hashlib.sha256(CLASSIFIER.read_bytes()).hexdigest()[:12]}
    return StudyFile(options.out, command("recognition", options, chosen), settings, ("model", "seed"))


def prepare(options: Options, limit: int) -> tuple[np.ndarray, Judge]:
    """The first ``limit`` test pictures and who judges them.

    Raises:
        InputError: pictures without classes.
    """
    pictures = load_test_pictures(options.data, limit)
    network = load_classifier()
    labels = torch.from_numpy(np.array(load_test_labels(options.data, limit)))
    return pictures, Judge(network, labels, describe(network, to_values(pictures))[0])


def yardsticks(study: StudyFile, pictures: np.ndarray, judge: Judge, options: Options) -> None:
    """Rows for the true pictures and for as many others, whose distance is what two sets of real pictures have."""
    seed = options.seeds[0]
    if study.find(model=TRUTH, seed=seed) is None:
        found = judge.scores(to_values(pictures), "estimate")
        same = {name.replace("estimate", "sample"): value for name, value in found.items()}
        study.add({"model": TRUTH, "title": "The true pictures", "seed": seed, **found, **same})
    if study.find(model=OTHERS, seed=seed) is None:
        others = to_values(load_pictures(options.data, "train", len(pictures)))
        distance = frechet_distance(describe(judge.network, others)[0], judge.reference)
        title = "As many other pictures (training set)"
        distances = {"estimate_frechet": distance, "sample_frechet": distance}
        study.add({"model": OTHERS, "title": title, "seed": seed, **distances})


def score(name: str, pictures: np.ndarray, judge: Judge, seed: int, options: Options) -> Cell:
    """What the classifier makes of one model's estimates and of one sample of every picture."""
    model = load_fast(name)
    settings = settings_of(name, model, options, seed)
    estimates, samples = [], []
    for group, truth, ensemble in drawn(model, pictures, settings, options.context, f"{name}, seed {seed}"):
        samples.append(ensemble[:, 0])
        estimates.append(paste(truth, estimate(model, *locate(model, group))))
    return {
        **judge.scores(torch.cat(estimates), "estimate"),
        **judge.scores(torch.cat(samples), "sample"),
    }


def check(options: Options) -> None:
    """Judge the first pictures again and compare with what the file says of them.

    Raises:
        InputError: nothing to compare with, or numbers apart.
    """
    document = read_study(options.out)
    names = chosen_models(options.models)
    cells = [cell for cell in document.get("cells", []) if cell["model"] in names]
    if not cells:
        raise InputError(f"{options.out} has no scores of these models: make them with {document.get('made_by')}")
    stored = Options(options.data, **{name: document["settings"][name] for name in SETTINGS})
    pictures, judge = prepare(options, QUICK)
    apart = []
    for cell in cells:
        fresh = score(cell["model"], pictures, judge, cell["seed"], stored)
        for column in ("estimate_quick", "sample_quick"):
            if abs(fresh[column] - cell[column]) > MOST_APART:
                apart.append(f"{cell['model']} {column} is {fresh[column]:.4f}, the file says {cell[column]:.4f}")
    if apart:
        raise InputError("a quick run disagrees with the file: " + "; ".join(apart))
    print(f"{len(cells)} models on {QUICK} pictures agree with {options.out} within {MOST_APART}")


if __name__ == "__main__":
    run(Options, main)
