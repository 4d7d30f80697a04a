r"""Gaussian paths x_t = alpha(t) x0 + sigma(t) noise from data (t = 0) to noise (t = 1).

Every path knows its time derivatives, so any estimate of x0 can be read as a score or a velocity.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor


class Coefficients(NamedTuple):
    """alpha, sigma and their time derivatives, each of the shape of t."""

    alpha: Tensor
    sigma: Tensor
    d_alpha: Tensor
    d_sigma: Tensor


class Path(ABC):
    """A path x_t = alpha x0 + sigma noise between data and standard normal noise; sampling starts at sigma(1) noise.

    At t = 1 the data must have all but vanished: sigma much larger than alpha.
    """

    @abstractmethod
    def coefficients(self, t: Tensor) -> Coefficients:
        """alpha, sigma, d alpha/dt, d sigma/dt at times ``t`` in [0, 1]; same shape and dtype as ``t``."""

    def log_snr(self, t: Tensor) -> Tensor:
        """log(alpha^2 / sigma^2), clamped to [-20, 20] where alpha or sigma vanishes."""
        alpha, sigma, _, _ = self.coefficients(t)
        tiny = torch.finfo(alpha.dtype).tiny
        return 2 * (alpha.clamp_min(tiny).log() - sigma.clamp_min(tiny).log()).clamp(-10, 10)

    def time_at(self, log_snr: Tensor) -> Tensor:
        """The time in [0, 1] at which :meth:`log_snr` has the given value; by bisection unless a path knows better."""
        low, high = torch.zeros_like(log_snr), torch.ones_like(log_snr)
        for _ in range(torch.finfo(log_snr.dtype).bits):
            middle = (low + high) / 2
            noisy = self.log_snr(middle) < log_snr
            low, high = torch.where(noisy, low, middle), torch.where(noisy, middle, high)
        return (low + high) / 2

    def interpolate(self, x0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
        """x_t for ``t`` broadcastable to ``x0``."""
        alpha, sigma, _, _ = self.coefficients(t)
        return alpha * x0 + sigma * noise


class VPPath(Path):
    r"""Variance-preserving path with a linear rate beta(t) = beta_min + t (beta_max - beta_min).

    alpha(t) = exp(-1/2 int_0^t beta), sigma^2 = 1 - alpha^2; alpha(1) = 0.0066 with the default rates.

    References: Song et al. 2021, arXiv 2011.13456, appendix B.
    """

    def __init__(self, beta_min: float = 0.1, beta_max: float = 20.0) -> None:
        self.beta_min = beta_min
        self.beta_max = beta_max

    def coefficients(self, t: Tensor) -> Coefficients:
        """See :meth:`Path.coefficients`; d_sigma diverges at t = 0."""
        slope = self.beta_max - self.beta_min
        integral = self.beta_min * t + 0.5 * slope * t**2
        alpha = torch.exp(-0.5 * integral)
        sigma = torch.sqrt(-torch.expm1(-integral))
        d_alpha = -0.5 * (self.beta_min + slope * t) * alpha
        return Coefficients(alpha, sigma, d_alpha, -alpha * d_alpha / sigma)

    def time_at(self, log_snr: Tensor) -> Tensor:
        """See :meth:`Path.time_at`: int beta = -log alpha^2 = softplus(-log_snr), a quadratic in t."""
        integral = torch.nn.functional.softplus(-log_snr)
        root = (self.beta_min**2 + 2 * (self.beta_max - self.beta_min) * integral).sqrt()
        return 2 * integral / (self.beta_min + root)


class CosinePath(Path):
    r"""alpha(t) = cos(pi t / 2), sigma(t) = sin(pi t / 2): the continuous cosine schedule.

    References: Nichol & Dhariwal 2021, arXiv 2102.09672; Kingma et al. 2021, arXiv 2107.00630.
    """

    def coefficients(self, t: Tensor) -> Coefficients:
        """See :meth:`Path.coefficients`."""
        half_pi = math.pi / 2
        alpha, sigma = torch.cos(half_pi * t), torch.sin(half_pi * t)
        return Coefficients(alpha, sigma, -half_pi * sigma, half_pi * alpha)

    def time_at(self, log_snr: Tensor) -> Tensor:
        """See :meth:`Path.time_at`."""
        return torch.atan(torch.exp(-log_snr / 2)) * (2 / math.pi)


class LinearPath(Path):
    r"""alpha(t) = 1 - t, sigma(t) = t: the straight path of flow matching and rectified flow.

    References: Lipman et al. 2023, arXiv 2210.02747; Liu et al. 2023, arXiv 2209.03003.
    """

    def coefficients(self, t: Tensor) -> Coefficients:
        """See :meth:`Path.coefficients`."""
        one = torch.ones_like(t)
        return Coefficients(1 - t, t, -one, one)

    def time_at(self, log_snr: Tensor) -> Tensor:
        """See :meth:`Path.time_at`."""
        return torch.sigmoid(-log_snr / 2)
