"""DPM-Solver++(2M): the second-order multistep method in log-SNR, one network call a step."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from torch import Tensor

from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State
from fieldlib.solvers.exponential import data_step

LONGEST_REACH = 0.5  # the weight of equal steps; uncapped, the long last step of a uniform grid overshoots


@SOLVERS.register("dpmpp_2m")
class DPMpp2M(Solver):
    r"""x_s = sigma_s / sigma_t x_t + alpha_s (1 - e^-h) (x0 + w (x0 - x0_previous)), w = h / (2 h_previous).

    h is the step in lambda = log(alpha / sigma). The first step has no past: it is DDIM, which is exact in x0, also
    from alpha = 0. ``w`` is capped at 1/2, the weight of equal steps: grids that are uniform in log-SNR run as
    published, others keep their order and lose an overshoot (LOG.md has figures).

    References: Lu et al. 2022, arXiv 2211.01095, algorithm 2.
    """

    name: ClassVar[str] = "dpmpp_2m"
    title: ClassVar[str] = "DPM-Solver++ (2M)"
    order: ClassVar[int] = 2
    stochastic: ClassVar[bool] = False

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        past: tuple[Tensor, Tensor] | None = None  # x0 and h of the step before
        for t, s in pairwise(times):
            prediction = predictor(x, t)
            keep, gain, length = data_step(predictor.path, t, s)
            x0 = prediction.x0
            if past is not None:
                x0 = x0 + (length / (2 * past[1])).clamp_max(LONGEST_REACH) * (x0 - past[0])
            x = keep * x + gain * x0
            past = prediction.x0, length
            yield State(x, prediction)
