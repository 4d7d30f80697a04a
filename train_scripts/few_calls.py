"""Quality against network calls for every method and solver: how few calls are enough, and with which solver.

python -m train_scripts.few_calls --data ../shared/data/cifar10 --limit 500

Cells are run from few calls to many and kept one by one, so a stop loses at most one. A full run is long: the time of a
cell is about calls x pictures x samples x the time of a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

import fieldlib
from fieldlib.assets import STUDY
from fieldlib.data import load_test_pictures
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.hub import DEFAULT_PRESET
from fieldlib.model import FieldModel
from fieldlib.sampling import Model
from fieldlib.time_grids import TIME_GRIDS
from train_scripts.cli import output_file, picked, run
from train_scripts.documents import table
from train_scripts.models import load_fast, weights_of
from train_scripts.protocol import TestPictures
from train_scripts.study_command import command
from train_scripts.study_file import Cell, StudyFile

CALLS = (1, 2, 3, 4, 6, 8, 12, 16, 25, 50, 100)
REFERENCE = 50  # calls that few ones are compared with
KEYS = ("model", "solver", "grid", "calls", "seed")
PROTOCOL = ("context", "samples")  # what all evaluations share
COLUMNS = {
    "mean_psnr_unobserved": ("mean of K, PSNR", ".2f"),
    "sample_psnr_unobserved": ("one sample, PSNR", ".2f"),
    "crps": ("CRPS", ".4f"),
    "coverage50": ("coverage 50%", ".3f"),
    "coverage90": ("coverage 90%", ".3f"),
    "sharpness": ("sharpness", ".2f"),
}


@dataclass(frozen=True)
class Options(TestPictures):
    """Quality against network calls for every method and solver.

    Attributes:
        context: share of the pixels that are known.
        seeds: of masks and noise.
        methods: whose bundled models are run; all when empty.
        preset: of the bundled models.
        models: names or folders of models instead of methods and preset.
        solvers: all whose calls can be planned when empty; see fieldlib.SOLVERS.
        grids: where the steps lie; each method's default when empty; see fieldlib.time_grids.
        calls: numbers of network calls.
        merge: other files of this study whose cells to take in first.
        out: the study's JSON; cells that it already holds for the same weights and settings are not run again.
    """

    context: float = 0.2
    limit: int = 500
    seeds: tuple[int, ...] = (42,)
    methods: tuple[str, ...] = ()
    preset: str = DEFAULT_PRESET
    models: tuple[str, ...] = ()
    solvers: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()
    calls: tuple[int, ...] = CALLS
    merge: tuple[Path, ...] = ()
    out: Path = STUDY / "few_calls.json"


def main(options: Options) -> None:
    """Run the cells that are missing, then print the tables."""
    output_file(options.out, (".json",))
    models = {name: load_fast(name) for name in model_names(options)}
    planned = list(plan(models, options))
    pictures = load_test_pictures(options.data, options.limit)
    for seed in options.seeds:  # refuses bad options
        evaluate(next(iter(models.values())), pictures[:1], steps=1, seed=seed, **picked(options, PROTOCOL))
    study = open_study(options)
    study.scored_on(pictures)
    study.merge(*options.merge)
    wanted = study.missing(planned)
    with tqdm(total=sum(cell["calls"] for cell in wanted) * len(pictures), unit="call", smoothing=0.1) as bar:
        for cell in wanted:
            bar.set_description(study.label(cell))
            study.add({**cell, **score(cell, models[cell["model"]], pictures, options, bar)})
    labels = {study.label(cell) for cell in planned}
    rows = [row for row in study.rows() if study.label(row) in labels]
    print(caption(options, study.made_by), summary(rows), curves(rows), sep="\n\n")


def open_study(options: Options) -> StudyFile:
    """The study's file, with what is finished."""
    settings = picked(options, ("limit", *PROTOCOL))
    usual = {
        "models": model_names(Options()),
        "solvers": planned_solvers(),
        "grids": {fieldlib.METHODS[name].default_grid for name in fieldlib.METHODS},
    }
    return StudyFile(options.out, command("few_calls", options, settings, usual=usual), settings, KEYS)


def model_names(options: Options) -> tuple[str, ...]:
    """What is run, by name."""
    if options.models:
        return options.models
    names = tuple(f"{method}/{options.preset}" for method in options.methods or fieldlib.METHODS)
    return names if options.methods else tuple(name for name in names if name in fieldlib.model_names())


def plan(models: dict[str, Model], options: Options) -> Iterator[Cell]:
    """All cells that exist, few calls first: ``steps`` of ``solver`` on ``grid`` make ``calls`` network calls.

    A solver of two calls a step has none with an odd number.

    Raises:
        InputError: an unknown name, a model without a network, or a number of calls below one.
    """
    check(models, options)
    for seed, calls, name in product(options.seeds, sorted(set(options.calls)), models):
        for solver in options.solvers or planned_solvers():
            steps, rest = divmod(calls, fieldlib.SOLVERS[solver].calls_per_step)
            for grid in options.grids or (models[name].method.default_grid,):
                if not rest:
                    keys = dict(zip(KEYS, (name, solver, grid, calls, seed), strict=True))
                    yield {**keys, "steps": steps, "sha256": weights_of(name)}


def check(models: dict[str, Model], options: Options) -> None:
    """Refuse before any work what :func:`plan` cannot use."""
    for name, model in models.items():
        if not isinstance(model, FieldModel):
            raise InputError(f"{name} makes no network calls; give models like flow_matching/tiny")
    for solver in options.solvers:
        if fieldlib.SOLVERS[solver].adaptive:
            raise InputError(f"{solver} chooses its own number of calls; known: {', '.join(planned_solvers())}")
    for where in options.grids:
        if where not in TIME_GRIDS:
            raise InputError(f"unknown grid {where!r}; known: {', '.join(TIME_GRIDS)}")
    if min(options.calls) < 1:
        raise InputError(f"a number of calls is at least 1; got {min(options.calls)}")


def planned_solvers() -> tuple[str, ...]:
    """Solvers whose number of calls follows from the number of steps."""
    return tuple(name for name in fieldlib.SOLVERS if not fieldlib.SOLVERS[name].adaptive)


def score(cell: Cell, model: Model, pictures: np.ndarray, options: Options, bar: tqdm) -> Cell:
    """The protocol's columns, or why this cell has none."""
    try:
        return evaluate(
            model,
            pictures,
            solver=cell["solver"],
            steps=cell["steps"],
            grid=cell["grid"],
            seed=cell["seed"],
            **picked(options, PROTOCOL),
            progress=lambda count: bar.update(count * cell["calls"]),
        )
    except InputError as error:  # some solvers diverge with few steps: a result, not a reason to stop
        return {"failed": str(error)}


def caption(options: Options, made_by: str) -> str:
    """The protocol in one line."""
    return (
        f"N = {options.limit} CIFAR-10 test pictures, {options.context:.0%} of the pixels known, "
        f"seeds {', '.join(map(str, options.seeds))}, "
        f"K = {options.samples} samples, PSNR of unobserved pixels. Made by `{made_by}`."
    )


def summary(rows: Sequence[Cell]) -> str:
    """For each model, solver and grid: mean-of-K PSNR by calls, then what 4 and 8 calls gain on the most."""
    numbers = sorted({row["calls"] for row in rows})
    head = ["model", "solver", "grid", *map(str, numbers), f"4 less {REFERENCE}", f"8 less {REFERENCE}"]
    body = []
    for model, solver, where in dict.fromkeys((row["model"], row["solver"], row["grid"]) for row in rows):
        found = {
            row["calls"]: row.get("mean_psnr_unobserved")
            for row in rows
            if (row["model"], row["solver"], row["grid"]) == (model, solver, where)
        }
        values = [shown(found.get(number), ".2f") for number in numbers]
        body.append([model, solver, where, *values, *(gap(found, few) for few in (4, 8))])
    return table(head, body)


def gap(found: dict[int, float | None], few: int) -> str:
    """How much worse (negative) ``few`` calls are than the reference."""
    value, reference = found.get(few), found.get(REFERENCE)
    return "-" if value is None or reference is None else format(value - reference, "+.2f")


def curves(rows: Sequence[Cell]) -> str:
    """Every cell with all columns."""
    head = ["model", "solver", "grid", "calls", *(title for title, _ in COLUMNS.values())]
    body = []
    for row in sorted(rows, key=lambda row: (row["model"], row["solver"], row["grid"], row["calls"])):
        values = [shown(row.get(key), form) for key, (_, form) in COLUMNS.items()]
        body.append([row["model"], row["solver"], row["grid"], str(row["calls"]), *values])
    return table(head, body)


def shown(value: float | None, form: str) -> str:
    """One number, or a dash where the cell does not exist or failed."""
    return "-" if value is None else format(value, form)


if __name__ == "__main__":
    run(Options, main)
