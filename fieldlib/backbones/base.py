"""What a backbone is: a network from known points and noisy points to one output per noisy point."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple, Protocol

from torch import Tensor, nn

from fieldlib.kriging import Moments
from fieldlib.points import Points


class Base(Protocol):
    """A first guess of the picture: mean and standard deviation at any coordinate."""

    def at(self, coords: Tensor) -> Moments:
        """Moments at ``coords`` (B, N, D)."""
        ...


class Memory(NamedTuple):
    """All that a backbone keeps of one batch of pictures; every tensor's first axis is the batch."""

    tensors: dict[str, Tensor]

    def repeat(self, times: int) -> Memory:
        """Each picture ``times`` times in a row, for several samples of one context."""
        if times == 1:
            return self
        return Memory({name: tensor.repeat_interleave(times, dim=0) for name, tensor in self.tensors.items()})


class Backbone(nn.Module, ABC):
    """A network on points. The per-picture part runs once, the per-call part is light.

    ``encode`` runs once per picture, ``locate`` once per set of coordinates, ``forward`` once per network call.

    Attributes:
        dims, channels: of a point.
        narrowed: name of the U-Net, or the list of modules, that ``forward`` may run in bf16; see fieldlib/narrow.py.
    """

    dims: int = 2
    channels: int = 3
    narrowed: str | None = None

    @abstractmethod
    def encode(self, context: Points, base: Base) -> Memory:
        """Read the context (B, M points) and the base; independent of time and of the noisy values."""

    @abstractmethod
    def locate(self, memory: Memory, coords: Tensor, base: Moments) -> Memory:
        """Prepare for queries at ``coords`` (B, N, D), where the base has these moments."""

    @abstractmethod
    def forward(self, x_t: Points, log_snr: Tensor, memory: Memory) -> Tensor:
        """Output (B, N, C) for normalised noisy values ``x_t`` at noise levels ``log_snr`` (B,), or (1,) for all."""
