"""Predictor-corrector: an ancestral step to the next level, then Langevin dynamics on that level."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor

from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State
from fieldlib.solvers.ddim import DDIM
from fieldlib.solvers.langevin import check_rate, langevin_step


@SOLVERS.register("predictor_corrector")
class PredictorCorrector(Solver):
    r"""x_s from q(x_s | x_t, x0), then x_s <- x_s + r sigma_s^2 score + sqrt(2 r) sigma_s z: two network calls a step.

    The corrector forgets errors of the predictor at the price of calls; with few steps these are better spent
    on more steps.

    Args:
        rate: r, above 0 and below 2.

    Raises:
        InputError: another rate.

    References: Song et al. 2021, arXiv 2011.13456, algorithms 3 and 5.
    """

    name: ClassVar[str] = "predictor_corrector"
    title: ClassVar[str] = "Predictor-corrector (SDE)"
    order: ClassVar[int] = 1
    stochastic: ClassVar[bool] = True
    calls_per_step: ClassVar[int] = 2

    def __init__(self, rate: float = 0.05) -> None:
        self.rate = check_rate(rate)

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        ancestral = DDIM(eta=1.0)
        for t, s in pairwise(times):
            (step,) = ancestral(predictor, x, torch.stack([t, s]), noise)
            sigma = predictor.path.coefficients(s).sigma
            x = langevin_step(step.x, predictor(step.x, s), sigma, self.rate, noise())
            yield State(x, step.prediction)
