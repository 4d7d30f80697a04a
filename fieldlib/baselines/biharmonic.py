"""Biharmonic inpainting: the smoothest filling of the hidden pixels of the grid."""

from __future__ import annotations

from typing import ClassVar

import torch
from skimage.restoration import inpaint_biharmonic
from torch import Tensor

from fieldlib.baselines.base import Baseline
from fieldlib.baselines.gridded import on_grid
from fieldlib.nn.lattice import read_between
from fieldlib.points import Points
from fieldlib.registry import BASELINES


@BASELINES.register("biharmonic")
class Biharmonic(Baseline):
    """Solves the biharmonic equation on the hidden pixels of a 32x32 grid, read bilinearly between pixel centres.

    Known points belong to the pixel that holds them. Values are clipped to the range of the known ones.

    References: Damelin & Hoang 2018, "On Surface Completion and Image Inpainting by Biharmonic Functions".
    """

    name: ClassVar[str] = "biharmonic"
    title: ClassVar[str] = "Biharmonic"

    def reconstruct(self, context: Points, coords: Tensor) -> Tensor:
        """See :meth:`Baseline.reconstruct`."""
        picture, known = on_grid(context)
        filled = inpaint_biharmonic(picture.double().numpy(), ~known.numpy(), channel_axis=-1)
        maps = torch.from_numpy(filled).to(context.values).permute(2, 0, 1)[None]
        return read_between(maps, coords)
