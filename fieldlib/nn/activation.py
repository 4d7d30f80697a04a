"""The activation of the convolutional networks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class SiLU(nn.Module):
    """x * sigmoid(x), written over x where no gradient is needed: fresh memory costs as much as the arithmetic."""

    def forward(self, x: Tensor) -> Tensor:
        """Any shape -> same."""
        return F.silu(x, inplace=not torch.is_grad_enabled())
