"""Train one method.

python -m train_scripts.train --method flow_matching --preset tiny --data ../shared/data/cifar10 --minutes 60
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from fieldlib.checkpoint import build
from fieldlib.data import load_pictures
from fieldlib.errors import InputError
from fieldlib.presets import get_preset
from fieldlib.registry import learned
from fieldlib.train_state import STATE
from fieldlib.training import Budget, Trainer, inherit
from train_scripts.cli import run

VALIDATION_PICTURES = 100
INHERITED_WARMUP = 50  # steps, when the weights come from another run


@dataclass(frozen=True)
class Options:
    """Train one method; the run is a folder that fieldlib.load understands at any time.

    Attributes:
        method: generative method or one-call rival; see fieldlib.METHODS and fieldlib.RIVALS.
        preset: network size and recipe; see fieldlib/presets.py.
        data: Parquet file, folder in the layout of uoft-cs/cifar10 or folder of pictures; the Hub when absent.
        minutes: wall-clock budget; takes precedence over epochs.
        epochs: passes over the data; the preset's number when absent.
        resume: go on from the last saved state of the run folder.
        init: folder of a model whose weights to start from.
        learning_rate: its highest value; the preset's when absent.
        decay: share of the budget over which the learning rate falls to zero; the preset's when absent.
        limit: use only the first pictures.
        seed: of data order, masks, times and noise.
        out: run folder; runs/METHOD-PRESET when absent.
        save_minutes: how often the state is saved.
        validate_minutes: how often to validate; every epoch when absent.
    """

    method: str = "flow_matching"
    preset: str = "tiny"
    data: str | None = None
    minutes: float | None = None
    epochs: float | None = None
    resume: bool = False
    init: str | None = None
    learning_rate: float | None = None
    decay: float | None = None
    limit: int | None = None
    seed: int = 0
    out: str | None = None
    save_minutes: float = 5.0
    validate_minutes: float | None = None


def main(options: Options) -> None:
    """Train as told and leave the model in the run folder."""
    trainer = make_trainer(options)
    folder = trainer.folder
    if options.resume:
        trainer.resume()
    elif (folder / STATE).exists():
        raise InputError(f"{folder} already holds a run; add --resume to go on, or choose another --out")
    bar = tqdm(total=100.0, initial=100 * trainer.progress, unit="%", bar_format="{percentage:5.1f}% |{bar}| {desc}")
    for record in trainer.run(options.save_minutes, options.validate_minutes):
        if "loss" not in record:
            scores = ", ".join(f"{k} {v:.4g}" for k, v in record.items() if k.startswith(("estimate", "sample")))
            tqdm.write(f"step {record['step']}: {scores}")
            continue
        bar.set_description_str(describe(record))
        bar.update(100 * record["progress"] - bar.n)
    bar.close()
    print(f"model in {folder}: fieldlib.load({str(folder)!r})")


def describe(record: dict[str, float]) -> str:
    """The text beside the progress bar: loss, pace and time left."""
    done, seconds = record["progress"], record["seconds"]
    left = seconds * (1 - done) / done / 60 if done else 0.0
    return f"loss {record['loss']:.4f}, {record['pictures'] / seconds:.0f} pictures/s, {left:.1f} min left"


def make_trainer(options: Options) -> Trainer:
    """The trainer that the options describe, on loaded data.

    Raises:
        InputError: an unknown name, unusable numbers or data.
    """
    for name in ("minutes", "epochs", "learning_rate", "limit", "save_minutes", "validate_minutes"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise InputError(f"--{name.replace('_', '-')} must be above zero; got {value}")
    learned(options.method)
    preset = get_preset(options.preset)
    for name in ("learning_rate", "decay"):
        if getattr(options, name) is not None:
            preset = replace(preset, **{name: getattr(options, name)})
    config = {"method": options.method, "backbone": preset.backbone, "options": preset.options}
    config |= {"base": preset.base, "objective": preset.objective, "preset": options.preset}
    model = build(config)
    folder = Path(options.out or f"runs/{options.method}-{options.preset}")
    if options.init:
        config["inherits"] = inherit(model, Path(options.init), folder)
        preset = replace(preset, warmup=min(preset.warmup, INHERITED_WARMUP))
    pictures = load_pictures(options.data, split="train", limit=options.limit)
    validation = load_pictures(options.data, split="test", limit=VALIDATION_PICTURES)
    budget = Budget(options.epochs or preset.epochs, options.minutes)
    return Trainer(model, config, preset, budget, pictures, validation, folder, options.seed)


if __name__ == "__main__":
    run(Options, main)
