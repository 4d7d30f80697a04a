"""Where a network looked for one pixel of a picture."""

from __future__ import annotations

import numpy as np
import torch

import fieldlib
from demo import checks, strings, studio
from demo.request import Request
from fieldlib import BASELINES, InputError
from fieldlib.influence import influence
from fieldlib.points import SIDE


def influence_map(request: Request, row: int, column: int) -> np.ndarray:
    """How much each revealed pixel moves the estimate at one pixel: uint8 (32, 32), 255 for the strongest one.

    A revealed pixel moves its own estimate so much that nothing else would show: it is left out of its own map.

    Raises:
        InputError: no such pixel, or a baseline, which has no gradients.
    """
    if request.model in BASELINES:
        raise InputError(strings.NO_GRADIENT)
    scene = studio.set_scene(request)
    place = checks.whole("row", row, 0, SIDE - 1) * SIDE + checks.whole("column", column, 0, SIDE - 1)
    asked = ~scene.mask.reshape(-1)
    asked[place] = True
    context = fieldlib.observe(scene.pixels, mask=scene.mask)
    coords = fieldlib.grid(SIDE, SIDE)[torch.from_numpy(asked)]
    strength = influence(fieldlib.load(request.model), context, coords, int(asked[:place].sum()))[0].numpy()
    others = scene.mask.reshape(-1).copy()
    others[place] = False
    strength = strength[others[scene.mask.reshape(-1)]]
    levels = np.zeros(SIDE * SIDE, np.uint8)
    levels[others] = (255 * strength / max(strength.max(initial=0.0), 1e-12)).round()
    return levels.reshape(SIDE, SIDE)
