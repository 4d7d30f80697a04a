"""Euler-Maruyama on the reverse SDE of any path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor

from fieldlib.errors import InputError
from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State


@SOLVERS.register("euler_maruyama")
class EulerMaruyama(Solver):
    r"""dx = (velocity - g^2 / 2 score) dt + g dW, run backwards.

    g^2 = 2 sigma (d_sigma - sigma d_alpha / alpha) is the path's own diffusion. It grows without bound where alpha
    vanishes; every g leaves the marginals unchanged, so g^2 is capped where one step would overshoot:
    g^2 |dt| <= ``cap`` sigma^2.

    Raises:
        InputError: a ``cap`` that is not above 0.

    References: Song et al. 2021, arXiv 2011.13456, eq. 6; Karras et al. 2022, arXiv 2206.00364 (free choice of g).
    """

    name: ClassVar[str] = "euler_maruyama"
    title: ClassVar[str] = "Euler-Maruyama (SDE)"
    order: ClassVar[int] = 1
    stochastic: ClassVar[bool] = True

    def __init__(self, cap: float = 0.5) -> None:
        if not cap > 0:
            raise InputError(f"cap is a number above 0; got {cap}")
        self.cap = cap

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        for t, s in pairwise(times):
            prediction = predictor(x, t)
            alpha, sigma, d_alpha, d_sigma = predictor.path.coefficients(t)
            tiny = torch.finfo(x.dtype).tiny
            diffusion = 2 * sigma * (d_sigma - sigma * d_alpha / alpha.clamp_min(tiny))
            removed = torch.minimum(diffusion * (t - s), self.cap * sigma**2)  # g^2 |dt|
            x = x + (s - t) * prediction.velocity + removed / 2 * prediction.score + removed.sqrt() * noise()
            yield State(x, prediction)
