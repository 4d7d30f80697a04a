"""Samples of one model for test pictures, for the studies that look at the samples themselves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from torch import Tensor
from tqdm import tqdm

from fieldlib.evaluation import Settings, batch_for, check, draw
from fieldlib.metrics import Truth
from fieldlib.sampling import Model, make_solver
from fieldlib.scenes import Scene, batches, observe_scene
from train_scripts.protocol import Comparison, how


def settings_of(name: str, model: Model, options: Comparison, seed: int) -> Settings:
    """How the ``model`` called ``name`` draws under ``options``: on the grid of its method, at temperature 1."""
    solver, steps = how(name, options.solver, options.steps).values()
    chosen = make_solver(solver or model.method.default_solver)
    return Settings(chosen, steps, model.method.default_grid, 1.0, options.samples, seed)


def drawn(
    model: Model, pictures: np.ndarray, settings: Settings, context: float, label: str
) -> Iterator[tuple[list[Scene], Truth, Tensor]]:
    """Samples for ``pictures`` (N, H, W, 3) uint8 of which a share ``context`` is known, with a progress bar.

    Yields:
        Scenes of some pictures, their truth, and samples of all their pixels (B, K, H * W, 3) in [-1, 1].

    Raises:
        InputError: what :func:`fieldlib.evaluation.check` refuses, and samples that are not finite.
    """
    size = batch_for(model)
    check(pictures, settings, size)
    scenes = [observe_scene(pixels, i, context, "uniform", settings.seed) for i, pixels in enumerate(pictures)]
    with tqdm(total=len(scenes), unit="picture", desc=label) as bar:
        for group in batches(scenes, size):
            truth, samples, _ = draw(model, group, settings)
            yield group, truth, samples
            bar.update(len(group))
