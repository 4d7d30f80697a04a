"""The research questions: how few pixels, which pixels, how many calls; one JSON file each.

python -m train_scripts.study --data ../shared/data/cifar10
python -m train_scripts.study --data ../shared/data/cifar10 --questions sparsity --models flow_matching/tiny thin_plate
python -m train_scripts.study --data ../shared/data/cifar10 --questions frontier --times      # on a quiet machine

Every cell (model, setting, seed) is kept as soon as it is finished: start the command again to go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from fieldlib.assets import STUDY
from fieldlib.data import load_test_pictures
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.registry import PATTERNS, one_call
from train_scripts import held_out_patterns
from train_scripts.cli import picked, run
from train_scripts.models import chosen_models, load_fast, weights_of
from train_scripts.protocol import Comparison, how
from train_scripts.study_command import command
from train_scripts.study_file import Cell, StudyFile
from train_scripts.timing import TIMED

SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6)
STEPS = (1, 2, 4, 8, 16, 32)
SETTINGS = ("limit", "context", "solver", "steps", "samples")  # equal in cells that can be compared


class Question(NamedTuple):
    """What is varied, and over which values."""

    varied: str
    values: tuple[Any, ...]


QUESTIONS = {
    "sparsity": Question("context", SHARES),
    "patterns": Question("pattern", tuple(sorted((*PATTERNS, *held_out_patterns.NAMES)))),
    "frontier": Question("steps", STEPS),
}


@dataclass(frozen=True)
class Options(Comparison):
    """Answer the research questions, one JSON file each.

    Attributes:
        context: share of the pixels that are known, where it is not the question.
        questions: sparsity (1 to 60 percent known), patterns (seen in training and never seen), frontier (quality
            against calls and time).
        times: score nothing; time one sample of every row of each file, all in turns, and keep that in the file.
        out: folder of the JSON files; each takes in those files of --merge that are called like it.
    """

    context: float = 0.2
    questions: tuple[str, ...] = tuple(QUESTIONS)
    samples: int = 4
    times: bool = False
    out: Path = STUDY


def main(options: Options) -> None:
    """Run what is missing of every question."""
    for name in options.questions:
        if name not in QUESTIONS:
            raise InputError(f"unknown question {name!r}; known: {', '.join(QUESTIONS)}")
    for path in options.merge:
        if path.stem not in options.questions:
            raise InputError(f"{path} is not called like a question; asked are {', '.join(options.questions)}")
    if options.out.is_file():
        raise InputError(f"--out names a folder, for one file of each question; {options.out} is a file")
    models = chosen_models(options.models)
    pictures = load_test_pictures(options.data, options.limit)
    for name in options.questions:
        answer(name, models, pictures, options)


def answer(name: str, models: Sequence[str], pictures: np.ndarray, options: Options) -> None:
    """One question: all its cells, those of the first seed first; or the times of what is there."""
    study = open_study(options, name)
    study.scored_on(pictures)
    study.merge(*(path for path in options.merge if path.stem == name))
    if options.times:
        study.take_times(pictures[:TIMED])
    else:
        for cell in tqdm(study.missing(plan(QUESTIONS[name], models, options.seeds)), unit="cell", desc=name):
            study.add(score(cell, pictures, options))
    study.save()


def open_study(options: Options, name: str) -> StudyFile:
    """The file of a question, with what is finished."""
    varied = QUESTIONS[name].varied
    settings = picked(options, [setting for setting in SETTINGS if setting != varied])
    asked = command("study", options, settings, f"--questions {name}")
    return StudyFile(options.out / f"{name}.json", asked, settings, ("model", varied, "seed"))


def plan(question: Question, models: Sequence[str], seeds: Sequence[int]) -> Iterator[Cell]:
    """The cells of a question; a model that answers at once has one number of steps."""
    for seed in seeds:
        for value in question.values:
            for name in models:
                if question.varied != "steps" or not one_call(name) or value == 1:
                    yield {"model": name, question.varied: value, "seed": seed, "sha256": weights_of(name)}


def score(cell: Cell, pictures: np.ndarray, options: Options) -> Cell:
    """The finished ``cell``: the protocol's columns, and whether its pattern is one of training."""
    columns = evaluate(
        load_fast(cell["model"]),
        pictures,
        context=cell.get("context", options.context),
        pattern=cell.get("pattern", "uniform"),
        **how(cell["model"], options.solver, cell.get("steps", options.steps)),
        samples=options.samples,
        seed=cell["seed"],
    )
    trained = columns["pattern"] not in held_out_patterns.NAMES
    return {**columns, **cell, "trained": trained}


if __name__ == "__main__":
    run(Options, main)
