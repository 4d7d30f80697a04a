"""From scattered points of known colour to a picture: what the field does when there is no pixel grid to begin with."""

from __future__ import annotations

import time
from typing import Any

import torch

import fieldlib
from demo import studio
from demo.checks import MOST_SEED, one_of, refusal, whole
from demo.pngs import png_address
from demo.readings import MOST, read
from demo.request import solver_for
from fieldlib import SOLVERS, InputError, Points
from fieldlib.draws import MOST_STEPS
from fieldlib.points import SIDE, to_pixels
from fieldlib.registry import one_call
from fieldlib.sampling import sample

MOST_POINTS = SIDE * SIDE


def answer(
    points: object, model: str, solver: str | None, steps: object, noise_seed: object, size: object
) -> dict[str, Any]:
    """The picture that ``model`` makes of ``points``; see :func:`demo.api.reconstruct`.

    Raises:
        InputError: any value out of its range.
    """
    context = known(points)
    one_of("model", model, fieldlib.model_names())
    if solver is not None:
        one_of("solver", solver, SOLVERS.names())
    if one_call(model):
        solver, steps = None, 1
    steps = whole("steps", steps, 1, MOST_STEPS)
    seed, size = whole("the noise seed", noise_seed, 0, MOST_SEED), whole("the size", size, SIDE, MOST)
    start = time.perf_counter()
    frames = sample(fieldlib.load(model), context, fieldlib.grid(SIDE, SIDE), solver=solver, steps=steps, seeds=[seed])
    *_, last = studio.limited(frames)
    picture = read(to_pixels(last.values[0], SIDE, SIDE), size)
    spent = time.perf_counter() - start
    asked = {"model": model, "solver": solver_for(model, solver), "steps": steps, "noise_seed": seed, "size": size}
    facts = {"points": context.coords.shape[1], "nfe": last.nfe, "milliseconds": 1000 * spent}
    return {**asked, **facts, "picture": png_address(picture)}


def known(points: object) -> Points:
    """Rows (row, column, red, green, blue) as context points of one picture.

    Raises:
        InputError: no such rows, too many, or numbers out of range.
    """
    if not isinstance(points, list) or not 1 <= len(points) <= MOST_POINTS:
        raise InputError(f"points is a list of 1 to {MOST_POINTS} rows [row, column, red, green, blue]")
    rows = torch.tensor([_row(row) for row in points])
    return Points((2 * rows[None, :, :2] + 1) / SIDE - 1, rows[None, :, 2:] / 127.5 - 1)


def _row(row: object) -> list[float]:
    limits = (SIDE - 1, SIDE - 1, 255, 255, 255)
    if not isinstance(row, list | tuple) or len(row) != len(limits):
        raise refusal("a point", row, "[row, column, red, green, blue]")
    for value, most in zip(row, limits, strict=True):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            raise refusal("a point", row, f"row and column from 0 to {SIDE - 1} and three colours from 0 to 255")
    return [float(value) for value in row]
