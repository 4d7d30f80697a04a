"""Random Fourier features of coordinates."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from fieldlib.errors import InputError


class FourierFeatures(nn.Module):
    """Random Fourier features [sin(pi B x), cos(pi B x)], B ~ N(0, scale^2): (..., dims) -> (..., features).

    On pixel-centre coordinates of a 32 pixel wide grid the Nyquist limit is |B| = 16; ``scale`` is the standard
    deviation of B, and the same B serves wherever the same coordinates are read.

    Raises:
        InputError: an odd number of ``features``.

    References: Tancik et al. 2020, arXiv 2006.10739.
    """

    def __init__(self, dims: int, features: int, scale: float, seed: int = 0) -> None:
        super().__init__()
        if features % 2:
            raise InputError(f"half of the features are sines, half cosines; got {features}")
        generator = torch.Generator().manual_seed(seed)
        frequencies = torch.randn(features // 2, dims, generator=generator) * scale * math.pi
        self.register_buffer("frequencies", frequencies)

    def forward(self, x: Tensor) -> Tensor:
        """Features of ``x``; the product is taken in fp32 even under autocast."""
        with torch.autocast(x.device.type, enabled=False):
            phase = x.float() @ self.frequencies.float().T  # type: ignore[operator]
        return torch.cat([phase.sin(), phase.cos()], dim=-1)
