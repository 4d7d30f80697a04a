"""Convolutions on a point cloud: points spread on a lattice, a U-Net there, local reading on the way out."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fieldlib.backbones.base import Backbone, Base, Memory
from fieldlib.errors import InputError
from fieldlib.kriging import Moments, describe
from fieldlib.nn.activation import SiLU
from fieldlib.nn.lattice import cells, folded, offsets, read_between, read_cells, read_rows, spread, unfolded
from fieldlib.nn.modulation import LevelEmbedding
from fieldlib.nn.unet import UNet
from fieldlib.points import Points, grid, to_picture
from fieldlib.registry import BACKBONES

CENTRED = 1e-3  # of half a cell: nearer to its centre, a query reads its own cell alone


@BACKBONES.register("set_conv")
class SetConv(Backbone):
    """Two U-Nets on a lattice: one reads the known points once, a lighter one the noisy values at every call.

    Known points enter the lattice twice: as the base's moments at the cell centres and as the mean value of the points
    in each cell. A query reads the maps around it by linear interpolation, with its own noisy value, the
    base's moments and its place in the cell, so any coordinate can be asked for.

    Args:
        widths: channels of the lattice's levels, finest first. depths: blocks of the reading network's levels.
        call_depths: blocks of the per-call network's levels. head: hidden channels of the output layers.
        lattice: side of the finest level.
        patch: 1, or 2, 4, ... where the per-call network sees patch x patch cells as the channels of one and so begins
            at the level of that size; what the reading network knows of the fine cells joins its answer.

    Raises:
        InputError: a lattice that the levels cannot halve, a ``patch`` that is no level's, or call depths for another
            number of levels.

    References: Gordon et al. 2020 (convolutional conditional neural processes), arXiv 1910.13556; Bond-Taylor &
    Willcocks 2023 (infinite-resolution diffusion by convolutions on points), arXiv 2303.18242; Shi et al. 2016 (space
    to depth and back), arXiv 1609.05158.
    """

    narrowed = "call"

    def __init__(
        self,
        widths: Sequence[int],
        depths: Sequence[int],
        call_depths: Sequence[int],
        head: int,
        level_width: int = 128,
        lattice: int = 32,
        patch: int = 1,
    ) -> None:
        super().__init__()
        coarsest = 2 ** (len(widths) - 1)  # cells a side that the last level sees as one
        if lattice % coarsest:
            raise InputError(f"{len(widths)} levels want a lattice whose side is {coarsest} n; got {lattice}")
        self.lattice = lattice
        self.patch = patch
        self.finest = patch.bit_length() - 1  # level of the per-call network
        if 2**self.finest != patch or not 0 < len(call_depths) == len(widths) - self.finest:
            raise InputError(
                "patch is 1, 2, 4, ... and call depths are for all levels but the finest one for each doubling; "
                f"got patch {patch}, {len(call_depths)} call depths and {len(widths)} levels"
            )
        described = self.channels + 2
        self.level = LevelEmbedding(level_width)
        self.read = UNet(described + self.channels + 1, widths, depths)
        inputs = (self.channels + 1) * patch**2
        self.call = UNet(inputs, widths[self.finest :], call_depths, level_width, hinted=True)
        if patch > 1:
            self.unfold = nn.Conv2d(widths[self.finest], widths[0] * patch**2, 1)
            self.detail = nn.Conv2d(widths[0], widths[0], 1)
        self.place = nn.Linear(described + self.dims, head)
        self.features = nn.Linear(widths[0] + self.channels, head)
        last = nn.Linear(head, self.channels)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.out = nn.Sequential(SiLU(), nn.Linear(head, head), SiLU(), last)

    def encode(self, context: Points, base: Base) -> Memory:
        """See :meth:`Backbone.encode`."""
        centres = grid(self.lattice, self.lattice).to(context.coords).expand(len(context.coords), -1, -1)
        guess = to_picture(describe(base.at(centres)), self.lattice, self.lattice)
        known = self.lay(context, cells(context.coords, self.lattice))
        maps = self.read(torch.cat([guess, known], dim=1))
        hints = self.call.project(maps[self.finest :])
        memory = Memory({f"hint{depth}": hint for depth, hint in enumerate(hints)})
        if self.patch > 1:
            bias = self.unfold.bias[:, None, None].expand(-1, *maps[self.finest].shape[-2:])  # type: ignore[index]
            memory.tensors["detail"] = self.detail(maps[0]) + F.pixel_shuffle(bias, self.patch)
        return memory

    def locate(self, memory: Memory, coords: Tensor, base: Moments) -> Memory:
        """See :meth:`Backbone.locate`."""
        tensors = dict(memory.tensors)
        cell, within = cells(coords, self.lattice), offsets(coords, self.lattice)
        centred = not torch.is_grad_enabled() and bool(within.abs().max() < CENTRED)  # a GPU in training need not wait
        place = self.place(torch.cat([describe(base), within], dim=-1)) + self.features.bias
        if self.patch > 1:
            detail = tensors.pop("detail")
            fine = read_cells(detail, cell) if centred else read_between(detail, coords)
            place = place + F.linear(fine, self.features.weight[:, : -self.channels])
        if centred:
            tensors["row"] = folded(cell, self.lattice, self.patch)
        return Memory({**tensors, "cell": cell, "place": place})

    def forward(self, x_t: Points, log_snr: Tensor, memory: Memory) -> Tensor:
        """See :meth:`Backbone.forward`."""
        noisy = F.pixel_unshuffle(self.lay(x_t, memory.tensors["cell"]), self.patch)
        hints = [memory.tensors[f"hint{depth}"] for depth in range(self.call.depth)]
        features = self.call(noisy, self.level(log_snr), hints)[0].flatten(2).transpose(1, 2)
        if self.patch > 1:
            kernel = self.unfold.weight.unflatten(0, (-1, self.patch**2)).transpose(0, 1).flatten(0, 1)
            features = F.linear(features, kernel.flatten(1))  # its bias is in "place", as is the next layer's
        if "row" in memory.tensors:
            read = read_rows(features.reshape(len(features), self.lattice**2, -1), memory.tensors["row"])
        else:
            read = read_between(unfolded(features, self.lattice, self.patch), x_t.coords)
        heard = F.linear(torch.cat([read, x_t.values], dim=-1), self.features.weight)
        return self.out(heard.add_(memory.tensors["place"]))

    def lay(self, points: Points, cell: Tensor) -> Tensor:
        """The mean value in each cell, zero where there is none, and whether there is one, (B, C + 1, S, S)."""
        present = torch.ones_like(points.values[..., :1])
        return spread(torch.cat([points.values, present], dim=-1), cell, self.lattice, points.mask)
