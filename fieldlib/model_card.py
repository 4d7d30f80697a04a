"""Model cards, generated from the training record so that they cannot drift from it."""

from __future__ import annotations

import re
from typing import Any

from fieldlib.inheritance import stages

PROTOCOL = ("images", "context", "seed", "solver", "steps", "samples")
SCORED = (
    "estimate_psnr_unobserved",
    "mean_psnr_unobserved",
    "sample_psnr_unobserved",
    "estimate_ssim_full",
    "crps",
    "coverage90",
    "sharpness",
)
BUNDLED = "CIFAR-10"  # what the bundled weights were trained on; other data is named in the config
OF_CIFAR10 = {
    "datasets": "datasets: [uoft-cs/cifar10]\n",
    "limits": "CIFAR-10 (32x32 photographs of ten classes)",
    "credit": "Data: CIFAR-10, Krizhevsky 2009.",
}
OF_OTHERS = {"datasets": "", "credit": "Name the source of the pictures here."}
CARD = """---
license: apache-2.0
library_name: fieldlib
{datasets}tags: [neural-field, image-completion, {method}]
---

# {method}/{preset}

Reconstructs a 32x32 picture from a few of its pixels: `{backbone}` backbone, `{base}` base, `{objective}` objective.
Use it with `fieldlib.load("{method}/{preset}")`.

## Training

{data}, fresh masks at every step ({masks}).
{shared}
| stage | steps | pictures seen | minutes | pictures/s | machine |
| --- | --- | --- | --- | --- | --- |
{stages}

```
{commands}
```
{note}
## Scores

{scores}

## Limits

Trained on {limits}. A sample is one plausible completion, not the truth: do not use
it where the hidden pixels matter. Finer grids than 32x32 gain no detail.

## Licence

Weights: Apache-2.0. {credit}
"""

SHARED = """
All stages but the last are shared by the methods: a network that is preconditioned and conditioned on log-SNR is the
same function for every Gaussian path. The last stage is the method's own.
"""


def make_card(config: dict[str, Any]) -> str:
    """The README.md of a model folder, from its config.json (training record and scores included)."""
    fields = {"preset": "custom", **config}
    trained = stages(config)
    return CARD.format(
        **{name: fields[name] for name in ("method", "preset", "backbone", "base", "objective")},
        data=data_of(config.get("training", {}), config.get("data", BUNDLED)),
        masks=masks_of(config.get("training", {})),
        shared=SHARED if len(trained) > 1 else "",
        stages="\n".join(map(stage_row, trained)),
        commands="\n".join(map(stage_command, trained)),
        **OF_CIFAR10 if "data" not in config else {**OF_OTHERS, "limits": f"{config['data']} pictures of 32x32 pixels"},
        note=f"\n{config['note']}\n" if "note" in config else "",
        scores=score_table(config.get("scores"), config.get("data", BUNDLED)),
    )


def data_of(training: dict[str, Any], data: str) -> str:
    """What was trained on, and which pictures told the progress."""
    count = f"{training['different_pictures']:,} " if training else ""
    return f"{count}{data} training pictures (others, held out, told the progress)"


def masks_of(training: dict[str, Any]) -> str:
    """How many pixels were known, and which."""
    share = training.get("preset", {}).get("share")
    return "2-50% known, mixed patterns" if share is None else f"{share:.0%} known, uniformly drawn"


def stage_row(stage: dict[str, Any]) -> str:
    """One row of the training table."""
    return (
        f"| {stage['method']} | {stage['steps']:,} | {stage['pictures']:,} | {minutes_of(stage)} "
        f"| {stage['pictures'] / max(stage['seconds'], 1):,.0f} | {stage['machine']} |"
    )


def minutes_of(stage: dict[str, Any]) -> str:
    """How long a stage took, to a tenth of a minute."""
    return f"{max(0.1, stage['seconds'] / 60):.1f}".removesuffix(".0")


def stage_command(stage: dict[str, Any]) -> str:
    """The recorded command, with the minutes that it got: a stage at a constant rate can be stopped at any time."""
    if not stage.get("command"):
        return "# trained from Python, by fieldlib.training.Trainer"
    return re.sub(r"--minutes [\d.]+", f"--minutes {minutes_of(stage)}", stage["command"])


def score_table(scores: dict[str, Any] | None, data: str = BUNDLED) -> str:
    """Protocol and main columns of an evaluation."""
    if not scores:
        return "Not measured yet: run `python -m train_scripts.evaluate`."
    rows = "\n".join(f"| {name} | {scores[name]:.4g} |" for name in SCORED if name in scores)
    return (
        f"{scores['images']} {data} test pictures, {scores['context']:.0%} known, seed {scores['seed']}, "
        f"{scores['solver']} with {scores['steps']} step{'' if scores['steps'] == 1 else 's'}, "
        f"{scores['samples']} samples.\n\n"
        f"| column | value |\n| --- | --- |\n{rows}"
    )
