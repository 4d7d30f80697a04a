"""Times that can be compared: one sample of every row of a study in turns, on one machine, in one run."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
from tqdm import tqdm

import fieldlib
from fieldlib.acceleration import provenance
from fieldlib.evaluation import Settings, time_once
from fieldlib.sampling import make_solver
from fieldlib.scenes import observe_scene

ROUNDS = 15
TIMED = 8  # pictures that take turns
SEED = 42
BUSY = 0.5  # other processes that want to run; above it the machine is not quiet
log = logging.getLogger(__name__)


def take_times(rows: Mapping[str, Mapping[str, Any]], pictures: np.ndarray, rounds: int = ROUNDS) -> dict[str, Any]:
    """Seconds of one sample of one picture alone, for each row of a study: the least of ``rounds``, encoding included.

    All rows take part in each round, so that a slow moment of the machine falls on all of them.

    Args:
        rows: by label: ``model``, ``solver``, ``steps``, ``grid``, ``context`` and ``pattern``.
        pictures: uint8 (N, H, W, 3); round r sees picture r modulo N.
        rounds: at least 1.

    Returns:
        machine, threads and date; ``load``: processes that ran or waited just before (mean of a minute); ``rounds``;
        ``seconds`` by label.
    """
    load = os.getloadavg()[0]
    if load > BUSY:
        log.warning("this machine is busy (load %.1f): the times will be too long", load)
    models = {name: fieldlib.load(name) for name in {row["model"] for row in rows.values()}}
    least = dict.fromkeys(rows, float("inf"))
    for number in tqdm(range(-1, rounds), unit="round", desc="times"):  # the first one only warms up
        place = number % len(pictures)
        for label, row in rows.items():
            scene = observe_scene(pictures[place], place, row["context"], row["pattern"], SEED)
            settings = Settings(make_solver(row["solver"]), row["steps"], row["grid"], 1.0, 1, SEED)
            spent = time_once(models[row["model"]], scene, settings)
            if number >= 0:
                least[label] = min(least[label], spent)
    return {**provenance(), "load": round(load, 2), "rounds": rounds, "seconds": least}
