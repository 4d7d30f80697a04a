"""Score every bundled model and every baseline by one protocol; write JSON, the README's table and the model cards.

python -m train_scripts.compare --data ../shared/data/cifar10 --limit 1000
python -m train_scripts.compare --data ../shared/data/cifar10 --quick
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import fieldlib
from fieldlib.acceleration import machine_class
from fieldlib.assets import ASSETS, STUDY, WEIGHTS
from fieldlib.checkpoint import read_config, write_atomic, write_config
from fieldlib.data import load_pictures
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.model_card import PROTOCOL, SCORED, make_card
from fieldlib.registry import one_call
from fieldlib.study import read_study
from train_scripts.cli import run
from train_scripts.protocol import Comparison
from train_scripts.study_file import Cell, StudyFile, chosen_models, command, weights_of

COMPARISON = STUDY / "comparison.json"
README = ASSETS.parent / "README.md"
BEGIN, END = "<!-- comparison: begin -->", "<!-- comparison: end -->"
QUICK = 8  # pictures of the quick form
QUICK_COLUMNS = ("estimate_psnr_unobserved", "mean_psnr_unobserved", "sample_psnr_unobserved", "crps", "coverage90")
LEAST_INTERVAL = 0.002  # relative to the value: other processors round otherwise
SETTINGS = ("limit", "context", "solver", "steps", "samples")
CARD_COLUMNS = (*PROTOCOL, *SCORED)
COLUMNS = {
    "estimate_psnr_unobserved": ("estimate, PSNR unobserved", ".2f"),
    "mean_psnr_unobserved": ("mean of K, PSNR unobserved", ".2f"),
    "sample_psnr_unobserved": ("one sample, PSNR unobserved", ".2f"),
    "estimate_mse": ("estimate, MSE target", ".4f"),
    "estimate_mae": ("estimate, MAE target", ".4f"),
    "estimate_ssim_full": ("estimate, SSIM full", ".3f"),
    "crps": ("CRPS", ".4f"),
    "coverage90": ("coverage 90%", ".3f"),
    "sharpness": ("sharpness", ".2f"),
    "nfe": ("calls a sample", "d"),
    "seconds_per_image": ("ms a sample", "ms"),
    "params": ("parameters", ",d"),
    "training_minutes": ("training minutes", "d"),
}


@dataclass(frozen=True)
class Options(Comparison):
    """Score every bundled model and every baseline by one protocol.

    Attributes:
        context: share of the pixels that are known.
        out: the study's JSON; cells that it already holds under the same settings are not run again.
        readme: write the table into README.md and the scores into the bundled models' cards.
        merge: other files of this study whose cells to take in: shares of the work under --models and --out.
        quick: score a few pictures only and check that they agree with the file; write nothing.
    """

    context: float = 0.2
    limit: int = 1000
    out: Path = COMPARISON
    readme: bool = True
    merge: tuple[Path, ...] = ()
    quick: bool = False


def main(options: Options) -> None:
    """Evaluate what is missing, then write both files; or check the file against a quick run."""
    if options.quick:
        check(options)
        return
    names = chosen_models(options.models)
    study = StudyFile(
        options.out, command("compare", options, settings_of(options)), settings_of(options), ("model", "seed")
    )
    pictures = load_pictures(options.data, split="test", limit=options.limit)
    for path in options.merge:
        study.merge(path)
    study.keep(fieldlib.model_names())
    for seed in options.seeds:  # one seed after the other: the table is complete early and gains intervals later
        for name in names:
            fingerprint = weights_of(name)
            if study.find(model=name, seed=seed, sha256=fingerprint) is None:
                cell = score(name, pictures, seed, vars(options))
                study.add({"model": name, "seed": seed, "sha256": fingerprint, **cell, **training_of(name)})
    add_quick(study, pictures, options)
    table = markdown(study.rows(), options)
    print(table)
    if options.readme:
        write_table(table)
        write_cards(cell for cell in study.cells if cell["seed"] == options.seeds[0])


def add_quick(study: StudyFile, pictures: np.ndarray, options: Options) -> None:
    """Enter what the quick form shall find: scores of the first pictures under the first seed."""
    for cell in list(study.cells):
        if cell["seed"] == options.seeds[0] and "quick" not in cell:
            fresh = score(cell["model"], pictures[:QUICK], cell["seed"], vars(options))
            study.add({**cell, "quick": {column: fresh[column] for column in QUICK_COLUMNS}})


def score(name: str, pictures: np.ndarray, seed: int, options: Mapping[str, Any]) -> Cell:
    """The protocol's columns for one model or baseline and one seed."""
    with tqdm(total=len(pictures), unit="picture", desc=f"{name}, seed {seed}", leave=len(pictures) > QUICK) as bar:
        return evaluate(
            fieldlib.load(name),
            pictures,
            context=options["context"],
            solver=None if one_call(name) else options["solver"],
            steps=1 if one_call(name) else options["steps"],
            samples=options["samples"],
            seed=seed,
            progress=bar.update,
        )


def settings_of(options: Options) -> dict[str, Any]:
    """What must be equal for two cells to be comparable."""
    return {name: getattr(options, name) for name in SETTINGS}


def training_of(name: str) -> dict[str, int]:
    """Whole minutes of training of a bundled model, its shared first stage included."""
    if name in fieldlib.BASELINES:
        return {}
    config = read_config(WEIGHTS / name)
    stages = (config.get("inherits", {}), config.get("training", {}))
    return {"training_minutes": round(sum(stage.get("seconds", 0) for stage in stages) / 60)}


def check(options: Options) -> None:
    """Score the first pictures again and compare with what the file says of them.

    Raises:
        InputError: no file, nothing in it to compare with, or numbers outside the stated intervals.
    """
    document = read_study(options.out)
    cells = [cell for cell in document.get("cells", []) if cell.get("quick")]
    cells = [cell for cell in cells if cell["model"] in chosen_models(options.models)]
    if not cells:
        raise InputError(
            f"{options.out} has no quick scores: make them with {command('compare', options, settings_of(options))}"
        )
    pictures = load_pictures(options.data, split="test", limit=QUICK)
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


def markdown(rows: Sequence[Cell], options: Options) -> str:
    """The table, best estimate first, with the protocol in its caption."""
    titles = "".join(f" {title} |" for title, _ in COLUMNS.values())
    lines = [f"| model |{titles}", "| --- |" + " --- |" * len(COLUMNS)]
    lines += [
        f"| {row['model']} |" + "".join(f" {number(row, key, form)} |" for key, (_, form) in COLUMNS.items())
        for row in sorted(rows, key=lambda row: -row["estimate_psnr_unobserved"])
    ]
    seeds = sorted({seed for row in rows for seed in row["seeds"]})
    interval = "; ± is half the 95% interval over the seeds (masks and noise, same pictures)" if len(seeds) > 1 else ""
    caption = (
        f"N = {options.limit} CIFAR-10 test pictures, {options.context:.0%} of the pixels known, "
        f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}, {options.solver} with {options.steps} "
        f"steps, K = {options.samples} samples, {machine_class()}{interval}. "
        f"Made by `{command('compare', options, settings_of(options))}`."
    )
    return "\n".join([caption, "", *lines])


def number(row: Mapping[str, Any], key: str, form: str) -> str:
    """One number with its interval, or a dash where it has no meaning."""
    value, interval = row.get(key), row["interval"].get(key)
    if value is None or (form == ",d" and value == 0):
        return "-"
    if form == "ms":
        return f"{1000 * value:.1f}"
    return format(value, form) + ("" if interval is None else f" ± {format(interval, form)}")


def write_table(table: str) -> None:
    """Replace what stands between the README's markers."""
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    write_atomic(README, f"{before}{BEGIN}\n{table}\n{END}{after}".encode())


def write_cards(cells: Iterable[Cell]) -> None:
    """Put the scores of bundled models into their config.json, and write their cards anew."""
    for cell in cells:
        folder = WEIGHTS / cell["model"]
        if cell["model"] not in fieldlib.BASELINES:
            write_config({**read_config(folder), "scores": {name: cell[name] for name in CARD_COLUMNS}}, folder)
            write_atomic(folder / "README.md", make_card(read_config(folder)).encode())


if __name__ == "__main__":
    run(Options, main)
