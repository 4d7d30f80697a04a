"""Dormand and Prince's adaptive method of order 5, from torchdiffeq: the reference that chooses its own steps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor
from torchdiffeq import odeint

from fieldlib.prediction import Prediction, Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State


@SOLVERS.register("dopri5")
class Dopri5(Solver):
    """The probability-flow ODE to a given ``tolerance`` (relative and absolute) on every interval of the grid.

    Each interval is first tried in one step of 7 network calls and divided until the estimated error fits. The error
    is that of everything in ``x``, so :func:`fieldlib.sample` runs this solver for each sample apart.

    References: Dormand & Prince 1980; Chen 2018, torchdiffeq.
    """

    name: ClassVar[str] = "dopri5"
    title: ClassVar[str] = "Dormand-Prince 5 (ODE, adaptive)"
    order: ClassVar[int] = 5
    stochastic: ClassVar[bool] = False
    calls_per_step: ClassVar[int] = 7
    adaptive: ClassVar[bool] = True

    def __init__(self, tolerance: float = 1e-4) -> None:
        self.tolerance = tolerance

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        for t, s in pairwise(times):
            x, prediction = self.advance(predictor, x, t, s)
            yield State(x, prediction)

    def advance(self, predictor: Predictor, x: Tensor, t: Tensor, s: Tensor) -> tuple[Tensor, Prediction]:
        """``x`` at ``s`` and the prediction at ``t``; torchdiffeq runs in -t, which grows."""
        seen: list[Prediction] = []

        def velocity(minus_t: Tensor, state: Tensor) -> Tensor:
            prediction = predictor(state, -minus_t)
            if not seen:
                seen.append(prediction)
            return -prediction.velocity

        ends = -torch.stack([t, s])
        # step_t: a step must end at s, never beyond it, where the path may not exist
        options = {"first_step": 1.01 * (t - s), "step_t": ends[1:]}
        path = odeint(velocity, x, ends, rtol=self.tolerance, atol=self.tolerance, method="dopri5", options=options)
        return path[-1], seen[0]
