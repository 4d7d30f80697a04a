"""Annealed Langevin dynamics."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.prediction import Prediction, Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State


@SOLVERS.register("langevin")
class Langevin(Solver):
    r"""At each noise level: x <- alpha_s / alpha_t x, then x <- x + r sigma^2 score + sqrt(2 r) sigma z.

    The papers work where alpha = 1 and the data does not move between levels; x / alpha is that frame for any path.
    While noise outweighs the data (alpha < sigma) the chain follows the path by itself, and the move, which would
    blow up the noise near alpha = 0, is left out. Levels must lie close together: the chain lags behind the path,
    by 11% of the spread at 100 steps and 1% at 1000 (log-SNR grid, exact Gaussian).

    Args:
        rate: r, above 0 and below 2.

    Raises:
        InputError: another rate, with which the noise would grow.

    References: Song & Ermon 2019, arXiv 1907.05600, algorithm 1.
    """

    name: ClassVar[str] = "langevin"
    title: ClassVar[str] = "Annealed Langevin"
    order: ClassVar[int] = 1
    stochastic: ClassVar[bool] = True

    def __init__(self, rate: float = 0.7) -> None:
        self.rate = check_rate(rate)

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        for t, s in pairwise(times):
            here, there = predictor.path.coefficients(t), predictor.path.coefficients(s)
            x = torch.where(here.alpha > here.sigma, there.alpha / here.alpha, 1) * x
            prediction = predictor(x, s)
            x = langevin_step(x, prediction, there.sigma, self.rate, noise())
            yield State(x, prediction)


def check_rate(rate: float) -> float:
    """``rate`` where the dynamics shrink what is not noise: |1 - rate| < 1.

    Raises:
        InputError: it is not above 0 and below 2.
    """
    if not 0 < rate < 2:
        raise InputError(f"rate is a number above 0 and below 2; got {rate}")
    return rate


def langevin_step(x: Tensor, prediction: Prediction, sigma: Tensor, rate: float, z: Tensor) -> Tensor:
    """One step x + rate sigma^2 score + sqrt(2 rate) sigma z; its own variance is off by O(rate) where noise rules."""
    return x - rate * sigma * prediction.noise + (2 * rate) ** 0.5 * sigma * z
