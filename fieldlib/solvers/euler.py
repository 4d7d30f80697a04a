"""Euler's method on the probability-flow ODE."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from torch import Tensor

from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State


@SOLVERS.register("euler")
class Euler(Solver):
    """x_s = x_t + (s - t) velocity(x_t, t)."""

    name: ClassVar[str] = "euler"
    title: ClassVar[str] = "Euler (ODE)"
    order: ClassVar[int] = 1
    stochastic: ClassVar[bool] = False

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        for t, s in pairwise(times):
            prediction = predictor(x, t)
            x = x + (s - t) * prediction.velocity
            yield State(x, prediction)
