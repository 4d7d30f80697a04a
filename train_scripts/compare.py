"""Score every bundled model and every baseline by one protocol; write the study's JSON and the README's table.

python -m train_scripts.compare --data ../shared/data/cifar10 --limit 1000
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

import fieldlib
from fieldlib.acceleration import machine_class
from fieldlib.assets import ASSETS, STUDY, WEIGHTS
from fieldlib.checkpoint import read_config, write_atomic
from fieldlib.data import load_pictures
from fieldlib.evaluation import evaluate
from train_scripts.cli import run

COMPARISON = STUDY / "comparison.json"
README = ASSETS.parent / "README.md"
BEGIN, END = "<!-- comparison: begin -->", "<!-- comparison: end -->"
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
    "training_minutes": ("training minutes", ".0f"),
}


@dataclass(frozen=True)
class Options:
    """Score every bundled model and every baseline by one protocol.

    Attributes:
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        limit: number of test pictures, from the start.
        context: share of the pixels that are known.
        solver: one solver for all models.
        steps: solver steps.
        samples: samples per picture.
        seed: of masks and noise.
        out: the study's JSON; models that it already holds under the same settings are not run again.
        readme: write the table into README.md.
    """

    data: str | None = None
    limit: int = 1000
    context: float = 0.2
    solver: str = "dpmpp_2m"
    steps: int = 8
    samples: int = 8
    seed: int = 42
    out: Path = COMPARISON
    readme: bool = True


def main(options: Options) -> None:
    """Evaluate what is missing, then write both files."""
    rows = read_rows(options)
    pictures = load_pictures(options.data, split="test", limit=options.limit)
    for name in fieldlib.model_names():
        fingerprint = weights_of(name)
        if rows.get(name, {}).get("sha256", "missing") != fingerprint:
            rows[name] = {**score(name, pictures, options), **training_of(name), "sha256": fingerprint}
            options.out.parent.mkdir(parents=True, exist_ok=True)
            document = {"settings": settings(options), "machine": machine_class(), "models": rows}
            write_atomic(options.out, (json.dumps(document, indent=1) + "\n").encode())
    table = markdown(rows, options)
    print(table)
    if options.readme:
        write_table(table)


def score(name: str, pictures: Any, options: Options) -> dict[str, Any]:  # noqa: ANN401 - numpy array of pictures
    """The protocol's columns for one model or baseline."""
    with tqdm(total=len(pictures), unit="picture", desc=name) as bar:
        return evaluate(
            fieldlib.load(name),
            pictures,
            context=options.context,
            solver=options.solver if name not in fieldlib.BASELINES else None,
            steps=options.steps if name not in fieldlib.BASELINES else 1,
            samples=options.samples,
            seed=options.seed,
            progress=bar.update,
        )


def settings(options: Options) -> dict[str, Any]:
    """What must be equal for two rows to be comparable."""
    return {name: getattr(options, name) for name in ("limit", "context", "solver", "steps", "samples", "seed")}


def read_rows(options: Options) -> dict[str, Any]:
    """Finished rows of the study file, when they were made with the same settings."""
    if not options.out.exists():
        return {}
    document = json.loads(options.out.read_text())
    return document["models"] if document["settings"] == settings(options) else {}


def weights_of(name: str) -> str | None:
    """SHA-256 of a bundled model's weights; None for a baseline."""
    return None if name in fieldlib.BASELINES else read_config(WEIGHTS / name)["sha256"]


def training_of(name: str) -> dict[str, float]:
    """Minutes of training of a bundled model, its shared first stage included."""
    if name in fieldlib.BASELINES:
        return {}
    config = read_config(WEIGHTS / name)
    stages = (config.get("inherits", {}), config.get("training", {}))
    return {"training_minutes": sum(stage.get("seconds", 0) for stage in stages) / 60}


def markdown(rows: dict[str, Any], options: Options) -> str:
    """The table, best estimate first, with the protocol in its caption."""
    titles = "".join(f" {title} |" for title, _ in COLUMNS.values())
    ordered = sorted(rows, key=lambda name: -rows[name]["estimate_psnr_unobserved"])
    lines = [f"| model |{titles}", "| --- |" + " --- |" * len(COLUMNS)]
    lines += [
        f"| {name} |" + "".join(f" {cell(rows[name].get(key), form)} |" for key, (_, form) in COLUMNS.items())
        for name in ordered
    ]
    caption = (
        f"N = {options.limit} CIFAR-10 test pictures, {options.context:.0%} of the pixels known, seed {options.seed}, "
        f"{options.solver} with {options.steps} steps, K = {options.samples} samples, {machine_class()}. "
        f"Made by `python -m train_scripts.compare --limit {options.limit}`."
    )
    return "\n".join([caption, "", *lines])


def cell(value: float | None, form: str) -> str:
    """One number, or a dash where it has no meaning."""
    if value is None or (form == ",d" and value == 0):
        return "-"
    return f"{1000 * value:.1f}" if form == "ms" else format(value, form)


def write_table(table: str) -> None:
    """Replace what stands between the README's markers."""
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    write_atomic(README, f"{before}{BEGIN}\n{table}\n{END}{after}".encode())


if __name__ == "__main__":
    run(Options, main)
