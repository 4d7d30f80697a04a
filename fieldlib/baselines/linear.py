"""Linear interpolation on the triangles between known pixels."""

from __future__ import annotations

from typing import ClassVar

import torch
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import QhullError
from torch import Tensor

from fieldlib.baselines.base import Baseline
from fieldlib.baselines.nearest import Nearest
from fieldlib.points import Points
from fieldlib.registry import BASELINES


@BASELINES.register("linear")
class Linear(Baseline):
    """Barycentric interpolation on the Delaunay triangulation of the known points.

    Outside their convex hull, and where the points span no triangle (one or two of them, or all on a line), the nearest
    known value.

    References: Delaunay 1934; Barber et al. 1996 (Quickhull).
    """

    name: ClassVar[str] = "linear"
    title: ClassVar[str] = "Linear (Delaunay)"

    def reconstruct(self, context: Points, coords: Tensor) -> Tensor:
        """See :meth:`Baseline.reconstruct`."""
        nearest = Nearest().reconstruct(context, coords)
        if context.coords.shape[1] <= context.coords.shape[2]:
            return nearest
        try:
            surface = LinearNDInterpolator(context.coords[0].numpy(), context.values[0].numpy())
        except QhullError:
            return nearest
        inside = torch.from_numpy(surface(coords[0].numpy())).to(nearest)[None]
        return torch.where(inside.isnan(), nearest, inside)
