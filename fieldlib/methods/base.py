"""What a generative method is: a path, a textbook regression target and how times are drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

import torch
from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.paths import Path
from fieldlib.prediction import Prediction, Predictor
from fieldlib.registry import SOLVERS
from fieldlib.time_grids import time_grid

EXTRA_SHARE = 0.3  # of the training times fall into the last EXTRA_WIDTH of the range, beyond their uniform share
EXTRA_WIDTH = 0.2


class NetworkCall(Predictor, Protocol):
    """A network bound to its pictures and coordinates, as :meth:`Method.bind` gets and gives it.

    Attributes:
        calls: network calls so far. base_mean: what is known before the first one, (B, N, C).
    """

    @property
    def calls(self) -> int: ...  # noqa: D102

    @property
    def base_mean(self) -> Tensor: ...  # noqa: D102

    def estimate(self) -> Tensor:
        """The posterior mean (B, N, C) in one call."""
        ...


class Method(ABC):
    """One generative method. A new one is one file: path, target, predict; the rest has defaults.

    A network of the residual objective, as all presets but ``seed`` train, learns one estimate on every path: of the
    method it knows the path, ``t_range``, ``sample_times``, ``estimated``, ``rows`` and ``loss``. One of the textbook
    objective learns ``target`` with its ``weight``, read by ``predict``.

    Attributes:
        name: the name people type; title: the name people read.
        path: how data becomes noise.
        t_range: (smallest, largest) time that training and sampling use.
        default_solver: name of the solver that suits the method; default_grid: of the time grid that suits it.
        objectives: what its networks can be trained for, see :class:`fieldlib.model.FieldModel`.
        estimate_share: share of a training step's rows that train the estimate of t = 1 (residual objective only).
        rows: network inputs that each picture becomes in a training step.
        formulas: of the path, the target, a step without chance and one with fresh noise, for the page's panel; None
            where there is nothing to show.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    path: Path
    t_range: ClassVar[tuple[float, float]]
    default_solver: ClassVar[str]
    default_grid: ClassVar[str] = "log_snr"
    objectives: ClassVar[tuple[str, ...]] = ("residual", "textbook")
    estimate_share: ClassVar[float] = 0.3
    rows: ClassVar[int] = 1
    formulas: ClassVar[tuple[str, str, str, str] | None] = None

    def check(self) -> None:
        """Refuse what sampling would refuse too, but after the training.

        Raises:
            InputError: times outside (0, 1], an unknown solver or grid.
        """
        low, high = self.t_range
        if not 0 < low < high <= 1:
            raise InputError(
                f"t_range of {self.name} is (smallest, largest) time above 0 and up to 1; got {(low, high)}"
            )
        SOLVERS[self.default_solver]
        time_grid(self.path, self.t_range, 1, self.default_grid)

    @abstractmethod
    def target(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The textbook quantity that the network regresses; shape of ``x0``, ``t`` broadcasts to it."""

    @abstractmethod
    def predict(self, output: Tensor, x_t: Tensor, t: Tensor) -> Prediction:
        """Read a network output that estimates :meth:`target` as a prediction."""

    def weight(self, t: Tensor) -> Tensor:
        """Weight of the squared error on :meth:`target` at time ``t``."""
        return torch.ones_like(t)

    def loss(self, errors: Tensor) -> Tensor:
        """Mean square of the :attr:`rows` normalised errors of each value, (B, rows, N, C) -> (B, N, C)."""
        return errors.square().mean(1)

    def bind(self, network: NetworkCall) -> NetworkCall:
        """What solvers see of ``network``: itself, unless the method has another use for it."""
        return network

    def estimated(self, count: int, generator: torch.Generator) -> Tensor:
        """Which of the ``count`` rows of a training step train the estimate of t = 1, (count,) bool."""
        return torch.rand(count, generator=generator, device=generator.device) < self.estimate_share

    def sample_times(self, count: int, generator: torch.Generator) -> Tensor:
        """Training times (count,) in random order, where the generator is: stratified, with an extra share near t = 1.

        There the noisy values say nothing and the context must do the work.
        """
        strata = torch.randperm(count, generator=generator, device=generator.device)
        uniform = (strata + torch.rand(count, generator=generator, device=generator.device)) / count
        below = (1 - EXTRA_SHARE) * (1 - EXTRA_WIDTH)  # probability of a time outside the top stretch
        bulk = uniform * (1 - EXTRA_WIDTH) / below
        top = 1 - EXTRA_WIDTH + (uniform - below) * EXTRA_WIDTH / (1 - below)
        low, high = self.t_range
        return low + (high - low) * torch.where(uniform < below, bulk, top)
