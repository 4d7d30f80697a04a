"""DDPM's ancestral sampling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from torch import Tensor

from fieldlib.prediction import Predictor
from fieldlib.registry import SOLVERS
from fieldlib.solvers.base import Noise, Solver, State
from fieldlib.solvers.ddim import DDIM


@SOLVERS.register("ancestral")
class Ancestral(Solver):
    """A draw from q(x_s | x_t, x0) at the estimated x0: the DDIM step with eta = 1.

    References: Ho et al. 2020, arXiv 2006.11239, eq. 7.
    """

    name: ClassVar[str] = "ancestral"
    title: ClassVar[str] = "Ancestral (DDPM)"
    order: ClassVar[int] = 1
    stochastic: ClassVar[bool] = True

    def __call__(self, predictor: Predictor, x: Tensor, times: Tensor, noise: Noise) -> Iterator[State]:
        """See :meth:`Solver.__call__`."""
        return DDIM(eta=1.0)(predictor, x, times, noise)
