"""Score-based generative modelling with the variance-preserving SDE."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from fieldlib.methods.base import Method
from fieldlib.paths import VPPath
from fieldlib.prediction import Prediction
from fieldlib.registry import METHODS


@METHODS.register("score_sde")
class ScoreSDE(Method):
    r"""Denoising score matching: || s(x_t, t) + noise / sigma ||^2 weighted by sigma^2.

    References: Song et al. 2021, arXiv 2011.13456.
    """

    name: ClassVar[str] = "score_sde"
    title: ClassVar[str] = "Score-based SDE"
    t_range: ClassVar[tuple[float, float]] = (1e-4, 1.0)
    default_solver: ClassVar[str] = "dpmpp_2m"
    formulas: ClassVar[tuple[str, str, str, str] | None] = (
        "xₜ = αₜ x₀ + σₜ ε,  αₜ² + σₜ² = 1",
        "s(xₜ, t) ≈ −ε / σₜ",
        "dx = [−½ β x − ½ β s] dt",
        "dx = [−½ β x − β s] dt + √β dw",
    )

    def __init__(self) -> None:
        self.path = VPPath()

    def target(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """The score of x_t given x0: -noise / sigma."""
        return -noise / self.path.coefficients(t).sigma

    def predict(self, output: Tensor, x_t: Tensor, t: Tensor) -> Prediction:
        """Read ``output`` as a score."""
        return Prediction.from_score(output, x_t, self.path.coefficients(t))

    def weight(self, t: Tensor) -> Tensor:
        """sigma^2, which makes the loss of order one at every time."""
        return self.path.coefficients(t).sigma ** 2
