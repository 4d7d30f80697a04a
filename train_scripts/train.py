"""Train one method.

python -m train_scripts.train --method flow_matching --preset tiny --data ../shared/data/cifar10 --minutes 60
accelerate launch --num_processes 8 -m train_scripts.train --method flow_matching --preset tiny --batch-size 512
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from fieldlib.checkpoint import build
from fieldlib.data import load_pictures
from fieldlib.errors import InputError
from fieldlib.evaluation import MOST_SEED
from fieldlib.inheritance import inherit
from fieldlib.parallel import Team, join_team
from fieldlib.presets import get_preset
from fieldlib.registry import learned
from fieldlib.trackers import make_tracker
from fieldlib.train_state import STATE
from fieldlib.training import Budget, Trainer
from train_scripts.cli import command_of, run

VALIDATION_PICTURES = 100
# Options that do not change the weights.
LOCAL = ("data", "resume", "logger", "save_minutes", "validate_minutes", "workers")
INHERITED_WARMUP = 50  # steps, when the weights come from another run


@dataclass(frozen=True)
class Options:
    """Train one method; the run is a folder that fieldlib.load understands at any time.

    Attributes:
        method: generative method or one-call rival; see fieldlib.METHODS and fieldlib.RIVALS.
        preset: network size and recipe; see fieldlib/presets.py.
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        minutes: of training steps, compilation included; takes precedence over epochs.
        epochs: passes over the data; the preset's number when absent.
        resume: go on from the last saved state of the run folder.
        init: folder of a model whose weights to start from.
        batch_size: pictures per step, all processes together; the preset's when absent.
        accumulate: parts in which each process goes through its share of a batch, to save memory.
        precision: auto (bf16 where it pays), bf16 or fp32.
        workers: processes that make batches ahead of time, per training process; a GPU wants several.
        learning_rate: its highest value; the preset's when absent.
        decay: share of the budget over which the learning rate falls to zero; the preset's when absent.
        limit: use only the first pictures.
        seed: of data order, masks, times and noise.
        out: run folder; runs/METHOD-PRESET when absent.
        save_minutes: how often the state is saved.
        validate_minutes: how often to validate; every epoch when absent.
        logger: tensorboard or trackio, when installed, besides the run's own log.jsonl.
    """

    method: str = "flow_matching"
    preset: str = "tiny"
    data: str | None = None
    minutes: float | None = None
    epochs: float | None = None
    resume: bool = False
    init: str | None = None
    batch_size: int | None = None
    accumulate: int = 1
    precision: str = "auto"
    workers: int = 0
    learning_rate: float | None = None
    decay: float | None = None
    limit: int | None = None
    seed: int = 0
    out: str | None = None
    save_minutes: float = 5.0
    validate_minutes: float | None = None
    logger: str | None = None


def main(options: Options) -> None:
    """Train as told and leave the model in the run folder."""
    team = join_team()
    trainer = make_trainer(options, team)
    folder = trainer.folder
    if options.resume:
        trainer.resume()
    elif team.agree((folder / STATE).exists()):
        raise InputError(f"{folder} already holds a run; add --resume to go on, or choose another --out")
    tracker = make_tracker(options.logger if team.is_first else None, folder, trainer.config)
    show = Display(trainer.progress, silent=not team.is_first)
    for record in trainer.run(options.save_minutes, options.validate_minutes):
        tracker.add(record)
        show(record)
    tracker.close()
    show.end(f"model in {folder}: fieldlib.load({str(folder)!r})")


class Display:
    """A progress bar, with a line above it for every record that is not a step."""

    def __init__(self, progress: float, silent: bool) -> None:
        self._silent = silent
        form = "{percentage:5.1f}% |{bar}| {desc}"
        self._bar = tqdm(total=100.0, initial=100 * progress, unit="%", bar_format=form, disable=silent)

    def __call__(self, record: dict[str, Any]) -> None:
        """Show one record."""
        if "loss" in record:
            self._bar.set_description_str(describe(record))
            self._bar.update(min(100.0, 100 * record["progress"]) - self._bar.n)
            return
        scores = (f"{k} {v:.4g}" for k, v in record.items() if k.startswith(("estimate", "sample")))
        self._say(f"step {record['step']}: {record.get('skipped') or ', '.join(scores)}")

    def end(self, message: str) -> None:
        """Close the bar and say where the model is."""
        self._bar.close()
        self._say(message)

    def _say(self, line: str) -> None:
        if not self._silent:
            tqdm.write(line)


def describe(record: dict[str, float]) -> str:
    """The text beside the progress bar: loss, pace and time left."""
    done, seconds = record["progress"], record["seconds"]
    left = seconds * max(0.0, 1 - done) / done / 60 if done else 0.0
    return f"loss {record['loss']:.4f}, {record['pictures'] / seconds:.0f} pictures/s, {left:.1f} min left"


def make_trainer(options: Options, team: Team) -> Trainer:
    """The trainer that the options describe, on loaded data.

    Raises:
        InputError: an unknown name, unusable numbers or data.
    """
    for name in ("minutes", "epochs", "batch_size", "learning_rate", "limit", "save_minutes", "validate_minutes"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise InputError(f"--{name.replace('_', '-')} must be above zero; got {value}")
    if options.decay is not None and not 0 <= options.decay <= 1:
        raise InputError(f"--decay is a share from 0 to 1; got {options.decay}")
    if not 0 <= options.seed <= MOST_SEED:
        raise InputError(f"--seed is a whole number from 0 to {MOST_SEED}; got {options.seed}")
    if options.workers < 0:
        raise InputError(f"--workers is a whole number from 0 upwards; got {options.workers}")
    learned(options.method)
    preset = get_preset(options.preset)
    for name in ("batch_size", "learning_rate", "decay"):
        if getattr(options, name) is not None:
            preset = replace(preset, **{name: getattr(options, name)})
    config = {**preset.describe(options.method), "preset": options.preset, "command": command(options, team.size)}
    if options.data is not None and "cifar10" not in Path(options.data).name.lower():
        config["data"] = Path(options.data).name  # named in the model's card
    torch.manual_seed(options.seed)  # of the fresh weights, equal in all processes
    model = build(config)
    folder = Path(options.out or f"runs/{options.method}-{options.preset}")
    if options.init:
        config["inherits"] = inherit(model, Path(options.init), folder if team.is_first else None)
        preset = replace(preset, warmup=min(preset.warmup, INHERITED_WARMUP))
    pictures, validation = hold_out(load_pictures(options.data, split="train", limit=options.limit))
    budget = Budget(options.epochs or preset.epochs, options.minutes)
    how = (team, options.accumulate, options.precision, options.workers)
    return Trainer(model, config, preset, budget, pictures, validation, folder, options.seed, *how)


def hold_out(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pictures to train on and the last few, at most a tenth, that tell the progress instead of test pictures.

    Fewer than ``VALIDATION_PICTURES`` have to serve for both.
    """
    if len(pictures) < VALIDATION_PICTURES:
        return pictures, pictures
    count = min(VALIDATION_PICTURES, len(pictures) // 10)
    return pictures[:-count], pictures[-count:]


def command(options: Options, processes: int) -> str:
    """What to type to train these weights again, in folders below runs/."""
    init, out = (folder and f"runs/{Path(folder).name}" for folder in (options.init, options.out))
    portable = replace(options, init=init, out=out)
    start = "python" if processes == 1 else f"accelerate launch --num_processes {processes}"
    return f"{start} -m train_scripts.train {command_of(portable, leave_out=LOCAL)}"


if __name__ == "__main__":
    run(Options, main)
