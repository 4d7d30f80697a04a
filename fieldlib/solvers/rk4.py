"""The classical fourth-order Runge-Kutta method on the probability-flow ODE."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from torch import Tensor

from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State


@SOLVERS.register("rk4")
class RK4(Solver):
    """x_s = x_t + (s - t) (v1 + 2 v2 + 2 v3 + v4) / 6, velocities at t, twice halfway and at s: four network calls.

    References: Kutta 1901; Hairer, Norsett & Wanner 1993, Solving Ordinary Differential Equations I, ch. II.1.
    """

    name: ClassVar[str] = "rk4"
    title: ClassVar[str] = "Runge-Kutta 4 (ODE)"
    order: ClassVar[int] = 4
    stochastic: ClassVar[bool] = False
    calls_per_step: ClassVar[int] = 4

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        for t, s in pairwise(times):
            dt, middle = s - t, (t + s) / 2
            prediction = predictor(x, t)
            v1 = prediction.velocity
            v2 = predictor(x + dt / 2 * v1, middle).velocity
            v3 = predictor(x + dt / 2 * v2, middle).velocity
            v4 = predictor(x + dt * v3, s).velocity
            x = x + dt / 6 * (v1 + 2 * (v2 + v3) + v4)
            yield State(x, prediction)
