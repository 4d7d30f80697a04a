"""Heun's second-order method on the probability-flow ODE."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from torch import Tensor

from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State


@SOLVERS.register("heun")
class Heun(Solver):
    """An Euler step, then a second one with the mean of the velocities at both ends: two network calls a step.

    References: Karras et al. 2022, arXiv 2206.00364, algorithm 1.
    """

    name: ClassVar[str] = "heun"
    title: ClassVar[str] = "Heun (ODE)"
    order: ClassVar[int] = 2
    stochastic: ClassVar[bool] = False
    calls_per_step: ClassVar[int] = 2

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        for t, s in pairwise(times):
            prediction = predictor(x, t)
            velocity = prediction.velocity
            ahead = predictor(x + (s - t) * velocity, s)
            x = x + (s - t) * (velocity + ahead.velocity) / 2
            yield State(x, prediction)
