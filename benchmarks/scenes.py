"""What is run: models by preset, contexts and coordinates."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

import fieldlib
from fieldlib.checkpoint import build
from fieldlib.data.gallery import sample_pictures
from fieldlib.model import FieldModel
from fieldlib.observation import observe
from fieldlib.points import Points, grid
from fieldlib.presets import get_preset

METHOD = "flow_matching"  # time does not depend on it: all methods share their network
KNOWN, UNKNOWN = 204, 820  # as many as a 32x32 picture has known and unknown pixels at 20%


@cache
def network(preset: str) -> tuple[FieldModel, str]:
    """The model of a preset and where its weights come from: bundled, or random where none are."""
    name = f"{METHOD}/{preset}"
    if name in fieldlib.model_names():
        return fieldlib.load(name), "bundled"  # type: ignore[return-value]
    torch.manual_seed(0)
    return build(get_preset(preset).describe(METHOD)).eval().requires_grad_(False), "random"


def context(count: int = KNOWN) -> Points:
    """``count`` known pixels of the first gallery picture, 1 to 1024."""
    mask = np.zeros(1024, dtype=bool)
    mask[np.random.default_rng(0).permutation(1024)[:count]] = True
    return observe(sample_pictures(1)[0], mask=mask.reshape(32, 32))


def queries(count: int) -> Tensor:
    """``count`` coordinates (1, count, 2): the first ones of the smallest square grid that has as many.

    Some of them are known pixels, too, which changes no time.
    """
    side = 32
    while side**2 < count:
        side += 1
    return grid(side, side)[:count][None]
