"""Annealed Langevin dynamics."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from torch import Tensor

from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State


@SOLVERS.register("langevin")
class Langevin(Solver):
    r"""At each noise level: x <- x + r sigma^2 score + sqrt(2 r) sigma z, then on to the next level.

    Levels must lie close together: below about 100 steps the chain lags behind the path (LOG.md has figures).

    References: Song & Ermon 2019, arXiv 1907.05600, algorithm 1.
    """

    name: ClassVar[str] = "langevin"
    title: ClassVar[str] = "Annealed Langevin"
    order: ClassVar[int] = 1
    stochastic: ClassVar[bool] = True

    def __init__(self, rate: float = 0.1) -> None:
        self.rate = rate

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        for _, s in pairwise(times):
            sigma = predictor.path.coefficients(s).sigma
            prediction = predictor(x, s)
            x = x - self.rate * sigma * prediction.noise + (2 * self.rate) ** 0.5 * sigma * noise()
            yield State(x, prediction)
