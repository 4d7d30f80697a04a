"""DDIM: jump along the estimate of x0 and the noise, with a chosen share of fresh noise."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State


@SOLVERS.register("ddim")
class DDIM(Solver):
    r"""x_s = alpha_s x0 + sqrt(sigma_s^2 - eta^2 v) noise + eta sqrt(v) z.

    v = sigma_s^2 (1 - (alpha_t sigma_s / (alpha_s sigma_t))^2) is the variance of q(x_s | x_t, x0); eta = 0 is
    deterministic, eta = 1 is DDPM's ancestral step. Holds for every Gaussian path.

    References: Song et al. 2021, arXiv 2010.02502, eq. 12 and 16.
    """

    name: ClassVar[str] = "ddim"
    title: ClassVar[str] = "DDIM"
    order: ClassVar[int] = 1
    stochastic: ClassVar[bool] = False

    def __init__(self, eta: float = 0.0) -> None:
        if not 0 <= eta <= 1:
            raise InputError(f"eta is a number from 0 (deterministic) to 1 (ancestral); got {eta}")
        self.eta = eta

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        for t, s in pairwise(times):
            prediction = predictor(x, t)
            here, there = predictor.path.coefficients(t), predictor.path.coefficients(s)
            ratio = here.alpha * there.sigma / (there.alpha * here.sigma)
            fresh = self.eta * there.sigma * (1 - ratio**2).clamp_min(0).sqrt()
            x = there.alpha * prediction.x0 + (there.sigma**2 - fresh**2).clamp_min(0).sqrt() * prediction.noise
            if self.eta:
                x = x + fresh * noise()
            yield State(x, prediction)
