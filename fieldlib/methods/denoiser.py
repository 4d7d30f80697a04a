"""Denoising diffusion of a field with clean-data prediction, sampled by DDPM or DDIM."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from fieldlib.methods.base import Method
from fieldlib.paths import CosinePath
from fieldlib.prediction import Prediction
from fieldlib.registry import METHODS


@METHODS.register("denoiser")
class Denoiser(Method):
    r"""Clean-data prediction || x0_hat(x_t, t) - x0 ||^2 on the cosine path; the context stays clean.

    References: Ho et al. 2020, arXiv 2006.11239; Song et al. 2021 (DDIM), arXiv 2010.02502.
    """

    name: ClassVar[str] = "denoiser"
    title: ClassVar[str] = "Field denoiser"
    t_range: ClassVar[tuple[float, float]] = (2e-3, 1.0)
    default_solver: ClassVar[str] = "dpmpp_2m"
    formulas: ClassVar[tuple[str, str, str, str] | None] = (
        "xₜ = cos(πt/2) x₀ + sin(πt/2) ε",
        "x̂₀(xₜ, t) ≈ x₀",
        "xₛ = αₛ x̂₀ + σₛ ε̂",
        "xₛ = αₛ x̂₀ + √(σₛ² − γ²) ε̂ + γ z",
    )

    def __init__(self) -> None:
        self.path = CosinePath()

    def target(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The clean values."""
        return x0

    def predict(self, output: Tensor, x_t: Tensor, t: Tensor) -> Prediction:
        """Read ``output`` as clean values."""
        return Prediction.from_x0(output, x_t, self.path.coefficients(t))
