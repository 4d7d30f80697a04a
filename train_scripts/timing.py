"""Times that can be compared: one sample of every model and baseline in turns, on one machine, in one run."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

import fieldlib
from fieldlib.acceleration import provenance
from fieldlib.evaluation import Settings, time_once
from fieldlib.registry import one_call
from fieldlib.sampling import Model, make_solver
from fieldlib.scenes import observe_scene

ROUNDS = 15
SEED = 42
BUSY = 0.5  # other processes that want to run; above it the machine is not quiet
log = logging.getLogger(__name__)


def take_times(
    names: Sequence[str], pictures: np.ndarray, options: Mapping[str, Any], rounds: int = ROUNDS
) -> dict[str, Any]:
    """Seconds of one sample of one picture alone, by model: the least of ``rounds``, encoding included.

    All models take part in each round, so that a slow moment of the machine falls on all of them.

    Args:
        names: models and baselines.
        pictures: uint8 (N, H, W, 3); round r sees picture r modulo N.
        options: ``context``, ``solver`` and ``steps`` of the comparison.
        rounds: at least 1.

    Returns:
        machine, threads and date; ``load``: processes that ran or waited just before (mean of a minute); ``rounds``;
        ``seconds`` by model.
    """
    load = os.getloadavg()[0]
    if load > BUSY:
        log.warning("this machine is busy (load %.1f): the times will be too long", load)
    models = {name: fieldlib.load(name) for name in names}
    chosen = {name: settings_of(name, model, options) for name, model in models.items()}
    scenes = [observe_scene(pixels, i, options["context"], "uniform", SEED) for i, pixels in enumerate(pictures)]
    least = dict.fromkeys(names, float("inf"))
    for number in tqdm(range(-1, rounds), unit="round", desc="times"):  # the first one only warms up
        for name, model in models.items():
            spent = time_once(model, scenes[number % len(scenes)], chosen[name])
            if number >= 0:
                least[name] = min(least[name], spent)
    return {**provenance(), "load": round(load, 2), "rounds": rounds, "seconds": least}


def settings_of(name: str, model: Model, options: Mapping[str, Any]) -> Settings:
    """How one sample of the model called ``name`` is drawn: as in the comparison."""
    exact = one_call(name)
    solver = make_solver(model.method.default_solver if exact else options["solver"])
    return Settings(solver, 1 if exact else options["steps"], model.method.default_grid, 1.0, 1, SEED)
