"""Conditioning on the noise level: embedding and adaptive normalisation."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class LevelEmbedding(nn.Module):
    """log-SNR (B,) -> (B, width): sines and cosines of log-SNR / 2 at octaves, then two linear layers."""

    def __init__(self, width: int, octaves: int = 8) -> None:
        super().__init__()
        self.register_buffer("rates", 2.0 ** torch.arange(-5, octaves - 5), persistent=False)
        self.layers = nn.Sequential(nn.Linear(2 * octaves, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())

    def forward(self, log_snr: Tensor) -> Tensor:
        """Embedding of each noise level."""
        phase = log_snr[:, None] * self.rates  # type: ignore[operator]
        return self.layers(torch.cat([phase.sin(), phase.cos()], dim=-1))


class ModulatedNorm(nn.Module):
    """Layer norm whose scale and shift come from the noise level: x (B, N, width), level (B or 1, level_width).

    References: Peebles & Xie 2023 (adaptive layer norm), arXiv 2212.09748.
    """

    def __init__(self, width: int, level_width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.modulation = nn.Linear(level_width, 2 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, level: Tensor) -> Tensor:
        """Normalise, scale and shift."""
        scale, shift = self.modulation(level)[:, None].chunk(2, dim=-1)
        if len(level) == 1:  # one level for the whole batch, as in sampling: one operation instead of four
            scale, shift = (1 + scale[0, 0]).to(x.dtype), shift[0, 0].to(x.dtype)  # autocast makes them narrower
            return F.layer_norm(x, x.shape[-1:], scale, shift, self.norm.eps)
        return self.norm(x) * (1 + scale) + shift
