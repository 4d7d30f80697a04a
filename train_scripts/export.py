"""Turn a finished run into bundled weights: half precision, model card, training log.

python -m train_scripts.export --run runs/flow_matching-tiny --scores scores.json
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from fieldlib.assets import WEIGHTS
from fieldlib.checkpoint import load_model, read_config, save_model, write_config
from fieldlib.data import gallery
from fieldlib.errors import InputError
from fieldlib.evaluation import evaluate
from fieldlib.model import FieldModel
from fieldlib.model_card import PROTOCOL, make_card
from fieldlib.run_log import LOG, SHARED_LOG
from train_scripts.cli import run as run_command

GALLERY_COLUMNS = ("estimate_psnr_unobserved", "sample_psnr_unobserved", "estimate_ssim_full", "crps")
LOG_EVERY = 25  # steps between the log lines that are kept


@dataclass(frozen=True)
class Options:
    """Turn a finished run into bundled weights.

    Attributes:
        run: folder of the run.
        scores: JSON file written by train_scripts.evaluate for this model, quoted in the card.
        out: folder to write; assets/weights/METHOD/PRESET when absent.
    """

    run: str
    scores: str | None = None
    out: str | None = None


def main(options: Options) -> None:
    """Write weights, config, card and log."""
    source = Path(options.run)
    config = read_config(source)
    folder = Path(options.out) if options.out else WEIGHTS / config["method"] / config.get("preset", "custom")
    if folder.is_file():
        raise InputError(f"{folder} is a file; --out is a folder")
    if options.scores:
        config["scores"] = read_scores(Path(options.scores))
    save_model(load_model(source), config, folder, torch.float16)
    for name in (SHARED_LOG, LOG):
        if (source / name).exists():
            lines = (source / name).read_text().splitlines(keepends=True)
            (folder / name).write_text("".join(thin(lines)))
    write_config({**read_config(folder), "gallery": gallery_scores(load_model(folder))}, folder)
    (folder / "README.md").write_text(make_card(read_config(folder)))
    print(f"wrote {folder}")


def thin(lines: list[str]) -> list[str]:
    """Every 25th training line and all validations."""
    return [line for line in lines if "loss" not in line or json.loads(line)["step"] % LOG_EVERY == 0]


def gallery_scores(model: FieldModel) -> dict[str, float]:
    """What ``make test`` compares bundled weights with: 20 crops of the bundled pictures, 4 steps, 2 samples."""
    scores = evaluate(model, gallery.sample_pictures(20), steps=4, samples=2)
    return {name: scores[name] for name in GALLERY_COLUMNS}


def read_scores(path: Path) -> dict[str, Any]:
    """The scores of an evaluation.

    Raises:
        InputError: no such file, or not what an evaluation writes.
    """
    try:
        scores = json.loads(path.read_text())
        return {**scores, **{name: scores[name] for name in PROTOCOL}}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path} is no evaluation result: {error}; write one with train_scripts.evaluate") from error


if __name__ == "__main__":
    run_command(Options, main)
