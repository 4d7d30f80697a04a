"""A U-Net over a lattice, in two roles: it reads a picture's evidence once, or turns noisy values into features."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fieldlib.nn.activation import SiLU

GROUPS = 8


class UNet(nn.Module):
    """Maps (B, inputs, S, S) -> one map a level, finest first: (B, widths[i], S / 2^i, S / 2^i).

    Args:
        inputs: channels of the input. widths: channels of each level, finest first, multiples of 8.
        depths: residual blocks of each level, on the way down; the way up has one a level.
        level_width: channels of the noise level's embedding, 0 for none.
        hinted: whether ``forward`` will be given hints, see :meth:`project`.

    References: Ronneberger et al. 2015 (U-Net), arXiv 1505.04597; Dhariwal & Nichol 2021 (adaptive group
    normalisation), arXiv 2105.05233.
    """

    few_sizes = True  # of input in a training run: see fieldlib.acceleration.compile_model

    def __init__(
        self, inputs: int, widths: Sequence[int], depths: Sequence[int], level_width: int = 0, hinted: bool = False
    ) -> None:
        super().__init__()
        steps = list(pairwise(widths))
        self.enter = nn.Conv2d(inputs, widths[0], 3, padding=1)
        self.hints = nn.ModuleList(nn.Conv2d(width, width, 1) for width in widths if hinted)
        self.down = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in steps)
        self.inward = nn.ModuleList(
            nn.ModuleList(ConvBlock(width, level_width) for _ in range(depth))
            for width, depth in zip(widths, depths, strict=True)
        )
        self.up = nn.ModuleList(nn.ConvTranspose2d(coarse, fine, 2, stride=2) for fine, coarse in steps)
        self.join = nn.ModuleList(nn.Conv2d(2 * fine, fine, 1) for fine, _ in steps)
        self.outward = nn.ModuleList(ConvBlock(fine, level_width) for fine, _ in steps)

    @property
    def depth(self) -> int:
        """Number of levels."""
        return len(self.inward)

    def project(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Hints for :meth:`forward` from another network's maps (B, widths[i], S / 2^i, S / 2^i); independent of t."""
        return [layer(level) for layer, level in zip(self.hints, maps, strict=True)]

    def forward(self, maps: Tensor, level: Tensor | None = None, hints: Sequence[Tensor] = ()) -> list[Tensor]:
        """Feature maps of every level; ``level`` (B or 1, level_width); ``hints`` are added on the way down."""
        maps = self.enter(maps)
        levels: list[Tensor] = []
        for depth, blocks in enumerate(self.inward):
            if depth:
                maps = self.down[depth - 1](maps)
            if hints:
                maps = maps + hints[depth]
            for block in blocks:  # type: ignore[attr-defined]
                maps = block(maps, level)
            levels.append(maps)
        for depth in reversed(range(len(self.up))):
            finer = torch.cat([levels[depth], self.up[depth](levels[depth + 1])], dim=1)
            levels[depth] = self.outward[depth](self.join[depth](finer), level)
        return levels


class GroupNorm(nn.GroupNorm):
    """In fp32 whatever comes: on a CPU bf16 channels-last maps take more than twice as long, and it is more exact."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, H, W) -> same."""
        weight, bias = self.weight.float(), self.bias.float()
        return F.group_norm(x.float(), self.num_groups, weight, bias, self.eps).to(x.dtype)


class ConvBlock(nn.Module):
    """Residual block of two 3x3 convolutions after one group normalisation; the level scales and shifts in between."""

    def __init__(self, width: int, level_width: int = 0) -> None:
        super().__init__()
        self.norm = GroupNorm(GROUPS, width)
        self.convolutions = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        nn.init.zeros_(self.convolutions[1].weight)  # type: ignore[arg-type]
        self.modulation = nn.Linear(level_width, 2 * width) if level_width else None
        self.active = SiLU()

    def forward(self, x: Tensor, level: Tensor | None = None) -> Tensor:
        """(B, width, H, W) -> same."""
        y = self.convolutions[0](self.active(self.norm(x)))
        if self.modulation is not None:
            scale, shift = self.modulation(level).to(y.dtype)[..., None, None].chunk(2, dim=1)
            y = torch.addcmul(y + shift, y, scale)
        return x + self.convolutions[1](self.active(y))
