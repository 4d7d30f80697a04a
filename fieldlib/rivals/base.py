"""What a rival is: a network that is asked once, at t = 1, and whose answer stands at every time."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from fieldlib.baselines.base import FixedEstimate
from fieldlib.methods.base import NetworkCall
from fieldlib.prediction import Prediction


class Rival(FixedEstimate):
    """A method of one network call. A new one is one file: what goes in at t = 1, and the loss.

    On the straight path towards an answer that never changes one Euler step arrives, so every number of steps
    gives the same picture, by every solver that draws no fresh noise.
    """

    objectives: ClassVar[tuple[str, ...]] = ("residual",)

    def sample_times(self, count: int, generator: torch.Generator) -> Tensor:
        """The only time there is, (count,)."""
        return torch.full((count,), self.t_range[1], device=generator.device)

    def bind(self, network: NetworkCall) -> OneCall:
        """A predictor that asks ``network`` once."""
        return OneCall(self, network)

    @abstractmethod
    def answer(self, network: NetworkCall, x: Tensor) -> Tensor:
        """The values (B, N, C) that the network gives for pure noise ``x`` (B, N, C), in one call."""


class OneCall:
    """A rival bound to its pictures: the first state it sees, pure noise, decides its answer for the whole run."""

    def __init__(self, rival: Rival, network: NetworkCall) -> None:
        self.path = rival.path
        self._rival = rival
        self._network = network
        self._values: Tensor | None = None

    @property
    def calls(self) -> int:
        """Network calls so far."""
        return self._network.calls

    @property
    def base_mean(self) -> Tensor:
        """See :attr:`fieldlib.methods.base.NetworkCall.base_mean`."""
        return self._network.base_mean

    def estimate(self) -> Tensor:
        """The posterior mean (B, N, C): one network call without noise."""
        return self._network.estimate()

    def __call__(self, x: Tensor, t: Tensor) -> Prediction:
        """See :class:`fieldlib.prediction.Predictor`."""
        if self._values is None:
            self._values = self._rival.answer(self._network, x)
        return Prediction.from_x0(self._values, x, self.path.coefficients(t))
