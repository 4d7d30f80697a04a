"""What a generative method is: a path, a textbook regression target and how times are drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from fieldlib.paths import Path
from fieldlib.prediction import Prediction

EXTRA_SHARE = 0.3  # of the training times fall into the last EXTRA_WIDTH of the range, beyond their uniform share
EXTRA_WIDTH = 0.2


class Method(ABC):
    """One generative method. A new one is one file: path, target, predict; the rest has defaults.

    Attributes:
        name: the name people type; title: the name people read.
        path: how data becomes noise.
        t_range: (smallest, largest) time that training and sampling use.
        default_solver: name of the solver that suits the method; default_grid: of the time grid that suits it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    path: Path
    t_range: ClassVar[tuple[float, float]]
    default_solver: ClassVar[str]
    default_grid: ClassVar[str] = "log_snr"

    @abstractmethod
    def target(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The textbook quantity that the network regresses; shape of ``x0``, ``t`` broadcasts to it."""

    @abstractmethod
    def predict(self, output: Tensor, x_t: Tensor, t: Tensor) -> Prediction:
        """Read a network output that estimates :meth:`target` as a prediction."""

    def weight(self, t: Tensor) -> Tensor:
        """Weight of the squared error on :meth:`target` at time ``t``."""
        return torch.ones_like(t)

    def sample_times(self, count: int, generator: torch.Generator) -> Tensor:
        """Training times (count,) in random order: stratified, with an extra share near t = 1.

        There the noisy values say nothing and the context must do the work.
        """
        strata = torch.randperm(count, generator=generator)
        uniform = (strata + torch.rand(count, generator=generator)) / count
        below = (1 - EXTRA_SHARE) * (1 - EXTRA_WIDTH)  # probability of a time outside the top stretch
        bulk = uniform * (1 - EXTRA_WIDTH) / below
        top = 1 - EXTRA_WIDTH + (uniform - below) * EXTRA_WIDTH / (1 - below)
        low, high = self.t_range
        return low + (high - low) * torch.where(uniform < below, bulk, top)
