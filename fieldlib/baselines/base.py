"""What a baseline is: a model whose estimate of x0 does not depend on the noisy values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from fieldlib.methods.base import Method
from fieldlib.paths import LinearPath, Path
from fieldlib.points import Points
from fieldlib.prediction import Prediction


class Baseline(ABC):
    """A classical reconstruction that stands wherever a trained model can stand.

    Attributes:
        name: what people type; title: what people read.
        side: None, because a baseline answers at any coordinate by itself.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    side: ClassVar[int | None] = None

    def __init__(self) -> None:
        self.method: Method = FixedEstimate()

    @abstractmethod
    def reconstruct(self, context: Points, coords: Tensor) -> Tensor:
        """Values (B, N, C) at ``coords`` (B, N, D); every context point exists (no mask)."""

    def at(self, coords: Tensor, context: Points, samples: int = 1, mask: Tensor | None = None) -> FixedPredictor:
        """The predictor for ``samples`` draws of each picture; all draws are equal, and a ``mask`` changes nothing."""
        values = [self.reconstruct(one, coords[i : i + 1]) for i, one in enumerate(split(context))]
        return FixedPredictor(torch.cat(values), samples)


def split(context: Points) -> list[Points]:
    """One point set of batch size 1 per picture, without the absent points."""
    pictures = []
    for i in range(len(context.coords)):
        keep = slice(None) if context.mask is None else context.mask[i].nonzero()[:, 0]
        pictures.append(Points(context.coords[i : i + 1, keep], context.values[i : i + 1, keep]))
    return pictures


class FixedEstimate(Method):
    """The straight path towards an estimate that never changes: one Euler step arrives."""

    name: ClassVar[str] = "fixed"
    title: ClassVar[str] = "Fixed estimate"
    t_range: ClassVar[tuple[float, float]] = (1e-6, 1.0)
    default_solver: ClassVar[str] = "euler"

    def __init__(self) -> None:
        self.path = LinearPath()

    def target(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The clean values."""
        return x0

    def predict(self, output: Tensor, x_t: Tensor, t: Tensor) -> Prediction:
        """Read ``output`` as clean values."""
        return Prediction.from_x0(output, x_t, self.path.coefficients(t))


class FixedPredictor:
    """Predicts the same values (B * samples, N, C) at every time; makes no network calls."""

    calls = 0

    def __init__(self, values: Tensor, samples: int) -> None:
        self.path: Path = LinearPath()
        self._mean = values
        self._values = values.repeat_interleave(samples, dim=0)

    @property
    def base_mean(self) -> Tensor:
        """What is known before the first call: the reconstruction itself."""
        return self._values

    def estimate(self) -> Tensor:
        """The reconstruction, (B, N, C)."""
        return self._mean

    def __call__(self, x: Tensor, t: Tensor) -> Prediction:
        """See :class:`fieldlib.prediction.Predictor`."""
        return Prediction.from_x0(self._values, x, self.path.coefficients(t))
