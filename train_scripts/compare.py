"""Score every bundled model and every baseline by one protocol; write JSON, the README's tables and the model cards.

python -m train_scripts.compare --data ../shared/data/cifar10 --limit 1000
python -m train_scripts.compare --data ../shared/data/cifar10 --times      # on a quiet machine
python -m train_scripts.compare --data ../shared/data/cifar10 --quick
accelerate launch --num_processes 8 -m train_scripts.compare --data ../shared/data/cifar10
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import fieldlib
from fieldlib.assets import STUDY, WEIGHTS
from fieldlib.checkpoint import read_config, write_config
from fieldlib.data import load_test_pictures
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.files import write_atomic
from fieldlib.inheritance import stages
from fieldlib.model_card import PROTOCOL, SCORED, make_card
from fieldlib.parallel import Team, join_team
from fieldlib.pretrained import PretrainedModel
from fieldlib.study import read_study
from train_scripts.cli import picked, run
from train_scripts.comparison_table import tables
from train_scripts.documents import write_section
from train_scripts.models import chosen_models, load_fast, weights_of
from train_scripts.protocol import Comparison, how
from train_scripts.study_command import command
from train_scripts.study_file import Cell, StudyFile
from train_scripts.timing import TIMED

COMPARISON = STUDY / "comparison.json"
QUICK = 8  # pictures of the quick form
QUICK_COLUMNS = ("estimate_psnr_unobserved", "mean_psnr_unobserved", "sample_psnr_unobserved", "crps", "coverage90")
LEAST_INTERVAL = 0.002  # relative to the value: other processors round otherwise
SETTINGS = ("limit", "context", "solver", "steps", "samples")  # equal in cells that can be compared
CARD_COLUMNS = (*PROTOCOL, *SCORED)


@dataclass(frozen=True)
class Options(Comparison):
    """Score every bundled model and every baseline by one protocol.

    Attributes:
        context: share of the pixels that are known.
        out: the study's JSON; cells that it already holds are not run again. The tables of the bundled file go into
            README.md, too, and its scores into the bundled models' cards.
        times: score nothing; time one sample of every model in the file, all in turns, and keep that in the file.
        quick: score a few pictures only and check that they agree with the file; write nothing.
    """

    context: float = 0.2
    limit: int = 1000
    out: Path = COMPARISON
    times: bool = False
    quick: bool = False


def main(options: Options) -> None:
    """Evaluate what is missing, then write all files; or only take times; or check the file against a quick run."""
    if options.quick:
        check(options)
        return
    team = join_team()
    study = open_study(options)
    if options.times:
        study.take_times(load_test_pictures(options.data, TIMED))
    else:
        add_scores(study, options, team)
    if team.is_first:
        publish(study, options)


def open_study(options: Options) -> StudyFile:
    """The study's file, with what is finished."""
    settings = picked(options, SETTINGS)
    return StudyFile(options.out, command("compare", options, settings), settings, ("model", "seed"))


def add_scores(study: StudyFile, options: Options, team: Team) -> None:
    """Evaluate what is missing; the processes of ``team`` share the pictures, and the first one writes."""
    names = chosen_models(options.models)
    pictures = load_test_pictures(options.data, options.limit)
    study.scored_on(pictures)
    if team.is_first:
        study.merge(*options.merge)
    # One seed after the other: the table is complete early and gains intervals later.
    wanted: list[Cell] = [
        {"model": name, "seed": seed, "sha256": weights_of(name)} for seed in options.seeds for name in names
    ]
    for key in team.agree(study.missing(wanted)):
        cell = score(key["model"], pictures, key["seed"], vars(options), team)
        if team.is_first:
            study.add({**cell, **key, **training_of(key["model"])})
    if team.is_first:
        add_quick(study, pictures, options)


def add_quick(study: StudyFile, pictures: np.ndarray, options: Options) -> None:
    """Enter what the quick form shall find: scores of the first pictures under the first seed, and under no other."""
    for cell in list(study.cells):
        if cell["seed"] != options.seeds[0]:
            cell.pop("quick", None)  # of a share whose first seed it was
        elif "quick" not in cell:
            fresh = score(cell["model"], pictures[:QUICK], cell["seed"], vars(options))
            study.add({**cell, "quick": {column: fresh[column] for column in QUICK_COLUMNS}})


def publish(study: StudyFile, options: Options) -> None:
    """Write the file and print the tables; those of the bundled file go into README and cards, too."""
    seeds = study.seeds
    study.save()
    text = tables(study.document())
    print(text)
    if options.out.resolve() == COMPARISON.resolve():
        write_section("comparison", text)
        write_cards(cell for cell in study.cells if cell["seed"] == seeds[0])


def score(name: str, pictures: np.ndarray, seed: int, options: Mapping[str, Any], team: Team | None = None) -> Cell:
    """The protocol's columns for one model or baseline and one seed."""
    team = team or Team()
    with tqdm(
        total=len(team.share(range(len(pictures)))),
        unit="picture",
        desc=f"{name}, seed {seed}",
        leave=len(pictures) > QUICK,
        disable=not team.is_first,
    ) as bar:
        return evaluate(
            load_fast(name, team),
            pictures,
            context=options["context"],
            **how(name, options["solver"], options["steps"]),
            samples=options["samples"],
            seed=seed,
            progress=bar.update,
            team=team,
        )


def training_of(name: str) -> dict[str, int]:
    """Whole minutes of training of a network, shared stages included."""
    model = fieldlib.load(name)
    if not isinstance(model, PretrainedModel):
        return {}
    return {"training_minutes": round(sum(stage["seconds"] for stage in stages(model.config)) / 60)}


def check(options: Options) -> None:
    """Score the first pictures again and compare with what the file says of them.

    Raises:
        InputError: no file, nothing in it to compare with, or numbers outside the stated intervals.
    """
    document = read_study(options.out)
    cells = [cell for cell in document.get("cells", []) if cell.get("quick")]
    cells = [cell for cell in cells if cell["model"] in chosen_models(options.models)]
    if not cells:
        again = command("compare", options, picked(options, SETTINGS)).text
        raise InputError(f"{options.out} has no quick scores: make them with {again}")
    pictures = load_test_pictures(options.data, QUICK)
    apart = []
    for cell in cells:
        fresh = score(cell["model"], pictures, cell["seed"], document["settings"])
        interval = next(row["interval"] for row in document["rows"] if row["model"] == cell["model"])
        apart += disagreements(cell["model"], cell["quick"], fresh, interval)
    if apart:
        raise InputError("a quick run disagrees with the file: " + "; ".join(apart))
    print(f"{len(cells)} models on {len(pictures)} pictures agree with {options.out} within its intervals")


def disagreements(name: str, stored: Cell, fresh: Cell, interval: Mapping[str, float]) -> list[str]:
    """The columns in which ``fresh`` lies outside the interval around ``stored``."""
    found = []
    for column, value in stored.items():
        if value is None:
            continue
        most = max(interval.get(column, 0.0), LEAST_INTERVAL * abs(value))
        if abs(fresh[column] - value) > most:
            found.append(f"{name} {column} is {fresh[column]:.4f}, the file says {value:.4f} +- {most:.4f}")
    return found


def write_cards(cells: Iterable[Cell]) -> None:
    """Put the scores of bundled models into their config.json, and write their cards anew."""
    for cell in cells:
        folder = WEIGHTS / cell["model"]
        if folder.is_dir():  # neither a baseline nor one of FIELDLIB_MODELS
            write_config({**read_config(folder), "scores": {name: cell[name] for name in CARD_COLUMNS}}, folder)
            write_atomic(folder / "README.md", make_card(read_config(folder)).encode())


if __name__ == "__main__":
    run(Options, main)
