"""Named network sizes and the training settings that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from fieldlib.errors import InputError


@dataclass(frozen=True)
class Preset:
    """A backbone with its size, the model's options and the recipe that trains it.

    Attributes:
        backbone, options: name of the network and what it is built with.
        base, objective: see :class:`fieldlib.model.FieldModel`.
        batch_size: pictures a step. learning_rate, weight_decay: of the optimizer. epochs: unless minutes are given.
        ema: weight that the average of the weights keeps at each step. warmup: steps in which the rate rises.
        decay: share of the budget in which it falls.
        few_queries: share of the steps that ask for few points.
        share: of the pixels that are known, uniformly drawn, with as many others as targets; None for varying shares
            and patterns with up to :data:`fieldlib.data.batches.MOST_QUERIES` targets.
        optimizer: ``muon`` for matrices with AdamW for the rest, or ``adam``.
        annealing: how the learning rate falls over the last ``decay`` of the budget, ``linear`` or ``cosine``.
    """

    backbone: str
    options: dict[str, Any]
    base: str = "kriging"
    objective: str = "residual"
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    epochs: float = 10
    ema: float = 0.999
    warmup: int = 200
    decay: float = 0.3
    few_queries: float = 0.5
    share: float | None = None
    optimizer: Literal["muon", "adam"] = "muon"
    annealing: Literal["linear", "cosine"] = "linear"

    def describe(self, method: str) -> dict[str, Any]:
        """The description of a model of ``method`` that :func:`fieldlib.checkpoint.build` makes."""
        shape = {"backbone": self.backbone, "options": dict(self.options)}
        return {"method": method, **shape, "base": self.base, "objective": self.objective}


PERCEIVER = {
    "latents": 64,
    "latent_width": 128,
    "depth": 3,
    "blocks": 1,
    "width": 128,
    "heads": 2,
    "features": 64,
    "scale": 3.0,
    "stem": [[48, 2], [96, 2], [128, 2]],
}
SET_CONV = {"widths": [48, 96, 144], "depths": [2, 2, 2], "call_depths": [2, 1], "head": 64, "patch": 2}
WIDE_CONV = {"widths": [96, 144, 192], "depths": [3, 3, 2], "call_depths": [2, 2, 2], "head": 96}
PLAN = {
    "latents": 512,
    "latent_width": 512,
    "depth": 6,
    "blocks": 1,
    "width": 128,
    "heads": 8,
    "features": 256,
    "scale": 3.0,
}
PRESETS: dict[str, Preset] = {
    "tiny": Preset("perceiver_io", PERCEIVER, few_queries=0.1),
    "tiny_conv": Preset("set_conv", SET_CONV, batch_size=32, learning_rate=1.5e-3, few_queries=0.1),
    "base": Preset("set_conv", WIDE_CONV, batch_size=128, few_queries=0.1, epochs=30),
    "test": Preset("deep_set", {"width": 32}, batch_size=16, warmup=10, epochs=1),
    "seed": Preset(
        "perceiver_io",
        PLAN,
        base="unit",
        objective="textbook",
        learning_rate=1e-4,
        weight_decay=0.0,
        epochs=100,
        warmup=1,
        decay=1.0,
        share=0.2,
        optimizer="adam",
        annealing="cosine",
    ),
}


class Scores(NamedTuple):
    """PSNR of the unobserved pixels in dB, of the one-call estimate and of the mean of 8 samples, and CRPS."""

    estimate: float
    mean: float
    crps: float


# Of the bundled weights, by preset and method: 1,000 CIFAR-10 test pictures, 20% known, seed 42, dpmpp_2m, 8 steps.
# Measured by `python -m train_scripts.compare --seeds 42`; a test compares them with assets/study/comparison.json.
SCORES: dict[str, dict[str, Scores]] = {
    "tiny": {
        "denoiser": Scores(23.52, 22.99, 0.0320),
        "flow_matching": Scores(23.52, 23.00, 0.0320),
        "score_sde": Scores(23.51, 23.00, 0.0320),
    },
    "tiny_conv": {
        "denoiser": Scores(23.57, 23.08, 0.0317),
        "flow_matching": Scores(23.58, 23.10, 0.0317),
        "score_sde": Scores(23.57, 23.07, 0.0317),
        "regressor": Scores(23.58, 23.58, 0.0444),
        "crps_ensemble": Scores(23.55, 23.07, 0.0320),
    },
    "base": {
        "denoiser": Scores(23.95, 23.47, 0.0300),
        "flow_matching": Scores(23.95, 23.47, 0.0300),
        "score_sde": Scores(23.95, 23.46, 0.0300),
    },
}


def get_preset(name: str) -> Preset:
    """The preset called ``name``.

    Raises:
        InputError: when there is none.
    """
    if name not in PRESETS:
        raise InputError(f"unknown preset {name!r}; known: {', '.join(sorted(PRESETS))}")
    return PRESETS[name]
