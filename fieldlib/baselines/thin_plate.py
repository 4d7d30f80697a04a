"""Thin-plate spline: the surface of least bending through the known pixels."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from scipy.interpolate import RBFInterpolator
from torch import Tensor

from fieldlib.baselines.base import Baseline
from fieldlib.baselines.nearest import Nearest
from fieldlib.points import Points
from fieldlib.registry import BASELINES

SMOOTHING = 1e-4


@BASELINES.register("thin_plate")
class ThinPlate(Baseline):
    r"""s(x) = a + b x + sum_i w_i r_i^2 log r_i with smoothing 1e-4 in coordinate units: nearly an interpolation.

    Where the points fix no plane (one or two of them, or all on a line), the nearest known value.

    References: Duchon 1977; Wahba 1990, "Spline Models for Observational Data".
    """

    name: ClassVar[str] = "thin_plate"
    title: ClassVar[str] = "Thin-plate spline"

    def reconstruct(self, context: Points, coords: Tensor) -> Tensor:
        """See :meth:`Baseline.reconstruct`."""
        try:
            known, values = context.coords[0].double().numpy(), context.values[0].double().numpy()
            spline = RBFInterpolator(known, values, kernel="thin_plate_spline", smoothing=SMOOTHING)
        except (ValueError, np.linalg.LinAlgError):  # too few points, or all on a line
            return Nearest().reconstruct(context, coords)
        return torch.from_numpy(spline(coords[0].double().numpy())).to(context.values)[None]
