"""A small U-Net over a lattice: local features of the known points, computed once per picture."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

INPUTS = 5  # channels of the base's description: mean (3), standard deviation, its logarithm


class Stem(nn.Module):
    """Description of the base on a lattice (B, lattice^2, 5) -> feature maps (B, width, lattice, lattice).

    References: Ronneberger et al. 2015 (U-Net), arXiv 1505.04597.
    """

    few_sizes = True  # of input in a training run: see fieldlib.acceleration.compile_model

    def __init__(self, width: int, lattice: int) -> None:
        super().__init__()
        self.lattice = lattice
        self.enter = nn.Conv2d(INPUTS, width, 3, padding=1)
        self.fine_in = ConvBlock(width)
        self.down = nn.Conv2d(width, 2 * width, 2, stride=2)
        self.coarse = nn.Sequential(ConvBlock(2 * width), ConvBlock(2 * width))
        self.up = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.join = nn.Conv2d(2 * width, width, 1)
        self.fine_out = ConvBlock(width)

    def forward(self, description: Tensor) -> Tensor:
        """Feature maps of each picture."""
        maps = description.transpose(1, 2).unflatten(-1, (self.lattice, self.lattice))
        fine = self.fine_in(self.enter(maps))
        coarse = self.up(self.coarse(self.down(fine)))
        return self.fine_out(self.join(torch.cat([fine, coarse], dim=1)))


class ConvBlock(nn.Module):
    """Residual block of two 3x3 convolutions with group normalisation."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.GroupNorm(8, width) for _ in range(2))
        self.convolutions = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, H, W) -> same."""
        y = x
        for norm, convolution in zip(self.norms, self.convolutions, strict=True):
            y = convolution(F.silu(norm(y)))
        return x + y
