"""What a solver is: a generator that walks from noise to data along given times."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import ClassVar, NamedTuple

from torch import Tensor

from fieldlib.prediction import Prediction, Predictor

Noise = Callable[[], Tensor]  # each call gives fresh noise of the shape of x, times the temperature


class State(NamedTuple):
    """After one step: the new ``x`` and the prediction that the step was made with, both (B, N, C)."""

    x: Tensor
    prediction: Prediction


class Solver(ABC):
    """One way to follow a predictor from t = times[0] (noise) to times[-1] (data).

    Attributes:
        name: what people type; title: what people read.
        order: global order of convergence in the step, proven by a test.
        stochastic: whether steps draw fresh noise.
        calls_per_step: network calls that one step makes; the least number when adaptive.
        adaptive: whether steps inside an interval are chosen from the state, so that what else is in the batch matters.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int]
    stochastic: ClassVar[bool]
    calls_per_step: ClassVar[int] = 1
    adaptive: ClassVar[bool] = False

    @abstractmethod
    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """Yield one state per step for decreasing ``times`` (steps + 1,), starting at ``x`` (B, N, C)."""
