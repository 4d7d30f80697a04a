"""Each pixel takes the value of its nearest known pixel."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from fieldlib.baselines.base import Baseline
from fieldlib.points import Points
from fieldlib.registry import BASELINES

CHUNK = 8192  # queries at a time, to bound the memory for the distances


@BASELINES.register("nearest")
class Nearest(Baseline):
    """Nearest neighbour in coordinate distance; ties go to the point that comes first."""

    name: ClassVar[str] = "nearest"
    title: ClassVar[str] = "Nearest neighbour"

    def reconstruct(self, context: Points, coords: Tensor) -> Tensor:
        """See :meth:`Baseline.reconstruct`."""
        parts = [torch.cdist(part, context.coords).argmin(-1) for part in coords.split(CHUNK, dim=1)]
        index = torch.cat(parts, dim=1)
        return context.values.gather(1, index[..., None].expand(-1, -1, context.values.shape[-1]))
