"""Flow matching on the straight path.

The papers run time from noise (0) to data (1); here, as everywhere in fieldlib, t = 0 is data and t = 1 is noise,
so the velocity is noise - x0 and sampling integrates from t = 1 down to 0.
"""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from fieldlib.methods.base import Method
from fieldlib.paths import LinearPath
from fieldlib.prediction import Prediction
from fieldlib.registry import METHODS


@METHODS.register("flow_matching")
class FlowMatching(Method):
    r"""Conditional flow matching || v(x_t, t) - (noise - x0) ||^2.

    References: Lipman et al. 2023, arXiv 2210.02747; Liu et al. 2023, arXiv 2209.03003.
    """

    name: ClassVar[str] = "flow_matching"
    title: ClassVar[str] = "Flow matching"
    t_range: ClassVar[tuple[float, float]] = (2e-3, 1.0)
    default_solver: ClassVar[str] = "dpmpp_2m"
    formulas: ClassVar[tuple[str, str, str, str] | None] = (
        "xₜ = (1 − t) x₀ + t ε",
        "v(xₜ, t) ≈ ε − x₀",
        "dx = v dt",
        "dx = [v + ½ g² (x + (1 − t) v) / t] dt + g dw",
    )

    def __init__(self) -> None:
        self.path = LinearPath()

    def target(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The velocity of the straight line, d_alpha x0 + d_sigma noise = noise - x0."""
        _, _, d_alpha, d_sigma = self.path.coefficients(t)
        return d_alpha * x0 + d_sigma * noise

    def predict(self, output: Tensor, x_t: Tensor, t: Tensor) -> Prediction:
        """Read ``output`` as a velocity."""
        return Prediction.from_velocity(output, x_t, self.path.coefficients(t))
