"""Linear interpolation on the triangles between known pixels."""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, ClassVar

import torch
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import QhullError
from torch import Tensor

from fieldlib.baselines.base import Baseline
from fieldlib.baselines.nearest import Nearest
from fieldlib.points import Points
from fieldlib.registry import BASELINES

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


ONE_BY_ONE = threading.Lock()  # a limit of threads holds for the whole process: overlapping ones would never end


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
            with ONE_BY_ONE, linear_algebra().limit(limits=1):
                surface = LinearNDInterpolator(context.coords[0].numpy(), context.values[0].numpy())
                inside = torch.from_numpy(surface(coords[0].numpy())).to(nearest)[None]
        except QhullError:
            return nearest
        return torch.where(inside.isnan(), nearest, inside)


@cache
def linear_algebra() -> ThreadpoolController:
    """The threads of SciPy's linear algebra: two of them wait for each other at each of a thousand 2x2 systems."""
    from threadpoolctl import ThreadpoolController  # training needs no baseline, and nothing that only they need

    return ThreadpoolController()
