"""The explicit midpoint method on the probability-flow ODE."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from torch import Tensor

from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State


@SOLVERS.register("midpoint")
class Midpoint(Solver):
    """x_s = x_t + (s - t) velocity(x_m, m) with m = (t + s) / 2 and x_m from half an Euler step.

    References: Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I, ch. II.1.
    """

    name: ClassVar[str] = "midpoint"
    title: ClassVar[str] = "Midpoint (ODE)"
    order: ClassVar[int] = 2
    stochastic: ClassVar[bool] = False
    calls_per_step: ClassVar[int] = 2

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        for t, s in pairwise(times):
            prediction = predictor(x, t)
            halfway = x + (s - t) / 2 * prediction.velocity
            x = x + (s - t) * predictor(halfway, (t + s) / 2).velocity
            yield State(x, prediction)
