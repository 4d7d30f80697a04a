r"""One estimate, four views: x0, noise, score, velocity.

Given x_t = alpha x0 + sigma noise, any one view fixes the others:
score = -noise / sigma, velocity = d_alpha x0 + d_sigma noise.
"""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

from torch import Tensor

from fieldlib.paths import Coefficients, Path


class Prediction:
    """What a model believes at (x_t, t). Build it with the ``from_*`` constructor of the view you have.

    All tensors have the shape of ``x_t``; the coefficients broadcast to it.
    """

    def __init__(self, x0: Tensor, x_t: Tensor, coefficients: Coefficients) -> None:
        self.x0 = x0
        self._x_t = x_t
        self._at = coefficients

    @cached_property
    def noise(self) -> Tensor:
        """(x_t - alpha x0) / sigma: the noise that would turn x0 into x_t. Needs sigma > 0."""
        return (self._x_t - self._at.alpha * self.x0) / self._at.sigma

    @property
    def score(self) -> Tensor:
        """Gradient of log p_t at x_t: -noise / sigma. Needs sigma > 0."""
        return -self.noise / self._at.sigma

    @property
    def velocity(self) -> Tensor:
        """dx/dt of the probability-flow ODE: d_alpha x0 + d_sigma noise."""
        return self._at.d_alpha * self.x0 + self._at.d_sigma * self.noise

    @classmethod
    def from_x0(cls, x0: Tensor, x_t: Tensor, coefficients: Coefficients) -> Prediction:
        """From an estimate of the clean values; works at every t."""
        return cls(x0, x_t, coefficients)

    @classmethod
    def from_noise(cls, noise: Tensor, x_t: Tensor, coefficients: Coefficients) -> Prediction:
        """From an estimate of the noise; divides by alpha, so t must stay where alpha > 0."""
        return cls((x_t - coefficients.sigma * noise) / coefficients.alpha, x_t, coefficients)

    @classmethod
    def from_score(cls, score: Tensor, x_t: Tensor, coefficients: Coefficients) -> Prediction:
        """From an estimate of the score; divides by alpha, so t must stay where alpha > 0."""
        return cls.from_noise(-coefficients.sigma * score, x_t, coefficients)

    @classmethod
    def from_velocity(cls, velocity: Tensor, x_t: Tensor, coefficients: Coefficients) -> Prediction:
        """From an estimate of the velocity; divides by alpha d_sigma - sigma d_alpha, which is positive."""
        alpha, sigma, d_alpha, d_sigma = coefficients
        x0 = (d_sigma * x_t - sigma * velocity) / (alpha * d_sigma - sigma * d_alpha)
        return cls(x0, x_t, coefficients)


class Predictor(Protocol):
    """All that a solver ever sees of a model: its path, and a prediction wherever it asks."""

    path: Path

    def __call__(self, x: Tensor, t: Tensor) -> Prediction:
        """Prediction at state ``x`` (B, N, C) and scalar time ``t``."""
        ...
