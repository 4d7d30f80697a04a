"""UniPC: a multistep predictor in log-SNR, and a corrector that reuses the next step's network call."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, NamedTuple

from torch import Tensor

from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State
from fieldlib.solvers.dpmpp_2m import LONGEST_REACH
from fieldlib.solvers.exponential import DataStep, data_step


class Past(NamedTuple):
    """The step before: where it started, what it believed there, how it went, and the same belief one step earlier."""

    x: Tensor
    x0: Tensor
    step: DataStep
    slope: Tensor | None  # d x0 / d lambda towards the start from the point before
    reach: Tensor | None  # distance in lambda to the point before


@SOLVERS.register("unipc")
class UniPC(Solver):
    r"""UniPC-2 with B(h) = e^h - 1 on x0: a second-order predictor, a third-order corrector, one call a step.

    The predictor is x_s = sigma_s / sigma_t x_t + alpha_s (1 - e^-h) (x0 + slope h / 2). Once x0 is known at x_s,
    the step is redone with the parabola through x0 at the point before, at t and at s, integrated exactly;
    the first corrected step has two points and uses their mean. The last step stays as predicted.

    References: Zhao et al. 2023, arXiv 2302.04867, algorithms 5-8.
    """

    name: ClassVar[str] = "unipc"
    title: ClassVar[str] = "UniPC"
    order: ClassVar[int] = 3
    stochastic: ClassVar[bool] = False

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        past: Past | None = None
        for t, s in pairwise(times):
            prediction = predictor(x, t)
            x0, step, slope, reach = prediction.x0, data_step(predictor.path, t, s), None, None
            ahead = x0
            if past is not None:
                x = correct(past, x0)
                slope, reach = (x0 - past.x0) / past.step.length, past.step.length
                ahead = x0 + (step.length / 2).clamp_max(LONGEST_REACH * reach) * slope
            past = Past(x, x0, step, slope, reach)
            x = step.keep * x + step.gain * ahead
            yield State(x, prediction)


def correct(past: Past, x0: Tensor) -> Tensor:
    r"""The state at the end of the step ``past``, now that ``x0`` there is known.

    With xi = (lambda - lambda_t) / h and r = reach / h the parabola is x0_t + h slope xi + c xi (xi + r),
    c = (x0_s - x0_t - h slope) / (1 + r); the means of xi and xi^2 under the weight e^lambda follow by parts.
    """
    keep, gain, length = past.step
    rise = x0 - past.x0
    if past.slope is None or past.reach is None:
        return keep * past.x + gain * (past.x0 + rise / 2)
    whole = -(-length).expm1()
    first = 1 - whole / length
    second = 1 - 2 * first / length
    ratio = past.reach / length
    bend = (rise - length * past.slope) / (1 + ratio)
    mean = past.x0 + first / whole * length * past.slope + (second + ratio * first) / whole * bend
    return keep * past.x + gain * mean
