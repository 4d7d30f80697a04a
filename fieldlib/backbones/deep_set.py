"""A very small network on points, for tests and as the shortest example of a backbone."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fieldlib.backbones.base import Backbone, Base, Memory
from fieldlib.kriging import Moments
from fieldlib.nn.modulation import LevelEmbedding
from fieldlib.points import Points
from fieldlib.registry import BACKBONES


@BACKBONES.register("deep_set")
class DeepSet(Backbone):
    """The mean of the embedded context, the query's place and its own noisy value through two layers.

    References: Zaheer et al. 2017 (Deep Sets), arXiv 1703.06114.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(self.dims + self.channels, width), nn.GELU(), nn.Linear(width, width))
        self.place = nn.Linear(self.dims + self.channels + 1 + width, width)
        self.noisy = nn.Linear(self.channels, width)
        self.level = LevelEmbedding(width)
        self.out = nn.Sequential(nn.GELU(), nn.Linear(width, width), nn.GELU(), nn.Linear(width, self.channels))

    def encode(self, context: Points, base: Base) -> Memory:
        """See :meth:`Backbone.encode`."""
        tokens = self.embed(torch.cat([context.coords, context.values], dim=-1))
        present = torch.ones_like(tokens[..., :1]) if context.mask is None else context.mask[..., None].to(tokens.dtype)
        return Memory({"summary": (tokens * present).sum(1, keepdim=True) / present.sum(1, keepdim=True)})

    def locate(self, memory: Memory, coords: Tensor, base: Moments) -> Memory:
        """See :meth:`Backbone.locate`."""
        summary = memory.tensors["summary"].expand(-1, coords.shape[1], -1)
        return Memory({"place": self.place(torch.cat([coords, *base, summary], dim=-1))})

    def forward(self, x_t: Points, log_snr: Tensor, memory: Memory) -> Tensor:
        """See :meth:`Backbone.forward`."""
        return self.out(memory.tensors["place"] + self.noisy(x_t.values) + self.level(log_snr)[:, None])
